// The address of the page: a time and the selected agents.
import { seconds } from "./words.js";

/** {t, names} of an address, as far as it says. */
export function fromHash(hash) {
  if (!hash.includes("=")) return {};
  const values = new URLSearchParams(hash.slice(1));
  const names = [...values.getAll("agent"), ...values.getAll("peer")];
  const t = Number(values.get("t"));
  return {
    t: values.get("t") && Number.isFinite(t) ? Math.round(t * 1e6) : undefined,
    names: names.length ? names : undefined,
  };
}

/** The address of a time and a selection. */
export function toHash(t, names) {
  const values = new URLSearchParams([["t", seconds(t)]]);
  names.forEach((name, i) => values.append(i === 1 && names.length === 2 ? "peer" : "agent", name));
  return "#" + values;
}
