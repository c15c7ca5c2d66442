from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import simulator
from simulator.errors import InputError
from simulator.report.run import Run
from tests.runs import ROOT, run_text

SCENARIO = """
    name: "Two <b>friends</b>"
    seed: 1
    populations: {a: {count: 2, on_subscribe: approve}}
    subscriptions: [{graph: {generator: complete_graph}, among: a, mutual: true}]
    timeline: [{at: 2s, who: a, do: set_presence, show: dnd}]
    run: {duration: 4s}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(SCENARIO, tmp_path_factory.mktemp("shown"))


@pytest.mark.parametrize(
    ("ending", "begin"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")]
)
def test_a_picture_can_be_drawn_and_saved(
    run: Run, tmp_path: Path, ending: str, begin: bytes
) -> None:
    path = tmp_path / f"timeline.{ending}"
    figure = run.plot("timeline", agents=["a-1"], window=(1, 3), save=path)
    assert isinstance(figure, Figure)
    assert figure.axes[0].get_xlim() == (1, 3)
    assert path.read_bytes().startswith(begin)


def test_a_picture_can_stand_beside_others(run: Run) -> None:
    figure = Figure()
    _, right = figure.subplots(1, 2)
    assert run.plot("staleness", ax=right) is figure


def test_unknown_kinds_and_endings_name_what_there_is(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no picture 'timelines': expected `timeline`"):
        run.plot("timelines")
    with pytest.raises(InputError, match=r"a\.gif: expected a name that ends in \.png"):
        run.plot(save=tmp_path / "a.gif")


def test_a_notebook_shows_the_answer(run: Run) -> None:
    shown = run._repr_html_()
    assert "<strong>PASS</strong> Two &lt;b&gt;friends&lt;/b&gt;: 2 agents" in shown
    assert "every declared watch is in force" in shown
    assert "propagation latency" in shown
    assert "<b>" not in shown


def test_opened_and_pickled_runs_show_themselves_too(run: Run) -> None:
    assert type(simulator.open_run(run.folder)) is simulator.Run is Run
    assert type(pickle.loads(pickle.dumps(run))) is Run


def test_names_can_be_completed() -> None:
    assert set(simulator.__all__) <= set(dir(simulator))


def test_progress_is_shown_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.report.terminal.progress._LOOK_EVERY", 1)
    monkeypatch.setattr("simulator.report.terminal.progress._LINE_EVERY", 0.0)
    simulator.run(ROOT / "scenarios" / "two_agents.yaml", out=False, progress=True)
    assert "2/2 agents · " in capsys.readouterr().out
    simulator.run(ROOT / "scenarios" / "two_agents.yaml", out=False)
    assert not capsys.readouterr().out
