"""What all pictures share: size, colours, axes, and saving without a trace of the clock.

The colours are Okabe and Ito's (2008), and wine from Paul Tol's (2021), which stay apart for
colour-blind readers; they differ in lightness too, and lines differ in dash, so that a picture
survives a black-and-white printer.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import ParamSpec

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.analysis.states import Sight
from simulator.journal.folder import write_private_bytes

P = ParamSpec("P")

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#999999"
PALE = "#E4E4E4"
WINE = "#882255"

SIGHT_COLOURS = {Sight.GHOST: VERMILION, Sight.BLIND: BLUE, Sight.MISLABELLED: BLACK}
SHOW_COLOURS = {"": GREEN, "chat": "#5FD3A8", "away": YELLOW, "xa": ORANGE, "dnd": PURPLE}

_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_NOTHING = "nothing"
FORMATS = tuple(_METADATA)
"""The endings that a picture's file may have."""


def _style() -> AbstractContextManager[None]:
    return matplotlib.rc_context(
        {
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "svg.hashsalt": "simulator",
            "svg.fonttype": "path",
            "text.parse_math": False,
            "figure.autolayout": False,
            "figure.constrained_layout.use": False,
        }
    )


def picture(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Mark a function that draws a picture: it draws in the style of all pictures."""

    @wraps(draw)
    def in_style(*arguments: P.args, **named: P.kwargs) -> Figure:
        with _style():
            return draw(*arguments, **named)

    return in_style


def new_figure(width: float = 9, height: float = 4.8) -> Figure:
    """An empty figure of so many inches, tied to no window and no global state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def entitle(axes: Axes, title: str, note: str = "", room: float = 6) -> None:
    """Say what is seen; `note` in small type under it. `room`: points to leave above the axes."""
    lines = note.count("\n") + 1 if note else 0
    axes.set_title(title, pad=room + 13 * lines)
    small = axes.annotate(
        note,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, room),
        textcoords="offset points",
        fontsize=9,
        color="#444444",
    )
    small.set_in_layout(False)


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, SVG or PDF, by the path's ending: the same figure, the same bytes.

    The file is for its owner alone, as all of a run; an older picture is replaced. Raises
    ValueError for another ending.
    """
    ending = path.suffix.lower()
    if ending not in _METADATA:
        raise ValueError(f"{path}: a picture's name must end in {' or '.join(FORMATS)}")
    content = BytesIO()
    with _style():
        _settle(figure)
        figure.savefig(content, format=ending[1:], dpi=150, metadata=_METADATA[ending])
    path.unlink(missing_ok=True)
    write_private_bytes(path, content.getvalue())
    return path


def _settle(figure: Figure) -> None:
    """Lay the figure out for good, and round where the axes are.

    The layout's solver gives the last bits of a position in one way or another, and SVG derives
    names from all of them.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    # Not "none", which stands for an engine, and has everything drawn once more.
    figure.set_layout_engine(None)
    for axes in figure.axes:
        bounds = axes.get_position(original=True).bounds
        left, bottom, width, height = (round(float(bound), 6) for bound in bounds)
        axes.set_position((left, bottom, width, height))


def say_nothing(axes: Axes, reason: str) -> None:
    """An empty picture that says why it is empty."""
    axes.set_axis_off()
    axes.set_gid(_NOTHING)
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", fontsize=12)


def nothing_in(figure: Figure) -> str:
    """Why a picture is empty, in one line; an empty text where it is not."""
    empty = [axes for axes in figure.axes if axes.get_gid() == _NOTHING]
    return " ".join(empty[0].texts[-1].get_text().split()) if empty else ""
