"""What is wrong with a run: which expectation does not hold, and for which cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.analysis.causes.cause import Cause, CauseClass
from simulator.analysis.causes.groups import TimeGroup, unexcused
from simulator.analysis.checks.expectations import Check
from simulator.analysis.measurement import Measurement
from simulator.analysis.run import Run
from simulator.scenario.language.expectations import Expectation, ValueExpectation
from simulator.scenario.language.expected_figures import FigureExpectation

GOES_ON = "the run goes on to its end"
PER_AGENT = "outcomes.ok"
"""The figure whose expectation follows the number of agents."""
UNDER_WAY = "changes under way (latency)"
_OF_WATCHES = ("every declared watch", "declared", "roster", "time_to_converge.declared")
_OF_TIMES = ("availability", "staleness", "detection", "deliver", "propagation", "time_to_converge")
_OF_CODE = ("no handler", "all agents ended", "outcomes")


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold, and its main cause.

    Two runs fail in the same way if both are equal. `check` names populations and no agents, so
    it stays when agents go. `told` says it in full, for this run. `counts`: it expects a number
    that fewer agents would not reach, whatever is wrong.
    """

    check: str
    cause: str
    told: str = field(compare=False)
    counts: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        """``every declared watch is in force (server)``."""
        return f"{self.check} ({self.cause})" if self.cause else self.check


def failure_of(run: Run) -> Failure | None:
    """The first thing that is wrong with a run; None if nothing is, or nobody can say.

    A run that could not go on has failed: agents that wait for each other for ever are wrong.
    """
    if run.error is not None:
        name = type(run.error).__name__
        return Failure(GOES_ON, name, str(run.error).partition("\n")[0])
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
    return Failure(text, _cause(check, measured), f"{check.text}: {check.evidence}", counts)


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


def _cause(check: Check, measured: Measurement) -> str:
    if check.text.startswith(_OF_CODE):
        return _of_code(measured)
    if check.text.startswith(_OF_WATCHES):
        return _of_watches(measured)
    return _of_times(measured) if check.text.startswith(_OF_TIMES) else ""


def _of_code(measured: Measurement) -> str:
    """The first exception, or why the first agent did not end well."""
    raised = [one.error.partition(":")[0] for one in measured.info.failures if one.agent]
    ended = [one.reason or one.outcome for one in measured.info.all_outcomes()]
    return next(iter(raised), "") or next((one.partition(":")[0] for one in ended if one), "")


def _of_watches(measured: Measurement) -> str:
    groups = unexcused(measured.causes.watch_groups)
    return _words(groups[0].cause) if groups else ""


def _of_times(measured: Measurement) -> str:
    groups = measured.causes.time_groups
    main = next((group for group in groups if not _is_latency(group)), next(iter(groups), None))
    return f"{main.times[0].what}: {_words(main.cause)}" if main is not None else ""


def _words(cause: Cause) -> str:
    """The class and the reason, without what differs from run to run."""
    reason = re.sub(r"\s*\([^()]*\)|\[[^\[\]]*\]", "", cause.reason)
    return f"{cause.kind.words}: {re.sub(r'[0-9.]+', 'N', reason)}"


def _is_latency(group: TimeGroup) -> bool:
    return group.cause.kind is CauseClass.LINK and group.cause.reason == UNDER_WAY
