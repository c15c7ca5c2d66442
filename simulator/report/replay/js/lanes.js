// Lanes: one for each agent, with what the server held of it, and when others saw it otherwise.
import { spans, upTo } from "./model.js";
import { WRONG, clock } from "./words.js";
import { backdrop, colour, sharp } from "./drawing.js";
import { ticks } from "./strip.js";

const ROW = 26, AXIS = 20, NAME = 116;

export function lanesPane(app, canvas, scroller, spacer) {
  const { model } = app;
  const behind = backdrop();
  const wrongOf = Array.from({ length: model.agentCount }, () => []);
  const total = new Float64Array(model.agentCount);
  for (let i = 0; i < model.wrong.watch.length; i++) {
    const contact = model.watches.contact[model.wrong.watch[i]];
    if (contact >= model.agentCount) continue;
    wrongOf[contact].push(i);
    total[contact] += model.wrong.lasted[i];
  }
  const deaths = Array.from({ length: model.agentCount }, (_, agent) =>
    spans(model.life, agent, model.end).filter(([word]) => word === "dead").map(([, begin]) => begin));
  const worst = Array.from({ length: model.agentCount }, (_, agent) => agent).sort((a, b) => total[b] - total[a] || a - b);

  const order = () => [...app.selected.filter((agent) => agent < model.agentCount), ...worst.filter((agent) => !app.selected.includes(agent))];
  const name = () => Math.min(NAME, canvas.clientWidth / 4);
  const x = (t) => name() + ((t - app.window[0]) / (app.window[1] - app.window[0])) * (canvas.clientWidth - name() - 8);

  spacer.style.height = AXIS + model.agentCount * ROW + "px";
  function draw(t) {
    const { context, width, height } = sharp(canvas);
    const top = scroller.scrollTop;
    behind(context, width, height, [app.window, top, app.selected].join(";"), (own) => paint(own, width, height, top));
    if (t >= app.window[0] && t <= app.window[1]) {
      context.fillStyle = colour("chosen");
      context.fillRect(x(t) - 1, 12, 2, height);
    }
  }

  function paint(context, width, height, top) {
    const agents = order();
    context.save();
    context.beginPath();
    context.rect(0, AXIS, width, height - AXIS);
    context.clip();
    for (let row = Math.floor(top / ROW); row < agents.length && AXIS + row * ROW - top < height; row++) {
      lane(context, agents[row], AXIS + row * ROW - top, width);
    }
    context.restore();
    axis(context, width);
  }

  function axis(context, width) {
    context.font = "10px system-ui, sans-serif";
    context.textBaseline = "top";
    context.fillStyle = colour("dim");
    for (const t of ticks(app.window[0], app.window[1], (width - name()) / 80)) {
      context.textAlign = x(t) > width - 30 ? "right" : "center";
      context.fillText(clock(t), x(t), 2);
      context.fillRect(x(t), 14, 1, 4);
    }
  }

  function lane(context, agent, top, width) {
    const [begin, end] = app.window, left = name();
    context.fillStyle = colour(app.selected.includes(agent) ? "panel" : "ground");
    context.fillRect(0, top, width, ROW);
    context.fillStyle = colour("line");
    context.fillRect(0, top + ROW - 1, width, 1);
    context.fillStyle = colour("ink");
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    const text = model.names[agent];
    const room = Math.floor((left - 8) / 6.4);
    context.fillText(text.length > room ? text.slice(0, room - 1) + "…" : text, 4, top + ROW / 2);
    context.save();
    context.beginPath();
    context.rect(left, top, width - left, ROW);
    context.clip();
    for (const fault of model.faults) {
      if (fault.agents.length && !fault.agents.includes(agent)) continue;
      if (fault.end < begin || fault.begin > end) continue;
      context.fillStyle = colour("fault");
      context.globalAlpha = 0.15;
      context.fillRect(x(fault.begin), top, Math.max(x(fault.end) - x(fault.begin), 1.5), ROW - 1);
      context.globalAlpha = 1;
    }
    for (const row of model.shows.of[agent]) {
      for (const [show, from, to] of spans(model.shows.states, row, model.end)) {
        if (show === null || to < begin || from > end) continue;
        context.fillStyle = colour("show-" + (show || "available"));
        context.fillRect(x(from), top + 5, Math.max(x(to) - x(from), 1), 9);
      }
    }
    for (const row of model.sessions.of[agent]) {
      for (const [word, from, to] of spans(model.sessions.states, row, model.end)) {
        if (word !== "suspended" && word !== "destroyed" && word !== "failed") continue;
        if (to < begin || from > end) continue;
        context.fillStyle = colour("ink");
        context.fillRect(x(from), top + 9, Math.max(x(to) - x(from), 1), 1.5);
      }
    }
    for (const i of wrongOf[agent]) {
      const from = model.wrong.begin[i], to = from + model.wrong.lasted[i];
      if (to < begin || from > end) continue;
      const what = WRONG.indexOf(model.wrong.what[i]);
      context.fillStyle = colour(model.wrong.what[i]);
      context.fillRect(x(from), top + 15 + 3 * what, Math.max(x(to) - x(from), 1.5), 2.5);
    }
    context.fillStyle = colour("ink");
    context.font = "bold 12px system-ui, sans-serif";
    context.textAlign = "center";
    for (const t of deaths[agent]) {
      if (t >= begin && t <= end) context.fillText("✕", x(t), top + 10);
    }
    context.restore();
  }

  const timeAt = (event) => app.window[0] + ((event.offsetX - name()) / (canvas.clientWidth - name() - 8)) * (app.window[1] - app.window[0]);
  canvas.addEventListener("click", (event) => {
    const row = Math.floor((event.offsetY - AXIS + scroller.scrollTop) / ROW);
    const agent = event.offsetY > AXIS ? order()[row] : undefined;
    if (event.offsetX >= name()) app.go(timeAt(event));
    if (agent !== undefined) {
      const others = event.shiftKey ? app.selected.filter((one) => one !== agent) : [];
      app.select([...others, agent]);
    }
  });
  scroller.addEventListener("scroll", () => app.redraw());
  return { draw };
}

/** The window around `t`, made larger or smaller by a factor. */
export function zoomed([begin, end], t, factor, last) {
  const span = Math.min(last, Math.max(1000, (end - begin) * factor));
  const middle = t >= begin && t <= end ? t : (begin + end) / 2;
  const part = (middle - begin) / (end - begin || 1);
  const from = Math.max(0, Math.min(last - span, middle - part * span));
  return [from, from + span];
}

/** The rows of the events within a window. */
export function within(model, [begin, end]) {
  return [upTo(model.events.t, begin - 1), upTo(model.events.t, end)];
}
