"""Checks: what a run must satisfy, each with a verdict and its evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simulator.analysis.checks.matching import Names, follow, sightings
from simulator.analysis.figures.named import Figure, Figures, figures
from simulator.analysis.figures.rosters import entry_text
from simulator.analysis.folds.convergence import Share
from simulator.analysis.measurement import Measurement
from simulator.journal.records import SECOND, AnyRecord
from simulator.scenario.language.expectations import (
    Expectation,
    InOrder,
    NobodySaw,
    RosterEntry,
    RosterExpectation,
)
from simulator.scenario.language.expected_figures import FigureExpectation

SHOWN = 5
"""At most so many pieces of evidence are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `unknown`: the evidence does not say."""

    text: str
    verdict: Literal["pass", "fail", "unknown"]
    evidence: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What expectations are judged by."""

    measurement: Measurement
    records: Iterable[AnyRecord]
    figures: Figures
    names: Names


def default_checks(measurement: Measurement) -> list[Check]:
    """What a reader takes for granted where the scenario has no `expect`.

    All agents ended ok; the rosters have converged at the end; so has the availability. Where
    there is nothing to converge, nothing is wrong.
    """
    return [
        _all_ok(measurement),
        _complete("rosters converged at the end", measurement.final_rosters, "roster entries"),
        _complete(
            "availability converged at the end",
            measurement.final_availability,
            "authorised watches",
        ),
    ]


def expectation_checks(
    expectations: Iterable[Expectation], measurement: Measurement, records: Iterable[AnyRecord]
) -> list[Check]:
    """A check for each expectation of the scenario, in its order."""
    names = Names(measurement.ledger.planned.values())
    evidence = _Evidence(measurement, records, figures(measurement), names)
    return [_CHECKS[type(expectation)](expectation, evidence) for expectation in expectations]


def _all_ok(measurement: Measurement) -> Check:
    ledger = measurement.ledger
    outcomes = [ledger.outcome(agent) for agent in ledger.planned]
    others = [
        f"{outcome.agent} {outcome.outcome} ({outcome.reason or 'no reason given'})"
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]
    right = len(outcomes) - len(others)
    text = "all agents ended ok"
    if others:
        return Check(text, "fail", f"{right} of {len(outcomes)} did: {_some(others)}")
    return Check(text, "pass", f"{right} of {len(outcomes)} did")


def _complete(text: str, share: Share, what: str) -> Check:
    if not share.total:
        return Check(text, "pass", f"there were no {what} to converge")
    verdict: Literal["pass", "fail"] = "pass" if share.complete else "fail"
    return Check(text, verdict, f"{share.right} of {share.total} {what} are right")


def _figure_check(expectation: FigureExpectation, evidence: _Evidence) -> Check:
    limits = " and ".join(
        f"{word.replace('_', ' ')} {value_text(limit, expectation.unit)}"
        for word, limit in expectation.limits
    )
    text = f"{expectation.figure} {limits}"
    figure = evidence.figures[expectation.figure]
    if figure.value is None:
        return Check(text, "unknown", f"could not be measured: {figure.absent}")
    verdict: Literal["pass", "fail"] = "pass" if expectation.holds(figure.value) else "fail"
    return Check(text, verdict, figure_text(figure, expectation.unit))


def figure_text(figure: Figure, unit: str) -> str:
    """A figure as text: ``1.204 s (after start)``."""
    if figure.value is None:
        return f"absent: {figure.absent}"
    note = f" ({figure.note})" if figure.note else ""
    return value_text(figure.value, unit) + note


def value_text(value: float, unit: str) -> str:
    """A value in its unit: times (µs) as seconds, shares and ratios as they are."""
    if math.isinf(value):
        return "never"
    if unit == "time":
        return f"{value / SECOND:.6g} s"
    return f"{value:.0f}" if unit == "count" else f"{value:.6g}"


