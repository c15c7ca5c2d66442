"""How large a replay page is, how long it takes to write, and how it runs in headless Chromium.

    python -m benchmarks.replay [RUN...]

Without run folders, journals are made up: 1,000 agents with 6,000 watches, and 10,000 with 60,000,
who change their show for a while. Times of writing are of the processor; those of the browser are
of the clock, so take them on a quiet machine. The bars: a page of at most 4 MB, written in at most
1.5 times the time of measuring the journal; usable in 2 s; 30 frames a second while the slider
moves, and 10 with 10,000 agents.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from simulator.report.replay.page import replay_page
from simulator.report.run import Run
from tests.analysis.synthetic import MS, S, small_world, write
from tests.browser import browser

T = TypeVar("T")

MADE_UP = {1_000: 8_000, 10_000: 8_000}
"""Agents -> changes of a show."""
_DEGREE = 6
_FRAMES = 60
_READY = "document.querySelector('.replay').dataset.ready"
_SCRUB = f"""(async () => {{
  const end = replay.models[0].end, began = performance.now();
  for (let i = 0; i < {_FRAMES}; i++) {{
    replay.go(end * i / {_FRAMES});
    await new Promise(requestAnimationFrame);
  }}
  return {_FRAMES} / ((performance.now() - began) / 1000);
}})()"""


def made_up(folder: Path) -> Iterator[Path]:
    """Run folders with journals of these sizes, one after the other."""
    for agents, changes in MADE_UP.items():
        world = small_world(agents, changes=changes, deaths=20, degree=_DEGREE)
        yield write(world.run(60 * S + changes * 100 * MS), folder / f"{agents}")


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """What a function gives, and its seconds of the processor."""
    began = time.process_time()
    return do(), time.process_time() - began


def report(folder: Path, work: Path) -> None:
    """Measure one run, and print it."""
    run = Run(folder)
    measurement, measuring = timed(lambda: run.measurement)
    page, writing = timed(lambda: replay_page(run))
    agents, watches = len(measurement.states.agents), len(measurement.states.all_watches())
    print(f"{agents:,} agents, {watches:,} watches, {measurement.records:,} records")
    print(f"  page     {len(page) / 1e6:7.2f} MB")
    print(
        f"  measure  {measuring:7.2f} s    write {writing:.2f} s, {writing / measuring:.2f} times"
    )
    file = work / f"{folder.name}.html"
    file.write_text(page, encoding="utf-8")
    with browser(work / f"browser-{folder.name}") as tab:
        tab.size(1440, 1000)
        began = time.perf_counter()
        tab.open(file, _READY)
        print(f"  usable   {time.perf_counter() - began:7.2f} s")
        print(f"  frames   {tab.run(_SCRUB):7.1f} a second")


def main(arguments: list[str]) -> int:
    """Measure these run folders, or made up ones."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        work = Path(name)
        for folder in map(Path, arguments) if arguments else made_up(work):
            report(folder, work)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
