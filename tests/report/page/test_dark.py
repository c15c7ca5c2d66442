from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from simulator.report.page.dark import DARK, following_svg
from simulator.report.plots.style import BLACK, PAPER


@pytest.fixture
def svg() -> str:
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=BLACK)
    axes.set_title("<b>&")
    return following_svg(figure)


def test_a_picture_of_the_page_takes_its_colours_from_the_scheme(svg: str) -> None:
    assert "prefers-color-scheme:dark" in svg
    drawn = svg[svg.index("</style>") :]
    assert "var(--c" in drawn
    assert not re.search(f"{PAPER}|{BLACK}", drawn, re.IGNORECASE)


def test_it_is_whole_and_text_in_it_is_text(svg: str) -> None:
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert "<b>" not in svg


def test_every_colour_stands_out_from_the_dark_ground() -> None:
    def light(colour: str) -> float:
        return sum(to_rgb(colour)) / 3

    assert all(light(dark) > light(DARK[PAPER]) + 0.08 for dark in [*DARK.values()][1:])
