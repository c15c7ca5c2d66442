// The graph: agents by show and life, watches by how they stand, what is under way, faults.
import { agentLook, faultsAt, flightsAt, watchLook } from "./state.js";
import { SHOWS, WATCH_LOOKS, showWord } from "./words.js";
import { backdrop, colour, make, sharp } from "./drawing.js";

const FULL = 1500; // with more watches than this they are straight and have no heads
const MANY = 20000; // with more, those in force are texture: drawn once, whoever is there to see
const REST = 250; // milliseconds: those in force of more than FULL are drawn anew so often, and at rest
const MARGIN = 46;
const CALM = new Set(["right", "unseen"]);

export function graphPane(app, canvas, tip) {
  const { model } = app;
  const view = { zoom: 1, x: 0.5, y: 0.5 };
  const count = model.agentCount;
  const radius = count <= 6 ? 15 : count <= 40 ? 11 : count <= 200 ? 7 : count <= 2000 ? 4 : 2.6;
  const detailed = model.watches.count <= FULL, many = model.watches.count > MANY;
  const behind = backdrop();
  const extent = extentOf(model);
  let looks = [];
  let hovered = -1, calmTime = -1, calmAt = -Infinity, settling = 0;

  const size = () => Math.sqrt(view.zoom) * radius;
  function place(agent) {
    const width = canvas.clientWidth - 2 * MARGIN, height = canvas.clientHeight - 2 * MARGIN;
    const scale = Math.min(width / extent.width, height / extent.height) * view.zoom;
    const middleX = extent.left + extent.width * view.x, middleY = extent.top + extent.height * view.y;
    return [
      canvas.clientWidth / 2 + (model.agents.x[agent] - middleX) * scale,
      canvas.clientHeight / 2 + (model.agents.y[agent] - middleY) * scale,
    ];
  }
  /** The bend of the way from one agent to another: those that watch each other have two. */
  const bend = (from, to) => (detailed && model.watches.pairs.has(to + "," + from) ? 0.09 : 0);

  function draw(state) {
    const { context, width, height } = sharp(canvas);
    const at = Array.from({ length: count }, (_, agent) => place(agent));
    drawDifferences(context, at);
    drawWatches(context, state, at);
    drawFlights(context, state, at);
    looks = drawAgents(context, state, at, width, height);
  }

  /** Behind what is not the same in the other run. */
  function drawDifferences(context, at) {
    context.strokeStyle = context.fillStyle = colour("differs");
    context.globalAlpha = 0.45;
    context.lineWidth = 9;
    for (const { names } of app.differing) {
      const [one, other] = names.map((name) => model.names.indexOf(name));
      if (!at[one] || (names.length === 2 && !at[other])) continue;
      context.beginPath();
      if (names.length === 1) {
        context.arc(...at[one], size() + 9, 0, 7);
        context.fill();
      } else {
        context.moveTo(...at[one]);
        context.quadraticCurveTo(...middle(...at[one], ...at[other], bend(one, other)), ...at[other]);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  function drawWatches(context, state, at) {
    const rows = new Map(WATCH_LOOKS.map(([word]) => [word, []]));
    for (let row = 0; row < model.watches.count; row++) {
      const look = watchLook(model, state, row);
      if (look !== null) rows.get(look)?.push(row);
    }
    const calm = WATCH_LOOKS.filter(([word]) => CALM.has(word)), others = WATCH_LOOKS.filter(([word]) => !CALM.has(word));
    if (detailed) return drawLooks(context, WATCH_LOOKS, rows, at);
    const paint = (own) => (many ? texture(own, at) : drawLooks(own, calm, rows, at));
    behind(context, canvas.clientWidth, canvas.clientHeight, [view.zoom, view.x, view.y, app.selected, many || rested(state.t)].join(), paint);
    drawLooks(context, others, rows, at);
  }

  /** The time of the state that is drawn of what is calm. */
  function rested(t) {
    const now = performance.now();
    clearTimeout(settling);
    if (t === calmTime || now - calmAt > REST) [calmTime, calmAt] = [t, now];
    else settling = setTimeout(app.redraw, REST);
    return calmTime;
  }

  function drawLooks(context, looks, rows, at) {
    const chosen = app.selected;
    for (const [word, , dash, lineWidth] of looks) {
      context.setLineDash(dash);
      context.lineWidth = detailed ? lineWidth : Math.max(0.6, lineWidth * 0.55);
      context.strokeStyle = context.fillStyle = colour(word);
      const near = [], far = [];
      for (const row of rows.get(word)) {
        const { watcher, contact } = model.watches;
        const touched = !chosen.length || chosen.includes(watcher[row]) || chosen.includes(contact[row]);
        (touched ? near : far).push(row);
      }
      for (const [part, alpha] of [[far, 0.12], [near, detailed ? 1 : 0.6]]) {
        context.globalAlpha = alpha;
        stroke(context, part, at);
      }
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /** All watches, faintly. */
  function texture(context, at) {
    const { watcher, contact, count: all } = model.watches;
    context.strokeStyle = colour("right");
    context.globalAlpha = 0.25;
    context.lineWidth = 0.5;
    context.beginPath();
    for (let row = 0; row < all; row++) {
      context.moveTo(...at[watcher[row]]);
      context.lineTo(...at[contact[row]]);
    }
    context.stroke();
  }

  function stroke(context, rows, at) {
    const { watcher, contact } = model.watches;
    const heads = [];
    context.beginPath();
    for (const row of rows) {
      const [x1, y1] = at[watcher[row]], [x2, y2] = at[contact[row]];
      context.moveTo(x1, y1);
      if (!detailed) { context.lineTo(x2, y2); continue; }
      const [mx, my] = middle(x1, y1, x2, y2, bend(watcher[row], contact[row]));
      context.quadraticCurveTo(mx, my, x2, y2);
      heads.push([mx, my, x2, y2]);
    }
    context.stroke();
    const dash = context.getLineDash();
    context.setLineDash([]);
    context.beginPath();
    for (const [mx, my, x2, y2] of heads) head(context, mx, my, x2, y2, size() + 2);
    context.fill();
    context.setLineDash(dash);
  }

  function drawFlights(context, state, at) {
    const { flights, events } = model;
    for (const [flight, part] of flightsAt(model, state.t, app.least)) {
      const row = flights.row[flight];
      const from = events.agent[events.of[row]], to = events.agent[row];
      if (from >= count || to >= count) continue;
      const [x1, y1] = at[from], [x2, y2] = at[to];
      const back = model.watches.pairs.get(to + "," + from);
      const isSeen = back !== undefined && watchLook(model, state, back) !== null;
      const [mx, my] = middle(x1, y1, x2, y2, isSeen ? -bend(to, from) : bend(from, to));
      const u = 1 - part;
      const x = u * u * x1 + 2 * part * u * mx + part * part * x2;
      const y = u * u * y1 + 2 * part * u * my + part * part * y2;
      context.fillStyle = colour(flights.isMessage[flight] ? "message" : "ink");
      context.beginPath();
      if (flights.isMessage[flight]) context.rect(x - 3.5, y - 3.5, 7, 7);
      else context.arc(x, y, 3.2, 0, 7);
      context.fill();
    }
  }

  function drawAgents(context, state, at, width, height) {
    const hit = new Set(faultsAt(model, state.t).flatMap((fault) => fault.agents));
    const chosen = app.selected;
    const r = size();
    const found = [];
    const circles = new Map(); // fill and dash -> one path, since many small ones are slow
    const dead = [], rings = [];
    for (let agent = 0; agent < count; agent++) {
      const [x, y] = at[agent];
      const look = agentLook(model, state, agent);
      found.push({ ...look, hit: hit.has(agent) });
      if (x < -r || y < -r || x > width + r || y > height + r) continue;
      const dashed = look.cut || look.dead;
      const key = (look.show ?? "none") + dashed;
      if (!circles.has(key)) circles.set(key, { look, dashed, path: new Path2D() });
      const { path } = circles.get(key);
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 7);
      if (look.dead) dead.push(at[agent]);
      if (hit.has(agent)) rings.push([at[agent], r + Math.max(2.5, r / 3), "fault", Math.max(1.5, r / 5)]);
      if (chosen.includes(agent)) rings.push([at[agent], r + Math.max(5, r / 2), "chosen", 2.5]);
    }
    context.lineWidth = Math.min(1.6, r / 3);
    context.strokeStyle = colour("ink");
    for (const { look, dashed, path } of circles.values()) {
      context.setLineDash(dashed ? [3, 2.5] : []);
      context.fillStyle = look.show === null ? colour("ground") : colour("show-" + (look.show || "available"));
      context.fill(path);
      context.stroke(path);
    }
    context.setLineDash([]);
    for (const [x, y] of dead) cross(context, x, y, r * 0.6);
    for (const [[x, y], wide, name, line] of rings) ring(context, x, y, wide, colour(name), line);
    drawNames(context, at, r);
    return found;
  }

  function drawNames(context, at, r) {
    const all = count <= 60 || view.zoom * 60 > count;
    context.font = (count <= 12 ? 13 : 11) + "px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    const boxes = [];
    const named = [...new Set([...app.selected, hovered])].filter((agent) => agent >= 0 && agent < count);
    const rest = all ? Array.from({ length: count }, (_, agent) => agent).filter((agent) => !named.includes(agent)) : [];
    for (const agent of [...named, ...rest]) {
      const [x, y] = at[agent];
      const name = model.names[agent], text = name.length > 18 ? name.slice(0, 17) + "…" : name;
      const half = context.measureText(text).width / 2 + 1;
      // Below or above the circle; where other names are, the name is in the tip only.
      const top = [y + r + 3, y - r - 16].find((one) => !boxes.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.top - one) < 13));
      if (top === undefined && !named.includes(agent)) continue;
      boxes.push({ x, half, top: top ?? y + r + 3 });
      context.strokeStyle = colour("ground");
      context.lineWidth = 3;
      context.strokeText(text, x, top ?? y + r + 3);
      context.fillStyle = colour("ink");
      context.fillText(text, x, top ?? y + r + 3);
    }
  }

  function agentNear(x, y) {
    let best = -1, least = Math.max(size() + 4, 9) ** 2;
    for (let agent = 0; agent < count; agent++) {
      const [ax, ay] = place(agent);
      const far = (ax - x) ** 2 + (ay - y) ** 2;
      if (far < least) [best, least] = [agent, far];
    }
    return best;
  }

  function watchNear(x, y) {
    let best = -1, least = 7 ** 2;
    for (let row = 0; row < model.watches.count; row++) {
      if (watchLook(model, app.state, row) === null) continue;
      const from = model.watches.watcher[row], to = model.watches.contact[row];
      const [x1, y1] = place(from), [x2, y2] = place(to);
      const [mx, my] = middle(x1, y1, x2, y2, bend(from, to));
      for (let part = 0.1; part < 0.95; part += detailed ? 0.05 : 0.1) {
        const u = 1 - part;
        const px = u * u * x1 + 2 * part * u * mx + part * part * x2;
        const py = u * u * y1 + 2 * part * u * my + part * part * y2;
        const far = (px - x) ** 2 + (py - y) ** 2;
        if (far < least) [best, least] = [row, far];
      }
    }
    return best;
  }

  function tell(agent, watch) {
    if (agent >= 0) {
      const look = looks[agent];
      if (!look) return "";
      const marks = [look.dead ? "dead" : look.cut ? "cut off" : look.life, look.hit ? "hit by a fault" : ""];
      return model.names[agent] + ": " + [showWord(look.show), ...marks].filter(Boolean).join(", ");
    }
    if (watch < 0) return "";
    const look = watchLook(model, app.state, watch);
    const meaning = WATCH_LOOKS.find(([word]) => word === look)?.[1] ?? "";
    return model.names[model.watches.watcher[watch]] + " watches " + model.names[model.watches.contact[watch]] + ": " + meaning;
  }

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: event.offsetX, y: event.offsetY, viewX: view.x, viewY: view.y, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag) {
      const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
      drag.moved = drag.moved || Math.hypot(dx, dy) > 4;
      if (!drag.moved) return;
      const scale = Math.min((canvas.clientWidth - 2 * MARGIN) / extent.width, (canvas.clientHeight - 2 * MARGIN) / extent.height) * view.zoom;
      view.x = drag.viewX - dx / scale / extent.width;
      view.y = drag.viewY - dy / scale / extent.height;
      app.redraw();
      return;
    }
    hovered = agentNear(event.offsetX, event.offsetY);
    const text = tell(hovered, hovered < 0 ? watchNear(event.offsetX, event.offsetY) : -1);
    tip.textContent = text;
    tip.hidden = !text;
    tip.style.left = Math.min(event.offsetX + 12, canvas.clientWidth - 180) + "px";
    tip.style.top = event.offsetY + 14 + "px";
    canvas.style.cursor = text ? "pointer" : "grab";
  });
  canvas.addEventListener("pointerup", (event) => {
    const moved = drag?.moved;
    drag = null;
    if (moved) return;
    const agent = agentNear(event.offsetX, event.offsetY);
    if (agent >= 0) return app.select(event.shiftKey ? [...app.selected.filter((one) => one !== agent), agent] : [agent]);
    const watch = watchNear(event.offsetX, event.offsetY);
    if (watch >= 0) return app.select([model.watches.watcher[watch], model.watches.contact[watch]]);
    app.select([]);
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; hovered = -1; });
  const zoom = (factor) => { view.zoom = Math.max(1, Math.min(40, view.zoom * factor)); if (view.zoom === 1) view.x = view.y = 0.5; app.redraw(); };
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // the page scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "+") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
  });
  return { draw, zoom, place };
}

