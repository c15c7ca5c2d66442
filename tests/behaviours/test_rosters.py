"""Dead entries leave the roster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.behaviours.scenes import behaviour, play, sent, served


def cleaned(folder: Path, populations: dict[str, Any], *peers: str, **arguments: Any) -> Any:
    cleaner = {
        "behaviours": [
            behaviour("Subscribe", to=list(peers)),
            behaviour("CleanRoster", **arguments),
        ]
    }
    run = {"duration": "60s", "settle": "0s"}
    return play(folder, {**populations, "cleaner": cleaner}, run=run)


def test_what_was_denied_goes_and_what_waits_stays(tmp_path: Path) -> None:
    peers = {"no": {"on_subscribe": "deny"}, "mute": {}, "yes": {"on_subscribe": "approve"}}
    run = cleaned(tmp_path, peers, "no", "mute", "yes", every="5s")
    assert served(run, "cleaner") == {"mute": "none", "yes": "to"}
    assert sent(run, "cleaner", "roster_remove") == [(5.0, "no")]


def test_who_is_gone_for_long_goes(tmp_path: Path) -> None:
    peers = {
        "steady": {"on_subscribe": "approve"},
        "absent": {
            "on_subscribe": "approve",
            "behaviours": [behaviour("ComeAndGo", on="12s", off="100h")],
        },
        "fickle": {
            "on_subscribe": "approve",
            "behaviours": [behaviour("ComeAndGo", on="1s", off="14500ms")],
        },
    }
    names = ("steady", "absent", "fickle")
    run = cleaned(tmp_path, peers, *names, every="5s", unavailable_for="20s")
    assert served(run, "cleaner") == {"steady": "to", "fickle": "to"}
    # Gone at 12 s, for 20 s at 32 s: the next sweep is at 35 s.
    assert sent(run, "cleaner", "roster_remove") == [(35.0, "absent")]
