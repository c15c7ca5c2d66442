"""Writes docs/scenario.md from the schema of scenario files, and the table in docs/figures.md.

    python docs/generate.py

The tables come from the schema, so a new key or model is on the page without any work here.
NOTES adds what a schema cannot say: explanations and examples, by the name of the model. The
table of figures comes from `simulator.scenario.figures`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from simulator.scenario import json_schema
from simulator.scenario.figures import FAMILIES, FIGURES, Family
from simulator.scenario.language.durations import Duration
from simulator.scenario.language.faults import SELECTOR_ALONE
from simulator.scenario.language.words import Share

PAGE = Path(__file__).with_name("scenario.md")
FIGURES_PAGE = Path(__file__).with_name("figures.md")
FIGURES_TABLE = re.compile(r"(?<=^\| figure \| definition \|)(.*\n)((?:\|.*\n)*)", re.M)
SHORT = 10
"""Lists of more words than this stand below their table."""

Schema = dict[str, Any]

_NAMED_TYPES = [
    ("anyOf", TypeAdapter(Duration).json_schema()["anyOf"], "[duration](#durations)"),
    ("anyOf", TypeAdapter(Share).json_schema()["anyOf"], "[share](#shares)"),
    ("anyOf", SELECTOR_ALONE.form["anyOf"], "[selector](#selector)"),
    ("enum", list(FIGURES), "[figure](figures.md#the-figures)"),
]
TITLES = {
    "Draw": "Distribution",
    "Directed": "Fault in a direction",
    "Durations": "Span of durations",
    "Entry": "Timeline entry",
    "Hit": "Fault that hits agents",
    "Moments": "Span of the run",
    "LogNormal": "Log-normal",
    "Portion": "Share of a group",
    "Ramp": "One after the other",
    "Repeat": "Repetition",
    "Rule": "Rule for requests",
    "Sample": "Sample of a group",
    "Sight": "Forbidden sight",
    "Terms": "Terms of a rule",
}
"""Titles that say more than the name of the model."""

_PLAIN_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "mapping",
}

HEAD = """\
# Scenario reference

A scenario is one YAML file. It says who the agents are, whom they watch, what they do, and what
must hold. `simulator check FILE` reports all mistakes at once, with their lines. A mistake hides
none but what depends on it: while the number of a population's agents is wrong, for example, no
element or sample of it can be judged. Names in `observe` and `value` are looked for in the sources
of your classes, as far as these tell; the run tells the rest. `simulator schema` prints the JSON
Schema, with which your editor can complete and check scenario files.

Unknown keys are errors. Values are never converted to fit, so `count: "3"` is an error, too. YAML
is read by the rules of version 1.2, so `no` and `1:30` are texts.

The examples on this page are parts of one scenario, whose populations are `member` (ten agents),
`seller`, `agent1` and `agent2`. Complete scenarios are in [scenarios/](../scenarios/).

<!-- Written by docs/generate.py from the schema. Change the schema or the notes there. -->
"""

VALUES = """\
## Durations

A duration is a number with one of the units `us`, `ms`, `s`, `min` and `h`: `500us`, `20ms`,
`1.5s`, `2min`, `1h`. A number without a unit means seconds. The longest duration is 366 days. Time
is counted in whole microseconds from the start of the run.

## Shares

A share is a number from 0 to 1 or a percentage: `0.95` or `95%`.

## Names

An agent's name is the local part of its JID. If a population has one agent, the agent has the
population's name. The members of a larger population are called `member-0`, `member-1` and so on,
unless `name` says otherwise. Names are in lower case, and contain no spaces and none of the
characters `"&'/:<>@`. The names `all` and `stopped` are reserved.
"""

NOTES: dict[str, str] = {
    "Scenario": """\
Only `name` and `populations` are required. Everything random comes from generators that are derived
from `seed`, one for each agent and each link. So the same file and seed give the same run, and
adding an agent does not change the others. `simulator run FILE --seed 8` replaces the seed, and
`--set populations.member.count=50` replaces any single value.

```yaml
name: Ten members
question: How long until everybody sees everybody?
seed: 7
populations: {member: {count: 10, on_subscribe: approve}}
subscriptions: [{graph: {generator: complete_graph}, among: member, mutual: true}]
```
""",
    "Population": """\
```yaml
populations:
  member:
    count: 10
    presence: {show: chat, status: {default: Working..., es: Trabajando...}, priority: 2}
    on_subscribe: {approve: {delay: 200ms}}
    start: {every: 10ms}
  seller:
    name: seller-of-{population}-{index}
    presence_manager: spade
```

