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
from simulator.scenario.language.words import nearest

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
    """The view that is asked for. Raises InputError for unknown agents and an empty window."""
    end = max(run.measurement.end, 1)
    begin, last = (0.0, end / SECOND) if window is None else window
    if not begin < last:
        raise InputError(f"window: expected a begin before its end, in seconds, not {window}")
    named = None if agents is None else tuple([agents] if isinstance(agents, str) else agents)
    known = run.measurement.states.agents
    for agent in named or ():
        if agent not in known:
            raise InputError(f"agents: no agent {agent!r}: expected {nearest(agent, known)}")
    return View(named, round(begin * SECOND), round(last * SECOND), ax)
