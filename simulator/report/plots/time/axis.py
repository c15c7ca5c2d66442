"""An axis of time whose ticks are round for people: seconds, minutes, hours or days."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

SINCE_START = "time since the run's start"
_UNITS = (("d", 86_400, 345_600), ("h", 3_600, 9_000), ("min", 60, 150))
"""Unit, its seconds, and from how many seconds on the whole axis is in it."""
_STEPS = (30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400)
_TICKS = 9
"""At most so many steps of an axis."""


def time_axis(axes: Axes, label: str = SINCE_START) -> None:
    """Give the horizontal axis its ticks and its label, with the unit; it may be empty.

    The axis is in seconds, and has its limits.
    """
    left, right = axes.get_xlim()
    span = right - left
    name, size = next(((name, size) for name, size, least in _UNITS if span >= least), ("s", 1))
    axes.set_xlabel(f"{label} ({name})" if label else "")
    if size == 1:
        return
    step = next((step for step in _STEPS if span / step <= _TICKS), None)
    axes.xaxis.set_major_locator(MultipleLocator(step or _days(span)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / size:,g}"))


def _days(span: float) -> int:
    """A step of whole days, of an axis that is many days long."""
    days = span / 86_400 / _TICKS
    power = 10 ** (len(str(int(days))) - 1)
    return 86_400 * int(next(n * power for n in (1, 2, 5, 10) if n * power >= days))