Name your own agent classes and behaviours by their import paths. Modules in the scenario's folder
can be imported, too: see [test your own agents](howto/own_agents.md). The package
`simulator.behaviours` has ready-made behaviours: `Approve`, `ChangeStatus`, `CleanRoster`,
`ComeAndGo`, `DayAndNight`, `Reciprocate`, `Subscribe` and `UnsubscribeAndReturn`. Their
[docstrings](api/behaviours.md) explain their arguments.

```yaml
populations:
  member:
    count: 10
    behaviours:
      - class: simulator.behaviours:ComeAndGo
        arguments: {on: {exponential: {mean: 10min}}, off: 2min}
run: {duration: 1h}
```
""",
    "Rule": """\
A rule is a word, or a word with terms. In a list, the first rule that applies to the asker is used.
If none applies, the request is not answered. Whether an asker belongs to a `share` is drawn once
for each asker, while a `delay` is drawn for each request.

```yaml
populations:
  seller: {}
  member:
    count: 10
    on_subscribe:
      - ignore: {from: seller}
      - approve: {share: 80%, delay: {uniform: {low: 100ms, high: 2s}}}
      - deny
```

`approve_all` sets SPADE's flag of that name. The flag belongs to the agent, so it applies to all
askers.
""",
    "Subscription": """\
A watch is a wish: the watcher asks for the contact's presence at the time `at`. Whether the watch
comes into force is up to the contact's `on_subscribe`. If several entries name the same watch, it
belongs to the first of them.

```yaml
subscriptions:
  - {pairs: [[agent1, agent2]], at: 100ms}
  - {from: seller, to: {sample: 3, of: member}, at: {every: 50ms, starting: 1s}}
  - {graph: {generator: watts_strogatz_graph, k: 4, p: 0.1}, among: member, mutual: true, at: 2s}
```
""",
    "GeneratedGraph": """\
Write the generator's other arguments beside its name. `n` is the number of agents unless you give
it. Nodes are assigned to agents in order. With `from` and `to` instead of `among`, you can use
networkx's bipartite generators as well. Graphs with self-loops or with another number of nodes are
refused.

```yaml
populations: {member: {count: 34}, agent1: {}, agent2: {}, seller: {}}
subscriptions:
  - {graph: {generator: karate_club_graph}, among: member, mutual: true}
```
""",
    "GraphFile": """\
If all nodes have names of agents, they are those agents. Otherwise, nodes are assigned to agents in
order. The run folder keeps a copy of the file.
""",
    "Entry": """\
An action that is not possible, such as stopping an agent that is not running, is recorded as
skipped and disturbs nothing.

```yaml
timeline:
  - {at: 10s, who: "member[0]", do: set_presence, show: dnd, status: Busy}
  - {at: {every: 5s, starting: 11s, times: 3}, who: {share: 20%, of: member}, do: set_presence,
     show: away}
  - {at: 20s, who: "member[2:5]", do: become_unavailable}
  - {at: 25s, who: agent1, do: subscribe, peer: agent2}
  - {at: 30s, who: {sample: 3, of: member}, do: stop}
  - {at: 35s, who: stopped, do: start}
```

`set_presence` leaves everything unchanged that it does not name. `become_unavailable` calls the
documented `set_unavailable()`: the agent sends unavailable presence, and its session ends. The next
`set_presence` brings it back. `stop` ends the SPADE agent. `start` creates a new one and starts it.
""",
    "FaultEntry": """\
Each entry has one kind of fault. Kinds that last for some time also need `for`. For a kind that
hits agents, write the agents directly, or under `who` together with its other keys.

```yaml
faults:
  - {at: 10s, reset: "member[0]"}
  - {at: {every: 1min, starting: 20s, times: 3}, for: 5s, black_hole: {sample: 2, of: member}}
  - {at: 30s, for: 10s, slow: {who: seller, factor: 3, added: 100ms}}
  - {at: 35s, crash: {who: agent1, silent: true, restart_after: 20s}}
  - {at: 40s, for: 15s, partition: {cut_off: "member[5:10]"}}
  - {at: 50s, for: 10s, server_restart: {rosters: kept}}
  - {at: 1min, for: 5s, server_freeze: {}}
run: {duration: 4min}
```

The embedded server supports all faults. Prosody, ejabberd and external servers support most of
them: see the table in [faults](faults.md). A scenario with a fault that the server does not support
is refused before anything runs, and the message names the fault.
""",
    "Network": """\
The embedded server delays each direction of each agent's link by this latency, which is drawn anew
for each piece of data. What was sent first always arrives first. On a real server, the network is
the real one, and this key is not used.

```yaml
network: {latency: {lognormal: {median: 20ms, sigma: 0.4}}}
```
""",
    "Messages": """\
