"""Runs every scenario of the library and draws the picture of each that docs/scenarios.md shows.

python docs/draw_scenarios.py             all of them
python docs/draw_scenarios.py star ring   these
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import simulator
from simulator.report.plots import PLOTS

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"
IMAGES = ROOT / "docs" / "images" / "scenarios"
DOTS_PER_INCH = 80
COLOURS = 64
"""Enough to read, and small in a repository."""

KINDS: dict[str, str] = {
    "two_agents": "sequence",
    "karate_club": "convergence",
    "unapproved": "graph",
    "star": "propagation",
    "ring": "spread",
    "small_world": "propagation",
    "scale_free": "timeline",
    "communities": "graph",
    "southern_women": "graph",
    "les_miserables": "convergence",
    "late_approver": "convergence",
    "churn_storm": "timeline",
    "flash_crowd": "convergence",
    "crash_and_detection": "timeline",
    "dead_link": "timeline",
    "partition_and_heal": "convergence",
    "server_restart": "timeline",
    "second_login": "timeline",
    "ghosts_after_reconnect": "timeline",
    "hand_over": "timeline",
    "day_in_a_factory": "timeline",
}
"""Scenario -> the kind of picture that shows its answer best."""


def draw(name: str) -> Path:
    """Run a scenario of the library on the embedded server and draw its picture."""
    with TemporaryDirectory() as folder:
        run = simulator.run(SCENARIOS / f"{name}.yaml", out=Path(folder) / "run")
        figure = PLOTS[KINDS[name]](run)
        path = IMAGES / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = BytesIO()
        figure.savefig(content, dpi=DOTS_PER_INCH, metadata={"Software": None})
        image = Image.open(content).convert("RGB")
        # Other ways to choose the colours lose those of small marks and of the legend.
        image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    return path


if __name__ == "__main__":
    for wanted in sys.argv[1:] or KINDS:
        print(draw(wanted))
