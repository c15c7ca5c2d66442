"""What all pictures share: size, colours, axes, and saving without a trace of the clock.

The colours are Okabe and Ito's (2008), and wine from Paul Tol's (2021), which stay apart for
colour-blind readers; they differ in lightness too, and lines differ in dash, so that a picture
survives a black-and-white printer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import ParamSpec, Protocol, overload

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from simulator.analysis.run import Run
from simulator.analysis.states import Sight
from simulator.errors import InputError
from simulator.journal.folder import write_private_bytes
from simulator.report.plots.view import View, Window, view_of

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
SILVER = "#BBBBBB"
MINT = "#5FD3A8"
MUTED = "#444444"
"""Of small type and thin lines."""
LINE = "#DDDDDD"
"""Of grids."""
PAPER = "#FFFFFF"
WINE = "#882255"

SIGHT_COLOURS = {Sight.GHOST: VERMILION, Sight.BLIND: BLUE, Sight.MISLABELLED: BLACK}
SHOW_COLOURS = {"": GREEN, "chat": MINT, "away": YELLOW, "xa": ORANGE, "dnd": PURPLE}

_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_NOTHING = "nothing"
_LETTER = 4.4
"""Points that a letter of a note is wide, about."""
_DOT, _NO_BREAK = " · ", "\N{NO-BREAK SPACE}"
FORMATS = tuple(_METADATA)
"""The endings that a picture's file may have."""

_Draw = Callable[[Run, View], FigureBase]


class Plot(Protocol):
    """A function that draws a picture of a run."""

    def __call__(
        self,
        run: Run,
        /,
        *,
        agents: Iterable[str] | None = None,
        window: Window | None = None,
        ax: Axes | None = None,
    ) -> Figure:
        """Draw; `agents`: only these; `window`: only from this second to that one.

        `ax`: the axes whose place the picture takes; by default it has a figure of its own.
        Raises InputError for what there is not.
        """


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


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Mark a function that draws: it draws in the style of all pictures."""

    @wraps(draw)
    def in_style(*arguments: P.args, **named: P.kwargs) -> Figure:
        with _style():
            return draw(*arguments, **named)

    return in_style


@overload
def picture(draw: _Draw) -> Plot: ...
@overload
def picture(*, agents: bool = True, window: bool = True) -> Callable[[_Draw], Plot]: ...
def picture(
    draw: _Draw | None = None, *, agents: bool = True, window: bool = True
) -> Plot | Callable[[_Draw], Plot]:
    """Mark a function that draws a picture of a run: it draws in the style of all pictures.

    `agents`, `window`: whether the picture can be of some agents, and of a part of the time.
    """

    def mark(draw: _Draw) -> Plot:
        wanted = _Wanted(draw.__name__.removeprefix("plot_"), agents, window)

        @wraps(draw)
        def in_style(
            run: Run,
            *,
            agents: Iterable[str] | None = None,
            window: Window | None = None,
            ax: Axes | None = None,
        ) -> Figure:
            wanted.check(agents, window)
            with _style():
                drawn = draw(run, view_of(run, agents, window, ax))
            figure = drawn.get_figure(root=True)
            assert figure is not None
            return figure

        return in_style

    return mark if draw is None else mark(draw)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a kind of picture can be asked for."""

    kind: str
    agents: bool
    window: bool

    def check(self, agents: Iterable[str] | None, window: Window | None) -> None:
        if agents is not None and not self.agents:
            raise InputError(f"agents: the {self.kind} picture is always of all agents")
        if window is not None and not self.window:
            raise InputError(f"window: the {self.kind} picture is always of the end of the run")


def entitle(
    axes: Axes, title: str, note: str = "", room: float = 6, *, across: bool = False
) -> None:
    """Say what is seen; `note` in small type under it. `room`: points to leave above the axes.

    A long note takes several lines, each as wide as the axes, or as all axes if it goes `across`.
    """
    whole = axes.get_figure(root=True)
    assert whole is not None
    extent = axes.get_window_extent()
    right = whole.bbox.x1 if across else extent.x1
    letters = int((right - extent.x0) * 72 / whole.dpi / _LETTER)
    text = "\n".join(_broken(line, max(letters, 30)) for line in note.split("\n"))
    lines = text.count("\n") + 1 if text else 0
    axes.set_title(title, pad=room + 13 * lines)
    small = axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, room),
        textcoords="offset points",
        fontsize=9,
        color=MUTED,
    )
    small.set_in_layout(False)


def _broken(line: str, letters: int) -> str:
    """A line in lines of at most so many letters, broken at its dots if they are near enough."""
    parts = line.split(_DOT)
    if len(line) <= letters or max(map(len, parts)) > letters - 2:
        return fill(line, letters, break_on_hyphens=False)
    whole = _DOT.join(part.replace(" ", _NO_BREAK) for part in parts)
    texts = fill(whole, letters, break_on_hyphens=False).replace(_NO_BREAK, " ").split("\n")
    return "\n".join(text.strip(_DOT) for text in texts)


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, SVG or PDF, by the path's ending: the same figure, the same bytes.

    The file is for its owner alone, as all of a run; an older picture is replaced. Raises
    ValueError for another ending.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        expected = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise ValueError(f"{path}: a picture's name must end in {expected}")
    content = drawn(figure, ending)
    path.unlink(missing_ok=True)
    write_private_bytes(path, content)
    return path


def drawn(figure: Figure, ending: str) -> bytes:
    """The content of a file in one of `FORMATS`."""
    content = BytesIO()
    with _style():
        _settle(figure)
        figure.savefig(content, format=ending[1:], dpi=150, metadata=_METADATA[ending])
    return content.getvalue()


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


def latency_unit(longest: float) -> tuple[str, float]:
    """The unit of an axis of latencies up to `longest` seconds, and how many make a second."""
    units = {"ms": (10.0, 1000.0), "s": (600.0, 1.0), "min": (36_000.0, 1 / 60)}
    fitting = (name for name, (most, _) in units.items() if longest < most)
    unit = next(fitting, "h")
    return unit, units[unit][1] if unit in units else 1 / 3600


def say_nothing(axes: Axes, reason: str) -> None:
    """An empty picture that says why it is empty."""
    axes.set_axis_off()
    axes.set_gid(_NOTHING)
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", fontsize=12)


def nothing_in(figure: Figure) -> str:
    """Why a picture is empty, in one line; an empty text where it is not."""
    empty = [axes for axes in figure.axes if axes.get_gid() == _NOTHING]
    return " ".join(empty[0].texts[-1].get_text().split()) if empty else ""
