// The sequence diagram of the selected agents: who sent what to whom, and what never arrived.
import { upTo } from "./model.js";
import { clock } from "./words.js";
import { make, svg } from "./drawing.js";

const ROW = 22, LEFT = 130, TOP = 8, RIGHT = 300, HEAD = 26;
const MOST = 160; // rows that are drawn; the buttons move on
const NOTES = new Set(["agent", "session", "roster", "died", "actual", "error"]);

/** Whom the diagram shows: the selected ones; of one agent, with whom it has most to do. */
export function taking(model, selected) {
  if (selected.length > 1) return selected;
  const weigh = new Map();
  const add = (one, other, weight) => {
    if (one === selected[0] && other < model.agentCount && other !== one) weigh.set(other, (weigh.get(other) ?? 0) + weight);
  };
  if (!selected.length) {
    let row = -1, most = 0;
    model.wrong.watch.forEach((watch, i) => { if (model.wrong.lasted[i] > most) [row, most] = [watch, model.wrong.lasted[i]]; });
    row = row < 0 && model.absent.watch.length ? model.absent.watch[0] : row;
    if (row >= 0) return [model.watches.watcher[row], model.watches.contact[row]].filter((agent) => agent < model.agentCount);
    return Array.from({ length: Math.min(3, model.agentCount) }, (_, agent) => agent);
  }
  model.wrong.watch.forEach((watch, i) => {
    add(model.watches.watcher[watch], model.watches.contact[watch], 1e6 + model.wrong.lasted[i]);
    add(model.watches.contact[watch], model.watches.watcher[watch], 1e6 + model.wrong.lasted[i]);
  });
  for (let row = 0; row < model.events.count; row++) add(model.events.agent[row], model.events.peer[row], 1);
  const partners = [...weigh].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 3).map(([agent]) => agent);
  return [selected[0], ...partners];
}

/** The rows of the diagram: events and stubs of these agents within a window, by time. */
export function diagram(model, agents, [begin, end]) {
  const { events, never } = model;
  const among = new Set(agents);
  const rows = [];
  const arrived = new Map(); // event with which it was sent -> row of the diagram
  for (let i = upTo(events.t, begin - 1); i < events.count && events.t[i] <= end; i++) {
    if (!among.has(events.agent[i])) {
      if (events.kinds[events.kind[i]] === "fault") rows.push({ t: events.t[i], event: i, kind: "fault" });
      continue;
    }
    const kind = events.kinds[events.kind[i]];
    const peer = events.peer[i];
    if (kind === "sent" || kind === "message_sent") {
      if (peer >= 0 && !among.has(peer)) continue;
      arrived.set(i, rows.length);
      rows.push({ t: events.t[i], event: i, kind: peer < 0 ? "note" : "sent", met: peer < 0 });
    } else if (kind === "received" || kind === "message_received") {
      if (!among.has(peer) || peer === events.agent[i]) continue;
      const from = arrived.get(events.of[i]);
      if (from !== undefined) rows[from].met = true;
      rows.push({ t: events.t[i], event: i, kind: "received", from: from ?? -1, message: kind !== "received" });
    } else if (NOTES.has(kind) && (peer < 0 || among.has(peer)) && !isAccepted(model, i)) {
      rows.push({ t: events.t[i], event: i, kind: "note" });
    }
  }
  for (let i = upTo(never.t, begin - 1); i < never.t.length && never.t[i] <= end; i++) {
    if (among.has(never.agent[i]) && among.has(never.peer[i])) rows.push({ t: never.t[i], never: i, kind: "stub" });
  }
  return stable(rows);
}

/** Is it only that the server accepted a presence, which the rows beside it tell as well? */
function isAccepted(model, row) {
  const { events, texts } = model;
  return events.kinds[events.kind[row]] === "actual" && !texts[events.text[row]].endsWith(")");
}

/** By time; `from` still means the same row. */
function stable(rows) {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a].t - rows[b].t || a - b);
  const place = new Map(order.map((old, now) => [old, now]));
  return order.map((old) => ({ ...rows[old], from: rows[old].from >= 0 ? place.get(rows[old].from) : -1 }));
}

