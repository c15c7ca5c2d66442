"""Draws the pictures of the replay page in the documentation; needs Chromium.

    python docs/draw_replay.py

They are of `scenarios/partition_and_heal.yaml`: one page, and a short film for the README.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from PIL import Image

import simulator
from tests.browser import Page, browser

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
FILM = (10.03, 19.0, 20.5, 25.03, 40.03, 50.03, 60.03, 69.9, 70.04, 71.0)
"""Times of the film, in seconds: a partition from 20 s to 70 s, and how it heals."""
_READY = "document.querySelector('.replay').dataset.ready"
_COLOURS = 128
_QUALITY = 55


def main() -> None:
    """Write both pictures."""
    os.chdir(ROOT)  # the page names the scenario's file as it was given
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        work = Path(name)
        run = simulator.run(Path("scenarios/partition_and_heal.yaml"), out=work / "run")
        page = work / "replay.html"
        run.replay(save=page)
        with browser(work) as tab:
            tab.size(1280, 860)
            tab.open(page, _READY, "#t=40.03")
            still = _shoot(tab, work)
            tab.size(980, 820)
            first, *others = [_frame(tab, t, work) for t in FILM]
    still.quantize(_COLOURS).save(IMAGES / "replay.png", optimize=True)
    first.save(
        IMAGES / "partition.webp",
        save_all=True,
        append_images=others,
        duration=1_000,
        loop=0,
        quality=_QUALITY,
        method=6,
    )


def _shoot(tab: Page, work: Path) -> Image.Image:
    time.sleep(1)  # the inspector is drawn a little later than the rest
    file = work / "frame.png"
    tab.screenshot(file)
    with Image.open(file) as image:
        return image.convert("RGB")


def _frame(tab: Page, t: float, work: Path) -> Image.Image:
    tab.run(f"replay.go({t * 1e6})")
    return _shoot(tab, work)


if __name__ == "__main__":
    main()
