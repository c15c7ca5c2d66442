// Words, colours and marks that all panes share.

/**
 * Looks of watches, those that are drawn last at the end: [word, meaning, dash, width].
 * @type {[string, string, number[], number][]}
 */
export const WATCH_LOOKS = [
  ["ended", "ended by an agent", [2, 5], 1.2],
  ["not_asked", "never asked for", [1, 4], 1.4],
  ["unseen", "in force, the watcher is not there", [], 0.7],
  ["right", "in force and seen rightly", [], 1.2],
  ["refused", "refused", [7, 3, 1, 3], 1.4],
  ["pending", "asked, not answered", [6, 4], 1.6],
  ["lost", "lost", [2, 2], 2.2],
  ["mislabelled", "mislabelled: another show", [8, 2], 2.4],
  ["blind", "blind: there, and not seen", [4, 2], 2.4],
  ["ghost", "ghost: gone, and seen as there", [], 2.8],
];
export const WRONG = ["ghost", "blind", "mislabelled"];
export const SHOWS = [["", "available"], ["chat", "chat"], ["away", "away"], ["xa", "extended away"], ["dnd", "do not disturb"]];

/** @type {[string, string, number[]][]} what it is of, its meaning, dash */
export const CONVERGENCE = [
  ["declared", "declared watches in force", []],
  ["roster", "roster entries right", [6, 3]],
  ["availability", "contacts seen rightly", []],
];

export const showWord = (show) => (show === null ? "unavailable" : show === "" ? "available" : "available [" + show + "]");

/** A time in seconds, with as many digits as it needs. */
export function seconds(t) {
  const text = (t / 1e6).toFixed(t % 1000 ? 6 : 3);
  return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
/** For people: `1:02:03.5`, or `42.1 s` in the first two minutes. */
export function clock(t) {
  if (t < 120e6) return (t / 1e6).toFixed(3).replace(/\.?0+$/, "") + " s";
  const whole = Math.floor(t / 1e6);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts;
  const two = (number) => String(number).padStart(2, "0");
  const part = String(Math.round((t % 1e6) / 1e3) / 1e3).slice(1);
  return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(rest) + part;
}

/** The text of a cause. */
export function causeText(cause) {
  const parts = [cause.cause.replaceAll("_", " ") + ": " + cause.reason];
  if (cause.remedy) parts.push(cause.remedy);
  return parts.join("; ");
}
