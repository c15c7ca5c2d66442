"""Our docstrings are plain text with a little reStructuredText; the site's API pages are Markdown.

An extension of Griffe, which reads the sources for mkdocstrings. It turns ``.. code-block:: yaml``
and ``::`` with the indented lines below them into fenced blocks.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any

import griffe

_LITERAL = re.compile(
    r"^(?:\.\. code-block:: (?P<language>\w+)|(?P<text>.*?)::)\n\n"
    r"(?P<lines>(?:(?: +.*)?\n)+(?: +.*)?|(?: +.*))",
    re.M,
)


class Docstrings(griffe.Extension):
    """Changes docstrings on their way to the pages."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = _LITERAL.sub(_fenced, obj.docstring.value)


def _fenced(match: re.Match[str]) -> str:
    before = f"{match['text']}:\n\n" if match["text"] else ""
    lines = textwrap.dedent(match["lines"]).strip("\n")
    return f"{before}```{match['language'] or 'text'}\n{lines}\n```\n\n"