def _roster_check(expectation: RosterExpectation, evidence: _Evidence) -> Check:
    wrong, unread, count = [], [], 0
    for owners, contacts, wanted in expectation.entries():
        for owner in evidence.names.of(owners):
            for contact in evidence.names.of(contacts):
                if owner == contact:
                    continue
                count += 1
                found = _served(evidence.measurement, owner, contact)
                if found is None:
                    unread.append(f"{owner}'s roster could not be read")
                elif not _fits(found, wanted):
                    wrong.append(f"{owner} has {contact} as {found}, not {_wanted(wanted)}")
    text = f"{count} roster entries as expected" if count != 1 else _single(expectation)
    if wrong:
        return Check(text, "fail", _some(wrong))
    if unread:
        return Check(text, "unknown", _some(list(dict.fromkeys(unread))))
    return Check(text, "pass", f"{count} of {count} are" if count != 1 else "it is")


def _single(expectation: RosterExpectation) -> str:
    owner, contact, wanted = expectation.entries()[0]
    return f"{owner} has {contact} as {_wanted(wanted)}"


def _served(measurement: Measurement, owner: str, contact: str) -> str | None:
    """The served entry as text; None where nobody could read the roster."""
    served = measurement.monitor.served
    if not (measurement.ledger.read(owner, "served") or served.online(owner)):
        return None
    return entry_text(served.entry(owner, contact))


def _fits(found: str, wanted: RosterEntry) -> bool:
    subscription, _, ask = found.partition(" + ")
    return subscription == wanted.subscription and wanted.ask in (None, bool(ask))


def _wanted(wanted: RosterEntry) -> str:
    ask = {None: "", True: " + ask", False: " without ask"}[wanted.ask]
    return wanted.subscription + ask


def _nobody_saw_check(expectation: NobodySaw, evidence: _Evidence) -> Check:
    sight = expectation.nobody_saw
    what = "available" if sight.available else "unavailable"
    parts = [f"nobody of {_listed(sight.by)} saw {_listed(sight.contact)} {what}"]
    if sight.show is not None:
        parts.append(f"with show {sight.show or 'none'}")
    if sight.status is not None:
        parts.append(f"with status {sight.status!r}")
    if sight.after is not None:
        parts.append(f"from {value_text(sight.after, 'time')} on")
    if sight.before is not None:
        parts.append(f"before {value_text(sight.before, 'time')}")
    found = [
        f"{record.agent} saw {record.peer} at {value_text(record.t, 'time')}"
        for record in sightings(sight, evidence.records, evidence.names)
    ]
    if found:
        return Check(" ".join(parts), "fail", _some(found))
    return Check(" ".join(parts), "pass", "no such presence arrived")


def _listed(texts: Any) -> str:
    return texts if isinstance(texts, str) else ", ".join(texts)


def _in_order_check(expectation: InOrder, evidence: _Evidence) -> Check:
    steps = expectation.in_order
    texts = [_step_text(step) for step in steps]
    text = "in this order: " + ", then ".join(texts)
    found = follow(steps, evidence.records, evidence.names)
    times = [value_text(record.t, "time") for record in found]
    if len(found) == len(steps):
        return Check(text, "pass", f"at {', '.join(times)}")
    so_far = f" after {texts[len(found) - 1]} at {times[-1]}" if found else ""
    return Check(text, "fail", f"step {len(found) + 1} ({texts[len(found)]}) did not come{so_far}")


def _step_text(step: Any) -> str:
    given = step.model_dump(exclude_none=True, by_alias=True)
    agent = given.pop("agent")
    return f"{agent} " + " ".join(f"{key} {value}" for key, value in given.items())


def _some(items: Sequence[str]) -> str:
    """The first few items, and how many more there are."""
    more = f", and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


_CHECKS: dict[type, Callable[[Any, _Evidence], Check]] = {
    FigureExpectation: _figure_check,
    RosterExpectation: _roster_check,
    NobodySaw: _nobody_saw_check,
    InOrder: _in_order_check,
}
