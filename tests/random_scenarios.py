"""Random scenario documents, mostly right: a Hypothesis strategy, and a run without files."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from simulator.analysis.measurement import Measurement
from simulator.journal.file import Journal
from simulator.journal.records import AnyRecord
from simulator.running import runner
from simulator.running.faults import check_faults
from simulator.running.interruption import Interruption
from simulator.scenario import build_plan, scenario_from
from simulator.scenario.figures import FIGURES
from simulator.scenario.language.faults import FAULT_KINDS, STREAM_ERRORS
from simulator.scenario.language.timeline import WITH_PEER
from simulator.servers.embedded.backend import EmbeddedBackend

Document = dict[str, Any]
DESK_AND_PHONE = {"resources": [{"name": "desk"}, {"name": "phone", "priority": -1}]}
NAMES = ("member", "seller", "asker")
STRANGERS = ("nobody@elsewhere.example", "nobody@localhost")
STUCK_AFTER = 60
"""Seconds of real time after which a small run is taken to hang."""

durations = st.sampled_from(["0s", "1ms", "20ms", "250ms", "1s", "3s", "7.5s", 2, 0.5])
periods = st.sampled_from(["5ms", "200ms", "1s", "4s", 3])
distributions = st.one_of(
    st.builds(
        lambda low, more: {"uniform": {"low": low, "high": low + more}},
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    st.sampled_from(
        [
            {"exponential": {"mean": "1s"}},
            {"lognormal": {"median": "300ms", "sigma": 0.8}},
            {"normal": {"mean": "1s", "deviation": "2s"}},
            {"choice": ["0s", "1s", "90ms"]},
            {"constant": "10ms"},
        ]
    ),
)
shows = st.sampled_from(["none", "chat", "away", "xa", "dnd"])
texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
    ),
    max_size=12,
)
statuses = st.one_of(texts, st.fixed_dictionaries({"default": texts}, optional={"es": texts}))
priorities = st.integers(-128, 127)


def optional(**values: SearchStrategy[Any]) -> SearchStrategy[Document]:
    """A mapping with any of these keys; ``from_`` stands for ``from``."""
    named = {key.rstrip("_"): value for key, value in values.items()}
    return st.fixed_dictionaries({}, optional=named)


def merged(*parts: SearchStrategy[Document]) -> SearchStrategy[Document]:
    """One mapping of several."""
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


def selectors(names: list[str]) -> SearchStrategy[Any]:
    """Who is meant; now and then nobody who is there."""
    groups = st.sampled_from([*names, "all"])
    parts = st.builds(
        "{}[{}]".format, st.sampled_from(names), st.sampled_from(["0", "-1", "0:2", "1:"])
    )
    plain = st.one_of(groups, parts)
    return st.one_of(
        plain,
        st.lists(plain, min_size=1, max_size=2),
        st.builds(lambda of, count: {"sample": count, "of": of}, groups, st.integers(1, 2)),
        st.builds(
            lambda of, share: {"share": share, "of": of}, plain, st.sampled_from([0.5, "80%"])
        ),
        st.builds(lambda but: {"except": but, "of": "all"}, parts),
    )


def rules(names: list[str]) -> SearchStrategy[Any]:
    """What to do on a request."""
    words = st.sampled_from(["approve", "approve_and_subscribe", "deny", "ignore", "approve_all"])
    terms = optional(
        delay=st.one_of(durations, distributions),
        share=st.sampled_from([0.3, "50%"]),
        from_=selectors(names),
        limit=st.integers(1, 3),
    )
    rule = st.one_of(
        words, st.builds(lambda word, how: {word: how}, st.sampled_from(["approve", "deny"]), terms)
    )
    return st.one_of(rule, st.lists(rule, min_size=1, max_size=3))


def behaviours(names: list[str]) -> SearchStrategy[Any]:
    """Some of the built-in ones."""
    package = "simulator.behaviours:"
    return st.lists(
        st.one_of(
            st.builds(
                lambda on, off, times: {
                    "class": package + "ComeAndGo",
                    "arguments": {"on": on, "off": off, "times": times},
                },
                distributions,
                distributions,
                st.integers(1, 3),
            ),
            st.builds(
                lambda every: {
                    "class": package + "ChangeStatus",
                    "arguments": {"every": every, "looks": ["chat", "away", "dnd"], "times": 3},
                },
                periods,
            ),
            st.just({"class": package + "Reciprocate"}),
            st.builds(
                lambda to: {"class": package + "Subscribe", "arguments": {"to": [f"{to}-0"]}},
                st.sampled_from(names),
            ),
        ),
        max_size=2,
    )


def population(names: list[str]) -> SearchStrategy[Document]:
    """One population of at most six agents."""
    return (
        merged(
            st.fixed_dictionaries({"count": st.sampled_from([2, 3, 4, 6])}),
            optional(
                presence=optional(show=shows, status=statuses, priority=priorities),
                on_subscribe=rules(names),
                presence_manager=st.sampled_from(["documented", "spade"]),
                recovery=st.sampled_from(["none", "rejoin"]),
                start=st.one_of(durations, distributions, st.just({"every": "50ms"})),
                behaviours=behaviours(names),
            ),
            st.sampled_from([{}, {}, {"resource": "r{index}"}, {"resource": "é"}, DESK_AND_PHONE]),
        )
        .map(without_two_presences)
        .map(without_useless_recovery)
    )


def without_useless_recovery(found: Document) -> Document:
    """SPADE's own manager has no `recovery`."""
    useless = found.get("presence_manager") == "spade"
    return {k: v for k, v in found.items() if not (useless and k == "recovery")}


