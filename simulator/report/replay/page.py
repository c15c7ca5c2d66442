"""The replay page of a run, to write into a file or to show in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from simulator.analysis.run import Run
from simulator.journal.folder import write_private_bytes, writing
from simulator.report.page.frame import render
from simulator.report.replay.bundle import PACKAGE, replay_values
from simulator.report.replay.document import replay_document

_FRAME_HEIGHT = 1_000
"""Of the frame in a notebook, in pixels."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay page, as a text of HTML. A notebook shows it in a frame."""

    page: str

    @classmethod
    def of(cls, run: Run) -> Replay:
        """The page of a run."""
        return cls(replay_page(run))

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


def replay_page(run: Run) -> str:
    """The replay of one run, as a self-contained HTML page."""
    document = replay_document(run)
    return render(
        PACKAGE,
        title=str(run.summary["run"]["name"]),
        question=run.scenario.get("question"),
        parts=[],
        values={**replay_values([document]), "alone": True},
    )
