"""What is wrong with a run: which expectation does not hold, and for which cause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from simulator.analysis.causes.cause import Cause, CauseClass
from simulator.analysis.causes.groups import TimeGroup, unexcused
from simulator.analysis.checks.check import Check
from simulator.analysis.figures.rosters import entry_text
from simulator.analysis.measurement import Measurement
from simulator.analysis.run import Run
from simulator.scenario.language.expectations import Expectation, ValueExpectation
from simulator.scenario.language.expected_figures import FigureExpectation

GOES_ON = "the run goes on to its end"
PER_AGENT = "outcomes.ok"
"""The figure whose expectation follows the number of agents."""
UNDER_WAY = "changes under way (latency)"


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold, and why.

    `check` names populations and no agents, so it stays when agents go. `cause` is the main one,
    where one is worse than others; `causes` are all. `told` says it in full, for this run.
    `counts`: the check expects a number that fewer agents would not reach, whatever is wrong.
    """

    check: str
    cause: str
    causes: frozenset[str] = frozenset()
    told: str = ""
    counts: bool = False

    @property
    def text(self) -> str:
        """``every declared watch is in force (server: it did not pass the request on)``."""
        return f"{self.check} ({self.cause})" if self.cause else self.check

    def includes(self, other: Failure) -> bool:
        """Whether another run fails in the same way: for the same cause, and for no new one."""
        same = (self.check, self.cause) == (other.check, other.cause)
        return same and other.causes <= self.causes


def failure_of(run: Run) -> Failure | None:
    """The first thing that is wrong with a run; None if nothing is, or nobody can say.

    A run that could not go on has failed: agents that wait for each other for ever are wrong.
    """
    if run.error is not None:
        name = type(run.error).__name__
        return Failure(GOES_ON, name, told=str(run.error).partition("\n")[0])
    if run.verdict.value != "fail":
        return None
    number, check = next(
        (number, one) for number, one in enumerate(run.verdict.checks) if one.verdict == "fail"
    )
    measured = run.measurement
    expected = measured.info.settings.expect
    populations = {one.agent: one.population for one in measured.info.planned.values()}
    text = _without_agents(check.text, populations)
    counts = bool(expected) and _counts(expected[number])
    causes = _causes(check, measured)
    told = f"{check.text}: {check.evidence}"
    return Failure(text, causes[0], frozenset(causes), told, counts)


def _counts(expectation: Expectation) -> bool:
    """Whether an expectation needs a number of something. That of agents follows them."""
    if isinstance(expectation, FigureExpectation):
        counted = expectation.unit == "count" and expectation.figure != PER_AGENT
        return counted and _needs_some(expectation.limits)
    return isinstance(expectation, ValueExpectation) and _needs_some(expectation.value.limits)


def _needs_some(limits: Iterable[tuple[str, bool | float | str]]) -> bool:
    return any(
        word not in ("at_most", "below") and limit not in (0, False) for word, limit in limits
    )


def _without_agents(text: str, populations: Mapping[str, str]) -> str:
    """A check in words that stay when agents are left out: ``3 roster entries of member-1``."""
    names = sorted(populations, key=len, reverse=True)
    if names:
        pattern = rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])"
        text = re.sub(pattern, lambda found: populations[found[1]], text)
    text = re.sub(r"\[[-\d:]+\]", "", text)
    if text.startswith(PER_AGENT):
        text = re.sub(r"\d+", "N", text)
    return re.sub(r"^\d+ roster entries", "roster entries", text)


def _causes(check: Check, measured: Measurement) -> tuple[str, ...]:
    """Why a check fails, in words that stay the same from run to run; "" first: none is worst."""
    for beginnings, find in _FIND:
        if check.text.startswith(beginnings):
            return find(measured)
    return _of_anything(measured)


def _of_anything(measured: Measurement) -> tuple[str, ...]:
    """What is wrong in the run at all: without it, a check fails for some other reason."""
    found = (find(measured) for find in (_of_code, _of_watches, _of_times))
    return next((causes for causes in found if causes != ("",)), ("",))


def _of_code(measured: Measurement) -> tuple[str, ...]:
    """The first exception, or why the first agent did not end well."""
    raised = [one.error.partition(":")[0] for one in measured.info.failures if one.agent]
    ended = [one.reason or one.outcome for one in measured.info.all_outcomes()]
    wrong = [one.partition(":")[0] for one in ended if one not in ("", "ok")]
    return (*raised, *wrong) or ("",)


def _of_watches(measured: Measurement) -> tuple[str, ...]:
    groups = unexcused(measured.causes.watch_groups)
    return tuple(_words(one.cause) for one in groups) or ("",)


def _of_rosters(measured: Measurement) -> tuple[str, ...]:
    rosters = measured.rosters
    return (
        "",
        *(
            f"served {entry_text(rosters.served(agent, peer))}, expected "
            + " or ".join(sorted(map(entry_text, rosters.oracle.allowed(agent, peer))))
            for agent, peer in rosters.wrong()
        ),
    )


def _of_times(measured: Measurement) -> tuple[str, ...]:
    groups = measured.causes.time_groups
    groups = [one for one in groups if not _is_latency(one)] or groups
    return tuple(f"{one.times[0].what}: {_words(one.cause)}" for one in groups) or ("",)


_Find = Callable[[Measurement], tuple[str, ...]]
_FIND: tuple[tuple[tuple[str, ...], _Find], ...] = (
    (("no handler", "all agents ended", "outcomes"), _of_code),
    (("every declared watch", "declared", "time_to_converge.declared"), _of_watches),
    (("roster_convergence", "rosters converged", "time_to_converge.roster"), _of_rosters),
    (
        ("availability", "staleness", "detection", "deliver", "propagation", "time_to_converge"),
        _of_times,
    ),
)
"""How checks begin, and what finds their causes, the worst first."""


def _words(cause: Cause) -> str:
    """The class and the reason, without what differs from run to run."""
    reason, places = cause.reason, 1
    while places:
        reason, places = _IN_BRACKETS.subn("", reason)
    return f"{cause.kind.words}: {re.sub(r'[0-9.]+', 'N', reason)}"


_IN_BRACKETS = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\])")


def _is_latency(group: TimeGroup) -> bool:
    return group.cause.kind is CauseClass.LINK and group.cause.reason == UNDER_WAY
