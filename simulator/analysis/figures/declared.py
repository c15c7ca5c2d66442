"""Why declared watches are not in force at the end: grouped, with what to do about it.

Who asked and who was asked are named by population. Within a group everything but the names is the
same: the state and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.analysis.folds.run_info import RunInfo
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import DeclaredState, DeclaredWatch

_WORDS = {
    DeclaredState.PENDING: ("request pending", "requests pending"),
    DeclaredState.REFUSED: ("request refused", "requests refused"),
    DeclaredState.ENDED: ("watch ended", "watches ended"),
    DeclaredState.NOT_ASKED: ("watch never asked for", "watches never asked for"),
    DeclaredState.LOST: ("request lost", "requests lost"),
}


@dataclass(frozen=True, slots=True)
class NotInForce:
    """Declared watches that are not in force for one reason.

    `prescribed`: the scenario itself lets them be refused. `remedy` says what to do, where there
    is something.
    """

    state: DeclaredState
    reason: str
    remedy: str
    prescribed: bool
    watches: tuple[DeclaredWatch, ...]

    @property
    def text(self) -> str:
        """``30 requests pending: no agent of m answers (…)``, with the remedy."""
        count = len(self.watches)
        first = self.watches[0]
        which = f" ({first.watcher} -> {first.contact})" if count == 1 else ""
        text = f"{count} {_WORDS[self.state][count != 1]}{which}: {self.reason}"
        return f"{text}; {self.remedy}" if self.remedy else text


def not_in_force(measurement: Measurement) -> list[NotInForce]:
    """The declared watches that are not in force at the end, the largest groups first."""
    groups: dict[tuple[DeclaredState, str, str, bool], list[DeclaredWatch]] = {}
    for watch in measurement.states.all_declared():
        if watch.declared and not watch.in_force:
            reason, remedy = _reason(measurement, watch)
            key = (watch.state, reason, remedy, watch.is_prescribed)
            groups.setdefault(key, []).append(watch)
    found = [NotInForce(*key, tuple(watches)) for key, watches in groups.items()]
    return sorted(found, key=lambda group: -len(group.watches))


def unexcused(groups: Iterable[NotInForce]) -> list[NotInForce]:
    """The groups that the scenario does not prescribe."""
    return [group for group in groups if not group.prescribed]


def _reason(measurement: Measurement, watch: DeclaredWatch) -> tuple[str, str]:
    match watch.state:
        case DeclaredState.PENDING:
            return _unanswered(measurement, watch)
        case DeclaredState.REFUSED:
            return f"{_population(measurement.info, watch.contact)} refuses", ""
        case DeclaredState.ENDED:
            return watch.ended_by, ""
        case DeclaredState.LOST:
            return "it left the watcher, and no server shows it", ""
        case _:
            return _not_asked(measurement, watch)


def _unanswered(measurement: Measurement, watch: DeclaredWatch) -> tuple[str, str]:
    info = measurement.info
    contact, population = watch.contact, _population(info, watch.contact)
    outcome = info.outcome(contact)
    if outcome.outcome == "failed":
        return f"{contact} failed: {outcome.reason}", ""
    if not measurement.agents.online(contact):
        return f"{contact} is not connected", ""
    if watch.is_prescribed:
        return f"the scenario lets {population} leave it unanswered", ""
    words = info.settings.populations.get(population)
    if words is None or not (words.on_subscribe or words.agent or words.behaviours):
        return (
            f"no agent of {population} answers (no `on_subscribe`, no handler)",
            f"give {population} `on_subscribe: approve`",
        )
    return f"{population} has not answered by the end", ""


def _not_asked(measurement: Measurement, watch: DeclaredWatch) -> tuple[str, str]:
    info, watcher = measurement.info, watch.watcher
    outcome = info.outcome(watcher)
    if outcome.outcome != "ok":
        return f"{watcher} {outcome.outcome}: {outcome.reason}", ""
    if not measurement.agents.online(watcher):
        return f"{watcher} is not connected", ""
    return f"{watcher} was asked to, and sent no request", ""


def _population(info: RunInfo, agent: str) -> str:
    planned = info.planned.get(agent)
    return planned.population if planned else agent
