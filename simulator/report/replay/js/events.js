// The events: all of them, searched and filtered; a click goes there in time.
import { sentence, upTo } from "./model.js";
import { clock } from "./words.js";
import { make } from "./drawing.js";

const ROW = 24;
const KINDS = {
  agent: "lives", session: "sessions", action: "plan", sent: "presence sent", received: "presence received",
  message_sent: "messages sent", message_received: "messages received", value: "values", roster: "rosters",
  answer: "roster answers", actual: "server's availability", died: "deaths", fault: "faults", error: "exceptions",
  note: "notes", outcome: "outcomes", end: "end",
};

/** The rows that fit: `kind` a number or -1, `agents` a set or null, all `words` in the sentence. */
export function found(model, { kind, agents, words, window }) {
  const { events } = model;
  const rows = [];
  const last = window ? upTo(events.t, window[1]) : events.count;
  for (let row = window ? upTo(events.t, window[0] - 1) : 0; row < last; row++) {
    if (kind >= 0 && events.kind[row] !== kind) continue;
    if (agents && !agents.has(events.agent[row]) && !agents.has(events.peer[row])) continue;
    if (words.length) {
      const text = sentence(model, row).toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
    }
    rows.push(row);
  }
  return rows;
}

export function eventsPane(app, controls, list, status) {
  const { model } = app;
  let rows = [], times = [], wanted = "";
  const search = make("input", { type: "search", class: "r-search", placeholder: "worker[3] dnd", oninput: () => app.redraw() });
  const kinds = make("select", { onchange: () => app.redraw() }, make("option", { value: "-1" }, "all kinds"));
  model.events.kinds.forEach((kind, i) => kinds.append(make("option", { value: String(i) }, KINDS[kind] ?? kind)));
  const only = make("input", { type: "checkbox", onchange: () => app.redraw() });
  const inWindow = make("input", { type: "checkbox", onchange: () => app.redraw() });
  controls.append(
    make("label", {}, "Search ", search), make("label", {}, "Kind ", kinds),
    make("label", {}, only, " only the selected agents"), make("label", {}, inWindow, " only the window of the lanes"), status,
  );
  const body = make("div", { class: "r-rows" });
  list.append(body);

  function draw() {
    const filter = {
      kind: Number(kinds.value),
      agents: only.checked && app.selected.length ? new Set(app.selected) : null,
      words: search.value.trim().toLowerCase().split(/\s+/).filter(Boolean),
      window: inWindow.checked ? app.window : null,
    };
    const key = JSON.stringify([filter.kind, only.checked ? app.selected : 0, filter.words, filter.window]);
    if (key !== wanted) {
      wanted = key;
      rows = found(model, filter);
      times = rows.map((row) => model.events.t[row]);
      status.textContent = rows.length.toLocaleString("en") + " of " + model.events.count.toLocaleString("en") + " events";
      body.style.height = rows.length * ROW + "px";
    }
    const now = upTo(times, app.t) - 1;
    if (app.followed) list.scrollTop = Math.max(0, now * ROW - list.clientHeight / 2);
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const shown = rows.slice(first, first + Math.ceil(list.clientHeight / ROW) + 10);
    body.replaceChildren(...shown.map((row, i) => line(row, first + i, now)));
  }

  function line(row, place, now) {
    const t = model.events.t[row];
    const state = place === now ? " r-current" : place > now ? " r-future" : "";
    const button = make("button", { type: "button", class: "r-event" + state, onclick: () => {
      const agents = [model.events.agent[row], model.events.peer[row]].filter((agent) => agent >= 0 && agent < model.agentCount);
      if (agents.length) app.select([...new Set(agents)]);
      app.go(t, false);
    } }, make("span", { class: "r-when" }, clock(t)), sentence(model, row));
    button.style.top = place * ROW + "px";
    return button;
  }

  list.addEventListener("scroll", () => { if (!app.followed) app.redraw(); app.followed = false; });
  return { draw };
}
