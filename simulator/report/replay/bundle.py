"""What the template of a replay needs: the documents of runs, packed, the style and the script."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup

from simulator.report.replay.document import Document

PACKAGE = "simulator.report.replay"
MODULES = (
    *("model", "state", "words", "drawing", "graph", "strip", "lanes"),
    *("sequence", "differences", "inspector", "events", "address", "side", "main"),
)
"""The scripts of the page, each after those that it imports."""
MOST_RUNS = 2
"""So many runs a page shows side by side."""
_IMPORT = re.compile(r'^import {(.*)} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)
_EXPORTED = re.compile(r"^export ", re.MULTILINE)
_LEVEL = 6
"""Of gzip: higher ones take much longer for little."""


def replay_values(documents: Sequence[Document]) -> dict[str, object]:
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
