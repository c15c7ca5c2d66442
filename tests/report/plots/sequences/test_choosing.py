from __future__ import annotations

from pathlib import Path

import pytest

from simulator.analysis.run import Run, open_run
from simulator.journal.records import AnyRecord
from simulator.report.plots.sequences.choosing import choose_agents
from simulator.report.plots.view import view_of
from tests.analysis.journals import asks, end, head, hears, seeing, sees, watch
from tests.analysis.synthetic import write

AGENTS = "abcdefg"


def run_of(folder: Path, *records: AnyRecord) -> Run:
    """Seven agents: f tells g three things, and g tells c one; c and d are strangers to a and b."""
    heard = [hears(5 + n / 10, "g", "available", "f", id=str(n)) for n in range(3)]
    talk = [*heard, hears(6, "c", "available", "g", id="9")]
    return open_run(write([*head(*AGENTS), *records, *talk, *end(20, *AGENTS)], folder))


def chosen(run: Run, window: tuple[float, float] | None = None) -> str:
    return "".join(choose_agents(run, view_of(run, None, window, None)))


def test_those_who_say_the_most_to_each_other_are_shown_and_who_is_near_them(
    tmp_path: Path,
) -> None:
    assert chosen(run_of(tmp_path)) == "cfg"


def test_a_watch_that_is_not_in_force_comes_first(tmp_path: Path) -> None:
    asked: list[AnyRecord] = [
        watch("d", "e"),
        asks(2, "d", "subscribe", "e"),
        hears(3, "e", "subscribe", "d"),
    ]
    assert chosen(run_of(tmp_path, *asked)) == "de"


def test_who_was_seen_wrongly_comes_before_who_talks_much(tmp_path: Path) -> None:
    """b is there, and a hears once that it is away."""
    wrong: list[AnyRecord] = [
        watch("a", "b"),
        *seeing("a", "b"),
        sees(2, "a", "b", show="away", id="1"),
    ]
    assert chosen(run_of(tmp_path, *wrong)) == "ab"


def test_only_what_was_said_in_the_window_counts(tmp_path: Path) -> None:
    early: list[AnyRecord] = [hears(1, "b", "available", "a", id="1")]
    assert chosen(run_of(tmp_path, *early), (0, 2)) == "ab"


def test_where_nobody_says_anything_the_first_ones_are_shown(tmp_path: Path) -> None:
    run = open_run(write([*head(*AGENTS), *end(9, *AGENTS)], tmp_path))
    assert chosen(run) == "abc"


@pytest.mark.parametrize("count", [2, 5])
def test_all_of_a_few_are_shown(tmp_path: Path, count: int) -> None:
    run = open_run(write([*head(*AGENTS[:count]), *end(9, *AGENTS[:count])], tmp_path))
    assert chosen(run) == AGENTS[:count]
