"""Runs every scenario of the library and draws the picture of each that docs/scenarios.md shows.

python docs/draw_scenarios.py             all of them, and the README's
python docs/draw_scenarios.py star ring   these
python docs/draw_scenarios.py README      the picture of the scenario in README.md
"""

from __future__ import annotations

import re
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
README = "README"
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
    """Run a scenario on the embedded server and draw its picture; `README`: that of README.md."""
    if name == README:
        return _draw_readme()
    return _draw(SCENARIOS / f"{name}.yaml", KINDS[name], IMAGES / f"{name}.png")


def _draw_readme() -> Path:
    page = (ROOT / "README.md").read_text("utf-8")
    text = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)[0]
    with TemporaryDirectory() as folder:
        scenario = Path(folder) / "workers.yaml"
        scenario.write_text(text, "utf-8")
        return _draw(scenario, "timeline", IMAGES.parent / "workers.png")


def _draw(scenario: Path, kind: str, path: Path) -> Path:
    with TemporaryDirectory() as folder:
        figure = PLOTS[kind](simulator.run(scenario, out=Path(folder) / "run"))
    path.parent.mkdir(parents=True, exist_ok=True)
    content = BytesIO()
    figure.savefig(content, dpi=DOTS_PER_INCH, metadata={"Software": None})
    image = Image.open(content).convert("RGB")
    # Other ways to choose the colours lose those of small marks and of the legend.
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    return path


if __name__ == "__main__":
    for wanted in sys.argv[1:] or [*KINDS, README]:
        print(draw(wanted))
