// The state of a run at a time: pure functions of the model.
import { stepAt, upTo, wordAt } from "./model.js";

/** Places in the tracks' words, of each agent, resource and watch; 255 before the first step. */
export function stateAt(model, t) {
  const at = (track) => {
    const rows = track.first.length - 1;
    const found = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const step = stepAt(track, row, t);
      found[row] = step < 0 ? 255 : track.v[step];
    }
    return found;
  };
  return {
    t,
    life: at(model.life),
    sessions: at(model.sessions.states),
    shows: at(model.shows.states),
    sights: at(model.watches.sights),
    declared: at(model.watches.declared),
  };
}

/** {right, total} of a share at `t`; null before the first one. */
export function shareAt(model, of, t) {
  const steps = model.convergence[of];
  const after = upTo(steps.t, t);
  return after ? { right: steps.right[after - 1], total: steps.total[after - 1] } : null;
}

/** How an agent looks: its show as the server holds it (null: not available), and its life.
 * `cut`: it runs, and its stream is broken or its link dead. */
export function agentLook(model, state, agent) {
  const life = state.life[agent] === 255 ? "waiting" : model.life.words[state.life[agent]];
  let show = null;
  for (const row of model.shows.of[agent]) {
    const held = state.shows[row] === 255 ? null : model.shows.states.words[state.shows[row]];
    if (held !== null && show === null) show = held;
  }
  let open = false;
  for (const row of model.sessions.of[agent]) {
    const session = state.sessions[row] === 255 ? null : model.sessions.states.words[state.sessions[row]];
    open = open || session === "established" || session === "resumed";
  }
  return { show, life, dead: life === "dead", cut: life === "cut_off" || (!open && life === "started") };
}

/** How a watch looks: the wrong sight if there is one, else how it stands. null: not declared. */
export function watchLook(model, state, watch) {
  const sight = state.sights[watch] === 255 ? "unauthorised" : model.watches.sights.words[state.sights[watch]];
  if (sight === "ghost" || sight === "blind" || sight === "mislabelled") return sight;
  const declared = state.declared[watch] === 255 ? null : model.watches.declared.words[state.declared[watch]];
  if (declared === "in_force") return sight === "right" ? "right" : "unseen";
  if (declared === null || declared === "undeclared") return sight === "right" ? "right" : null;
  return declared;
}

/** The faults that last at `t`. */
export function faultsAt(model, t) {
  return model.faults.filter((fault) => fault.begin <= t && t <= fault.end);
}

/** What is under way at `t`: [flight, part of its way]. `least`: each takes at least so long. */
export function flightsAt(model, t, least = 0) {
  const { sent, received, longest } = model.flights;
  const found = [];
  const last = t + longest;
  for (let i = upTo(received, t - least); i < received.length && received[i] <= last; i++) {
    if (sent[i] > t) continue;
    const takes = Math.max(received[i] - sent[i], least);
    if (takes > 0 && t < sent[i] + takes) found.push([i, (t - sent[i]) / takes]);
  }
  return found;
}

/** The wrong time of a watch at `t`, with its cause; null where there is none. */
export function wrongAt(model, watch, t) {
  const { wrong } = model;
  for (let i = 0; i < wrong.watch.length && wrong.begin[i] <= t; i++) {
    if (wrong.watch[i] !== watch) continue;
    const end = wrong.begin[i] + wrong.lasted[i];
    if (t < end || (t === end && end === model.end)) {
      return { what: wrong.what[i], begin: wrong.begin[i], end, cause: model.causes[wrong.cause[i]] };
    }
  }
  return null;
}

/** The last presence that reached the watcher from the contact by `t`: a row of the events, or -1. */
export function lastHeard(model, watcher, contact, t) {
  const { events } = model;
  const kind = events.kinds.indexOf("received");
  for (let row = upTo(events.t, t) - 1; row >= 0; row--) {
    if (events.kind[row] === kind && events.agent[row] === watcher && events.peer[row] === contact) return row;
  }
  return -1;
}

/** The resources of an agent that the server holds available at `t`, with their shows. */
export function availability(model, agent, t) {
  const found = [];
  for (const row of model.shows.of[agent] || []) {
    const show = wordAt(model.shows.states, row, t);
    if (show !== null) found.push([model.shows.resource[row], show]);
  }
  return found;
}

/** What is wrong at `t`, by cause: [{cause, watches}], the causes of most watches first. */
export function causesAt(model, t) {
  const { wrong, absent } = model;
  const found = new Map();
  const add = (cause, watch) => found.set(cause, (found.get(cause) ?? new Set()).add(watch));
  for (let i = 0; i < wrong.watch.length && wrong.begin[i] <= t; i++) {
    const end = wrong.begin[i] + wrong.lasted[i];
    if (t < end || (t === end && end === model.end)) add(wrong.cause[i], wrong.watch[i]);
  }
  absent.watch.forEach((watch, i) => { if (absent.since[i] <= t) add(absent.cause[i], watch); });
  return [...found]
    .map(([cause, watches]) => ({ cause: model.causes[cause], watches: [...watches] }))
    .toSorted((a, b) => b.watches.length - a.watches.length);
}
