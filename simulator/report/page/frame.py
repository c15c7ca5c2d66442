"""What all report pages share: the frame around their parts, and how they are rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files

import jinja2
from markupsafe import Markup

from simulator import __version__

GENERATOR = '<meta name="generator" content="simulator">'
"""Every page has this near its beginning, and so is known as one."""
_SHARED = ("simulator.report.page", "simulator.report.replay")


def render(
    package: str,
    title: str,
    question: object,
    parts: Sequence[tuple[str, str]],
    values: Mapping[str, object],
    script: str = "",
) -> str:
    """The page of a `package`'s page.html, which extends frame.html. Text is escaped.

    `question`: a text or None. `parts`: the id and the title of each section. `script`: a file of
    the package, for the page to run.
    """
    loaders = [jinja2.FunctionLoader(partial(_read, name)) for name in (package, *_SHARED)]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html").render(
        values,
        title=title,
        question=question,
        parts=parts,
        version=__version__,
        generator=Markup(GENERATOR),
        style=Markup(_read(_SHARED[0], "page.css")),
        script=Markup(_read(package, script)) if script else "",
    )


def _read(package: str, name: str) -> str | None:
    """A file of a package; None where it has none of this name."""
    file = files(package).joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else None
