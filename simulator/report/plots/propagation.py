"""How long a presence change takes to reach a watcher."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from simulator.analysis.quantiles import FEW, quantiles
from simulator.analysis.run import Run
from simulator.report.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

LINES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"), (PURPLE, "-"), (SKY, "--"))
POINTS = 2_000
"""A line is drawn through at most so many points."""
_FATES = {"delivered": GREEN, "superseded": SKY, "lost": VERMILION, "not_due": "#BBBBBB"}


@picture
def plot_propagation(run: Run) -> Figure:
    """The share of deliveries that took at most so long, by the population of the contact."""
    deliveries = run.propagation().join(
        run.agents().select(contact="agent", population="population"), on="contact", how="left"
    )
    figure = new_figure(11, 4.8)
    left, right = figure.subplots(1, 2, width_ratios=[2.6, 1])
    _draw_latency(left, deliveries.filter(pl.col("delivery") == "delivered"))
    _draw_fates(right, deliveries)
    return figure


def _draw_latency(axes: Axes, delivered: pl.DataFrame) -> None:
    title = "How long a presence change takes to reach a watcher"
    found = quantiles(delivered["latency_s"].to_list())
    if found is None:
        say_nothing(axes, "No presence change was delivered\nto an authorised watcher")
        return
    few = f" (fewer than {FEW})" if found.few else ""
    entitle(axes, title, f"{found.samples} deliveries{few}", room=8)
    _draw_lines(axes, delivered)
    for value in (found.p50, found.p95, found.p99):
        axes.axvline(value * 1000, color="#444444", lw=0.8, ls=":")
    axes.set_xlabel("propagation latency (ms)")
    axes.set_ylabel("share of deliveries")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylim(0, 1.02)
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    text = "\n".join(
        f"{name} {value * 1000:.4g} ms"
        for name, value in (
            ("p50", found.p50),
            ("p95", found.p95),
            ("p99", found.p99),
            ("max", found.max),
        )
    )
    box = {"boxstyle": "square,pad=0.3", "fc": "white", "ec": "none"}
    axes.text(0.99, 0.45, text, transform=axes.transAxes, ha="right", va="top", bbox=box)


def _draw_lines(axes: Axes, delivered: pl.DataFrame) -> None:
    """A line for each population, the largest first; too many become one for all."""
    groups = [
        (str(name[0]), group)
        for name, group in delivered.sort("population").group_by("population", maintain_order=True)
    ]
    if len(groups) > len(LINES):
        groups = [(f"all {len(groups)} populations", delivered)]
    longest = max(group["latency_s"].max() for _, group in groups)  # type: ignore[type-var]
    shortest = min(group["latency_s"].min() for _, group in groups)  # type: ignore[type-var]
    if shortest and longest / shortest > 50:  # type: ignore[operator]
        axes.set_xscale("log")
    for (name, group), (colour, dash) in zip(groups, LINES, strict=False):
        values, shares = _distribution(group["latency_s"].sort().to_list())
        axes.step(values, shares, where="post", color=colour, ls=dash, lw=1.8, label=name)
        if len(values) <= 2 * FEW:
            axes.plot(values[1:], shares[1:], "o", color=colour, ms=4)
    axes.legend(title="population of the contact", loc="lower right", fontsize=9)


def _distribution(ordered: list[float]) -> tuple[list[float], list[float]]:
    """Milliseconds and the share of values that are at most so long."""
    count = len(ordered)
    step = max(1, count // POINTS)
    places = [*range(0, count - 1, step), count - 1]
    values = [ordered[0] * 1000, *(ordered[place] * 1000 for place in places)]
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
    entitle(axes, "What became of them", room=8)
