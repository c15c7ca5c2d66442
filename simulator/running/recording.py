"""The step from a plan to a journal: one run, recorded in memory or in its folder."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from simulator.errors import BackendError, Livelock, RunFailed
from simulator.garbage import collected_afterwards, set_aside
from simulator.journal.agents_log import LogLevel, logged
from simulator.journal.file import FILE_NAME, Journal
from simulator.journal.folder import LOG
from simulator.journal.records import AnyRecord
from simulator.journal.redaction import Redaction
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.running.schedule import Convergence
from simulator.running.turn import take_turn
from simulator.scenario.plan import Plan
from simulator.scenario.planning.user_classes import make_importable
from simulator.servers.base import Backend

Failure = BackendError | RunFailed | Livelock
"""Why a run could not go on."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A run that is over: its journal, as bytes or as the folder that holds it.

    `records`: how many it has. `error`: why the run could not go on, if it could not.
    """

    journal: Path | bytes
    records: int
    error: Failure | None = None


def record(
    plan: Plan,
    server: Backend,
    folder: Path | None,
    convergence: Convergence,
    listeners: Sequence[Callable[[AnyRecord], None]],
    *,
    time_limit: float | None = None,
    log_level: LogLevel = "warning",
    collect: bool = True,
) -> Recording:
    """Run `plan` on `server`, when it is this run's turn, and record it.

    `folder` None records in memory. Listeners are called with each record. `time_limit`: the
    run is interrupted after so many seconds of real time. `log_level`: of agents.log.
    `collect`: free the memory of the agents, which are cyclic garbage then; False for a process
    that ends soon.

    Raises JournalError when the disk refuses the journal, and InputError from inside a run.
    """

    def work(interruption: Interruption) -> Recording:
        ending = collected_afterwards() if collect else set_aside()
        with ending, interruption.limited(time_limit):
            return _recorded(plan, server, folder, convergence, listeners, interruption, log_level)

    make_importable(plan.imports)
    return take_turn(work)


def _recorded(
    plan: Plan,
    server: Backend,
    folder: Path | None,
    convergence: Convergence,
    listeners: Sequence[Callable[[AnyRecord], None]],
    interruption: Interruption,
    log_level: LogLevel,
) -> Recording:
    memory, redaction, failure = BytesIO(), Redaction(), None
    options = RunOptions(folder=folder, login_limit=server.login_limit, redaction=redaction)
    with (
        Journal(folder / FILE_NAME if folder else memory) as journal,
        logged(folder / LOG if folder else None, redaction, log_level),
    ):
        for listener in listeners:
            journal.listen(listener)
        try:
            execute(plan, server, journal, convergence, interruption, options)
        except (BackendError, RunFailed, Livelock) as error:
            _forget_locals(error)
            failure = error
    return Recording(folder or memory.getvalue(), journal.records, failure)


def _forget_locals(error: BaseException | None) -> None:
    """Let go of what the functions that raised an error had at hand: all agents of the run."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
