"""Lines of several columns, and long lines that break between words.

On a terminal, what does not fit goes on under its own column. Elsewhere a line stays one line,
however long it is, for programs that read it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_NARROWEST = 20
"""Columns; where less is left for a text, the terminal may break it as it likes."""
_BETWEEN = "  "


def print_hanging(console: Console, before: Text, text: Text) -> None:
    """Print `text` after `before`, on several lines if need be, none of which begins before it."""
    if not console.is_terminal or console.width - before.cell_len < _NARROWEST:
        console.print(before + text, soft_wrap=True)
        return
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(before, text)
    console.print(grid)


class Rows:
    """A table that is printed row by row; the first row is the titles.

    `widths` are those of all columns but the last, which takes what is left. A column is as wide
    as its title at least.
    """

    def __init__(self, console: Console, titles: Sequence[str], widths: Sequence[int]) -> None:
        self._console = console
        self._widths = [
            max(cell_len(title), width) for title, width in zip(titles[:-1], widths, strict=True)
        ]
        self.add(*(Text(title, style="bold") for title in titles))

    def add(self, *cells: Text | str) -> None:
        """Print a row."""
        *others, last = [cell if isinstance(cell, Text) else Text(cell) for cell in cells]
        before = Text()
        for cell, width in zip(others, self._widths, strict=True):
            blanks = " " * max(0, width - cell.cell_len)
            before += cell + Text(blanks + _BETWEEN)
        print_hanging(self._console, before, last)
