"""Who does the work: this process, or the workers of a Dask scheduler.

Dask has the queue, the workers and the retries. A worker that dies is replaced, and its run is
done again elsewhere; one that dies of the same run time after time leaves that run an error.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from simulator import __version__
from simulator.errors import BackendError, InputError, RunFailed
from simulator.experiments.running.jobs import Costed, Job

if TYPE_CHECKING:
    from distributed import Client, Future

WAITING = 60
"""Seconds until a scheduler must have a worker."""
CONNECTING = 10
"""Seconds until a scheduler must answer."""
RETRIES = 2
AT_ONCE, MOST_AT_ONCE = 0.3, 8
"""Seconds of runs that a worker is given at a time, and how many runs at most."""
PREPARE = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the command; it ends the workers
import simulator.experiments.running.work
from simulator.agents.installed import installed
installed()
"""
"""What a worker of this machine does first: also import what it needs, before it is asked."""
LIGHT = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}
"""Dask's settings for workers of this machine. Its profiler walks the stack 100 times a second."""


_Outcome = TypeVar("_Outcome", bound=Costed)


class Engine(Protocol):
    """Does jobs. `where`: in words. `dashboard`: an address to look at meanwhile, or nothing."""

    where: str
    dashboard: str

    def perform(
        self, jobs: Iterable[Job[_Outcome]], *, ahead: bool = True
    ) -> Iterator[Sequence[_Outcome]]:
        """Do all jobs; outcomes come as they are ready, in any order.

        `ahead` False takes no more jobs than there are workers: for jobs that may turn out to be
        useless. A caller that closes the iterator wants no more outcomes.
        """
        ...


class Here:
    """Does jobs in this process, one after the other."""

    where = "this process"
    dashboard = ""

    def perform(
        self, jobs: Iterable[Job[_Outcome]], *, ahead: bool = True
    ) -> Iterator[Sequence[_Outcome]]:
        """As an Engine does."""
        for job in jobs:
            yield [job.do()]


