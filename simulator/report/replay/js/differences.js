// Two runs compared: when their agents and watches, by their names, were not the same.
import { spans, upTo } from "./model.js";

const LASTING = 1e6; // what is over sooner comes from other latencies; microseconds

/** The spans in which two lists of [word, begin, end] differ: [begin, end, one, other]. */
export function differing(one, other) {
  const times = [...new Set([...one, ...other].flatMap(([, begin, end]) => [begin, end]))].sort((a, b) => a - b);
  const at = (list, t) => list.find(([, begin, end]) => begin <= t && t < end)?.[0] ?? null;
  const found = [];
  for (let i = 0; i + 1 < times.length; i++) {
    const [a, b] = [at(one, times[i]), at(other, times[i])];
    if (a === b) continue;
    const last = found.at(-1);
    if (last && last[1] === times[i] && last[2] === a && last[3] === b) last[1] = times[i + 1];
    else found.push([times[i], times[i + 1], a, b]);
  }
  return found;
}

/**
 * All differences of two models, by their begins: {begin, end, what, names, one, other}.
 * `names`: an agent's, or a watcher's and a contact's. Those that last are all that count, if any do.
 */
export function differences(first, second) {
  const last = Math.min(first.end, second.end);
  const found = [];
  const add = (what, names, one, other) => {
    for (const [begin, end, a, b] of differing(one, other)) {
      if (begin < last) found.push({ begin, end: Math.min(end, last), what, names, one: a, other: b });
    }
  };
  const agents = new Map(second.names.slice(0, second.agentCount).map((name, agent) => [name, agent]));
  const life = (model, agent) => spans(model.life, agent, model.end);
  const shows = (model, agent) => model.shows.of[agent].length ? spans(model.shows.states, model.shows.of[agent][0], model.end).filter(([show]) => show !== null) : [];
  for (let agent = 0; agent < first.agentCount; agent++) {
    const other = agents.get(first.names[agent]);
    if (other === undefined) continue;
    add("life", [first.names[agent]], life(first, agent), life(second, other));
    add("availability", [first.names[agent]], shows(first, agent), shows(second, other));
  }
  for (let row = 0; row < first.watches.count; row++) {
    const names = [first.names[first.watches.watcher[row]], first.names[first.watches.contact[row]]];
    const other = second.watches.pairs.get(names.map((name) => second.names.indexOf(name)).join());
    if (other === undefined) continue;
    for (const [what, track] of [["watch", "declared"], ["sight", "sights"]]) {
      add(what, names, spans(first.watches[track], row, first.end), spans(second.watches[track], other, second.end));
    }
  }
  const lasting = found.filter((one) => one.end - one.begin >= LASTING);
  return (lasting.length ? lasting : found).sort((a, b) => a.begin - b.begin || b.end - a.end);
}

/** The differences that there are at `t`. */
export function differencesAt(all, t) {
  const begun = upTo(all.map((one) => one.begin), t);
  return all.slice(0, begun).filter((one) => t < one.end);
}

const shown = (word) => (word === null ? "nothing" : word === "" ? "available" : word.replaceAll("_", " "));
/** ``a watches b: in force / pending``. */
export function differenceText({ what, names, one, other }) {
  const whom = names.length === 2 ? names[0] + " → " + names[1] : names[0];
  return whom + ": " + what + " " + shown(one) + " / " + shown(other);
}
