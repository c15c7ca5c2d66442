// Joins the sides: one time, one selection, one row of controls for all runs of the page.
import { decode, sentence, unpack, upTo } from "./model.js";
import { agentLook, flightsAt, shareAt, stateAt, watchLook } from "./state.js";
import { clock } from "./words.js";
import { forgetColours, make } from "./drawing.js";
import { stripLegend } from "./strip.js";
import { differenceText, differences, differencesAt } from "./differences.js";
import { fromHash, toHash } from "./address.js";
import { sideOf } from "./side.js";

const WHOLE = 40; // seconds that the whole run takes at speed 1
const SPEEDS = [["0.02", "very slow"], ["0.2", "slow"], ["1", "normal"], ["4", "fast"], ["16", "very fast"]];

/** What to begin with, where nothing failed: the longest wrong sight, what does not hold, the end. */
export function telling(model) {
  let best = null, most = 0;
  const { wrong } = model;
  const weigh = (i) => (wrong.cause[i] === wrong.under_way ? 0 : 1e15) + wrong.lasted[i]; // latency is the least
  wrong.begin.forEach((begin, i) => { if (weigh(i) > most) [best, most] = [begin, weigh(i)]; });
  if (best !== null) return { t: best, agents: [] };
  return model.unasked.find((check) => check.t !== null) ?? { t: model.end, agents: [] };
}

