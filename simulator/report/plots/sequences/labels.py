"""Finds places for the labels of arrows, where no other arrow and no other text is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

_LETTER, _HEIGHT = 4.3, 10.5
"""Points that a letter is wide, and a label high."""
_CUT, _COVERED = 1, 3
"""What an arrow through a label costs, and a text under it."""
_SAMPLES = np.linspace(0, 1, 60)[:, None]

Point = tuple[float, float]
"""In points, from the left and from the top."""


class Box(NamedTuple):
    """The space that a text takes, in points."""

    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Box) -> bool:
        """Whether the two share space."""
        apart_x = self.right <= other.left or other.right <= self.left
        return not (apart_x or self.bottom <= other.top or other.bottom <= self.top)

    def is_cut(self, start: Point, end: Point) -> bool:
        """Whether a line goes through it."""
        points = np.array(start) + _SAMPLES * (np.array(end) - np.array(start))
        inside = (points > (self.left, self.top)) & (points < (self.right, self.bottom))
        return bool(inside.all(axis=1).any())


def box_of(text: str, x: float, y: float, side: Literal[-1, 0, 1]) -> Box:
    """The space of a text that begins at x (side 1), ends there (-1) or is centred on it (0).

    `y` is its middle.
    """
    width = len(text) * _LETTER
    left = x - width * (1 - side) / 2
    return Box(left, y - _HEIGHT / 2, left + width, y + _HEIGHT / 2)


class Labels:
    """Labels beside the `arrows`, off each other and off the `texts` that are there already."""

    def __init__(self, arrows: Sequence[tuple[Point, Point]], texts: Sequence[Box]) -> None:
        self._arrows = arrows
        self._texts = list(texts)

    def place(self, text: str, start: Point, end: Point) -> Point:
        """Where the middle of the label of an arrow from `start` to `end` is.

        Near its head if that is free, else near its tail or its middle.
        """
        towards: Literal[-1, 1] = 1 if end[0] > start[0] else -1
        slope = (end[1] - start[1]) / (abs(end[0] - start[0]) or 1)
        length = len(text) * _LETTER
        boxes = []
        for x in (end[0] - towards * 14, start[0] + towards * (14 + length), None):
            side: Literal[-1, 0, 1] = 0 if x is None else -towards
            at = (start[0] + end[0]) / 2 if x is None else x
            for below in (True, False):
                # The corner next to the arrow just misses it.
                near = at + side * length if (side or 1) * towards < 0 else at + length / 2
                far = at if side else at - length / 2
                ys = [start[1] + slope * abs(corner - start[0]) for corner in (near, far)]
                y = max(ys) + _HEIGHT / 2 + 1 if below else min(ys) - _HEIGHT / 2 - 1
                boxes.append(box_of(text, at, y, side))
        best = min(boxes, key=self._cost)
        self._texts.append(best)
        return (best.left + best.right) / 2, (best.top + best.bottom) / 2

    def _cost(self, box: Box) -> int:
        cut = sum(box.is_cut(*arrow) for arrow in self._arrows)
        return _CUT * cut + _COVERED * sum(box.covers(text) for text in self._texts)
