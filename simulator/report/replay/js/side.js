// One run of the page: its verdict, graph, inspector and the three views of the time.
import { shareAt, stateAt } from "./state.js";
import { clock } from "./words.js";
import { make, throttled } from "./drawing.js";
import { graphPane, legend } from "./graph.js";
import { stripPane } from "./strip.js";
import { lanesPane, zoomed } from "./lanes.js";
import { sequencePane } from "./sequence.js";
import { inspectorPane } from "./inspector.js";
import { eventsPane } from "./events.js";
import { toHash } from "./address.js";

/** `shared` has the time, the window and the names of the selected agents of all sides. */
export function sideOf(element, stripCanvas, model, shared) {
  const $ = (name) => element.querySelector("[data-r=" + name + "]");
  const whole = Math.max(model.end, 1);
  const side = {
    model, state: stateAt(model, 0), differing: [],
    get t() { return Math.min(shared.t, model.end); },
    get least() { return shared.least; },
    get followed() { return shared.followed; },
    set followed(value) { shared.followed = value; },
    get window() { return shared.window ?? [0, whole]; },
    get end() { return shared.end; },
    get selected() { return shared.names.map((name) => model.names.indexOf(name)).filter((agent) => agent >= 0); },
    go: shared.go,
    redraw: shared.redraw,
    select: (agents) => shared.select(agents.map((agent) => model.names[agent])),
  };
  const graph = graphPane(side, $("graph"), $("tip"));
  const strip = stripPane(side, stripCanvas);
  const lanes = lanesPane(side, $("lanes"), $("lanes-scroll"), $("lanes-space"));
  const sequence = sequencePane(side, $("sequence"), $("sequence-status"));
  const inspector = inspectorPane(side, $("inspector"));
  const inspect = throttled(120, inspector.draw);
  const events = eventsPane(side, $("events-controls"), $("events"), $("events-status"));
  $("legend").append(legend(model));
  verdict();

  function draw() {
    if (side.state.t !== side.t) side.state = stateAt(model, side.t);
    graph.draw(side.state);
    strip.draw(shared.t);
    ({ lanes: () => lanes.draw(side.t), sequence: sequence.draw, events: events.draw })[shared.tab]();
    inspect(); // last: after it, the size of anything is worked out anew
  }

  /** The moment of a check: where, and who is concerned. */
  function show(check) {
    shared.go(check.t);
    if (check.agents.length) side.select(check.agents);
  }

  function verdict() {
    const { run, checks } = model;
    const place = $("verdict");
    place.className = "verdict " + run.verdict;
    place.append(make("strong", {}, run.verdict.toUpperCase()), make("span", {}, run.label + ": " + model.agentCount + " agents on " + run.backend + ", seed " + run.seed + ", " + clock(model.end) + "; " + run.managers));
    const shorter = (text) => (text.length > 240 ? text.slice(0, 239) + "…" : text);
    const item = (check) => {
      const link = check.t === null ? make("span", {}, check.text)
        : make("a", { href: toHash(check.t, check.agents.map((agent) => model.names[agent])), onclick: (event) => { event.preventDefault(); show(check); } }, check.text);
      const offenders = check.offenders.map((one) => make("li", {}, one));
      return make("li", {}, make("b", { class: check.verdict }, check.verdict), " ", link, ": " + shorter(check.told), offenders.length ? make("ul", { class: "offenders" }, ...offenders) : null);
    };
    const list = (found) => make("ul", { class: "r-checks" }, ...found.map(item));
    const wrong = checks.filter((check) => check.verdict !== "pass"), right = checks.filter((check) => check.verdict === "pass");
    if (run.verdict === "unknown") $("checks").append(...run.reasons.map((reason) => make("p", {}, reason)));
    if (wrong.length) $("checks").append(list(wrong));
    if (model.unasked.length) $("checks").append(make("p", {}, "No expectation asks for it, but this does not hold:"), list(model.unasked));
    const hold = right.length + " expectation" + (right.length === 1 ? " holds" : "s hold");
    if (right.length) $("checks").append(make("details", {}, make("summary", {}, hold), list(right)));
  }

  const on = (name, act) => $(name).addEventListener("click", act);
  on("zoom-in", () => graph.zoom(1.4));
  on("zoom-out", () => graph.zoom(1 / 1.4));
  const rewindow = (factor) => { shared.window = factor ? zoomed(side.window, shared.t, factor, shared.end) : null; shared.redraw(); };
  on("window-in", () => rewindow(0.5));
  on("window-out", () => rewindow(2));
  on("window-all", () => rewindow(0));
  on("rows-before", () => sequence.page(-1));
  on("rows-after", () => sequence.page(1));
  const tabs = [...element.querySelectorAll("[role=tab]")];
  /** Show the chosen one of the three views. */
  function openTab() {
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === shared.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
  }
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => shared.openTab(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const next = tabs[(i + step + tabs.length) % tabs.length];
      next.focus();
      shared.openTab(next.dataset.tab);
    });
  });
  const failed = model.checks.filter((check) => check.verdict !== "pass" && check.t !== null).toSorted((a, b) => a.t - b.t);
  const share = (of) => shareAt(model, of, side.t);
  return { side, model, draw, panes: { graph: () => graph.draw(side.state), strip: () => strip.draw(shared.t), inspector: inspector.draw, lanes: () => lanes.draw(side.t) }, openTab, show, failed, share, placeOf: graph.place };
}