SPADE hands a message to an agent of the same process itself if it is addressed by exactly the JID
that the agent was made with. All agents of a run are in one process, so such messages would meet
neither the server nor the network. In production, where agents run in several processes, they do.
That is why messages cross the server here, unless you say `route: container`. A difference that
agents notice: the sender of a message that crossed the server is a full JID.

A message that reaches nobody is undelivered, whatever the reason: no such account, an agent that
is offline, a link that is cut.

```yaml
messages: {route: server, bodies: none}
```
""",
    "UntilConverged": """\
The run ends when rosters and availability have stayed converged for `settle`, and no agent is
starting, stopping or about to answer a request. A run that reaches `at_most` is complete, too; its
figures say that it did not converge.

```yaml
run: {until: converged, at_most: 2min, settle: 2s}
```
""",
    "ForDuration": """\
```yaml
run: {duration: 1min, settle: 5s}
```
""",
    "FigureExpectation": """\
The figures are defined in [output files and figures](figures.md#the-figures). If a figure could not
be measured, the expectation is `unknown`, and so is the verdict.

```yaml
expect:
  - {figure: roster_convergence, equals: 100%}
  - {figure: time_to_converge.roster, at_most: 6s}
  - {figure: staleness, below: 5%}
  - {figure: outcomes.ok, at_least: 12}
```
""",
    "RosterExpectation": """\
```yaml
expect:
  - roster:
      agent1: {agent2: both}
      seller: {member: {subscription: none, ask: true}, agent1: absent}
```
""",
    "NobodySaw": """\
```yaml
expect:
  - nobody_saw: {contact: seller, by: [agent1, agent2], after: 10s}
```
""",
    "InOrder": """\
```yaml
expect:
  - in_order:
      - {agent: agent1, sent: subscribe, to: agent2}
      - {agent: agent2, received: subscribe, from: agent1}
      - {agent: agent1, contact: agent2, roster: to}
      - {agent: agent1, sent: message, to: agent2, performative: cfp}
```
""",
    "ExpectedValue": """\
A value is what the agent last kept with SPADE's own `self.set(name, value)`, or an attribute that
`observe` names, read at the end of the run. Your code does not change for it. If an attribute could
not be read, the expectation is `unknown`.

```yaml
observe: {seller: [sold]}
expect:
  - value: {agent: seller, name: sold, at_least: 3}
```
""",
    "Search": """\
`simulator find` changes what this allows, and nothing else. Without `search` it has the values of
this table. See [find what goes wrong](howto/find.md).

```yaml
search:
  faults: [reset, crash, server_restart]
  actions: [set_presence]
  latency: {from: 5ms, to: 200ms}
  targets: member
  when: {from: 5s, to: 20s}
  at_most: 2
```
""",
    "Selector": """\
A selector says which agents are meant.

| selector | agents |
|---|---|
| `member` | every agent of the population |
| `"member[0]"`, `"member[-1]"` | one of them, counted from 0, or from the end |
| `"member[2:5]"` | a slice, as in Python: 2, 3 and 4 |
| `member-3` | one agent by its name |
| `all` | every agent |
| `stopped` | in the timeline: the agents that it has stopped by then |
| `[agent1, "member[0:3]"]` | several of these |
| `{sample: 5, of: member}` | five of them, drawn with the seed |
| `{share: 10%, of: member}` | a tenth of them, rounded, drawn with the seed |
| `{except: "member[0]", of: all}` | every agent except one |

Selectors with brackets need quotes in YAML. `expect` accepts only names, populations, slices, `all`
and lists of these, because the journal does not say which agents were drawn.
""",
    "Draw": """\
Wherever a duration can vary, you can write a distribution instead. Each agent and each link draws
from a generator of its own.

```yaml
populations:
  seller: {start: {uniform: {low: 0s, high: 5s}}}
  agent1: {on_subscribe: {approve: {delay: {exponential: {mean: 800ms}}}}}
  agent2: {on_subscribe: {approve: {delay: {normal: {mean: 1s, deviation: 200ms}}}}}
  member: {count: 10, on_subscribe: {approve: {delay: {choice: [10ms, 1s]}}}}
network: {latency: {constant: 20ms}}
```
""",
}


def generate() -> str:
    """The page."""
    schema = json_schema()
    models: dict[str, Schema] = schema["$defs"]
    sections = _sections(schema, models)
    parts = [HEAD, _model("A scenario", "Scenario", schema, 2)]
    for key in schema["properties"]:
        if sections[key]:
            about = schema["properties"][key].get("description", "")
            parts.append(f"## {key}\n\n{about}\n")
            parts += [_model(_title(name), name, models[name], 3) for name in sections[key]]
    parts += [VALUES, "## Used in several places\n"]
    parts += [_model(_title(name), name, models[name], 3) for name in sections[""]]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _sections(schema: Schema, models: dict[str, Schema]) -> dict[str, list[str]]:
    """Models by the key of the scenario that leads to them; those of several keys under ""."""
    reached = {
        key: list(dict.fromkeys(_reach(value, models, frozenset())))
        for key, value in schema["properties"].items()
    }
    every = [name for names in reached.values() for name in names]
    shared = list(dict.fromkeys(name for name in every if every.count(name) > 1))
    own = {key: [name for name in names if name not in shared] for key, names in reached.items()}
    return {**own, "": shared}


def _reach(schema: Any, models: dict[str, Schema], seen: frozenset[str]) -> Iterator[str]:
    """The models that a schema names, in the order of reading, and those that they name."""
    if isinstance(schema, list):
        for one in schema:
            yield from _reach(one, models, seen)
    if not isinstance(schema, dict):
        return
    name = _referred(schema)
    if name and name not in seen:
        yield name
        yield from _reach(models[name], models, seen | {name})
    for value in schema.values():
        yield from _reach(value, models, seen)


def _referred(schema: Schema) -> str:
    reference = schema.get("$ref", "")
    return str(reference).removeprefix("#/$defs/") if isinstance(reference, str) else ""


def _title(name: str) -> str:
    """``GeneratedGraph`` -> ``Generated graph``."""
    return TITLES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _link(name: str) -> str:
    title = _title(name).lower()
    return f"[{title}](#{title.replace(' ', '-')})"


def _model(title: str, name: str, schema: Schema, level: int) -> str:
    about = schema.get("description", "").strip()
    parts = [f"{'#' * level} {title}"]
    parts += [about] * bool(about)
    if schema.get("properties"):
        parts += _table(schema)
    if name in NOTES:
        parts.append(NOTES[name].strip())
    return "\n\n".join(parts) + "\n"


def _table(schema: Schema) -> list[str]:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    below = []
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        words = _long_list(value)
        if words:
            below.append(f"`{key}` is one of: {_listed(words)}.")
        kind = "one of those below" if words else _kind(value)
        default = "required" if key in required else _default(value)
        cells = (f"`{key}`", kind, default, value.get("description", ""))
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return ["\n".join(rows), *below]


def _long_list(schema: Schema) -> list[str]:
    words: list[str] = schema.get("enum", [])
    return words if len(words) > SHORT and words != list(FIGURES) else []


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None or value in ([], {}):
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _kind(schema: Schema) -> str:
    """What may stand there, in words."""
    for key, forms, words in _NAMED_TYPES:
        if schema.get(key) == forms:
            return words
    if "$ref" in schema:
        return _link(_referred(schema))
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _either([one for one in schema[several] if one.get("type") != "null"])
    if "const" in schema or "enum" in schema:
        return _listed(schema.get("enum") or [schema["const"]])
    return _simple(schema)


def _either(forms: list[Schema]) -> str:
    kinds = list(dict.fromkeys(_kind(one) for one in forms))
    if len(kinds) > 1 and kinds[-1] == f"list of {kinds[0]}":
        return f"{kinds[0]} or a list of these"
    return " or ".join(kinds)


def _simple(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(_simple({"type": one}) for one in kind)
    if kind == "array":
        return _array(schema)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"mapping of name to {_kind(schema['additionalProperties'])}"
    return _PLAIN_TYPES.get(kind or "", "anything") + _bounds(schema)


def _array(schema: Schema) -> str:
    items = schema.get("items")
    if items:
        return f"list of {_kind(items)}"
    first = ", ".join(_kind(one) for one in schema.get("prefixItems", ()))
    return f"[{first}]" if first else "list"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f", {low} or more" if high is None or high >= 2**32 else f", {low} to {high}"


def generate_figures(page: str) -> str:
    """The page about figures, with the table of today's."""
    head = " how to read it | absent when |\n|---|---|---|---|\n"
    rows = "".join(
        f"| {_names(family)} | {family.definition} | {family.reading} | {family.absent} |\n"
        for family in FAMILIES
    )
    return FIGURES_TABLE.sub(lambda _: head + rows, page, count=1)


def _names(family: Family) -> str:
    """The name of a family's figure, and those of its parts: `` `declared.lost`, `.ended` ``."""
    first, *others = family.names
    parts = [f"`{name.removeprefix(family.name)}`" for name in others]
    return ", ".join([f"`{first}`", *parts])


if __name__ == "__main__":
    PAGE.write_text(generate(), encoding="utf-8")
    FIGURES_PAGE.write_text(generate_figures(FIGURES_PAGE.read_text("utf-8")), encoding="utf-8")
