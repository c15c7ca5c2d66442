"""The Python API: load a scenario, plan it, run it, open a run.

The steps are values: a `Scenario` is planned to a `Plan`, a plan is run to a `Run`, and a run is
saved to a folder. Scenarios, plans and runs can be pickled.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from simulator.analysis.live import LiveMeasurement
from simulator.analysis.run import open_run as open_measured_run
from simulator.errors import InputError
from simulator.garbage import no_automatic_collection
from simulator.journal import folder as run_folder
from simulator.journal.agents_log import LogLevel
from simulator.journal.file import FILE_NAME
from simulator.journal.records import AnyRecord
from simulator.report.run import Run
from simulator.running.faults import check_faults
from simulator.scenario import Plan, Scenario, build_plan
from simulator.scenario import load_scenario as load_scenario_file
from simulator.servers import make_backend
from simulator.servers.base import Backend

Listener = Callable[[AnyRecord], None]
Follow = Callable[[Plan, LiveMeasurement], Sequence[Listener]]

__all__ = ["load_scenario", "open_run", "plan", "run"]


def load_scenario(path: str | Path, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario file.

    `overrides` sets single values, as ``--set`` does: ``{"populations.member.count": "50"}``.
    Raises `simulator.errors.ScenarioError` with every fault, each with file, line and column.
    """
    return load_scenario_file(path, overrides or {})


def open_run(folder: Path | str) -> Run:
    """The run in a folder. Raises RunFolderError where there is none."""
    return Run(open_measured_run(folder).folder)


def plan(scenario: Scenario | str | Path, seed: int | None = None) -> Plan:
    """Work a scenario out: every agent, subscription, action and fault, and when it is due.

    `scenario`: a loaded scenario, or the path of its file. `seed`: replaces the scenario's. The
    plan is plain data. It can be run any number of times, also in another process, and gives the
    same journal on the embedded server each time. Raises ScenarioError with every fault.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return build_plan(loaded, seed)


def run(
    scenario: Plan | Scenario | str | Path,
    backend: str | Backend = "embedded",
    seed: int | None = None,
    out: str | Path | Literal[False] | None = None,
    *,
    realtime: bool = False,
    time_limit: float | None = None,
    log_level: LogLevel = "warning",
    check: bool = True,
    follow: Follow | None = None,
    progress: bool = False,
) -> Run:
    """Run a scenario and return the run, with its verdict, figures and events.

    `scenario`: a plan, a loaded scenario, or the path of its file. `backend`: ``embedded``, or
    another name that `simulator doctor` lists, or a backend object. `seed`: replaces the
    scenario's; a plan has its own. `out`: a folder that does not exist yet; by default the next
    free one under ``runs/``. False writes no file: the run is kept in memory, and `Run.save`
    writes its folder. `realtime`: pace the embedded server by the wall clock. `time_limit`: a run
    that takes more seconds of real time is interrupted, and its verdict is ``unknown``.
    `log_level`: what agents.log has, from ``debug`` to ``error``. `check`:
    raise the error of a run that cannot go on; False returns that run, with its `error` and a
    verdict of ``unknown``. `follow` is called with the plan and what measures the run live, and
    gives functions that are called with each journal record. `progress`: show how far the run is,
    in a notebook or on a terminal.

    One run of a process goes on at a time: runs in several threads wait for each other. Works
    where an event loop is running already, as in Jupyter. Ctrl-C ends the run and keeps what
    there is, as does SIGTERM where no loop is running: its verdict is ``unknown``. A second Ctrl-C
    ends it at once, with a KeyboardInterrupt and the journal so far.

    Raises ScenarioError and RunFolderError for a wrong call, BackendError when the server cannot
    be used, RunFailed and Livelock when the run cannot go on.
    """
    with contextlib.ExitStack() as stack:
        finished = perform(
            *(scenario, backend, seed, out),
            realtime=realtime,
            time_limit=time_limit,
            log_level=log_level,
            follow=_shown(follow, stack) if progress else follow,
        )
    if check and finished.error is not None:
        raise finished.error
    return finished


def _shown(follow: Follow | None, stack: contextlib.ExitStack) -> Follow:
    """As `follow`, and progress is shown until the stack is closed."""
    from rich.console import Console  # noqa: PLC0415  (imported when it is needed)

    from simulator.report.terminal.progress import Progress  # noqa: PLC0415

    def followed(planned: Plan, live: LiveMeasurement) -> Sequence[Listener]:
        shown = Progress(Console(), len(planned.agents), planned.run.limit, live)
        others = follow(planned, live) if follow is not None else ()
        return [stack.enter_context(shown).see, *others]

    return followed


def perform(
    scenario: Plan | Scenario | str | Path,
    backend: str | Backend,
    seed: int | None,
    out: str | Path | Literal[False] | None,
    *,
    realtime: bool = False,
    time_limit: float | None = None,
    log_level: LogLevel = "warning",
    follow: Follow | None = None,
    collect: bool = True,
) -> Run:
    """As `run` with `check` False. `collect` False leaves the agents to the end of the process."""
    from simulator.running.recording import record  # noqa: PLC0415  (imports SPADE)

    planned = _planned(scenario, seed)
    server = make_backend(backend, realtime=realtime) if isinstance(backend, str) else backend
    check_faults(planned, server)
    inputs = run_folder.inputs_of(planned, server.name, server.options)
    folder = None if out is False else _new_folder(inputs, out)
    live = LiveMeasurement()
    listeners = [live.see, *(follow(planned, live) if follow is not None else ())]
    with _telling(folder):
        recording = record(
            *(planned, server, folder, live, listeners),
            time_limit=time_limit,
            log_level=log_level,
            collect=collect,
        )
        measurement = live.finish(recording.records)
        finished = Run(recording.journal, measurement, inputs=inputs, error=recording.error)
        if folder is not None:
            with run_folder.writing_results(folder), no_automatic_collection():
                run_folder.write_json(folder / run_folder.SUMMARY, finished.summary)
    return finished


def _planned(scenario: Plan | Scenario | str | Path, seed: int | None) -> Plan:
    if not isinstance(scenario, Plan):
        return plan(scenario, seed)
    if seed is not None and seed != scenario.seed:
        raise InputError(f"seed {seed}: the plan has seed {scenario.seed}; plan the scenario anew")
    return scenario


def _new_folder(inputs: run_folder.Inputs, out: str | Path | None) -> Path:
    folder = run_folder.create_folder(Path(out) if out else None, inputs.name, inputs.seed)
    run_folder.write_inputs(folder, inputs)
    return folder


@contextlib.contextmanager
def _telling(folder: Path | None) -> Iterator[None]:
    """A Ctrl-C that ends everything at once says what is kept."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if folder is not None:
            interrupt.add_note(
                f"interrupted at once: {folder / FILE_NAME} has the run so far, the rest of the"
                f" folder is incomplete; simulator open {folder} reads it"
            )
        raise