/** `kept`: what an earlier page of the same run left, {t, names, window, tab}. */
export function start(root, models, kept = null) {
  const $ = (name) => root.querySelector("[data-r=" + name + "]");
  const end = Math.max(...models.map((model) => model.end), 1);
  const shared = { t: 0, end, names: [], window: null, least: 0, tab: "lanes", followed: true, go, select, redraw, openTab };
  let playing = false, rate = 1;
  const all = models.length === 2 ? differences(...models) : [];
  const known = new Set(models.flatMap((model) => model.names));
  const sides = elements().map(([element, strip], i) => sideOf(element, strip, models[i], shared));
  const first = sides[0];
  $("strip-legend").append(stripLegend(models));
  for (const element of root.querySelectorAll("[data-r=differs]")) element.hidden = models.length < 2;
  if (models.length === 2) divergence();

  /** The elements of each side: those of the second one are copies with ids of their own. */
  function elements() {
    const side = $("side"), strip = $("strip");
    root.classList.toggle("r-two", models.length > 1);
    return models.map((_, i) => {
      if (!i) return [side, strip];
      const copy = side.cloneNode(true), canvas = strip.cloneNode();
      for (const name of ["id", "aria-controls", "aria-labelledby"]) {
        for (const element of copy.querySelectorAll("[" + name + "]")) element.setAttribute(name, element.getAttribute(name) + "-" + i);
      }
      side.after(copy);
      strip.after(canvas);
      return [copy, canvas];
    });
  }

  function divergence() {
    const place = $("divergence");
    place.hidden = false;
    if (!all.length) return place.append("The two runs do not differ in what became of agents and watches.");
    const jump = make("button", { type: "button", class: "r-link", onclick: () => meet(all[0]) }, clock(all[0].begin));
    place.append(make("b", {}, "First divergence "), "at ", jump, ": " + differenceText(all[0]) + ". " + all.length + " in all; on the left / on the right.");
  }
  function meet(difference) {
    go(difference.begin);
    select(difference.names);
  }

  let pending = false;
  function redraw() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; draw(); });
  }
  function draw() {
    slider.value = String(shared.t);
    slider.setAttribute("aria-valuetext", clock(shared.t));
    $("clock").textContent = clock(shared.t);
    const now = all.length ? differencesAt(all, shared.t) : [];
    for (const side of sides) {
      side.side.differing = now;
      side.draw();
    }
    for (const place of root.querySelectorAll("[data-share]")) {
      place.textContent = sides.map((side) => side.share(place.dataset.share)).map((share) => (share && share.total ? share.right + "/" + share.total : "–")).join(" · ");
    }
  }

  /** Go to a time. */
  function go(t, follow = true) {
    shared.t = Math.max(0, Math.min(end, Math.round(t)));
    shared.followed = follow;
    if (shared.window) {
      const [from, to] = shared.window;
      if (shared.t < from || shared.t > to) {
        const begin = Math.max(0, Math.min(end - (to - from), shared.t - (to - from) / 2));
        shared.window = [begin, begin + to - from];
      }
    }
    remember();
    redraw();
  }
  /** Select agents by their names. */
  function select(names) {
    shared.names = names.filter((name) => known.has(name));
    $("selected").textContent = shared.names.length ? shared.names.join(" → ") : "nobody";
    remember();
    redraw();
  }
  let timer = 0;
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      try { history.replaceState(null, "", toHash(shared.t, shared.names)); } catch { /* in a frame without an address */ }
    }, playing ? 1000 : 120);
  }
  function openTab(name) {
    shared.tab = name;
    shared.followed = true;
    for (const side of sides) side.openTab();
    redraw();
  }

  function play(on) {
    playing = on;
    $("play").textContent = on ? "❚❚ Pause" : "▶ Play";
    $("play").setAttribute("aria-pressed", String(on));
    shared.least = 0;
    if (!on) return redraw();
    if (shared.t >= end) shared.t = 0;
    let before = performance.now(), exact = shared.t;
    const step = (now) => {
      if (!playing) return;
      const speed = (end / WHOLE) * rate; // microseconds a second
      shared.least = 0.4 * speed;
      if (Math.round(exact) !== shared.t) exact = shared.t; // somebody moved the slider
      exact += ((now - before) / 1000) * speed;
      go(exact);
      before = now;
      if (shared.t >= end) return play(false);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** The nearest event after (or before) now, of the selected agents; over all sides. */
  function stepEvent(forwards) {
    const found = sides.map(({ model: { events }, side }) => {
      const chosen = side.selected;
      const fits = (row) => !chosen.length || chosen.includes(events.agent[row]);
      let row = upTo(events.t, forwards ? shared.t : shared.t - 1) - (forwards ? 0 : 1);
      while (row >= 0 && row < events.count && !fits(row)) row += forwards ? 1 : -1;
      return events.t[row];
    }).filter((t) => t !== undefined);
    if (found.length) go(forwards ? Math.min(...found) : Math.max(...found));
  }
  /** Wrong only since changes were under way: only where nothing else is wrong. */
  function nextWrong() {
    const found = sides.flatMap(({ model: { wrong, watches, names }, side }) => {
      const chosen = side.selected;
      const rows = Array.from(wrong.begin, (_, i) => i).slice(upTo(wrong.begin, shared.t));
      const touched = rows.filter((i) => !chosen.length || chosen.includes(watches.watcher[wrong.watch[i]]) || chosen.includes(watches.contact[wrong.watch[i]]));
      const next = touched.find((i) => wrong.cause[i] !== wrong.under_way) ?? touched[0];
      if (next === undefined) return [];
      return [{ begin: wrong.begin[next], names: [watches.watcher, watches.contact].map((of) => names[of[wrong.watch[next]]]) }];
    }).sort((a, b) => a.begin - b.begin);
    if (!found.length) return say("No wrong sight begins later" + (shared.names.length ? " with the selected agents" : ""));
    go(found[0].begin);
    if (shared.names.length < 2) select(found[0].names);
  }
  function nextFailed() {
    const failed = sides.flatMap((side) => side.failed.map((check) => [side, check])).sort((a, b) => a[1].t - b[1].t);
    if (!failed.length) return say("No expectation failed at a known time");
    const [side, check] = failed.find(([, one]) => one.t > shared.t) ?? failed[0];
    side.show(check);
  }
  function nextDifference() {
    const next = all.find((one) => one.begin > shared.t);
    if (next) meet(next);
    else say("No difference begins later");
  }
  function say(text) { $("said").textContent = text; }

  const slider = $("slider");
  slider.max = String(end);
  slider.step = String(Math.max(1, Math.round(end / 4000)));
  slider.addEventListener("input", () => go(Number(slider.value)));
  const on = (name, act) => $(name).addEventListener("click", act);
  on("play", () => play(!playing));
  on("next", () => stepEvent(true));
  on("previous", () => stepEvent(false));
  on("wrong", nextWrong);
  on("failed", nextFailed);
  on("differs", nextDifference);
  on("clear", () => select([]));
  const speed = $("speed");
  SPEEDS.forEach(([value, text]) => speed.append(make("option", { value, selected: value === "1" }, text)));
  speed.addEventListener("change", () => { rate = Number(speed.value); });
  const KEYS = { " ": () => play(!playing), ".": () => stepEvent(true), ",": () => stepEvent(false), w: nextWrong, f: nextFailed, d: nextDifference, Escape: () => select([]) };
  const gone = new AbortController();
  const { signal } = gone;
  document.addEventListener("keydown", (event) => {
    // In a report, the keys belong to the page until one is in the replay.
    if (!document.body.classList.contains("r-page") && !root.contains(/** @type {Node} */ (event.target))) return;
    const busy = /** @type {HTMLElement} */ (event.target).closest?.("input, select, textarea, button, a, summary");
    if (event.ctrlKey || event.altKey || event.metaKey || (busy && (event.key === " " || busy.matches("input[type=search], select")))) return;
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  }, { signal });
  window.addEventListener("hashchange", () => follow(location.hash), { signal });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { forgetColours(); redraw(); }, { signal });
  const sizes = new ResizeObserver(redraw);
  sizes.observe(root);
  const stop = () => { playing = false; pending = true; gone.abort(); sizes.disconnect(); };
  const isPlaying = () => playing;

  function follow(hash) {
    const wanted = fromHash(hash);
    if (wanted.names) select(wanted.names);
    if (wanted.t !== undefined) go(wanted.t);
  }
  openTab(kept?.tab ?? "lanes");
  select(kept?.names ?? []);
  if (kept) {
    shared.window = kept.window;
    go(kept.t);
  } else if (location.hash.includes("=")) follow(location.hash);
  else if (all.length) meet(all[0]);
  else first.show(first.failed[0] ?? telling(first.model));
  draw();
  return { shared, sides, all, stop, isPlaying, play, go, select, openTab, placeOf: first.placeOf };
}

