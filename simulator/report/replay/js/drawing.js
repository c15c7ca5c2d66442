// What panes need to draw: elements, canvases that are sharp, and colours of the page's scheme.

/** An element. Text goes in as text, never as HTML. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "style") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of SVG. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The context of a canvas, sized to its element and scaled to the screen's dots. */
export function sharp(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** A painter of what is behind: it paints anew only when the size, the scheme or `key` changes. */
export function backdrop() {
  const behind = document.createElement("canvas");
  let painted = "";
  return (context, width, height, key, paint) => {
    const { canvas } = context;
    const wanted = [canvas.width, canvas.height, colour("ink"), key].join();
    if (wanted !== painted) {
      painted = wanted;
      behind.width = canvas.width;
      behind.height = canvas.height;
      const own = behind.getContext("2d");
      own.scale(canvas.width / width, canvas.height / height);
      paint(own, width, height);
    }
    context.drawImage(behind, 0, 0, width, height);
  };
}

/** Do it now, or, if that was less than `least` milliseconds ago, a little later, with the last one. */
export function throttled(least, act) {
  let last = -Infinity, timer = 0;
  return (...given) => {
    clearTimeout(timer);
    const rest = last + least - performance.now();
    const now = () => { last = performance.now(); act(...given); };
    if (rest <= 0) now();
    else timer = setTimeout(now, rest);
  };
}

let palette = null;
/** A colour of replay.css by its name; asked of the page once for each scheme. */
export function colour(name) {
  if (palette === null) palette = { style: getComputedStyle(document.querySelector(".replay")), known: {} };
  return (palette.known[name] ??= palette.style.getPropertyValue("--r-" + name).trim());
}
export function forgetColours() { palette = null; }
