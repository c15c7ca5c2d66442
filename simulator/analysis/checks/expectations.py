"""Checks: what a run must satisfy, each with a verdict and its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator.analysis.checks.check import SHOWN, Check, Offender, limit_text, some, value_text
from simulator.analysis.checks.events import in_order_check, nobody_saw_check
from simulator.analysis.checks.offenders import worst
from simulator.analysis.figures.named import Figure, Figures
from simulator.analysis.figures.rosters import entry_text
from simulator.analysis.folds.work.values import counted, number
from simulator.analysis.measurement import Measurement
from simulator.journal.work_records import Value
from simulator.scenario.language.expectations import (
    Expectation,
    ExpectedValue,
    InOrder,
    NobodySaw,
    RosterEntry,
    RosterExpectation,
    ValueExpectation,
)
from simulator.scenario.language.expected_figures import COMPARATORS, FigureExpectation
from simulator.scenario.language.words import nearest


def expectation_checks(
    expectations: Iterable[Expectation], measurement: Measurement, figures: Figures
) -> list[Check]:
    """A check for each expectation of the scenario, in its order."""
    places = measurement.places
    return [
        replace(
            _check(number, expectation, measurement, figures),
            place=places.get(f"expect[{number}]", ""),
        )
        for number, expectation in enumerate(expectations)
    ]


def _check(
    number: int, expectation: Expectation, measurement: Measurement, figures: Figures
) -> Check:
    match expectation:
        case FigureExpectation():
            return _figure_check(expectation, figures[expectation.figure], measurement)
        case RosterExpectation():
            return _roster_check(expectation, measurement)
        case NobodySaw():
            return nobody_saw_check(number, expectation.nobody_saw, measurement)
        case ValueExpectation():
            return _value_check(expectation.value, measurement)
        case InOrder():
            return in_order_check(number, expectation.in_order, measurement)


def _figure_check(
    expectation: FigureExpectation, figure: Figure, measurement: Measurement
) -> Check:
    limits = " and ".join(
        f"{word.replace('_', ' ')} {limit_text(limit, expectation.unit)}"
        for word, limit in expectation.limits
    )
    text = f"{expectation.figure} {limits}"
    if figure.value is None:
        return Check(text, "unknown", f"could not be measured: {figure.absent}")
    told = figure_text(figure, expectation.unit)
    if expectation.holds(figure.value):
        return Check(text, "pass", told)
    return Check(text, "fail", told, worst(measurement, expectation.figure))


def figure_text(figure: Figure, unit: str) -> str:
    """A figure as text: ``1.204 s (after start)``."""
    if figure.value is None:
        return f"absent: {figure.absent}"
    note = f" ({figure.note})" if figure.note else ""
    return value_text(figure.value, unit) + note


def _roster_check(expectation: RosterExpectation, measurement: Measurement) -> Check:
    wrong: dict[tuple[str, str], str] = {}
    unread, count = [], 0
    names = measurement.expected.names
    for owners, contacts, wanted in expectation.entries():
        for owner in names.of(owners):
            for contact in names.of(contacts):
                if owner == contact:
                    continue
                count += 1
                found = _served(measurement, owner, contact)
                if found is None:
                    unread.append(f"{owner}'s roster could not be read")
                elif not _fits(found, wanted):
                    told = f"{owner} has {contact} as {found}, not {_wanted(wanted)}"
                    wrong[owner, contact] = told
    text = f"{count} roster entries as expected" if count != 1 else _single(expectation)
    if wrong:
        why = tuple(map(Offender, measurement.causes.between(wrong)[:SHOWN]))
        first, told = next(iter(wrong.items()))
        named = Offender(told, measurement.end, first)
        return Check(text, "fail", some(list(wrong.values())), why, named=named)
    if unread:
        return Check(text, "unknown", some(list(dict.fromkeys(unread))))
    return Check(text, "pass", f"{count} of {count} are" if count != 1 else "it is")


def _single(expectation: RosterExpectation) -> str:
    owner, contact, wanted = expectation.entries()[0]
    return f"{owner} has {contact} as {_wanted(wanted)}"


def _served(measurement: Measurement, owner: str, contact: str) -> str | None:
    """The served entry as text; None where nobody could read the roster."""
    if not measurement.can_read(owner):
        return None
    return entry_text(measurement.rosters.served(owner, contact))


def _fits(found: str, wanted: RosterEntry) -> bool:
    subscription, _, ask = found.partition(" + ")
    return subscription == wanted.subscription and wanted.ask in (None, bool(ask))


def _wanted(wanted: RosterEntry) -> str:
    ask = {None: "", True: " + ask", False: " without ask"}[wanted.ask]
    return wanted.subscription + ask


def _value_check(expected: ExpectedValue, measurement: Measurement) -> Check:
    limits = " and ".join(
        f"{word.replace('_', ' ')} {_limit_text(limit)}" for word, limit in expected.limits
    )
    text = f"{expected.name} of {expected.agent} {limits}"
    right: list[str] = []
    wrong: list[Offender] = []
    unread: list[str] = []
    for agent in measurement.expected.names.of(expected.agent):
        record = measurement.values.last.get((agent, expected.name))
        if record is None:
            kept = sorted(name for owner, name in measurement.values.last if owner == agent)
            instead = f", but {nearest(expected.name, kept)}" if kept else ""
            told = (
                f"{agent} keeps no {expected.name}{instead}; an attribute needs"
                f" `observe: {{{agent}: [{expected.name}]}}`"
            )
            wrong.append(Offender(told, measurement.end, (agent,)))
        elif record.absent:
            unread.append(f"{agent}: {record.absent}")
        else:
            fits = all(_keeps(record, word, limit) for word, limit in expected.limits)
            told = f"{agent} has {counted(record)}"
            if fits:
                right.append(told)
            else:
                wrong.append(Offender(told, min(record.t, measurement.end), (agent,)))
    if wrong:
        return Check(text, "fail", some([one.text for one in wrong]), named=wrong[0])
    if unread:
        return Check(text, "unknown", some(unread))
    return Check(text, "pass", some(right))


def _limit_text(limit: bool | float | str) -> str:
    if isinstance(limit, bool):
        return str(limit).lower()
    return repr(limit) if isinstance(limit, str) else f"{limit:.6g}"


def _keeps(record: Value, word: str, limit: bool | float | str) -> bool:
    """Whether a value keeps one limit; a text or a flag only if it is equal."""
    if isinstance(limit, bool | str):
        return record.value is limit if isinstance(limit, bool) else record.value == limit
    measured = number(record)
    return measured is not None and COMPARATORS[word](measured, limit)