/** Follow a run that goes on: ask for its document again and again, and show the newest. */
async function followRun(root) {
  const place = root.querySelector("[data-r=app]"), blank = place.cloneNode(true), told = root.querySelector("[data-r=loading]");
  let shown = null, have = "0", wait = 300;
  for (;;) {
    const since = performance.now();
    let answer;
    try {
      answer = await fetch(root.dataset.live + "?have=" + have);
    } catch {
      told.hidden = false;
      told.textContent = "Nobody serves this page any more; simulator replay writes it as a file.";
      return;
    }
    if (answer.status === 200) {
      const [written, text] = (await answer.text()).split(" ");
      const model = decode(await unpack(text));
      // While somebody types, or looks at it playing, the page stays as it is.
      while (shown && (shown.isPlaying() || document.activeElement?.matches("input[type=search]"))) await sleep(300);
      have = written;
      shown = renewed(root, blank, shown, model);
      if (model.run.over) return;
    }
    wait = Math.max(1000, 3 * (performance.now() - since));
    await sleep(wait);
  }
}
const sleep = (time) => new Promise((done) => setTimeout(done, time));

/** A new page of the run instead of the old one, at the same time, or at the end if that was shown. */
function renewed(root, blank, shown, model) {
  let kept = null, scrolled = [];
  if (shown) {
    const { t, end, names, window, tab } = shown.shared;
    kept = { t: t >= end ? model.end : t, names, window, tab };
    scrolled = [...root.querySelectorAll("[data-r]")].filter((one) => one.scrollTop).map((one) => [one.dataset.r, one.scrollTop]);
    shown.stop();
  } else if (!location.hash.includes("=")) kept = { t: model.end, names: [], window: null, tab: "lanes" };
  root.querySelector("[data-r=app]").replaceWith(blank.cloneNode(true));
  const now = show(root, [model], kept);
  for (const [name, top] of scrolled) root.querySelector("[data-r=" + name + "]").scrollTop = top;
  return now;
}

function show(root, models, kept = null) {
  root.querySelector("[data-r=loading]").hidden = true;
  root.querySelector("[data-r=app]").hidden = false;
  const started = start(root, models, kept);
  // For scripts and tests: everything that the page knows.
  Object.assign(window, { replay: { models, ...started, decode, stateAt, shareAt, agentLook, watchLook, flightsAt, sentence } });
  root.dataset.ready = "yes";
  return started;
}

const root = /** @type {HTMLElement} */ (document.querySelector(".replay"));
const texts = [...document.querySelectorAll("[data-replay]")].map((element) => element.textContent);
const failed = (error) => { root.querySelector("[data-r=loading]").textContent = "The replay could not be shown: " + error; };
if (root?.dataset.live) followRun(root).catch(failed);
else if (texts.length) Promise.all(texts.map(unpack)).then((documents) => show(root, documents.map(decode))).catch(failed);
