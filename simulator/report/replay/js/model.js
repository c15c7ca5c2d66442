// The run as typed arrays, decoded once from the page's document (docs/replay_document.md).
// Nothing here draws or knows the time.

/** Running sums: the times of `differences`, absolute. */
export function sums(differences) {
  const found = new Float64Array(differences.length);
  let t = 0;
  for (let i = 0; i < found.length; i++) found[i] = t += differences[i];
  return found;
}

/** A track: `words[v[i]]` from `t[i]` on, for i from `first[row]` to `first[row + 1]`. */
export function decodeTrack(track) {
  const rows = track.n.length;
  const first = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) first[row + 1] = first[row] + track.n[row];
  const t = Float64Array.from(track.t);
  for (let row = 0; row < rows; row++) {
    for (let i = first[row] + 1; i < first[row + 1]; i++) t[i] += t[i - 1];
  }
  return { words: track.words, first, t, v: Uint16Array.from(track.v) };
}

/** How many of the sorted times are at most `t`. */
export function upTo(times, t, low = 0, high = times.length) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place in the track of a row's step at `t`; -1 before the first. */
export function stepAt(track, row, t) {
  const first = track.first[row];
  const after = upTo(track.t, t, first, track.first[row + 1]);
  return after > first ? after - 1 : -1;
}

/** The word of a row at `t`; null before the first step. */
export function wordAt(track, row, t) {
  const step = stepAt(track, row, t);
  return step < 0 ? null : track.words[track.v[step]];
}

/** [word, begin, end] of each step of a row. */
export function spans(track, row, end) {
  const found = [];
  for (let i = track.first[row]; i < track.first[row + 1]; i++) {
    const after = i + 1 < track.first[row + 1] ? track.t[i + 1] : end;
    if (track.t[i] < after) found.push([track.words[track.v[i]], track.t[i], after]);
  }
  return found;
}

/** The rows by owner: `rows[owner]` is a list. */
function byOwner(owners, count) {
  const rows = Array.from({ length: count }, () => []);
  owners.forEach((owner, row) => rows[owner]?.push(row));
  return rows;
}

function decodeEvents(events) {
  const count = events.t.length;
  const of = new Int32Array(count);
  for (let i = 0; i < count; i++) of[i] = events.of[i] ? i - events.of[i] : -1;
  return {
    count,
    kinds: events.kinds,
    t: sums(events.t),
    kind: Uint8Array.from(events.kind),
    agent: Int32Array.from(events.agent),
    peer: Int32Array.from(events.peer),
    text: Uint32Array.from(events.text),
    of,
  };
}

/** What was under way: of each stanza that arrived and whose sending is known. */
function flightsOf(events) {
  const { count, of, agent, kind, t } = events;
  const rows = new Uint32Array(count), sent = new Float64Array(count), received = new Float64Array(count);
  const isMessage = new Uint8Array(count), message = events.kinds.indexOf("message_received");
  let found = 0, longest = 0;
  for (let row = 0; row < count; row++) {
    const from = of[row];
    if (from < 0 || agent[from] < 0 || agent[row] === agent[from]) continue;
    rows[found] = row;
    sent[found] = t[from];
    received[found] = t[row];
    isMessage[found] = Number(kind[row] === message);
    longest = Math.max(longest, t[row] - t[from]);
    found++;
  }
  const part = (column) => column.subarray(0, found);
  return { row: part(rows), sent: part(sent), received: part(received), isMessage: part(isMessage), longest };
}

/** The model of a document. */
export function decode(document) {
  const agentCount = document.agents.x.length;
  const watches = document.watches;
  const pairs = new Map();
  watches.watcher.forEach((watcher, row) => pairs.set(watcher + "," + watches.contact[row], row));
  const events = decodeEvents(document.events);
  const resources = (part) => ({
    agent: part.agent,
    resource: part.resource,
    states: decodeTrack(part.states),
    of: byOwner(part.agent, agentCount),
  });
  const historyFirst = new Uint32Array(watches.history.n.length + 1);
  watches.history.n.forEach((n, row) => { historyFirst[row + 1] = historyFirst[row] + n; });
  const historyT = Float64Array.from(watches.history.t);
  for (let row = 0; row + 1 < historyFirst.length; row++) {
    for (let i = historyFirst[row] + 1; i < historyFirst[row + 1]; i++) historyT[i] += historyT[i - 1];
  }
  return {
    run: document.run,
    end: document.run.end,
    checks: document.checks,
    unasked: document.unasked,
    names: document.names,
    texts: document.texts,
    causes: document.causes,
    agentCount,
    agents: document.agents,
    life: decodeTrack(document.agents.life),
    sessions: resources(document.sessions),
    shows: resources(document.shows),
    watches: {
      count: watches.watcher.length,
      watcher: Uint32Array.from(watches.watcher),
      contact: Uint32Array.from(watches.contact),
      origin: watches.origin,
      sights: decodeTrack(watches.sights),
      declared: decodeTrack(watches.declared),
      history: { ...watches.history, first: historyFirst, t: historyT },
      pairs,
      ofWatcher: byOwner(watches.watcher, agentCount),
      ofContact: byOwner(watches.contact, agentCount),
    },
    entries: {
      ...document.entries,
      expected: decodeTrack(document.entries.expected),
      served: decodeTrack(document.entries.served),
      of: byOwner(document.entries.owner, agentCount),
    },
    beliefs: { ...document.beliefs, of: byOwner(document.beliefs.owner, agentCount) },
    convergence: Object.fromEntries(
      Object.entries(document.convergence).map(([of, one]) => [of, { ...one, t: sums(one.t) }]),
    ),
    faults: document.faults,
    wrong: { ...document.wrong, begin: sums(document.wrong.begin) },
    absent: document.absent,
    never: { ...document.never, t: sums(document.never.t) },
    events,
    flights: flightsOf(events),
  };
}

/** The document in an element of the page: base64 of gzip of JSON. */
export async function unpack(text) {
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** The sentence of an event. */
export function sentence(model, row) {
  const { events, names, texts } = model;
  const peer = events.peer[row];
  const text = texts[events.text[row]].replace("\u0001", peer < 0 ? "" : names[peer]);
  return events.agent[row] < 0 ? text : names[events.agent[row]] + " " + text;
}
