"""Variants of a scenario: other seeds, latencies and answers, and faults and actions besides.

Each variant has a number and a generator of its own, derived from the search's seed. So a variant
is the same whoever tries it, and whatever was tried before.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random

from simulator.experiments.finding.documents import (
    SECOND,
    Document,
    added_to,
    copied,
    populations,
    prolong,
)
from simulator.scenario import Plan, Scenario
from simulator.scenario.language.durations import format_duration, parse_duration
from simulator.scenario.language.faults import FAULT_KINDS, STREAM_ERRORS
from simulator.scenario.language.schema import ForDuration
from simulator.scenario.language.selectors import AgentIndex
from simulator.scenario.language.timeline import WITH_PEER
from simulator.scenario.search import ANSWERED, DONE, Durations, Search

MILLISECOND = 1_000
AFTER_ALL = 10 * SECOND
"""How long after the last planned action something may still be added."""
LATENCIES = Durations.model_validate({"from": "1ms", "to": "500ms"})
SHOWS = ("none", "chat", "away", "xa", "dnd")
OTHER = 0.5
"""How often a latency, or the answer of a population, is another one."""
FEW = 2
"""So many agents are concerned more often than the others."""
NEAR = 0.6
"""How often something is added close to something that is planned."""


@dataclass(frozen=True)
class Space:
    """The variants of a scenario. `plan` is that of the scenario itself."""

    scenario: Scenario
    plan: Plan
    seed: int

    @cached_property
    def search(self) -> Search:
        """What may vary, with the defaults filled in."""
        found = self.scenario.search or Search.model_validate({})
        if self.scenario.expect:
            return found.model_copy(
                update={"actions": found.actions or (), "answers": found.answers or ()}
            )
        filled = {
            "actions": DONE if found.actions is None else found.actions,
            "answers": ANSWERED if found.answers is None else found.answers,
            "latency": LATENCIES if found.latency is None else found.latency,
        }
        return found.model_copy(update=filled)

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """References to whom added faults and actions may concern: ``member[3]``."""
        index = AgentIndex.from_pairs((one.name, one.population) for one in self.plan.agents)
        meant = index.select(self.search.targets, Random(self.plan.seed))
        places = {one.name: f"{one.population}[{one.index}]" for one in self.plan.agents}
        return tuple(places[name] for name in meant)

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """Agents by whom they watch or are watched by."""
        places = {one.name: f"{one.population}[{one.index}]" for one in self.plan.agents}
        found: dict[str, dict[str, None]] = {}
        for watch in self.plan.watches:
            one, other = places[watch.watcher], places[watch.contact]
            found.setdefault(one, {})[other] = found.setdefault(other, {})[one] = None
        return {one: tuple(others) for one, others in found.items()}

    @cached_property
    def events(self) -> list[int]:
        """When something is planned, in microseconds."""
        actions, faults = self.plan.actions, self.plan.faults
        return sorted({0, *(one.at for one in actions), *(one.at for one in faults)})

    @cached_property
    def span(self) -> tuple[int, int]:
        """When something may be added: first and last."""
        when = self.search.when
        last = self.events[-1] + AFTER_ALL if when.last is None else when.last
        run = self.scenario.run
        if when.last is None and isinstance(run, ForDuration):
            last = min(last, run.duration)
        return when.first, max(when.first, last)

    def variant(self, number: int) -> Document:
        """The variant of a number; that of 0 is the scenario itself."""
        document = copied(self.scenario.document)
        document.pop("search", None)
        document["seed"] = self.plan.seed
        if number:
            _Variation(self, document, Random(f"{self.seed}/find/{number}")).make()
        return document


class _Variation:
    """Changes one copy of the document."""

    def __init__(self, space: Space, document: Document, random: Random) -> None:
        self.space, self.document, self.random = space, document, random
        self.search = space.search
        self.events = list(space.events[-1:])
        """When something was added, and the last that is planned."""
        few = random.sample(space.agents, min(FEW, len(space.agents)))
        self.often = [one for one in few for _ in range(len(space.agents))]

    def make(self) -> None:
        """Change what may be changed, more or less of it."""
        random, search = self.random, self.search
        if search.seeds:
            self.document["seed"] = random.randrange(1000)
        if search.latency is not None and random.random() < OTHER:
            self.document["network"] = {"latency": self.duration(search.latency)}
        if search.answers:
            self.answer()
        additions: list[Callable[[], int]] = []
        if search.faults:
            additions.append(self.add_fault)
        if search.actions:
            additions.append(self.add_action)
        many = 0 if not additions else random.randint(0 if search.seeds else 1, search.at_most)
        last = max((random.choice(additions)() for _ in range(many)), default=None)
        if last is not None:
            prolong(self.document, last + search.quiet)

    def duration(self, words: Durations) -> str:
        """One of a span, rounded; short ones are as likely as long ones."""
        low, high = math.log(words.low), math.log(words.high)
        found = math.exp(low + (high - low) * self.random.random())
        return format_duration(min(max(rounded(found), words.low), words.high))

    def moment(self) -> int:
        """When something is added: often soon after something that is planned."""
        first, last = self.space.span
        if self.random.random() < NEAR:
            near = self.random.choice(self.random.choice([self.space.events, self.events]))
            after = math.exp(self.random.uniform(math.log(MILLISECOND), math.log(5 * SECOND)))
            at = near + rounded(after)
        else:
            at = rounded(self.random.uniform(first, last))
        at = min(max(at, first), last)
        self.events.append(at)
        return at

    def answer(self) -> None:
        """Let some populations answer otherwise."""
        for population in populations(self.document).values():
            if "on_subscribe" in population and self.random.random() < OTHER:
                answer = self.random.choice(self.search.answers or ())
                late = {"approve": {"delay": self.duration(self.search.lasting)}}
                population["on_subscribe"] = late if answer == "late" else answer

    def add_action(self) -> int:
        """Let an agent do something besides; returns when."""
        do = self.random.choice(self.search.actions or ())
        at, who = self.moment(), self.agent()
        entry: Document = {"at": format_duration(at), "who": who, "do": do}
        if do in WITH_PEER:
            entry["peer"] = self.peer(who)
        if do == "set_presence":
            entry["show"] = self.random.choice(SHOWS)
        added_to(self.document, "timeline").append(entry)
        return at

    def agent(self) -> str:
        """One agent: mostly of the same few, since what happens to one of them adds up."""
        return self.random.choice([*self.often, *self.space.agents])

    def peer(self, who: str) -> str:
        """Somebody else; whom it watches or is watched by, if there is anybody."""
        others = [one for one in self.space.agents if one != who]
        near = [one for one in self.space.neighbours.get(who, ()) if one in others]
        return self.random.choice(near or others or [who])

    def add_fault(self) -> int:
        """Let something go wrong; returns when it is over."""
        kind, at = self.random.choice(self.search.faults), self.moment()
        entry: Document = {"at": format_duration(at)}
        lasts = 0
        if FAULT_KINDS[kind].lasts == "always":
            entry["for"] = self.duration(self.search.lasting)
            lasts = parse_duration(entry["for"])
        entry[kind] = terms = self.terms(kind)
        if kind == "crash":
            lasts = parse_duration(terms["restart_after"])
        added_to(self.document, "faults").append(entry)
        return at + lasts

    def terms(self, kind: str) -> Document:
        """What a fault's entry says of its kind."""
        if kind in ("server_restart", "server_freeze"):
            return {}
        who: Document = {"who": self.some()}
        if kind == "partition":
            return {"cut_off": who["who"]}
        if kind == "slow":
            return who | {"added": self.duration(self.search.lasting)}
        if kind == "stream_error":
            return who | {"condition": self.random.choice(STREAM_ERRORS)}
        if kind == "crash":
            return who | {"restart_after": self.duration(self.search.lasting)}
        return who

    def some(self) -> object:
        """Whom a fault hits: mostly one agent."""
        found = {self.agent()}
        while len(found) < len(self.space.agents) and self.random.random() < 1 / 3:
            found.add(self.agent())
        return sorted(found)


def rounded(microseconds: float) -> int:
    """To two digits, and to whole milliseconds."""
    if microseconds < MILLISECOND:
        return MILLISECOND if microseconds > 0 else 0
    return round(float(f"{microseconds:.2g}") / MILLISECOND) * MILLISECOND
