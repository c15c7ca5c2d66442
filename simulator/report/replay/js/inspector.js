// The inspector: everything about an agent, or about a pair, at a time.
import { sentence, upTo, wordAt } from "./model.js";
import { agentLook, availability, causesAt, faultsAt, lastHeard, watchLook, wrongAt } from "./state.js";
import { WATCH_LOOKS, causeText, clock, showWord } from "./words.js";
import { differenceText } from "./differences.js";
import { make } from "./drawing.js";

const MOMENTS = {
  declared: "declared by the scenario", over: "ended by the scenario's timeline", acted: "the watcher is told to ask",
  skipped: "the watcher was to ask, and could not", asked: "asked", heard: "the request arrives", approved: "approved",
  approval_heard: "the approval arrives", refused: "refused", refusal_heard: "the refusal arrives",
  bounced: "an error comes back", in_force: "in force", served_ask: "the server shows the request",
  not_served: "the server shows neither watch nor request", act: "ended",
};
const FEW = 12;

export function inspectorPane(app, place) {
  const { model } = app;

  function draw() {
    const [one, other] = app.selected;
    if (one === undefined) place.replaceChildren(...overview());
    else if (app.selected.length === 2) place.replaceChildren(...pair(one, other));
    else place.replaceChildren(...agent(app.selected.at(-1)));
  }

  const name = (number) => model.names[number];
  const jump = (t, text) => make("button", { class: "r-link", type: "button", onclick: () => app.go(t) }, text);
  const choose = (agents, text) => make("button", { class: "r-link", type: "button", onclick: () => app.select(agents) }, text);
  const rows = (pairs) => make("dl", {}, ...pairs.filter(([, value]) => value !== null && value !== "").flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));
  const heading = (text) => make("h4", {}, text);

  /** What is wrong now, and why. */
  function overview() {
    const counts = {};
    for (let row = 0; row < model.watches.count; row++) {
      const look = watchLook(model, app.state, row);
      if (look !== null) counts[look] = (counts[look] ?? 0) + 1;
    }
    const counted = WATCH_LOOKS.toReversed().filter(([word]) => counts[word]).map(([word, text]) => [text, String(counts[word])]);
    const faults = faultsAt(model, app.t).map((fault) => make("li", {}, fault.fault + (fault.agents.length ? " of " + several(fault.agents.length, "agent", "agents") : "") + " since " + clock(fault.begin) + " (" + fault.origin + ")"));
    const wrong = causesAt(model, app.t);
    return [
      make("h3", {}, "At " + clock(app.t)),
      rows([["agents", String(model.agentCount)], ...counted]),
      ...(app.differing.length ? [heading("Not the same in the other run now"), make("ul", {}, ...app.differing.slice(0, FEW).map((one) => make("li", {}, choose(one.names.map((name) => model.names.indexOf(name)), differenceText(one)))))] : []),
      ...(faults.length ? [heading("Faults now"), make("ul", {}, ...faults)] : []),
      heading(wrong.length ? "Wrong now, and why" : "Nothing is wrong now"),
      ...wrong.map(({ cause, watches }) => make("div", { class: "r-why" },
        make("p", {}, make("strong", {}, several(watches.length, "watch", "watches") + ". "), causeText(cause)),
        make("ul", {}, ...watches.slice(0, 4).map((row) => make("li", {}, watchButton(row)))),
        watches.length > 4 ? make("p", { class: "note" }, "and " + (watches.length - 4) + " more") : null)),
      make("p", { class: "note" }, "Choose an agent or a watch in the graph; with Shift, several agents."),
    ];
  }
  const several = (count, one, more) => count + " " + (count === 1 ? one : more);

  function watchButton(row) {
    const { watcher, contact } = model.watches;
    const look = watchLook(model, app.state, row);
    return choose([watcher[row], contact[row]], name(watcher[row]) + " → " + name(contact[row]) + ": " + (look ?? "not declared").replaceAll("_", " "));
  }

  function agent(number) {
    if (number >= model.agentCount) return [make("h3", {}, name(number)), make("p", { class: "note" }, "Nobody of the plan: the run knows only its address.")];
    const look = agentLook(model, app.state, number);
    const population = model.agents.populations[model.agents.population[number]];
    const held = availability(model, number, app.t);
    const faults = faultsAt(model, app.t).filter((fault) => fault.agents.includes(number));
    const sessions = model.sessions.of[number].map((row) => model.sessions.resource[row] + ": " + (wordAt(model.sessions.states, row, app.t) ?? "none yet"));
    return [
      make("h3", {}, name(number)),
      rows([
        ["population", population + (model.agents.spawned_by[number] ? "made by " + model.agents.spawned_by[number] : "")],
        ["manager", model.agents.manager[number]],
        ["agent", look.life.replace("_", " ")],
        ["sessions", sessions.join("; ")],
        ["at the server", held.length ? held.map(([resource, show]) => showWord(show) + " (" + resource + ")").join("; ") : "unavailable"],
        ["faults", faults.map((fault) => fault.fault + " (" + fault.origin + ")").join("; ")],
      ]),
      ...listed("Sees", model.watches.ofWatcher[number]),
      ...listed("Is seen by", model.watches.ofContact[number]),
      ...roster(number),
      ...kept(number),
      ...recent((row) => model.events.agent[row] === number || model.events.peer[row] === number),
    ];
  }

  function listed(title, watches) {
    const shown = watches.filter((row) => watchLook(model, app.state, row) !== null);
    if (!shown.length) return [];
    const order = (row) => WATCH_LOOKS.findIndex(([word]) => word === watchLook(model, app.state, row));
    const worst = shown.toSorted((a, b) => order(b) - order(a));
    const more = shown.length > FEW ? [make("p", { class: "note" }, "and " + (shown.length - FEW) + " more")] : [];
    return [heading(title + " (" + shown.length + ")"), make("ul", {}, ...worst.slice(0, FEW).map((row) => make("li", {}, watchButton(row)))), ...more];
  }

  /** The roster in its four views. */
  function roster(number) {
    const believed = new Map(model.beliefs.of[number].map((row) => [model.beliefs.peer[row], model.texts[model.beliefs.text[row]]]));
    const entries = model.entries.of[number].filter((row) => wordAt(model.entries.expected, row, app.t) !== null || wordAt(model.entries.served, row, app.t) !== null);
    if (!entries.length && !believed.size) return [];
    const known = new Set();
    const body = entries.slice(0, 40).map((row) => {
      const peer = model.entries.peer[row];
      known.add(peer);
      return entry(number, peer, row, believed.get(peer));
    });
    for (const [peer] of believed) if (!known.has(peer) && body.length < 40) body.push(entry(number, peer, -1, believed.get(peer)));
    const head = ["contact", "declared", "expected", "served", "believed at the end"].map((text) => make("th", { scope: "col" }, text));
    return [heading("Roster"), make("div", { class: "scroll" }, make("table", { class: "r-roster" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body)))];
  }

  function entry(owner, peer, row, believed) {
    const expected = row < 0 ? null : wordAt(model.entries.expected, row, app.t);
    const served = row < 0 ? null : wordAt(model.entries.served, row, app.t);
    const watch = model.watches.pairs.get(owner + "," + peer);
    const declared = watch === undefined ? null : wordAt(model.watches.declared, watch, app.t);
    const wrong = expected !== null && served !== null && !expected.split(" or ").includes(served);
    const cells = [declared && declared.replaceAll("_", " "), expected, served, believed].map((text) => make("td", {}, text ?? "–"));
    return make("tr", wrong ? { class: "differs" } : {}, make("th", { scope: "row" }, choose([owner, peer], name(peer))), ...cells);
  }

  /** Values that the agent keeps, and what its code raised, up to now. */
  function kept(number) {
    const { events } = model;
    const values = new Map(), raised = [];
    const value = events.kinds.indexOf("value"), error = events.kinds.indexOf("error");
    for (let row = 0, end = upTo(events.t, app.t); row < end; row++) {
      if (events.agent[row] !== number) continue;
      if (events.kind[row] === value) {
        const text = model.texts[events.text[row]];
        values.set(text.split(" ")[0], text);
      } else if (events.kind[row] === error) raised.push(row);
    }
    return [
      ...(values.size ? [heading("Keeps"), make("ul", {}, ...[...values.values()].slice(0, FEW).map((text) => make("li", {}, text)))] : []),
      ...(raised.length ? [heading("Raised"), make("ul", { class: "r-fail" }, ...raised.slice(-FEW).map((row) => make("li", {}, jump(events.t[row], clock(events.t[row])), " " + sentence(model, row))))] : []),
    ];
  }

  function pair(watcher, contact) {
    const watch = model.watches.pairs.get(watcher + "," + contact);
    const back = model.watches.pairs.get(contact + "," + watcher);
    const parts = [make("h3", {}, name(watcher) + " watches " + name(contact))];
    if (back !== undefined) parts.push(make("p", {}, choose([contact, watcher], "the other way: " + name(contact) + " watches " + name(watcher))));
    if (watch === undefined) parts.push(make("p", { class: "note" }, "The scenario declares no such watch."));
    const entryRow = model.entries.of[watcher]?.find((row) => model.entries.peer[row] === contact);
    const belief = model.beliefs.of[watcher]?.find((row) => model.beliefs.peer[row] === contact);
    const heard = lastHeard(model, watcher, contact, app.t);
    const held = availability(model, contact, app.t);
    const declared = watch === undefined ? null : wordAt(model.watches.declared, watch, app.t);
    const sight = watch === undefined ? null : wordAt(model.watches.sights, watch, app.t);
    parts.push(rows([
      ["declared", declared === null ? "not yet" : declared.replaceAll("_", " ") + " (" + model.texts[model.watches.origin[watch]] + ")"],
      ["expected", entryRow === undefined ? null : wordAt(model.entries.expected, entryRow, app.t) ?? "–"],
      ["served", entryRow === undefined ? null : wordAt(model.entries.served, entryRow, app.t) ?? "–"],
      ["believed", belief === undefined ? null : model.texts[model.beliefs.text[belief]] + " (at the end)"],
      ["actual", held.length ? held.map(([, show]) => showWord(show)).join("; ") : "unavailable"],
      ["observed", heard < 0 ? "nothing heard yet" : make("span", {}, model.texts[model.events.text[heard]].replace("\u0001", name(contact)), ", ", jump(model.events.t[heard], clock(model.events.t[heard])))],
      ["sight", sight === null ? null : sight === "unauthorised" ? "may not see it now" : sight],
    ]));
    if (watch !== undefined) parts.push(...why(watch), ...moments(watch));
    const { agent: agents, peer: peers } = model.events;
    parts.push(...recent((row) => (agents[row] === watcher && peers[row] === contact) || (agents[row] === contact && peers[row] === watcher)));
    return parts;
  }

  function why(watch) {
    const found = [];
    const wrong = wrongAt(model, watch, app.t);
    if (wrong) {
      found.push(make("p", { class: "r-why" }, make("strong", {}, wrong.what + " from " + clock(wrong.begin) + " to " + clock(wrong.end) + ". "), causeText(wrong.cause)));
    }
    const absent = model.absent.watch.indexOf(watch);
    if (absent >= 0 && model.absent.since[absent] <= app.t) {
      const cause = model.causes[model.absent.cause[absent]];
      found.push(make("p", { class: "r-why" }, make("strong", {}, "not in force since " + clock(model.absent.since[absent]) + ", to the end. "), causeText(cause)));
    }
    const times = [];
    model.wrong.watch.forEach((one, i) => { if (one === watch) times.push(i); });
    if (times.length) {
      const item = (i) => make("li", {}, jump(model.wrong.begin[i], clock(model.wrong.begin[i])), " " + model.wrong.what[i] + " for " + clock(model.wrong.lasted[i]));
      found.push(heading("Wrong times"), make("ul", {}, ...times.slice(0, FEW).map(item)));
    }
    return found;
  }

  function moments(watch) {
    const { history } = model.watches;
    const items = [];
    for (let i = history.first[watch]; i < history.first[watch + 1] && history.t[i] <= app.t; i++) {
      const detail = model.texts[history.detail[i]];
      items.push(make("li", {}, jump(history.t[i], clock(history.t[i])), " " + MOMENTS[history.kinds[history.kind[i]]] + (detail ? ": " + detail : "")));
    }
    return items.length ? [heading("History of the watch"), make("ul", {}, ...items.slice(-2 * FEW))] : [];
  }

  function recent(fits) {
    const { events } = model;
    const found = [];
    for (let row = upTo(events.t, app.t) - 1; row >= 0 && found.length < FEW; row--) if (fits(row)) found.unshift(row);
    if (!found.length) return [];
    return [heading("Up to now"), make("ul", {}, ...found.map((row) => make("li", {}, jump(events.t[row], clock(events.t[row])), " " + sentence(model, row))))];
  }

  return { draw };
}