export function sequencePane(app, place, status) {
  const { model } = app;
  let shown = "", first = 0;

  let rows = [], asked = "";

  function draw() {
    const agents = taking(model, app.selected);
    const question = [agents, app.window].join(";");
    if (question !== asked) {
      asked = question;
      rows = diagram(model, agents, app.window);
    }
    const now = rows.findLastIndex((row) => row.t <= app.t);
    if (app.followed && (now < first || now >= first + MOST)) first = Math.max(0, now - MOST / 2);
    first = Math.min(first, Math.max(0, rows.length - 1));
    const key = [question, first, place.clientWidth].join(";");
    if (key !== shown) {
      shown = key;
      paint(agents);
    }
    mark(now);
  }

  /** A line below what has happened by now. */
  function mark(now) {
    const line = place.querySelector(".r-now");
    if (!line) return;
    const y = TOP + (now - first + 1) * ROW;
    line.setAttribute("transform", "translate(0 " + y + ")");
    if (app.followed && (y < place.scrollTop + HEAD || y > place.scrollTop + place.clientHeight - ROW)) {
      place.scrollTop = y - place.clientHeight / 2;
    }
  }

  function paint(agents) {
    const part = rows.slice(first, first + MOST);
    const gaps = Math.max(0, agents.length - 1);
    const step = Math.max(230, Math.min(420, (place.clientWidth - LEFT - RIGHT) / (gaps || 1)));
    const x = new Map(agents.map((agent, i) => [agent, LEFT + i * step]));
    const width = LEFT + gaps * step + RIGHT;
    const height = TOP + part.length * ROW + 20;
    const picture = svg("svg", { width, height, viewBox: "0 0 " + width + " " + height, class: "r-diagram", role: "img", "aria-label": "Sequence of " + agents.map((agent) => model.names[agent]).join(", ") });
    const names = svg("svg", { width, height: HEAD, class: "r-diagram r-names", "aria-hidden": "true" });
    for (const agent of agents) {
      picture.append(svg("line", { x1: x.get(agent), x2: x.get(agent), y1: 0, y2: height, class: "r-life" }));
      names.append(svg("text", { x: x.get(agent), y: 18, class: "r-head", "text-anchor": "middle" }, model.names[agent]));
    }
    part.forEach((row, i) => paintRow(picture, row, TOP + i * ROW + ROW / 2, x, width));
    picture.append(svg("line", { x1: 0, x2: width, y1: 0, y2: 0, class: "r-now" }));
    place.replaceChildren(...(rows.length ? [names, picture] : [make("p", { class: "note" }, "Nothing between these agents in this window.")]));
    status.textContent = rows.length > MOST ? "rows " + (first + 1) + " to " + (first + part.length) + " of " + rows.length : rows.length + " rows";
  }

  function paintRow(picture, row, y, x, width) {
    const { events, never } = model;
    const group = svg("g", { class: "r-row", "data-t": row.t });
    group.append(svg("rect", { x: 0, y: y - ROW / 2, width, height: ROW, class: "r-hit" }));
    group.append(svg("text", { x: 4, y: y + 4, class: "r-when" }, clock(row.t)));
    group.addEventListener("click", () => app.go(row.t));
    if (row.kind === "stub") {
      const from = x.get(never.agent[row.never]), to = x.get(never.peer[row.never]);
      stub(group, from, to, y, model.texts[never.text[row.never]] + ": never arrived");
    } else if (row.kind === "fault") {
      group.append(svg("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "r-fault" }));
      group.append(svg("text", { x: LEFT + 4, y: y - 3, class: "r-faulted" }, model.texts[events.text[row.event]]));
    } else if (row.kind === "received") {
      const to = x.get(events.agent[row.event]), from = x.get(events.peer[row.event]);
      const rise = row.from >= 0 && row.from >= first ? (first + Math.round((y - TOP) / ROW - 0.5) - row.from) * ROW : 0;
      arrow(group, from, y - rise, to, y, row.message ? "r-message" : "");
      label(group, from, to, y, carried(row.event));
    } else if (row.kind === "sent") {
      const from = x.get(events.agent[row.event]), to = x.get(events.peer[row.event]);
      if (row.met) group.append(svg("circle", { cx: from, cy: y, r: 3, class: "r-dot-small" }));
      else stub(group, from, to, y, carried(row.event) + ": did not arrive");
    } else {
      const at = x.get(events.agent[row.event]);
      group.append(svg("circle", { cx: at, cy: y, r: 3, class: "r-dot-small" }));
      group.append(svg("text", { x: at + 8, y: y + 4, class: "r-note" }, said(row.event)));
    }
    picture.append(group);
  }

  function said(row) {
    const { events, names, texts } = model;
    const text = texts[events.text[row]].replace("\u0001", events.peer[row] < 0 ? "" : names[events.peer[row]]);
    return shortened(text);
  }

  /** The label of an arrow: the names are above it. */
  function carried(row) {
    const text = model.texts[model.events.text[row]];
    return shortened(text.replace(/^hears (that \u0001 )?|^gets (a )?/, "").replace(/ (from|to) \u0001\S*$/, "").replace(" \u0001", ""));
  }

  function shortened(text) {
    return text.length > 52 ? text.slice(0, 51) + "…" : text;
  }

  return { draw, page: (step) => { app.followed = false; first = Math.max(0, first + step * (MOST - 10)); draw(); } };
}

function arrow(group, x1, y1, x2, y2, kind) {
  group.append(svg("line", { x1, y1, x2, y2, class: "r-arrow " + kind }));
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const corner = (turn) => x2 - 9 * Math.cos(angle + turn) + "," + (y2 - 9 * Math.sin(angle + turn));
  group.append(svg("polygon", { points: x2 + "," + y2 + " " + corner(0.4) + " " + corner(-0.4), class: "r-tip " + kind }));
}

function stub(group, from, to, y, text) {
  const side = to < from ? -1 : 1, end = from + side * 40;
  group.append(svg("line", { x1: from, x2: end, y1: y, y2: y, class: "r-arrow r-lost" }));
  group.append(svg("text", { x: end, y: y + 5, class: "r-cross", "text-anchor": "middle" }, "✕"));
  group.append(svg("text", { x: end + side * 10, y: y + 4, class: "r-note r-fail", "text-anchor": side < 0 ? "end" : "start" }, text));
}

function label(group, from, to, y, text) {
  const side = to < from ? 1 : -1;
  group.append(svg("text", { x: to + side * 14, y: y - 4, class: "r-note", "text-anchor": side < 0 ? "end" : "start" }, text));
}
