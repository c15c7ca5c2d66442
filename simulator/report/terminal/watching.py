"""Follows a run while it goes on: reads its journal as it grows, and shows where the run is.

On a terminal it is a small table that changes; elsewhere a line every few seconds.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.analysis.figures.summary_types import Summary
from simulator.analysis.measurement import Measurement, not_a_scenario
from simulator.analysis.states import Share
from simulator.errors import RunFolderError
from simulator.journal.file import FILE_NAME, JournalTail
from simulator.journal.folder import SUMMARY, refuse_sweep
from simulator.report.terminal.progress import MEASURING, percent, status_line
from simulator.report.terminal.rate import Rate
from simulator.report.text import printable

PATIENCE = 30.0
"""Seconds to wait for a run folder, and for the journal in it."""
SUMMARY_PATIENCE = 60.0
"""Seconds to wait for the summary of a run that has ended."""
_LOOK_EVERY = 0.2
_LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""
_QUIET = 5.0
"""After so many seconds without an event, the display says so."""


def watch(folder: Path, console: Console, patience: float = PATIENCE) -> Summary | None:
    """Follow the run in `folder` to its end; return its summary, or None if there is none.

    There is none when the process of the run died. Waits up to `patience` seconds for a folder
    or a journal that is about to appear. Raises RunFolderError where none appears, and
    JournalError for a damaged journal.
    """
    run = Measurement()
    path = _await_journal(folder, console, patience)
    with JournalTail(path) as tail, _Screen(console, run) as screen:
        was_written = True
        while run.info.end is None:
            is_written = tail.is_written  # asked first: what was written before counts
            try:
                found = _read_all(tail, run, screen)
            except ValidationError as error:
                raise not_a_scenario(path, error) from error
            if not found and not (is_written or was_written):
                break
            was_written = is_written
            screen.look()
            time.sleep(_LOOK_EVERY if run.info.end is None else 0)
    return _await_summary(folder, console) if run.info.end is not None else None


def _await_journal(folder: Path, console: Console, patience: float) -> Path:
    """The path of the journal, once it is there."""
    if folder.exists() and not folder.is_dir():
        raise RunFolderError(folder, "is not a folder")
    refuse_sweep(folder)
    path = folder / FILE_NAME
    if not path.is_file():
        with console.status(Text(f"waiting for {path}")):
            if not _comes_true(path.is_file, patience):
                problem = f"holds no {FILE_NAME}" if folder.exists() else "there is no such folder"
                raise RunFolderError(folder, f"{problem} (waited {patience:g} s)")
    return path


def _comes_true(question: Callable[[], object], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not question():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_EVERY / 2)
    return True


def _await_summary(folder: Path, console: Console) -> Summary | None:
    """The summary, which the run writes when it has measured its journal."""
    if _summary(folder) is None:
        with console.status(MEASURING):
            _comes_true(lambda: _summary(folder), SUMMARY_PATIENCE)
    return _summary(folder)


def _summary(folder: Path) -> Summary | None:
    try:
        summary: Summary = json.loads((folder / SUMMARY).read_text("utf-8"))
    except (FileNotFoundError, ValueError):  # not there, or not all of it, cut within a letter
        return None
    return summary


def _read_all(tail: JournalTail, run: Measurement, screen: _Screen) -> bool:
    """Take everything that is new; say whether there was anything."""
    before = run.records
    while records := tail.read():
        for record in records:
            run.see(record)
        screen.draw()
    return run.records > before


class _Screen:
    """Draws where a run is on a terminal, or prints it now and then. A context manager."""

    def __init__(self, console: Console, run: Measurement) -> None:
        self._console = console
        self._run = run
        self._rate = Rate()
        self._live = Live(console=console, auto_refresh=False)
        self._printed = time.monotonic()

    def look(self) -> None:
        """Everything that was written is read: take the rate, and draw."""
        self._rate.look(time.monotonic(), self._run.records)
        self.draw()

    def draw(self) -> None:
        """Show where the run is."""
        if self._console.is_terminal:
            self._live.update(self._table(), refresh=True)
        elif time.monotonic() - self._printed >= _LINE_EVERY:
            self._print()

    def _print(self) -> None:
        run = self._run
        agents = _states(run)
        line = status_line(agents["running"], agents.total(), run.time, _limit(run), run)
        self._printed = time.monotonic()
        self._console.print(Text(f"{line} · events {self._events()}"), soft_wrap=True)

    def _table(self) -> Table:
        run, limit = self._run, _limit(self._run)
        most = f" of at most {limit / 1e6:g} s" if limit else ""
        table = Table(box=None, show_header=False, padding=(0, 2), title=_title(run))
        table.title_justify = "left"
        table.add_column(style="cyan", no_wrap=True)
        table.add_column()
        table.add_row("run time", Text(f"{run.time / 1e6:.1f} s{most}"))
        table.add_row("agents", Text(_states_text(_states(run))))
        table.add_row("watches in force", _bar(run.declared_share))
        table.add_row("roster convergence", _bar(run.roster_share))
        table.add_row("availability convergence", _bar(run.availability_share))
        table.add_row("events", Text(self._events()))
        return table

    def _events(self) -> str:
        text = f"{self._run.records:,}"
        if self._run.info.end is not None:
            return text
        quiet = self._rate.quiet(time.monotonic())
        if quiet >= _QUIET:
            return f"{text} (nothing new for {quiet:.0f} s)"
        rate = self._rate.per_second
        return f"{text} ({rate:,.0f} a second)" if rate is not None else text

    def __enter__(self) -> _Screen:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()
        if kind is None and not self._console.is_terminal:
            self._print()


def _title(run: Measurement) -> Text:
    started = run.info.run
    if started is None:
        return Text("the run begins")
    server = f"{started.backend} {started.backend_version}"
    return Text(printable(f"{started.name}: {server}, seed {started.seed}"))


def _limit(run: Measurement) -> int | None:
    """When the run ends at the latest, in microseconds; None where that is not known."""
    return run.info.settings.run.limit if run.info.run else None


def _states(run: Measurement) -> Counter[str]:
    """How many of the planned agents are in each state."""
    lives = (run.states.agents[agent].life.last for agent in run.info.planned)
    return Counter("running" if life == "started" else str(life) for life in lives)


def _states_text(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "none yet"


def _bar(share: Share) -> Table:
    row = Table.grid(padding=(0, 2))
    text = f"{percent(share):>4}"
    if share.total:
        text += f" ({share.right:,} of {share.total:,})"
    row.add_row(ProgressBar(total=share.total or 1, completed=share.right, width=24), Text(text))
    return row
