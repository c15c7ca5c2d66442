"""The Python API: load a scenario, run it, open a run."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.analysis.live import LiveMeasurement
from simulator.analysis.run import Run, open_run
from simulator.errors import BackendError, Livelock, RunFailed
from simulator.garbage import no_automatic_collection, set_aside
from simulator.journal import folder as run_folder
from simulator.journal.agents_log import logged
from simulator.journal.file import FILE_NAME, Journal
from simulator.journal.records import AnyRecord
from simulator.journal.redaction import Redaction
from simulator.running.faults import check_faults
from simulator.running.interruption import Interruption
from simulator.scenario import Plan, Scenario, build_plan
from simulator.scenario import load_scenario as load_scenario_file
from simulator.servers import make_backend
from simulator.servers.base import Backend

Listener = Callable[[AnyRecord], None]

__all__ = ["load_scenario", "open_run", "run"]


def load_scenario(path: str | Path, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario file.

    `overrides` sets single values, as ``--set`` does: ``{"populations.member.count": "50"}``.
    Raises `simulator.errors.ScenarioError` with every fault, each with file, line and column.
    """
    return load_scenario_file(path, overrides or {})


def run(
    scenario: Scenario | str | Path,
    backend: str | Backend = "embedded",
    seed: int | None = None,
    out: str | Path | None = None,
    *,
    realtime: bool = False,
    follow: Callable[[Plan, LiveMeasurement], Sequence[Listener]] | None = None,
) -> Run:
    """Run a scenario and return the run, with its verdict, figures and events.

    `scenario`: a loaded scenario, or the path of its file. `backend`: ``embedded``, or another
    name that `simulator doctor` lists, or a backend object. `seed`: replaces the scenario's.
    `out`: a folder that does not exist yet; by default the next free one under ``runs/``.
    `realtime`: pace the embedded server by the wall clock. `follow` is called with the plan and
    what measures the run live, and gives functions that are called with each journal record.

    Works where an event loop is running already, as in Jupyter. Ctrl-C ends the run and
    keeps what there is, as does SIGTERM where no loop is running: its verdict is ``unknown``. A
    second Ctrl-C ends it at once, with a KeyboardInterrupt and the journal so far.

    Raises ScenarioError and RunFolderError for a wrong call, BackendError when the server cannot
    be used, RunFailed and Livelock when the run cannot go on.
    """
    with set_aside():
        try:
            return perform(scenario, backend, seed, out, realtime, follow)
        finally:
            # The agents are cyclic garbage now.
            gc.collect()


def perform(
    scenario: Scenario | str | Path,
    backend: str | Backend,
    seed: int | None,
    out: str | Path | None,
    realtime: bool,
    follow: Callable[[Plan, LiveMeasurement], Sequence[Listener]] | None,
) -> Run:
    """As `run`, for a process that ends soon: the memory of the agents is left to the system."""
    from simulator.running import runner  # noqa: PLC0415  (SPADE, once an agent runs)

    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    plan = build_plan(scenario, seed)
    server = make_backend(backend, realtime=realtime) if isinstance(backend, str) else backend
    check_faults(plan, server)
    target = run_folder.create_folder(Path(out) if out else None, plan.name, plan.seed)
    _write_inputs(target, scenario, plan, server)
    live = LiveMeasurement()
    listeners = follow(plan, live) if follow is not None else ()
    interruption = Interruption()
    redaction = Redaction()
    options = runner.RunOptions(folder=target, login_limit=server.login_limit, redaction=redaction)
    failure: BaseException | None = None
    with _telling(target), set_aside():
        with Journal(target / FILE_NAME) as journal, logged(target / run_folder.LOG, redaction):
            journal.listen(live.see)
            for listener in listeners:
                journal.listen(listener)
            try:
                _in_own_loop(
                    lambda: runner.execute(plan, server, journal, live, interruption, options),
                    interruption,
                )
            except (BackendError, RunFailed, Livelock) as error:
                failure = error
        with no_automatic_collection():
            finished = Run(target, live.finish(journal.records))
            _write_results(finished, target)
    if failure is not None:
        raise failure
    return finished


def _write_inputs(target: Path, scenario: Scenario, plan: Plan, server: Backend) -> None:
    how = {
        "name": plan.name,
        "seed": plan.seed,
        "backend": server.name,
        "repeat": run_folder.repeat_command(plan, server.options),
        **run_folder.surroundings(),
    }
    with run_folder.writing(target):
        run_folder.write_scenario(target, plan.scenario, scenario.source.folder)
        run_folder.write_json(target / run_folder.RUN, how)


@contextlib.contextmanager
def _telling(target: Path) -> Iterator[None]:
    """A Ctrl-C that ends everything at once says what is kept."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(
            f"interrupted at once: {target / FILE_NAME} has the run so far, the rest of the folder"
            f" is incomplete; simulator open {target} reads it"
        )
        raise


def _write_results(finished: Run, target: Path) -> None:
    from simulator.report.plots.convergence import plot_convergence  # noqa: PLC0415
    from simulator.report.plots.style import save  # noqa: PLC0415

    try:
        run_folder.write_json(target / run_folder.SUMMARY, finished.summary)
        save(plot_convergence(finished), target / run_folder.PICTURE)
    except OSError as error:
        raise RunFailed(
            f"{target}: the results cannot be written: {error.strerror};"
            " the journal is whole, and simulator open reads it"
        ) from error


def _in_own_loop(work: Callable[[], None], interruption: Interruption) -> None:
    """Do `work`, which runs an event loop, where none is running yet."""
    if _is_loop_running():
        _in_thread(work, interruption)
    else:
        with _signals(interruption):
            work()


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextlib.contextmanager
def _signals(interruption: Interruption) -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into a request; the second does what it always did."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _frame: Any) -> None:
        signal.signal(number, before[signal.Signals(number)])
        interruption.request(f"interrupted by {signal.Signals(number).name}")

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_thread(work: Callable[[], None], interruption: Interruption) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # handed over to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=guarded, name="simulator run")
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.1)
        except KeyboardInterrupt:
            interruption.request("interrupted by the user")
    if failures:
        raise failures[0]
