"""How long a presence change takes to reach a watcher."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import PercentFormatter

from simulator.analysis.figures.quantiles import FEW, quantiles
from simulator.analysis.quantities import time_text
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLUE,
    GREEN,
    LINE,
    MUTED,
    ORANGE,
    PURPLE,
    SILVER,
    SKY,
    VERMILION,
    entitle,
    latency_unit,
    picture,
    say_nothing,
)
from simulator.report.plots.view import View

LINES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"), (PURPLE, "-"), (SKY, "--"))
POINTS = 2_000
"""A line is drawn through at most so many points."""
WIDE = 50
"""Samples whose longest is more than so many times the shortest have a logarithmic axis."""
_NO_HOPS = "Hop by hop: not known.\nThe journal does not say when\nthe server accepted a change."
_FATES = {"delivered": GREEN, "superseded": SKY, "lost": VERMILION, "not_due": SILVER}


@picture
def plot_propagation(run: Run, view: View) -> FigureBase:
    """The share of deliveries that took at most so long, by the population of the contact."""
    since, until = view.begin / SECOND, view.end / SECOND
    deliveries = (
        run.propagation()
        .filter(pl.col("issued_s").is_between(since, until))
        .join(
            run.agents().select(contact="agent", population="population"), on="contact", how="left"
        )
    )
    if view.agents is not None:
        about = pl.col("contact").is_in(view.agents) | pl.col("watcher").is_in(view.agents)
        deliveries = deliveries.filter(about)
    delivered = deliveries.filter(pl.col("delivery") == "delivered")
    figure = view.canvas(11, 6)
    grid = figure.add_gridspec(2, 2, width_ratios=[1.7, 1], height_ratios=[1.5, 1])
    _draw_latency(figure.add_subplot(grid[:, 0]), delivered)
    _draw_hops(figure.add_subplot(grid[0, 1]), delivered)
    _draw_fates(figure.add_subplot(grid[1, 1]), deliveries)
    return figure


def _draw_latency(axes: Axes, delivered: pl.DataFrame) -> None:
    title = "How long a presence change takes to reach a watcher"
    found = quantiles(delivered["latency_s"].to_list())
    if found is None:
        say_nothing(axes, "No presence change was delivered\nto an authorised watcher")
        return
    few = f" (fewer than {FEW})" if found.few else ""
    named = {"p50": found.p50, "p95": found.p95, "p99": found.p99, "max": found.max}
    times = ", ".join(f"{name} {_text(value)}" for name, value in named.items())
    entitle(axes, title, f"{found.samples:,} deliveries{few} · dotted: {times}", room=8)
    unit, per_second = _draw_lines(axes, delivered)
    for value in named.values():
        axes.axvline(value * per_second, color=MUTED, lw=0.8, ls=":")
    axes.set_xlabel(f"propagation latency ({unit})")
    axes.set_ylabel("share of deliveries")


def _text(seconds: float) -> str:
    """A latency, with three digits where it is short."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else time_text(seconds)


def _draw_lines(axes: Axes, delivered: pl.DataFrame) -> tuple[str, float]:
    """A line for each population; too many become one for all. Returns the axis's unit."""
    groups = [
        (str(name[0]), group)
        for name, group in delivered.sort("population").group_by("population", maintain_order=True)
    ]
    if len(groups) > len(LINES):
        groups = [(f"all {len(groups)} populations", delivered)]
    unit = _steps(axes, [(name, group["latency_s"]) for name, group in groups])
    axes.legend(title="population of the contact", loc="lower right", fontsize=9)
    return unit


def _steps(axes: Axes, samples: list[tuple[str, pl.Series]]) -> tuple[str, float]:
    """A line for each sample of seconds: the share of it that took at most so long.

    Returns the unit of the axis, and how many of it make a second.
    """
    unit = latency_unit(max(float(sample.max() or 0) for _, sample in samples))  # type: ignore[arg-type]
    if _spread(pl.concat([sample for _, sample in samples])) > WIDE:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:,g}")
    for (name, sample), (colour, dash) in zip(samples, LINES, strict=False):
        values, shares = _distribution(sample.sort().to_list(), unit[1])
        axes.step(values, shares, where="post", color=colour, ls=dash, lw=1.8, label=name)
        if len(values) <= 2 * FEW:
            axes.plot(values[1:], shares[1:], "o", color=colour, ms=4)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", color=LINE, lw=0.6)
    return unit


def _spread(seconds: pl.Series) -> float:
    """How many times as long as the shortest one that took any time the longest one is."""
    some = seconds.filter(seconds > 0)
    return some.max() / some.min() if len(some) else 0  # type: ignore[operator,return-value]


def _draw_hops(axes: Axes, delivered: pl.DataFrame) -> None:
    """The two hops of a delivery, where the journal knows when the server accepted the change."""
    accepted = pl.col("accepted_s")
    hops = delivered.drop_nulls("accepted_s").select(
        up=(accepted - pl.col("issued_s")).round(6), down=(pl.col("received_s") - accepted).round(6)
    )
    if hops.is_empty():
        axes.set_axis_off()
        text = "" if delivered.is_empty() else _NO_HOPS
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=9)
        return
    entitle(axes, "Hop by hop", f"{len(hops):,} deliveries that an agent's stanza caused", room=8)
    hop = [("agent to server", hops["up"]), ("server to watcher", hops["down"])]
    axes.set_xlabel(f"latency of the hop ({_steps(axes, hop)[0]})")
    axes.legend(loc="lower right", fontsize=8)


def _distribution(ordered: list[float], per_second: float) -> tuple[list[float], list[float]]:
    """Times in the axis's unit, and the share of values that are at most so long."""
    count = len(ordered)
    step = max(1, count // POINTS)
    places = [*range(0, count - 1, step), count - 1]
    values = [ordered[0] * per_second, *(ordered[place] * per_second for place in places)]
    return values, [0.0, *((place + 1) / count for place in places)]


def _draw_fates(axes: Axes, deliveries: pl.DataFrame) -> None:
    counts = dict(deliveries["delivery"].cast(pl.String).value_counts().rows())
    names = list(_FATES)
    values = [counts.get(name, 0) for name in names]
    bars = axes.barh(range(len(names)), values, color=list(_FATES.values()))
    axes.bar_label(bars, [f"{value:,}" for value in values], padding=3, fontsize=9)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.invert_yaxis()
    axes.set_xlim(0, max([*values, 1]) * 1.3)
    axes.set_xlabel("changes × watchers")
    axes.locator_params(axis="x", nbins=4, integer=True)
    entitle(axes, "What became of all", "not due: not subscribed all along", room=8)