def without_two_presences(found: Document) -> Document:
    """`presence` cannot stand beside `resources`."""
    return {k: v for k, v in found.items() if k != "presence" or "resources" not in found}


def subscription(names: list[str]) -> SearchStrategy[Document]:
    """Watches in one of the three forms."""
    graphs = st.sampled_from(
        [
            {"generator": "complete_graph"},
            {"generator": "path_graph"},
            {"generator": "cycle_graph"},
            {"generator": "gnp_random_graph", "p": 0.5},
            {"generator": "watts_strogatz_graph", "k": 2, "p": 0.2},
            {"generator": "barabasi_albert_graph", "m": 1},
        ]
    )
    forms = st.one_of(
        st.builds(lambda a, b: {"from": a, "to": b}, selectors(names), selectors(names)),
        st.builds(
            lambda graph, who: {"graph": graph, "among": who},
            graphs,
            st.one_of(st.just("all"), st.sampled_from(names)),
        ),
        st.builds(
            lambda a, b: {"pairs": [[f"{a}[0]", f"{b}[-1]"]]},
            st.sampled_from(names),
            st.sampled_from(names),
        ),
    )
    at = st.one_of(durations, distributions, st.just({"every": "30ms", "starting": "1s"}))
    return merged(forms, optional(mutual=st.booleans(), at=at))


def moments() -> SearchStrategy[Any]:
    """Once, or some times."""
    return st.one_of(
        st.integers(5, 25),
        st.builds(
            lambda every, starting, times: {"every": every, "starting": starting, "times": times},
            periods,
            st.integers(4, 10),
            st.integers(1, 4),
        ),
    )


@st.composite
def entry(draw: st.DrawFn, names: list[str]) -> Document:
    """One entry of the timeline."""
    do = draw(
        st.sampled_from(["set_presence", "become_unavailable", "stop", "start", *sorted(WITH_PEER)])
    )
    found = {"at": draw(moments()), "who": draw(selectors(names)), "do": do}
    if do in WITH_PEER:
        found["peer"] = draw(st.one_of(selectors(names), st.sampled_from(STRANGERS)))
    if do == "set_presence":
        found["show"] = draw(shows)
        found |= draw(optional(status=statuses, priority=priorities))
    return found