/** The legend of the graph: only what the run has. */
export function legend(model) {
  const items = [];
  const shows = new Set(model.shows.states.v.length ? [...new Set(model.shows.states.v)].map((v) => model.shows.states.words[v]) : []);
  for (const [show, text] of SHOWS) {
    if (shows.has(show)) items.push(make("li", {}, swatch("dot", "show-" + (show || "available")), text));
  }
  items.push(make("li", {}, swatch("dot", "ground"), "unavailable"));
  if (model.life.words.includes("dead")) items.push(make("li", {}, make("span", { class: "r-mark" }, "✕"), "dead"));
  items.push(make("li", {}, swatch("dot r-dashed", "ground"), "cut off"));
  if (model.faults.some((fault) => fault.agents.length)) items.push(make("li", {}, swatch("ring", "fault"), "hit by a fault"));
  const words = new Set([...model.watches.sights.words, ...model.watches.declared.words]);
  const has = (word) => words.has(word) || (word === "unseen" && words.has("unauthorised"));
  for (const [word, text] of WATCH_LOOKS.toReversed()) {
    if (has(word)) items.push(make("li", {}, line(word), text));
  }
  items.push(make("li", {}, make("span", { class: "r-mark" }, "●"), "presence under way"));
  if (model.flights.isMessage.includes(1)) items.push(make("li", {}, make("span", { class: "r-mark r-message" }, "■"), "message under way"));
  return make("ul", { class: "r-legend", "aria-label": "What the marks mean" }, ...items);
}

