// Joins the panes: they draw the state at the time, and tell what was chosen.
import { decode, sentence, unpack, upTo } from "./model.js";
import { agentLook, flightsAt, shareAt, stateAt, watchLook } from "./state.js";
import { clock, seconds } from "./words.js";
import { forgetColours, make } from "./drawing.js";
import { graphPane, legend } from "./graph.js";
import { stripLegend, stripPane } from "./strip.js";
import { lanesPane, zoomed } from "./lanes.js";
import { sequencePane } from "./sequence.js";
import { inspectorPane } from "./inspector.js";
import { eventsPane } from "./events.js";

const WHOLE = 40; // seconds that the whole run takes at speed 1
const SPEEDS = [["0.02", "very slow"], ["0.2", "slow"], ["1", "normal"], ["4", "fast"], ["16", "very fast"]];

/** {t, agents} of the address, as far as it says; names that nobody has are left out. */
export function fromHash(model, hash) {
  if (!hash.includes("=")) return {};
  const values = new URLSearchParams(hash.slice(1));
  const agents = [...values.getAll("agent"), ...values.getAll("peer")].map((name) => model.names.indexOf(name));
  const t = Number(values.get("t"));
  return {
    t: values.has("t") && Number.isFinite(t) ? Math.round(t * 1e6) : undefined,
    agents: agents.length ? agents.filter((agent) => agent >= 0) : undefined,
  };
}

/** The address of a time and a selection. */
export function toHash(model, t, agents) {
  const values = new URLSearchParams([["t", seconds(t)]]);
  agents.forEach((agent, i) => values.append(i === 1 && agents.length === 2 ? "peer" : "agent", model.names[agent]));
  return "#" + values;
}

/** The time to begin with, where nothing failed: when the longest wrong sight begins, or the end. */
export function telling(model) {
  let best = model.end, most = 0;
  model.wrong.lasted.forEach((lasted, i) => { if (lasted > most) [best, most] = [model.wrong.begin[i], lasted]; });
  return best;
}