class OnDask:
    """Does jobs on the workers of a scheduler."""

    def __init__(self, client: Client, where: str) -> None:
        self.client = client
        self.where = where
        self.dashboard = _dashboard(client)

    def perform(
        self, jobs: Iterable[Job[_Outcome]], *, ahead: bool = True
    ) -> Iterator[Sequence[_Outcome]]:
        """As an Engine does. Raises RunFailed when the scheduler goes away."""
        from distributed import as_completed  # noqa: PLC0415

        waiting = iter(jobs)
        submitted: dict[Future, list[Job[_Outcome]]] = {}
        ready = as_completed(with_results=True, raise_errors=False)

        def send(together: list[Job[_Outcome]]) -> None:
            future = self.client.submit(do_all, together, pure=False, retries=RETRIES)
            submitted[future] = together
            ready.add(future)

        def submit(size: int) -> int:
            window = self._window(ahead)
            while len(submitted) < window and (together := list(islice(waiting, size))):
                send(together)
            return window

        try:
            window = submit(1)
            for batch in ready.batches():
                outcomes: list[_Outcome] = []
                for future, result in batch:
                    together = submitted.pop(future)
                    if future.status == "error" and len(together) > 1:
                        for job in together:  # to see which of them it was
                            send([job])
                    else:
                        outcomes += _outcomes(future, together, result)
                if outcomes:
                    yield outcomes
                if len(submitted) <= (window // 2 if ahead else window - 1):
                    window = submit(_at_once(outcomes) if ahead else 1)
        except _lost() as error:
            raise self._gone() from error
        if submitted or self.client.status not in ("running", "connecting"):
            raise self._gone()

    def _window(self, ahead: bool) -> int:
        """How many jobs may be with the scheduler: enough that no worker waits for the next."""
        threads: dict[str, int] = self.client.nthreads()
        workers = sum(threads.values())
        return 4 + 3 * workers if ahead else workers + 1

    def _gone(self) -> RunFailed:
        return RunFailed(
            f"{self.where}: the scheduler went away; the same command goes on with what is missing"
        )


def do_all(jobs: Sequence[Job[_Outcome]]) -> list[_Outcome]:
    """Do some jobs, one after the other."""
    return [job.do() for job in jobs]


def _at_once(outcomes: Sequence[Costed]) -> int:
    """How many jobs to hand over together: short ones, so that Dask's part in them is small."""
    costs = [one.cpu_s for one in outcomes if one.cpu_s is not None]
    return max(1, min(MOST_AT_ONCE, int(AT_ONCE * len(costs) / sum(costs)))) if costs else 1


def _outcomes(future: Future, jobs: Sequence[Job[_Outcome]], result: object) -> list[_Outcome]:
    """The outcomes of a future that is over; that of a job whose workers died is its error."""
    from distributed import KilledWorker  # noqa: PLC0415

    if future.cancelled() or future.status == "lost":
        raise _Gone
    if isinstance(result, list):
        return result
    error = future.exception()
    if isinstance(error, KilledWorker):
        error = RunFailed("the process that did the run died, each time that it was tried")
    return [job.lost(error) for job in jobs]


class _Gone(Exception):
    """The scheduler has forgotten a future."""


def _lost() -> tuple[type[BaseException], ...]:
    from concurrent.futures import CancelledError  # noqa: PLC0415

    from distributed.comm import CommClosedError  # noqa: PLC0415

    return (_Gone, CancelledError, CommClosedError, TimeoutError, OSError)


def _dashboard(client: Client) -> str:
    """Where Dask shows its work; nothing without bokeh, which draws it."""
    try:
        import bokeh  # noqa: F401, PLC0415
    except ImportError:
        return ""
    return str(client.dashboard_link)


def engine(workers: int | None, scheduler: str | None) -> AbstractContextManager[Engine]:
    """Who does the work, as the caller wishes.

    `scheduler`: the address of a Dask scheduler, ``tcp://host:8786``. Without one, `workers`
    processes of this machine; None: one for each processor; 0: this process.

    Raises InputError when Dask is needed and missing, and BackendError for a scheduler that
    cannot be used.
    """
    if workers is not None and workers < 0:
        raise InputError(f"--workers {workers}: expected 0 or more")
    if scheduler is not None and workers is not None:
        raise InputError("--workers and --scheduler: a scheduler has workers of its own")
    if workers == 0:
        return contextlib.nullcontext(Here())
    _need_dask()
    return _local(workers) if scheduler is None else _remote(scheduler)


def _need_dask() -> None:
    try:
        import distributed  # noqa: F401, PLC0415
    except ImportError:
        raise InputError(
            "runs in several processes need Dask: pip install 'spade-simulator[dask]';"
            " --workers 0 does without"
        ) from None


@contextlib.contextmanager
def _local(workers: int | None) -> Iterator[Engine]:
    import dask  # noqa: PLC0415
    import psutil  # noqa: PLC0415
    from distributed import Client, LocalCluster  # noqa: PLC0415

    count = workers or len(psutil.Process().cpu_affinity() or ()) or 1
    with (
        dask.config.set(LIGHT),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            preload=PREPARE,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield OnDask(client, f"{count} worker{'s' if count != 1 else ''}")


@contextlib.contextmanager
def _remote(scheduler: str) -> Iterator[Engine]:
    from distributed import Client  # noqa: PLC0415

    # What it would log when the scheduler goes away is said in one line of our own.
    logger = logging.getLogger("distributed")
    level, logger.level = logger.level, logging.CRITICAL
    try:
        client = Client(scheduler, timeout=CONNECTING)
    except (OSError, ValueError) as error:
        raise BackendError(f"{scheduler}: no Dask scheduler answers: {error}") from error
    try:
        with client:
            _check_versions(client, scheduler)
            yield OnDask(client, scheduler)
    finally:
        logger.setLevel(level)


def _check_versions(client: Client, scheduler: str) -> None:
    """Raise BackendError where a worker has no simulator, or another one."""
    try:
        client.wait_for_workers(1, timeout=WAITING)
    except TimeoutError:
        problem = f"has no worker after {WAITING} s; start one: dask worker {scheduler}"
        raise BackendError(f"{scheduler}: {problem}") from None
    try:
        found: dict[str, str] = client.run(_version)
    except ModuleNotFoundError as error:
        problem = f"a worker cannot import {error.name}; install simulator where the workers are"
        raise BackendError(f"{scheduler}: {problem}") from None
    others = {address: version for address, version in found.items() if version != __version__}
    if others:
        told = ", ".join(f"{address} has {version}" for address, version in others.items())
        raise BackendError(f"{scheduler}: simulator is {__version__} here, but {told}")


def _version() -> str:
    return __version__


Start = Callable[[int | None, str | None], AbstractContextManager[Engine]]
"""What makes an engine."""