function swatch(shape, name) {
  const element = make("span", { class: "r-swatch r-" + shape, "aria-hidden": "true" });
  element.style.setProperty("--c", "var(--r-" + name + ")");
  return element;
}

function line(word) {
  const [, , dash, width] = WATCH_LOOKS.find(([one]) => one === word);
  const element = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  element.setAttribute("class", "r-line");
  element.setAttribute("viewBox", "0 0 26 8");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M0 4H26");
  path.setAttribute("stroke", "var(--r-" + word + ")");
  path.setAttribute("stroke-width", String(Math.max(1.4, width)));
  path.setAttribute("stroke-dasharray", dash.join(" "));
  element.append(path);
  return element;
}

function extentOf(model) {
  const { x, y } = model.agents;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let agent = 0; agent < x.length; agent++) {
    left = Math.min(left, x[agent]); right = Math.max(right, x[agent]);
    top = Math.min(top, y[agent]); bottom = Math.max(bottom, y[agent]);
  }
  if (!x.length) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
}

function middle(x1, y1, x2, y2, bent) {
  return [(x1 + x2) / 2 - bent * 2 * (y2 - y1), (y1 + y2) / 2 + bent * 2 * (x2 - x1)];
}

function head(context, mx, my, x2, y2, gap) {
  const angle = Math.atan2(y2 - my, x2 - mx);
  const x = x2 - Math.cos(angle) * gap, y = y2 - Math.sin(angle) * gap;
  context.moveTo(x, y);
  context.lineTo(x - 8 * Math.cos(angle - 0.42), y - 8 * Math.sin(angle - 0.42));
  context.lineTo(x - 8 * Math.cos(angle + 0.42), y - 8 * Math.sin(angle + 0.42));
  context.closePath();
}

function cross(context, x, y, r) {
  context.lineWidth = Math.max(1.4, r / 3);
  context.beginPath();
  context.moveTo(x - r, y - r); context.lineTo(x + r, y + r);
  context.moveTo(x + r, y - r); context.lineTo(x - r, y + r);
  context.stroke();
}

function ring(context, x, y, r, style, width) {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, r, 0, 7);
  context.stroke();
}