export function start(root, model) {
  const $ = (name) => root.querySelector("[data-r=" + name + "]");
  const app = {
    model, t: 0, selected: [], window: [0, model.end || 1], state: stateAt(model, 0), least: 0,
    playing: false, speed: 1, tab: "lanes", followed: true, go, select, redraw,
  };
  const graph = graphPane(app, $("graph"), $("tip"));
  const strip = stripPane(app, $("strip"));
  const lanes = lanesPane(app, $("lanes"), $("lanes-scroll"), $("lanes-space"));
  const sequence = sequencePane(app, $("sequence"), $("sequence-status"));
  const inspector = inspectorPane(app, $("inspector"));
  const events = eventsPane(app, $("events-controls"), $("events"), $("events-status"));
  $("legend").append(legend(model));
  $("strip-legend").append(stripLegend(model));
  verdict();

  let pending = false;
  function redraw() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; draw(); });
  }
  function draw() {
    if (app.state.t !== app.t) app.state = stateAt(model, app.t);
    graph.draw(app.state);
    strip.draw(app.t);
    slider.value = String(app.t);
    slider.setAttribute("aria-valuetext", clock(app.t));
    $("clock").textContent = clock(app.t);
    for (const place of root.querySelectorAll("[data-share]")) {
      const share = shareAt(model, place.dataset.share, app.t);
      place.textContent = share && share.total ? share.right + "/" + share.total : "–";
    }
    inspector.draw();
    if (app.tab === "lanes") lanes.draw(app.t);
    else if (app.tab === "sequence") sequence.draw();
    else events.draw();
  }

  /** Go to a time. */
  function go(t, follow = true) {
    app.t = Math.max(0, Math.min(model.end, Math.round(t)));
    app.followed = follow;
    const [begin, end] = app.window;
    if (app.t < begin || app.t > end) {
      const from = Math.max(0, Math.min(model.end - (end - begin), app.t - (end - begin) / 2));
      app.window = [from, from + end - begin];
    }
    remember();
    redraw();
  }
  function select(agents) {
    app.selected = agents;
    $("selected").textContent = agents.length ? agents.map((agent) => model.names[agent]).join(" → ") : "nobody";
    remember();
    redraw();
  }
  let timer = 0;
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try { history.replaceState(null, "", toHash(model, app.t, app.selected)); } catch { /* in a frame without an address */ }
    }, app.playing ? 1000 : 120);
  }

  function play(on) {
    app.playing = on;
    $("play").textContent = on ? "❚❚ Pause" : "▶ Play";
    $("play").setAttribute("aria-pressed", String(on));
    app.least = 0;
    if (!on) return redraw();
    if (app.t >= model.end) app.t = 0;
    let before = performance.now();
    const step = (now) => {
      if (!app.playing) return;
      const rate = (model.end / WHOLE) * app.speed; // microseconds a second
      app.least = 0.4 * rate;
      go(app.t + ((now - before) / 1000) * rate);
      before = now;
      if (app.t >= model.end) return play(false);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  const chosen = (row) => !app.selected.length || app.selected.includes(model.events.agent[row]);
  function nextEvent() {
    for (let row = upTo(model.events.t, app.t); row < model.events.count; row++) if (chosen(row)) return go(model.events.t[row]);
  }
  function previousEvent() {
    for (let row = upTo(model.events.t, app.t - 1) - 1; row >= 0; row--) if (chosen(row)) return go(model.events.t[row]);
  }
  function nextWrong() {
    const { wrong, watches } = model;
    const from = upTo(wrong.begin, app.t);
    const rows = Array.from(wrong.begin, (_, i) => i).slice(from);
    const fits = (i) => !app.selected.length || app.selected.includes(watches.watcher[wrong.watch[i]]) || app.selected.includes(watches.contact[wrong.watch[i]]);
    const next = rows.find(fits);
    if (next === undefined) return say("No wrong sight begins later" + (app.selected.length ? " with the selected agents" : ""));
    go(wrong.begin[next]);
    if (app.selected.length < 2) select([watches.watcher[wrong.watch[next]], watches.contact[wrong.watch[next]]]);
  }
  const failed = model.checks.filter((check) => check.verdict !== "pass" && check.t !== null && check.t !== undefined).toSorted((a, b) => a.t - b.t);
  function nextFailed() {
    if (!failed.length) return say("No expectation failed at a known time");
    show(failed.find((check) => check.t > app.t) ?? failed[0]);
  }
  function show(check) {
    go(check.t);
    if (check.agents.length) select(check.agents);
  }
  function say(text) { $("said").textContent = text; }

  function verdict() {
    const { run, checks } = model;
    const place = $("verdict");
    place.className = "verdict " + run.verdict;
    place.append(make("strong", {}, run.verdict.toUpperCase()), make("span", {}, run.name + ": " + model.agentCount + " agents on " + run.backend + ", seed " + run.seed + ", " + clock(model.end)));
    const item = (check) => {
      const link = check.t === null || check.t === undefined ? make("span", {}, check.text)
        : make("a", { href: toHash(model, check.t, check.agents), onclick: (event) => { event.preventDefault(); show(check); } }, check.text);
      const offenders = check.offenders.map((one) => make("li", {}, one));
      return make("li", {}, make("b", { class: check.verdict }, check.verdict), " ", link, ": " + check.told, offenders.length ? make("ul", { class: "offenders" }, ...offenders) : null);
    };
    const wrong = checks.filter((check) => check.verdict !== "pass"), right = checks.filter((check) => check.verdict === "pass");
    const list = (found) => make("ul", { class: "r-checks" }, ...found.map(item));
    const folded = (text, found) => (found.length ? make("details", {}, make("summary", {}, text), list(found)) : "");
    if (run.verdict === "unknown") $("checks").append(...run.reasons.map((reason) => make("p", {}, reason)));
    if (wrong.length) $("checks").append(list(wrong));
    const hold = right.length + " expectation" + (right.length === 1 ? " holds" : "s hold");
    $("checks").append(folded(hold, right), folded(model.unasked.length + " not asked for, and not so", model.unasked));
  }

  const slider = $("slider");
  slider.max = String(model.end);
  slider.step = String(Math.max(1, Math.round(model.end / 4000)));
  slider.addEventListener("input", () => go(Number(slider.value)));
  const on = (name, act) => $(name).addEventListener("click", act);
  on("play", () => play(!app.playing));
  on("next", nextEvent);
  on("previous", previousEvent);
  on("wrong", nextWrong);
  on("failed", nextFailed);
  on("clear", () => select([]));
  on("zoom-in", () => graph.zoom(1.4));
  on("zoom-out", () => graph.zoom(1 / 1.4));
  const rewindow = (factor) => { app.window = factor ? zoomed(app.window, app.t, factor, model.end || 1) : [0, model.end || 1]; redraw(); };
  on("window-in", () => rewindow(0.5));
  on("window-out", () => rewindow(2));
  on("window-all", () => rewindow(0));
  on("rows-before", () => sequence.page(-1));
  on("rows-after", () => sequence.page(1));
  const speed = $("speed");
  SPEEDS.forEach(([value, text]) => speed.append(make("option", { value, selected: value === "1" }, text)));
  speed.addEventListener("change", () => { app.speed = Number(speed.value); });
  const tabs = [...root.querySelectorAll("[role=tab]")];
  const openTab = (name) => {
    app.tab = name;
    for (const tab of tabs) {
      const chosenTab = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosenTab));
      tab.tabIndex = chosenTab ? 0 : -1;
      root.querySelector("#r-" + tab.dataset.tab).hidden = !chosenTab;
    }
    app.followed = true;
    redraw();
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => openTab(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const next = tabs[(i + step + tabs.length) % tabs.length];
      next.focus();
      openTab(next.dataset.tab);
    });
  });
  const KEYS = { " ": () => play(!app.playing), ".": nextEvent, ",": previousEvent, w: nextWrong, f: nextFailed, Escape: () => select([]) };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest?.("input, select, textarea, button, a, summary");
    if (event.ctrlKey || event.altKey || event.metaKey || (busy && (event.key === " " || busy.matches("input[type=search], select")))) return;
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  window.addEventListener("hashchange", () => follow(location.hash));
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => { forgetColours(); redraw(); });
  new ResizeObserver(redraw).observe(root);

  function follow(hash) {
    const wanted = fromHash(model, hash);
    if (wanted.agents) select(wanted.agents);
    if (wanted.t !== undefined) go(wanted.t);
  }
  openTab("lanes");
  select([]);
  if (location.hash.includes("=")) follow(location.hash);
  else if (failed.length) show(failed[0]);
  else go(telling(model));
  draw();
  return { app, play, go, select, openTab };
}

const root = document.querySelector(".replay");
const texts = [...document.querySelectorAll("[data-replay]")].map((element) => element.textContent);
if (root && texts.length) {
  Promise.all(texts.map(unpack)).then((documents) => {
    const models = documents.map(decode);
    root.querySelector("[data-r=loading]").hidden = true;
    root.querySelector("[data-r=app]").hidden = false;
    const started = start(root, models[0]);
    // For scripts and tests: everything that the page knows.
    window.replay = { models, ...started, stateAt, shareAt, agentLook, watchLook, flightsAt, sentence };
    root.dataset.ready = "yes";
  }).catch((error) => {
    root.querySelector("[data-r=loading]").textContent = "The replay could not be shown: " + error;
  });
}
