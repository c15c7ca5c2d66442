"""Writes the replay page: the document of a run, and the scripts that show it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup, escape

from simulator.analysis.run import Run
from simulator.journal.folder import write_private_bytes, writing
from simulator.report.page.frame import render
from simulator.report.replay.document import Document, replay_document

PACKAGE = "simulator.report.replay"
MODULES = (
    *("model", "state", "words", "drawing", "graph", "strip", "lanes"),
    *("sequence", "inspector", "events", "main"),
)
"""The scripts of the page, each after those that it imports."""
_FRAME_HEIGHT = 1_000
_IMPORT = re.compile(r'^import {(.*)} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)
_EXPORTED = re.compile(r"^export ", re.MULTILINE)
_LEVEL = 6
"""Of gzip: higher ones take much longer for little."""


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
        values=replay_values([document]),
    )


def replay_values(documents: list[Document]) -> dict[str, object]:
    """What the template of the replay needs."""
    return {
        "replay_data": [packed(document) for document in documents],
        "replay_style": Markup(_file("replay.css")),
        "replay_script": Markup(script()),
    }


def packed(document: Document) -> str:
    """A document as JSON, gzip and base64."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), _LEVEL, mtime=0)).decode("ascii")


def script() -> str:
    """All modules as one script, each in a scope of its own."""
    return '"use strict";\n(() => {\n' + "".join(map(_module, MODULES)) + "})();"


def _module(name: str) -> str:
    """A module as a constant that holds what it exports."""
    text = _IMPORT.sub(r"const {\1} = \2_js;", _file(f"js/{name}.js"))
    exported = ", ".join(_EXPORT.findall(text))
    return (
        f"const {name}_js = (() => {{\n{_EXPORTED.sub('', text)}return {{ {exported} }};\n}})();\n"
    )


def _file(name: str) -> str:
    return files(PACKAGE).joinpath(name).read_text(encoding="utf-8")