@st.composite
def fault(draw: st.DrawFn, names: list[str]) -> Document:
    """One fault."""
    who = selectors(names)
    directed = merged(
        st.builds(lambda one: {"who": one}, who),
        optional(direction=st.sampled_from(["up", "down", "both"])),
    )
    kinds: dict[str, SearchStrategy[Any]] = {
        **dict.fromkeys(FAULT_KINDS, who),
        "black_hole": directed,
        "stall": directed,
        "slow": directed.map(lambda terms: {**terms, "factor": 5, "added": "300ms"}),
        "stream_error": st.builds(
            lambda one, word: {"who": one, "condition": word}, who, st.sampled_from(STREAM_ERRORS)
        ),
        "crash": merged(
            st.builds(lambda one: {"who": one}, who),
            optional(silent=st.booleans(), restart_after=durations),
        ),
        "partition": st.one_of(
            st.builds(lambda one: {"cut_off": one}, who), st.just({"communities": 2})
        ),
        "server_restart": st.builds(
            lambda word: {"rosters": word}, st.sampled_from(["kept", "lost"])
        ),
        "server_freeze": st.none(),
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    found: Document = {"at": draw(st.integers(0, 25)), kind: draw(kinds[kind])}
    if FAULT_KINDS[kind].lasts == "always":
        found["for"] = draw(st.sampled_from(["1ms", "2s", "9s", "150s"]))
    return found


def expectation(names: list[str]) -> SearchStrategy[Document]:
    """What must hold, or may not."""
    values = {"time": "1s", "share": 0.5, "count": 1, "ratio": 2.5}
    return st.one_of(
        st.sampled_from(sorted(FIGURES)).map(
            lambda name: {"figure": name, "at_most": values[FIGURES[name]]}
        ),
        st.builds(
            lambda who: {"value": {"agent": who, "name": "jid", "equals": "a@b"}},
            st.sampled_from(names),
        ),
        st.builds(lambda who: {"nobody_saw": {"contact": who}}, st.sampled_from(names)),
        st.builds(
            lambda a, b: {"roster": {a: {b: "both"}}},
            st.sampled_from(names),
            st.sampled_from(names),
        ),
        st.builds(
            lambda a: {
                "in_order": [{"agent": a, "became": "started"}, {"agent": a, "sent": "available"}]
            },
            st.sampled_from(names),
        ),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A whole scenario. Nearly all can be run; the others are refused."""
    names = list(NAMES[: draw(st.integers(1, len(NAMES)))])
    populations = {name: draw(population(names)) for name in names}
    run = draw(
        st.sampled_from(
            [
                {"until": "converged", "at_most": "30s"},
                {"duration": "26s"},
                {"duration": "200s", "settle": "0s"},
            ]
        )
    )
    return {
        "name": "Random",
        "seed": draw(st.integers(0, 1000)),
        "populations": populations,
        "subscriptions": draw(st.lists(subscription(names), max_size=3)),
        "timeline": draw(st.lists(entry(names), max_size=5)),
        "faults": draw(st.lists(fault(names), max_size=3)),
        "expect": draw(st.lists(expectation(names), max_size=3)),
        "network": draw(st.one_of(st.just({}), distributions.map(lambda one: {"latency": one}))),
        "run": run,
        **draw(
            optional(
                messages=st.builds(
                    lambda route, bodies: {"route": route, "bodies": bodies},
                    st.sampled_from(["server", "container"]),
                    st.sampled_from(["none", "head", "whole"]),
                ),
                observe=st.builds(lambda who: {who: ["jid", "nothing"]}, st.sampled_from(names)),
            )
        ),
        **draw(optional(pings=st.booleans(), recovery=st.sampled_from(["none", "rejoin"]))),
    }


JUNK: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just("member[99]"),
    st.just("-1s"),
    st.just({"sample": 0, "of": "all"}),
)


@st.composite
def spoiled(draw: st.DrawFn) -> Document:
    """A scenario in which one value somewhere was replaced by something else."""
    document = draw(documents())
    inside: Any = document
    while True:
        keys = sorted(inside) if isinstance(inside, Mapping) else range(len(inside))
        key = draw(st.sampled_from(list(keys)))
        if (
            not isinstance(inside[key], dict | list)
            or not inside[key]
            or draw(st.integers(0, 3)) == 0
        ):
            inside[key] = draw(JUNK)
            return document
        inside = inside[key]


class Ran(NamedTuple):
    """A run that was kept in memory."""

    records: list[AnyRecord]
    journal: bytes


def run_in_memory(document: Document, folder: Path | None = None) -> Ran:
    """Run a document. Raises what reading, planning and running it raise."""
    plan = build_plan(scenario_from(document, folder))
    backend = EmbeddedBackend()
    check_faults(plan, backend)
    records: list[AnyRecord] = []
    measurement = Measurement()
    with Journal(None) as journal, in_time():
        journal.listen(measurement.see)
        journal.listen(records.append)
        runner.execute(plan, backend, journal, measurement, Interruption(), runner.RunOptions())
    return Ran(records, b"\n".join(map(msgspec.json.encode, records)))


class Stuck(BaseException):
    """A run does not end. Not an Exception: SPADE swallows those."""


@contextmanager
def in_time() -> Iterator[None]:
    """Raise Stuck, again and again, from what takes more than `STUCK_AFTER`."""

    def late(_number: int, _frame: Any) -> None:
        raise Stuck(f"no end after {STUCK_AFTER} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, STUCK_AFTER, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def slow_links() -> SearchStrategy[Document]:
    """Latencies of up to 5 s."""
    return st.one_of(
        st.sampled_from(["0s", "1s", "2s", "5s"]),
        st.builds(
            lambda low, more: {"uniform": {"low": f"{low}s", "high": f"{low + more}s"}},
            st.integers(0, 2),
            st.integers(1, 3),
        ),
    ).map(lambda latency: {"latency": latency})


SESSIONS: SearchStrategy[Document] = st.sampled_from(
    [
        {},
        {"resource": "r{index}"},
        DESK_AND_PHONE,
        {"resources": [{"name": "a"}, {"name": "b", "available": False}, {"name": "é-{index}"}]},
    ]
)


def crossing_population() -> SearchStrategy[Document]:
    """At most three agents, often with several resources."""
    answers = st.sampled_from(
        [
            *("approve", "approve_and_subscribe", "deny", "ignore", "approve_all"),
            [{"deny": {"limit": 1}}, "approve"],
            {"approve": {"delay": {"uniform": {"low": "0s", "high": "3s"}}}},
        ]
    )
    return merged(
        st.fixed_dictionaries({"count": st.integers(2, 3)}),
        optional(
            on_subscribe=answers,
            presence_manager=st.sampled_from(["documented", "spade"]),
            start=st.sampled_from(["0s", "2s", {"every": "1us"}]),
            behaviours=st.just([{"class": "simulator.behaviours:Reciprocate"}]),
        ),
        SESSIONS,
    )


@st.composite
def crossings(draw: st.DrawFn, faulty: bool = False) -> Document:
    """Few agents that manage the same subscriptions at the same times, over slow links."""
    names = list(NAMES[: draw(st.integers(1, 2))])
    who = st.sampled_from(["all", *names, {"share": "50%", "of": "all"}])
    peer = st.sampled_from(["all", "all", {"share": "50%", "of": "all"}, *STRANGERS])
    moments = st.sampled_from([5, 6, 6, 9, {"every": "1s", "starting": 5, "times": 4}])
    deeds = st.sampled_from([*sorted(WITH_PEER), *sorted(WITH_PEER), "stop", "start"])
    timeline = []
    for do in draw(st.lists(deeds, min_size=1, max_size=7)):
        found = {"at": draw(moments), "who": draw(who), "do": do}
        if do in WITH_PEER:
            found["peer"] = draw(peer)
        timeline.append(found)
    shortest = "30s" if faulty else "12s"
    return {
        "name": "Crossing",
        "seed": draw(st.integers(0, 1000)),
        "populations": {name: draw(crossing_population()) for name in names},
        "subscriptions": draw(st.lists(subscription(names), max_size=2)),
        "timeline": timeline,
        "faults": draw(st.lists(fault(names), min_size=1, max_size=2)) if faulty else [],
        "network": draw(slow_links()),
        "recovery": "rejoin" if faulty else "none",
        "run": draw(
            st.sampled_from(
                [
                    {"duration": shortest},
                    {"duration": "90s"},
                    {"until": "converged", "at_most": "90s"},
                ]
            )
        ),
    }
