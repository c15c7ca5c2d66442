// The strip over the slider: how far the run had converged, faults, and failed expectations.
import { CONVERGENCE, clock } from "./words.js";
import { backdrop, colour, make, sharp } from "./drawing.js";

export const EDGE = 10; // half of the slider's thumb

/** Round ticks of a time axis, in microseconds. */
export function ticks(begin, end, most) {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400];
  const span = (end - begin) / 1e6 / most;
  let step = steps.find((one) => one >= span) ?? Math.ceil(span / 86400) * 86400;
  if (span < 0.5) step = 10 ** Math.ceil(Math.log10(Math.max(span, 1e-6)));
  const found = [];
  for (let t = Math.ceil(begin / 1e6 / step) * step * 1e6; t <= end; t += step * 1e6) found.push(Math.round(t));
  return found;
}

export function stripPane(app, canvas) {
  const { model } = app;
  const behind = backdrop();

  function paint(context, width, height) {
    const top = 14, bottom = height - 14;
    const x = (t) => EDGE + (t / app.end) * (width - 2 * EDGE);
    const y = (share) => bottom - share * (bottom - top);
    for (const fault of model.faults) {
      const left = x(fault.begin), wide = Math.max(x(fault.end) - left, 1.5);
      context.fillStyle = colour("fault");
      context.globalAlpha = 0.16;
      context.fillRect(left, top, wide, bottom - top);
      context.globalAlpha = 1;
      context.fillRect(left, top, 1, bottom - top);
    }
    context.fillStyle = colour("dim");
    context.font = "10px system-ui, sans-serif";
    context.textBaseline = "bottom";
    for (const t of ticks(0, app.end, width / 80)) {
      context.fillRect(x(t), bottom, 1, 3);
      context.textAlign = x(t) < 20 ? "left" : x(t) > width - 24 ? "right" : "center";
      context.fillText(clock(t), x(t), height);
    }
    context.textBaseline = "top";
    context.textAlign = "right";
    context.fillText("100 %", width - EDGE - 4, top + 4);
    context.strokeStyle = colour("line");
    context.lineWidth = 1;
    context.strokeRect(EDGE, top, width - 2 * EDGE, bottom - top);
    for (const [of, , dash] of CONVERGENCE) {
      const steps = model.convergence[of];
      context.strokeStyle = colour("of-" + of);
      context.setLineDash(dash);
      context.lineWidth = 1.6;
      context.beginPath();
      let drawn = false, last = 0;
      for (let i = 0; i < steps.t.length; i++) {
        if (!steps.total[i]) continue;
        const px = x(Math.min(steps.t[i], model.end)), py = y(steps.right[i] / steps.total[i]);
        if (drawn) context.lineTo(px, last);
        else context.moveTo(px, py);
        context.lineTo(px, py);
        [drawn, last] = [true, py];
      }
      if (drawn) context.lineTo(x(model.end), last);
      context.stroke();
      context.setLineDash([]);
    }
    for (const check of model.checks) {
      if (check.verdict === "pass" || check.t === null) continue;
      const px = x(Math.min(check.t, model.end));
      context.fillStyle = colour("fail");
      context.beginPath();
      context.moveTo(px - 6, 0); context.lineTo(px + 6, 0); context.lineTo(px, 11);
      context.fill();
    }
  }

  function draw(t) {
    const { context, width, height } = sharp(canvas);
    behind(context, width, height, "", paint);
    const x = EDGE + (t / app.end) * (width - 2 * EDGE);
    context.fillStyle = colour("chosen");
    context.fillRect(x - 1, 0, 2, height - 12);
  }

  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); go(event); });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
  const go = (event) => app.go(((event.offsetX - EDGE) / (canvas.clientWidth - 2 * EDGE)) * app.end);
  return { draw };
}

export function stripLegend(models) {
  const items = CONVERGENCE.map(([of, text, dash]) => {
    const share = make("b", { "data-share": of });
    const swatch = make("span", { class: "r-swatch r-bar" + (dash.length ? " r-dashes" : "") });
    swatch.style.setProperty("--c", "var(--r-of-" + of + ")");
    return make("li", {}, swatch, text + " ", share);
  });
  if (models.some((model) => model.faults.length)) {
    const swatch = make("span", { class: "r-swatch r-shade" });
    items.push(make("li", {}, swatch, "fault"));
  }
  if (models.some((model) => model.checks.some((check) => check.verdict !== "pass"))) {
    items.push(make("li", {}, make("span", { class: "r-mark r-fail" }, "▼"), "failed expectation"));
  }
  return make("ul", { class: "r-legend" }, ...items);
}
