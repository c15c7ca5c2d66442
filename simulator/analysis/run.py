"""A finished run, for scripts and notebooks: its records, figures, frames and verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from simulator.analysis import frames
from simulator.analysis.causes.explaining import Explanation
from simulator.analysis.checks.explained import explained
from simulator.analysis.checks.verdict import Verdict, judge
from simulator.analysis.figures.named import Figures, FiguresInSeconds, figures, in_seconds
from simulator.analysis.figures.summary import summarise
from simulator.analysis.figures.summary_types import Summary
from simulator.analysis.measurement import Measurement, measure, not_a_scenario
from simulator.analysis.tables import Tables
from simulator.errors import InputError, Livelock, RunFolderError, SimulatorError
from simulator.journal import folder as run_folder
from simulator.journal.file import FILE_NAME, read_journal
from simulator.journal.records import AnyRecord

if TYPE_CHECKING:
    import polars as pl

_LEFT_BEHIND = frozenset(("measurement", "records", "events"))
"""What a pickled run does not take with it: it is large, and can be had again."""


class Run(Tables):
    """One run, told by its journal alone.

    `journal` is the run folder that holds it, or its content, of a run that was kept in memory.
    `measurement` is that of the journal, where there is one already. `inputs`: what a run in
    memory was made from. `error`: why the run could not go on, if it could not.

    A run can be pickled. It takes the journal of a run in memory with it, and verdict, summary and
    figures where it is measured; the rest is measured anew when it is asked for.
    """

    def __init__(
        self,
        journal: Path | bytes,
        measurement: Measurement | None = None,
        *,
        inputs: run_folder.Inputs | None = None,
        error: SimulatorError | Livelock | None = None,
    ) -> None:
        self._journal = journal
        self._inputs = inputs
        self.error = error
        if measurement is not None:
            measurement.places = self.places
            vars(self)["measurement"] = measurement

    def __repr__(self) -> str:
        return f"Run({str(self)!r})"

    def __str__(self) -> str:
        if isinstance(self._journal, Path):
            return str(self._journal)
        return f"{self._inputs.name}, seed {self._inputs.seed}" if self._inputs else "in memory"

    def __getstate__(self) -> dict[str, object]:
        if "measurement" in vars(self):
            _ = self.summary, self.figures
        return {name: value for name, value in vars(self).items() if name not in _LEFT_BEHIND}

    @property
    def folder(self) -> Path:
        """The run folder. Raises InputError for a run that was kept in memory."""
        if isinstance(self._journal, Path):
            return self._journal
        raise InputError(f"{self}: the run was kept in memory; run.save() writes a run folder")

    @property
    def in_memory(self) -> bool:
        """Whether the run has no folder."""
        return not isinstance(self._journal, Path)

    def save(self, folder: Path | str | None = None) -> Path:
        """Write the folder of a run that was kept in memory, and return it.

        `folder` must not exist yet; by default it is the next free one under ``runs/``. It holds
        the scenario, run.json, the journal and summary.json. Raises InputError for a run that has
        a folder, and RunFolderError where it cannot be written.
        """
        if not isinstance(self._journal, bytes) or self._inputs is None:
            raise InputError(f"{self}: the run is in a folder already; copy that")
        inputs = self._inputs
        target = run_folder.create_folder(
            Path(folder) if folder else None, inputs.name, inputs.seed
        )
        run_folder.write_inputs(target, inputs)
        with run_folder.writing(target):
            run_folder.write_private_bytes(target / FILE_NAME, self._journal)
            run_folder.write_json(target / run_folder.SUMMARY, self.summary)
        return target

    @property
    def how(self) -> dict[str, str | int]:
        """How to repeat the run and where it was made, as in run.json; empty without that file."""
        if self._inputs is not None:
            return self._inputs.how
        return run_folder.read_how(self.folder)

    @property
    def places(self) -> Mapping[str, str]:
        """Where the scenario's entries stand in its file: ``faults[0]`` -> ``a.yaml:23``."""
        if self._inputs is None and isinstance(self._journal, Path):
            return run_folder.read_places(self._journal)
        return self._inputs.places if self._inputs else {}

    @cached_property
    def records(self) -> Sequence[AnyRecord]:
        """All records of the journal, oldest first. Raises JournalError for a damaged one."""
        return list(read_journal(self._source))

    def read(self) -> Iterable[AnyRecord]:
        """All records, one by one where they have not been read yet."""
        return vars(self).get("records") or read_journal(self._source)

    @property
    def _source(self) -> Path | bytes:
        journal = self._journal
        return journal / FILE_NAME if isinstance(journal, Path) else journal

    @cached_property
    def measurement(self) -> Measurement:
        """Everything measured, in one pass over the records. Raises JournalError."""
        try:
            # Not kept: all records at once take more memory than all that is measured.
            found = measure(self.read())
        except ValidationError as error:
            place = Path(FILE_NAME) if self.in_memory else self.folder / FILE_NAME
            raise not_a_scenario(place, error) from error
        found.places = self.places
        return found

    @cached_property
    def summary(self) -> Summary:
        """The figures by the names of the metrics page, and the verdict; JSON-safe."""
        found = summarise(self.measurement, self._measured)
        return {**found, "verdict": self.verdict.summary()}

    @cached_property
    def _measured(self) -> Figures:
        return figures(self.measurement)

    @cached_property
    def figures(self) -> FiguresInSeconds:
        """Every figure by its name, such as ``propagation_latency.p95_s``, with its `value`.

        ``run.figures.numbers()`` has plain numbers, for a row of a table.
        """
        return in_seconds(self._measured)

    @cached_property
    def verdict(self) -> Verdict:
        """pass, fail or unknown, with each check and its evidence."""
        return judge(self.measurement, self._measured)

    @cached_property
    def events(self) -> pl.DataFrame:
        """The journal, one row per record.

        `time_s`: seconds from the run's start. `kind`: the record's type. The other columns are
        the union of the records' fields; a field that a record does not have, or has at its
        default, is null. The resolved scenario is in `scenario`, not here.
        """
        return frames.events.event_frame(self.records)

    @property
    def scenario(self) -> dict[str, Any]:
        """The resolved scenario, as a document."""
        return self.measurement.info.scenario

    @property
    def versions(self) -> dict[str, str]:
        """What ran: the simulator, the backend, SPADE and its library, each with its version."""
        started = self.measurement.info.run
        if started is None:
            return {}
        own = {"simulator": started.simulator, started.backend: started.backend_version}
        return {**own, **started.versions}

    def explain(
        self,
        agent: str | Sequence[str] = (),
        contact: str | Sequence[str] = (),
        at_s: float | None = None,
    ) -> Explanation:
        """Why what agents see is wrong, in sentences: ``print(run.explain("a", "b"))``.

        `agent`, `contact`: names such as ``worker[1]``; omitted: all. One watch comes with its
        history. `at_s`: as it stood then. Raises InputError for names that fit no watch.
        """
        return explained(self.measurement, self.read(), agent, contact, at_s)


def open_run(folder: Path | str) -> Run:
    """The run in a folder. Raises RunFolderError where there is none."""
    path = Path(folder)
    if not path.is_dir():
        problem = (
            "is not a folder"
            if path.exists()
            else "there is no such folder; `simulator runs` lists the runs"
        )
        raise RunFolderError(path, problem)
    if not (path / FILE_NAME).is_file():
        run_folder.refuse_sweep(path)
        raise RunFolderError(path, f"is not a run folder: it holds no {FILE_NAME}")
    return Run(path)
