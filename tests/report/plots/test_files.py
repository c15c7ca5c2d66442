from __future__ import annotations

import stat
from pathlib import Path

import pytest

from simulator.analysis.run import Run, open_run
from simulator.errors import InputError, RunFolderError
from simulator.report.plots import PLOTS
from simulator.report.plots.files import draw_pictures
from tests.analysis.journals import end, head, seeing, watch
from tests.analysis.synthetic import write


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Nothing changes its presence: there is nothing to say about propagation."""
    records = [*head("a", "b"), watch("a", "b"), *seeing("a", "b"), *end(9, "a", "b")]
    return open_run(write(records, tmp_path / "run"))


def test_all_kinds_that_have_something_to_show(run: Run) -> None:
    pictures = draw_pictures(run)
    assert [picture.kind for picture in pictures] == list(PLOTS)
    drawn = {picture.kind: picture.path for picture in pictures if picture.path}
    assert {"convergence", "timeline", "staleness"} <= set(drawn)
    silent = {picture.kind: picture.nothing for picture in pictures if not picture.path}
    assert silent["propagation"] == "No presence change was delivered to an authorised watcher"
    folder = run.folder / "plots"
    assert {path.name for path in folder.iterdir()} == {f"{kind}.png" for kind in drawn}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_kind_that_is_asked_for_is_drawn_even_if_empty(run: Run, tmp_path: Path) -> None:
    (picture,) = draw_pictures(run, ["propagation"], tmp_path / "new" / "folder", ".svg")
    assert picture.path == tmp_path / "new" / "folder" / "propagation.svg"
    assert picture.nothing
    assert b"<svg" in picture.path.read_bytes()


def test_own_pictures_are_replaced_and_those_of_others_are_not(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        draw_pictures(run, ["convergence"])
    (tmp_path / "convergence.png").write_text("mine")
    with pytest.raises(RunFolderError, match="exists already"):
        draw_pictures(run, ["timeline", "convergence"], tmp_path)
    assert (tmp_path / "convergence.png").read_text() == "mine"
    assert not (tmp_path / "timeline.png").exists()


def test_unknown_kinds_and_formats_name_the_nearest(run: Run) -> None:
    with pytest.raises(InputError, match="no picture 'timelin': expected `timeline`"):
        draw_pictures(run, ["convergence", "timelin"])
    with pytest.raises(InputError, match="no format 'gif': expected `png`, `svg`"):
        draw_pictures(run, [], None, ".gif")
    assert not (run.folder / "plots").exists()


def test_a_picture_that_cannot_be_written(run: Run) -> None:
    (run.folder / "plots" / "graph.png").mkdir(parents=True)
    with pytest.raises(RunFolderError, match=r"graph\.png: cannot be written"):
        draw_pictures(run, ["graph"])


def test_a_folder_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="cannot be written"):
        draw_pictures(run, ["convergence"], tmp_path / "file")
