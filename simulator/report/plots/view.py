"""What of a run a picture shows, and where it is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase

from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.records import SECOND

Window = tuple[float, float]
"""Begin and end, in seconds from the start of the run."""


@dataclass(frozen=True, slots=True)
class View:
    """The `agents` that a picture is about (None: all), from `begin` to `end` (microseconds).

    `ax`: the axes whose place the picture takes; None: it has a figure of its own.
    """

    agents: tuple[str, ...] | None
    begin: int
    end: int
    ax: Axes | None = None

    def shows(self, *agents: str) -> bool:
        """Whether the picture is about one of the agents."""
        return self.agents is None or not set(self.agents).isdisjoint(agents)

    def canvas(self, width: float = 9, height: float = 4.8) -> FigureBase:
        """What is drawn on: a figure of so many inches, or the place of `ax`.

        Raises InputError for axes that have
        no place of their own.
        """
        if self.ax is None:
            return new_figure(width, height)
        whole, place = self.ax.get_figure(root=True), self.ax.get_subplotspec()
        if whole is None or place is None:
            raise InputError("ax: expected axes of figure.subplots() or figure.add_subplot()")
        self.ax.remove()
        if whole.get_layout_engine() is None:
            whole.set_layout_engine("constrained")
        return whole.add_subfigure(place)


def new_figure(width: float = 9, height: float = 4.8) -> Figure:
    """An empty figure of so many inches, tied to no window and no global state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def view_of(run: Run, agents: Iterable[str] | None, window: Window | None, ax: Axes | None) -> View:
    """The view that is asked for; a window ends with the run at the latest.

    `agents` as people name them. Raises InputError for unknown ones, and for a window that is
    empty or outside of the run.
    """
    end = max(run.measurement.end, 1)
    named = None if agents is None else run.measurement.agents_named(agents)
    if window is None:
        return View(named, 0, end, ax)
    begin, last = (seconds * SECOND for seconds in window)
    if not begin < last:
        raise InputError(f"window: expected a begin before its end, in seconds, not {window}")
    if not 0 <= begin < end:
        run_end = f"{end / SECOND:g} s"
        raise InputError(f"window: {window[0]:g} s is outside of the run: expected 0 to {run_end}")
    return View(named, round(begin), round(min(last, end)), ax)
