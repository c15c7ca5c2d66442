"""Pictures and the page of many runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

import simulator
from simulator.errors import InputError
from simulator.experiments.page import build_sweep_page
from simulator.experiments.plots import KINDS
from simulator.experiments.sweep import sweep
from simulator.report.plots import save
from tests.calls import Call
from tests.experiments.conftest import EXPERIMENT, Write

TWO = "grid: {network.latency: [5ms, 20ms]}"
THREE = "grid: {network.latency: [5ms, 20ms], pings: [true, false], run.settle: [1s, 2s]}"
SOBOL = """sobol: {network.latency: {from: 5ms, to: 50ms}, run.settle: {from: 1s, to: 2s}}
    samples: 4
    indices: true"""


def swept(write: Write, design: str, more: str = "") -> simulator.Results:
    return sweep(write(EXPERIMENT.replace(TWO, design) + more), "out", workers=0)


def test_a_figure_is_drawn_over_its_parameters_as_small_multiples(write: Write) -> None:
    found = swept(write, THREE)
    drawn = found.plot("figure")
    assert [axes.get_xlabel() for axes in drawn.axes] == ["latency (s)"] * 2
    assert [axes.get_title("left") for axes in drawn.axes] == ["settle_s 1", "settle_s 2"]
    assert len(drawn.axes[0].containers) == 2
    other = found.plot("figure", figure="staleness", x="settle_s", by="pings")
    assert other.axes[0].get_xlabel() == "settle (s)"
    assert other.axes[0].get_ylabel() == "staleness"
    with pytest.raises(InputError, match=r"no parameter 'speed'; there are: network.latency_s"):
        found.plot("figure", x="speed")


def test_the_other_pictures_show_each_group(write: Write) -> None:
    found = swept(write, THREE)
    assert len(found.plot("ecdf").axes[0].get_lines()) == 8
    assert len(found.plot("fan", by="latency_s").axes) == 2
    cells = found.plot("heat").axes[0].texts
    assert len([text for text in cells if text.get_text()[:1].isdigit()]) >= 4
    with pytest.raises(InputError, match="Sobol indices need a design"):
        found.plot("indices")
    with pytest.raises(InputError, match=f"no picture 'pie'; there are: {', '.join(KINDS)}"):
        found.plot("pie")


def test_sobol_indices_say_what_a_figure_depends_on(write: Write) -> None:
    found = swept(write, SOBOL, "seeds: common\n")
    table = found.sensitivity("time_to_converge.declared")
    assert table["parameter"].to_list() == ["network.latency_s", "run.settle_s"]
    assert len(found.plot("indices").axes[0].patches) == 4


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_is_the_same_bytes_each_time(ending: str, write: Write) -> None:
    found = swept(write, TWO)
    one, other = (save(found.plot(), Path(f"{name}.{ending}")) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_the_page_has_a_row_for_each_point_and_a_link_to_each_kept_run(write: Write) -> None:
    found = swept(write, TWO, "keep: all\n")
    page = html.document_fromstring(build_sweep_page(found))
    rows = page.findall(".//tbody/tr")
    assert len(rows) == 2
    links = [link.get("href") or "" for link in page.findall(".//tbody//a")]
    assert len(links) == 6
    assert all((found.folder / link / "journal.jsonl").is_file() for link in links)
    titles = [one.get("id") for one in page.findall(".//section")]
    assert titles == ["points", "figure", "ecdf", "fan", "experiment"]


def test_the_command_writes_the_page(write: Write, call: Call) -> None:
    swept(write, TWO)
    done = call("report", "out")
    assert (done.code, done.out.strip()) == (0, "report: out/report.html")
    assert "Small: simulator report" in Path("out/report.html").read_text()


def test_the_command_writes_a_replay_of_each_kept_run(write: Write, call: Call) -> None:
    swept(write, TWO, "keep: all\n")
    assert call("report", "out").code == 0
    page = html.document_fromstring(Path("out/report.html").read_text())
    links = [link.get("href") or "" for link in page.findall(".//tbody//a")]
    assert len(links) == 6
    assert all(link.endswith("/replay.html") for link in links)
    assert all("data-replay" in Path("out", link).read_text() for link in links)


NEVER = """\
name: Some never
scenario:
  name: Two
  populations: {a: {}, b: {on_subscribe: {approve: {delay: 50ms}}}}
  subscriptions: [{pairs: [[a, b]], at: 500ms}]
  run: {duration: 2s}
vary: {grid: {populations.b.on_subscribe.approve.delay: [50ms, 1h]}}
replications: 2
expect:
  - {figure: time_to_converge.declared, at_most: 1s}
  - {figure: propagation_latency.p95, at_most: 1s}
"""


@pytest.mark.filterwarnings("error:overflow:RuntimeWarning", "error:No artists:UserWarning")
def test_the_page_says_what_each_expectation_measured_also_where_it_never_came(
    write: Write, call: Call
) -> None:
    found = sweep(write(NEVER), "out", workers=0)
    good, bad = html.document_fromstring(build_sweep_page(found)).findall(".//tbody/tr")
    assert "2 of 2 runs do (0.13 s in each run)" in good.text_content()
    assert "never in any run" in bad.xpath("td")[4].text_content()
    assert "0 of 2 runs do (never in any run)" in bad.text_content()
    assert "(not measured in any run), 2 do not say" in bad.text_content()
    told = call("sweep", "small.yaml", "--out", "out", "--workers", "0").out
    assert "declared at most 1 s in every run: 0 of 2 runs do (never in any run); " in told
    assert "; propagation_latency.p95 not measured in any run" in told


@pytest.mark.parametrize("command", ["explain", "plot", "open", "watch", "compare"])
def test_a_command_for_runs_says_what_a_sweep_is(write: Write, call: Call, command: str) -> None:
    swept(write, TWO)
    done = call(command, "out", *(["out"] if command == "compare" else []))
    assert done.code == 2
    assert "out: is a sweep, not a run: simulator report out shows it; it kept no run" in done.err
    sweep(write(NEVER), "never", workers=0)
    assert "its kept runs are in never/kept, such as never/kept/point" in call("open", "never").err
