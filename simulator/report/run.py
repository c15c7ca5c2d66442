"""A run that shows itself: pictures, and its answer in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.analysis.run import Run as MeasuredRun
from simulator.errors import InputError
from simulator.report.pictures import PICTURES
from simulator.scenario.language.words import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.report.plots.view import Window
    from simulator.report.replay.page import Replay


class Run(MeasuredRun):
    __doc__ = MeasuredRun.__doc__

    def plot(
        self,
        kind: str = "convergence",
        *,
        agents: Iterable[str] | None = None,
        window: Window | None = None,
        ax: Axes | None = None,
        save: str | Path | None = None,
    ) -> Figure:
        """Draw a picture, and return its matplotlib figure.

        `kind`: convergence, timeline, propagation, staleness, graph, sequence, spread or values.
        `agents`: only what is about these. `window`: only from this second to that one. `ax`: the
        axes whose place the picture takes. `save`: a file to write, by its ending PNG, SVG or PDF;
        an older one is replaced. Raises InputError for what there is not.
        """
        from simulator.report.plots import FORMATS, PLOTS  # noqa: PLC0415  (imports matplotlib)
        from simulator.report.plots import save as save_figure  # noqa: PLC0415

        if kind not in PICTURES:
            raise InputError(f"no picture {kind!r}: expected {nearest(kind, PICTURES)}")
        if save is not None and Path(save).suffix.lower() not in FORMATS:
            raise InputError(f"save: {save}: expected a name that ends in {', '.join(FORMATS)}")
        figure = PLOTS[kind](self, agents=agents, window=window, ax=ax)
        if save is not None:
            save_figure(figure, Path(save))
        return figure

    def replay(self, beside: MeasuredRun | None = None, save: str | Path | None = None) -> Replay:
        """The replay page: a run to look into, with everything over time.

        In a notebook it shows itself. `beside`: another run to compare it with. `save`: a file to
        write as well; an older one is replaced.
        """
        from simulator.report.replay.page import Replay  # noqa: PLC0415  (imports Jinja)

        replay = Replay.of(self) if beside is None else Replay.of(self, beside)
        if save is not None:
            replay.save(save)
        return replay

    def _repr_html_(self) -> str:
        """The answer, as a notebook shows it: the verdict, its checks, and the figures."""
        from simulator.report.page.short import short_page  # noqa: PLC0415  (imports Jinja)

        return short_page(self)
