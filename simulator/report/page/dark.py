"""Pictures that follow the reader's scheme, light or dark: SVG whose colours are variables."""

from __future__ import annotations

import re

from matplotlib.figure import Figure

from simulator.report.plots import style
from simulator.report.plots.staleness import CLASSES

_STALE = [colour for _, colour in CLASSES.values()]
DARK = {
    style.PAPER: "#17181C",
    style.BLACK: "#E9E9EE",
    style.MUTED: "#B2B5BD",
    style.LINE: "#3C3F46",
    style.GREY: "#8A8D95",
    style.SILVER: "#6A6D75",
    style.BLUE: "#58B0F0",
    style.GREEN: "#1FAE84",
    style.VERMILION: "#FF8A3D",
    style.WINE: "#E06BA3",
    style.YELLOW: "#D8CC2E",
    style.MINT: "#7FE3BE",
    **dict(
        zip(
            _STALE,
            ("#23392F", "#5A4520", "#96641F", "#CF7A2C", "#F0703A", "#FFB3A6"),
            strict=True,
        )
    ),
}
"""Colour of the pictures -> its counterpart on a dark ground; the others look well on both."""

_COLOUR = re.compile("#[0-9a-f]{6}")
_ROOT = re.compile("(<svg[^>]*>)")


def following_svg(figure: Figure) -> str:
    """The figure as SVG that is light or dark as the page around it is."""
    names = {light.lower(): f"--c{number}" for number, light in enumerate(DARK)}
    text = style.drawn(figure, ".svg").decode("utf-8")
    text = _COLOUR.sub(lambda found: _variable(found[0], names), text)
    light = "".join(f"{name}:{colour};" for colour, name in names.items())
    dark = "".join(f"{names[colour.lower()]}:{own};" for colour, own in DARK.items())
    # Matplotlib leaves black out: it is what SVG fills with.
    rules = (
        f"svg{{{light}fill:var({names[style.BLACK]})}}"
        f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
    )
    return _ROOT.sub(lambda root: f"{root[1]}<style>{rules}</style>", text, count=1)


def _variable(colour: str, names: dict[str, str]) -> str:
    return f"var({names[colour]})" if colour in names else colour
