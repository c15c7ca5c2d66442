"""The replay page of a run, to write into a file or to show in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.folder import write_private_bytes, writing
from simulator.report.labels import labels
from simulator.report.page.frame import render
from simulator.report.replay.bundle import MOST_RUNS, PACKAGE, replay_values
from simulator.report.replay.document import replay_document

REPLAY = "replay.html"
"""The page in the folder of a run."""
_FRAME_HEIGHT = 1_000
"""Of the frame in a notebook, in pixels."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay page, as a text of HTML. A notebook shows it in a frame."""

    page: str

    @classmethod
    def of(cls, *runs: Run) -> Replay:
        """The page of a run, or of two side by side."""
        return cls(replay_page(*runs))

    def __repr__(self) -> str:
        return f"Replay({len(self.page):,} bytes; save() writes a page that any browser opens)"

    def save(self, file: str | Path) -> Path:
        """Write the page, which only its owner can read; an older file is replaced."""
        path = Path(file)
        with writing(path):
            path.unlink(missing_ok=True)
            write_private_bytes(path, self.page.encode("utf-8"))
        return path

    def _repr_html_(self) -> str:
        # A frame of its own: scripts of a run have no access to the notebook.
        return (
            f'<iframe srcdoc="{escape(self.page)}" sandbox="allow-scripts" title="Replay"'
            f' style="width: 100%; height: {_FRAME_HEIGHT}px; border: 0"></iframe>'
        )


def replay_page(*runs: Run) -> str:
    """The replay of one run, or of two side by side, as a self-contained HTML page.

    Raises InputError for more of them.
    """
    if not 0 < len(runs) <= MOST_RUNS:
        raise InputError(f"a replay shows one run or {MOST_RUNS} side by side, not {len(runs)}")
    names = labels(runs)
    documents = [replay_document(run, name) for run, name in zip(runs, names, strict=True)]
    return render(
        PACKAGE,
        title=" / ".join(dict.fromkeys(str(run.summary["run"]["name"]) for run in runs)),
        question=runs[0].scenario.get("question") if len(runs) == 1 else None,
        parts=[],
        values={**replay_values(documents), "alone": True},
    )
