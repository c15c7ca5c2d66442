"""Writes docs/generations.md: the scenarios of the library with both generations of SPADE.

python docs/generate_generations.py                 # the page, from docs/generations/*.json
python docs/generate_generations.py --measure       # first, run them all with the installed SPADE
python docs/generate_generations.py --read FOLDER   # first, read run folders that are there
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("generations")
PAGE = Path(__file__).with_name("generations.md")
FIGURES = {
    "time_to_converge.declared_s": "watches in force after",
    "time_to_converge.availability_s": "seen right after",
    "propagation_latency.p95_s": "propagation, p95",
    "detection_time.max_s": "detection, max",
    "believed_ghosts": "ghosts",
    "believed_absent": "absent",
    "amplification": "presences per change",
}

HEAD = """\
# SPADE 3 and SPADE 4

<!-- Written by docs/generate_generations.py. Change the texts there. -->

All scenarios of the library, with real agents of either generation on the embedded server, with
the documented presence manager, which built-in populations have. Times are virtual seconds: they
are the same at each run. "Ghosts" and "absent" are watches whose agent believes the wrong thing
at the end. Where the generations differ, the line below the table says why.
"""

NOTES = """\
## What differs everywhere

- **Another order at login.** SPADE 3 asks for its roster after its first presence, in one chunk.
  SPADE 4's documented manager asks for it before. Events of one moment may come in another order.
- **Becoming unavailable** ends the session of an agent of SPADE 3. An agent of SPADE 4 stays
  connected.
- **A broken link** is found by aioxmpp's pings after 60 to 120 s, and by slixmpp's after 30 to 85
  s. Both documented managers connect again: SPADE 4's after one second, then after twice as long
  each time.
- **A resource** that the scenario does not name is the server's choice. aioxmpp and SPADE 4's
  documented manager keep what they were given for the next login. Without that manager slixmpp
  gets a new one, and a session that the server takes for alive stays there beside it.
- **Status texts in languages** have no equal in SPADE 4. The simulator puts them into SPADE's
  stanzas.
- **`suspended` and `resumed`** sessions need stream management (XEP-0198), which SPADE 4 does not
  switch on.

With `presence_manager: spade`, SPADE 4's own manager approves every request and asks back,
whatever the scenario says; [presence_spade4.md](presence_spade4.md) has all of its defects.
"""

WHY = {
    "dead_link": (
        "slixmpp pings each 55 s and waits 30 s for the answer. aioxmpp pings after 60 s without a"
        " byte, and waits 60 s."
    ),
    "server_restart": (
        "aioxmpp tries each second or two to connect again. SPADE 4's documented manager does after"
        " a second, and slixmpp itself less and less often after that."
    ),
    "partition_and_heal": (
        "SPADE 4's agents find their dead links within the partition, and log in again after it."
    ),
}
"""Why the verdict, or a figure, of a scenario is another one with SPADE 4."""


def measured(run: Any) -> dict[str, Any]:
    """What is kept of a run."""
    figures = run.figures
    return {
        "verdict": run.verdict.value,
        "figures": {name: figures[name].value for name in FIGURES},
    }


def keep(runs: dict[str, Any]) -> Path:
    """Write what came of the scenarios with one generation; gives the file."""
    versions = {tuple(sorted(run.records[0].versions.items())) for run in runs.values()}
    (one,) = versions
    major = dict(one)["spade"].partition(".")[0]
    file = KEPT / f"spade-{major}.json"
    kept = {
        "versions": dict(one),
        "scenarios": {name: measured(run) for name, run in sorted(runs.items())},
    }
    file.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return file


def generate() -> str:
    """The page."""
    three, four = (json.loads((KEPT / f"spade-{n}.json").read_text("utf-8")) for n in (3, 4))
    told = " and ".join(
        ", ".join(f"{name} {version}" for name, version in one["versions"].items())
        for one in (three, four)
    )
    rows = [
        "| scenario | verdict | " + " | ".join(FIGURES.values()) + " |",
        "|---|---|" + "---|" * len(FIGURES),
    ]
    for name, first in three["scenarios"].items():
        second = four["scenarios"][name]
        cells = [_both(first["verdict"], second["verdict"])]
        cells += [_both(_text(first["figures"][f]), _text(second["figures"][f])) for f in FIGURES]
        rows.append(f"| [{name}](../scenarios/{name}.yaml) | {' | '.join(cells)} |")
    why = "".join(f"- **{name}**: {text}\n" for name, text in WHY.items())
    intro = f"Measured with {told}. Two values are SPADE 3's and SPADE 4's.\n"
    return "\n".join([HEAD, intro, *rows, "", why, NOTES])


def _both(first: str, second: str) -> str:
    return first if first == second else f"{first} / **{second}**"


def _text(value: float | str | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3g}"


def main(arguments: list[str]) -> None:
    """Measure if asked to, and write the page."""
    import simulator  # noqa: PLC0415  (the page alone needs no agents)

    names = [file.stem for file in sorted((ROOT / "scenarios").glob("*.yaml"))]
    if "--measure" in arguments:
        folder = ROOT / "scenarios"
        keep({name: simulator.run(folder / f"{name}.yaml", out=False) for name in names})
    elif "--read" in arguments:
        folder = Path(arguments[-1])
        keep({name: simulator.open_run(folder / name) for name in names})
    PAGE.write_text(generate(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
