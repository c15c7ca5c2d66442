"""What the replay page knows of a run: one JSON document, made from the run's states.

docs/replay_document.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from simulator.analysis.causes.cause import Cause
from simulator.analysis.causes.sights import UNDER_WAY
from simulator.analysis.checks.check import Check
from simulator.analysis.checks.defaults import default_checks
from simulator.analysis.figures.rosters import entry_text
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.run import Run
from simulator.analysis.states import (
    DeclaredState,
    DeclaredWatch,
    Outcomes,
    Sight,
    States,
    Steps,
    WatchStates,
)
from simulator.report.replay.columns import Table, differences, track
from simulator.report.replay.events import Events
from simulator.report.replay.places import places
from simulator.report.terminal.summary import managers_text
from simulator.report.text import printable

FORMAT = 1
"""Version of the document."""

Document: TypeAlias = dict[str, object]
_Pair = tuple[str, str]
_UNSENT = (Delivery.LOST, Delivery.SUPERSEDED)


def replay_document(run: Run, label: str = "") -> Document:
    """The document of a run. It is JSON-safe, and equal for equal runs.

    `label`: what to call the run; by default the name of its scenario.
    """
    return _Writer(run, label).document()


class _Writer:
    """Numbers what the parts of a document share: names, texts, watches and causes."""

    def __init__(self, run: Run, label: str) -> None:
        self._run = run
        self._label = label
        self._measurement = run.measurement
        self._states: States = run.measurement.states
        self._names: Table[str] = Table(self._states.agents)
        self._texts: Table[str] = Table()
        self._causes: Table[Cause] = Table()
        pairs: Table[_Pair] = Table()
        for of in (self._states.watches, self._states.declared):
            for watcher, contacts in of.items():
                for contact in contacts:
                    pairs.number((watcher, contact))
        self._watches = pairs

    def document(self) -> Document:
        """All parts."""
        events = Events(self._names, self._texts, self._states)
        events.add_all(self._run.read())
        parts: Document = {
            "format": FORMAT,
            "run": self._about(),
            "checks": self._checks(self._run.verdict.checks),
            "unasked": self._checks(self._unasked()),
            "agents": self._agents(),
            "sessions": self._resources("sessions"),
            "shows": self._resources("shows"),
            "watches": self._watch_parts(),
            "entries": self._entries(),
            "beliefs": self._beliefs(),
            "convergence": {
                of: {
                    "t": differences(steps.times),
                    "right": [share.right for share in steps.values],
                    "total": [share.total for share in steps.values],
                }
                for of, steps in self._states.convergence.items()
            },
            "faults": self._faults(),
            "wrong": self._wrong(),
            "absent": self._absent(),
            "never": self._never(),
            "events": events.columns(),
        }
        return {
            **parts,
            "causes": [one.document() for one in self._causes.values],
            "names": [printable(name) for name in self._names.values],
            "texts": self._texts.values,
        }

    def _about(self) -> Document:
        summary = self._run.summary["run"]
        verdict = self._run.verdict
        question = self._run.scenario.get("question")
        return {
            "name": printable(str(summary["name"])),
            "label": printable(self._label or str(summary["name"])),
            "question": printable(str(question)) if question else "",
            "seed": summary["seed"],
            "managers": managers_text(summary),
            "backend": f"{summary['backend']} {summary['backend_version']}",
            "end": self._states.end,
            "over": self._measurement.info.end is not None,
            "verdict": verdict.value,
            "reasons": [printable(reason) for reason in verdict.reasons],
        }

    def _unasked(self) -> list[Check]:
        """What does not hold in a run that passes, since no expectation asks for it."""
        if self._run.verdict.value != "pass":
            return []
        return [one for one in default_checks(self._measurement) if one.verdict != "pass"]

    def _checks(self, checks: Iterable[Check]) -> list[Document]:
        return [
            {
                "text": printable(check.text),
                "verdict": check.verdict,
                "told": printable(check.told),
                "offenders": [printable(one) for one in check.offenders],
                **self._moment(check),
            }
            for check in checks
        ]

    def _moment(self, check: Check) -> Document:
        """When to look at whom, if a check does not hold."""
        worst = None if check.verdict == "pass" else check.moment
        if worst is None:
            return {"t": None, "agents": []}
        return {"t": worst.t, "agents": [self._names.number(agent) for agent in worst.agents]}

    def _agents(self) -> Document:
        names = list(self._states.agents)
        info, evidence = self._measurement.info, self._measurement.causes.evidence
        known = {**info.planned, **info.spawned}
        at = places(names, self._watches.values)
        populations: Table[str] = Table()
        domains: Table[str] = Table()
        records = [known.get(name) for name in names]
        return {
            "population": [
                populations.number(printable(one.population) if one else "") for one in records
            ],
            "populations": populations.values,
            "domain": [domains.number(one.domain if one else "") for one in records],
            "domains": domains.values,
            "manager": [one.manager if one else "" for one in records],
            "spawned_by": [printable(one.spawned_by) if one else "" for one in records],
            "x": [at[name][0] for name in names],
            "y": [at[name][1] for name in names],
            "life": track(map(evidence.life_over_time, names), str),
        }

    def _resources(self, what: str) -> Document:
        """What each resource of each agent went through."""
        owners, resources, found = [], [], []
        for number, states in enumerate(self._states.agents.values()):
            steps: dict[str, Steps[str]] = getattr(states, what)
            for resource, one in steps.items():
                owners.append(number)
                resources.append(printable(resource))
                found.append(one)
        return {"agent": owners, "resource": resources, "states": track(found, _itself)}

    def _watch_parts(self) -> Document:
        pairs = self._watches.values
        seen = [self._states.watches.get(a, {}).get(b) for a, b in pairs]
        declared = [self._states.declared.get(a, {}).get(b) for a, b in pairs]
        history = [one.history if one else [] for one in declared]
        kinds: Table[str] = Table()
        return {
            "watcher": [self._names.number(watcher) for watcher, _ in pairs],
            "contact": [self._names.number(contact) for _, contact in pairs],
            "origin": [self._text(self._origin(one)) for one in declared],
            "sights": track((one.sights if one else None for one in seen), _sight_word),
            "declared": track((one.states if one else None for one in declared), _declared_word),
            "history": {
                "n": [len(moments) for moments in history],
                "t": [t for moments in history for t in differences(one.t for one in moments)],
                "kind": [kinds.number(one.kind) for moments in history for one in moments],
                "kinds": kinds.values,
                "detail": [self._text(one.detail) for moments in history for one in moments],
            },
        }

    def _origin(self, watch: DeclaredWatch | None) -> str:
        return self._measurement.causes.evidence.entry(watch.origin) if watch else ""

    def _entries(self) -> Document:
        found = [
            (owner, peer, entry)
            for owner, entries in self._states.entries.items()
            for peer, entry in entries.items()
        ]
        return {
            "owner": [self._names.number(owner) for owner, _, _ in found],
            "peer": [self._names.number(peer) for _, peer, _ in found],
            "expected": track((entry.expected for _, _, entry in found), _allowed),
            "served": track((entry.served for _, _, entry in found), entry_text),
        }

    def _beliefs(self) -> Document:
        """What contact lists said at the end."""
        found = [
            (owner, peer, belief)
            for owner, beliefs in self._measurement.info.beliefs.items()
            for peer, belief in beliefs.items()
        ]
        texts = []
        for _, _, belief in found:
            shown = f" [{belief.show}]" if belief.show else ""
            there = f"available{shown}" if belief.available else "unavailable"
            ask = " + ask" if belief.ask else ""
            texts.append(self._text(f"{belief.subscription or 'no entry'}{ask}, {there}"))
        return {
            "owner": [self._names.number(owner) for owner, _, _ in found],
            "peer": [self._names.number(peer) for _, peer, _ in found],
            "text": texts,
        }

    def _faults(self) -> list[Document]:
        evidence = self._measurement.causes.evidence
        return [
            {
                "fault": span.fault.replace("_", " "),
                "origin": evidence.entry(span.origin),
                "agents": [self._names.number(agent) for agent in span.agents],
                "begin": span.begin,
                "end": span.end,
            }
            for span in sorted(self._states.faults, key=lambda span: (span.begin, span.end))
        ]

    def _wrong(self) -> Document:
        """The times of wrong sight, each with its cause, in the order of their begins."""
        found = sorted(self._measurement.causes.wrong_times, key=lambda one: (one.begin, one.end))
        return {
            "watch": [self._watch(one.watch) for one in found],
            "what": [one.what for one in found],
            "begin": differences(one.begin for one in found),
            "lasted": [one.lasted for one in found],
            "cause": [self._causes.number(one.cause) for one in found],
            "under_way": self._causes.number(UNDER_WAY),
        }

    def _absent(self) -> Document:
        """The declared watches that are not in force at the end."""
        found = self._measurement.causes.not_in_force
        return {
            "watch": [self._watch(one.watch) for one in found],
            "since": [one.since for one in found],
            "cause": [self._causes.number(one.cause) for one in found],
        }

    def _never(self) -> Document:
        """Presences and messages that never arrived, by the time at which they left."""
        found = sorted(self._lost(), key=lambda one: one[0])
        return {
            "t": differences(one[0] for one in found),
            "agent": [self._names.number(one[1]) for one in found],
            "peer": [self._names.number(one[2]) for one in found],
            "text": [self._text(one[3]) for one in found],
        }

    def _lost(self) -> Iterator[tuple[int, str, str, str]]:
        changes = self._measurement.propagation
        for row, fate in enumerate(changes.fate):
            if fate in _UNSENT:
                change, watch = changes.changes[changes.change[row]], changes.watch[row]
                superseded = " (superseded)" if fate == Delivery.SUPERSEDED else ""
                yield change.issued, watch.contact, watch.watcher, change.what + superseded
        for message in self._measurement.messages.sent:
            if self._measurement.fate_of(message) == "undelivered":
                record = message.record
                yield record.t, record.agent, record.peer, record.performative or "message"

    def _watch(self, watch: WatchStates | DeclaredWatch) -> int:
        return self._watches.number((watch.watcher, watch.contact))

    def _text(self, text: str) -> int:
        return self._texts.number(printable(text))


def _itself(word: str | None) -> str | None:
    return word


def _sight_word(sight: Sight) -> str:
    return sight.name.lower()


def _declared_word(state: DeclaredState) -> str:
    return state.name.lower()


def _allowed(outcomes: Outcomes) -> str:
    return " or ".join(sorted(map(entry_text, outcomes)))
