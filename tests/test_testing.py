"""Running scenarios from tests, and failures that can be read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from simulator import pytest_plugin
from simulator.analysis.run import Run
from simulator.errors import ScenarioError
from simulator.testing import assert_passes, assert_verdict, describe, run_scenario
from tests.runs import ROOT

pytest_plugins = ["pytester"]

PAIR = """
    name: pair
    populations: {asker: {}, host: {on_subscribe: approve}}
    subscriptions: [{pairs: [[asker, host]]}]
    expect:
      - roster: {asker: {host: to}}
      - {figure: deliveries.lost, equals: 0}
"""
DENIED = {
    "name": "denied",
    "populations": {"asker": {}, "host": {"on_subscribe": "deny"}},
    "subscriptions": [{"pairs": [["asker", "host"]]}],
    "expect": [{"roster": {"asker": {"host": "to"}}}, {"figure": "outcomes.ok", "equals": 2}],
}


def test_a_text_a_document_and_a_file(tmp_path: Path) -> None:
    text = run_scenario(PAIR, tmp_path)
    assert_passes(text)
    document = run_scenario(DENIED, tmp_path)
    assert_verdict(document, "fail")
    file = run_scenario(tmp_path / "scenario-1.yaml", tmp_path, overrides={"seed": "3"})
    assert_passes(file)
    assert file.scenario["seed"] == 3
    assert len({text.folder, document.folder, file.folder}) == 3
    assert all(run.folder.parent == tmp_path for run in (text, document, file))


def test_without_a_folder_it_makes_one() -> None:
    run = run_scenario(PAIR)
    assert run.folder.is_dir()
    assert Path.cwd() not in run.folder.parents


def test_a_wrong_scenario_is_told_as_ever(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"scenario-1\.yaml:\d+:\d+: populations: "):
        run_scenario("name: wrong\npopulations: {}\n", tmp_path)


def test_a_failure_says_what_failed_by_what_evidence(tmp_path: Path) -> None:
    run = run_scenario(DENIED, tmp_path)
    with pytest.raises(AssertionError) as caught:
        assert_passes(run)
    file = run.folder.parent / "scenario-1.yaml"
    assert str(caught.value).splitlines() == [
        "expected pass; the verdict is fail: denied, seed 0, on embedded",
        f"  fail    asker has host as to: asker has host as none, not to ({file}:11)",
        "          scenario: 1 request refused (asker -> host): the scenario lets host refuse it"
        f" [subscriptions[0], {file}:7]",
        "  pass    outcomes.ok equals 2: 2",
        f"run folder: {run.folder}",
        f"why: simulator explain {run.folder}",
    ]


def test_a_run_that_passed_though_it_should_not(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="expected fail; the verdict is pass: pair"):
        assert_verdict(run_scenario(PAIR, tmp_path), "fail")


def test_agents_that_failed_are_told_with_their_frames(tmp_path: Path) -> None:
    agent = {"agent": "tests.user_agents:RaisesInBehaviour"}
    run = run_scenario({"name": "raising", "populations": {"raiser": agent}}, tmp_path)
    text = describe(run)
    assert "  fail    all agents ended ok: 0 of 1 did" in text
    assert "raiser, behaviour Fail: KeyError" in text
    assert "agent raiser failed" not in text, "it is told once"
    assert "raiser, behaviour Fail: KeyError: 'lost'" in text
    assert 'in run: raise KeyError("lost")' in text


def test_an_incomplete_run_says_why(tmp_path: Path) -> None:
    run = run_scenario(PAIR, tmp_path)
    journal = run.folder / "journal.jsonl"
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]), "utf-8")
    text = describe(Run(run.folder))
    assert text.startswith("the verdict is unknown: pair")
    assert "the journal has no end" in text


# --- the plugin ---

TESTS = """
    from pathlib import Path

    import pytest

    def test_passes(scenario, tmp_path):
        run = scenario("pair.yaml")
        assert run.folder.parent == tmp_path

    def test_does_not_pass(scenario):
        scenario("pair.yaml", overrides={"populations.host.on_subscribe": "deny"})

    def test_fails_as_expected(scenario):
        scenario("pair.yaml", verdict="fail", overrides={"populations.host.on_subscribe": "deny"})

    def test_any(scenario):
        assert scenario("name: one\\npopulations: {one: }\\n", verdict=None).verdict.value == "pass"
"""


def test_the_fixture(pytester: pytest.Pytester) -> None:
    inner = pytester.mkdir("inner")
    pytester.makepyfile(**{"inner/test_pair": TESTS})
    (inner / "pair.yaml").write_text(PAIR.replace("\n    ", "\n"), "utf-8")
    result = pytester.runpytest("-p", pytest_plugin.__name__, "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected pass; the verdict is fail: pair, seed 0, on embedded",
            "*  fail    asker has host as to: asker has host as none, not to (inner/pair.yaml:6)",
        ]
    )
    # The reader sees the line of the test, and not the inside of the simulator.
    assert "pytest_plugin.py" not in result.stdout.str()


def test_the_fixture_tells_an_exception_once_and_how_to_go_on(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_raises(scenario):
            agent = {"agent": "tests.user_agents:RaisesInBehaviour"}
            scenario({"name": "raising", "populations": {"raiser": agent}})
        """
    )
    result = pytester.runpytest("-p", pytest_plugin.__name__, "-p", "no:cacheprovider")
    told = result.stdout.str().partition("short test summary")[0]
    assert "agent raiser failed" not in told
    assert "Captured log" not in told
    assert told.count("Traceback") == 0
    result.stdout.re_match_lines([r"E +why: simulator explain /.*/run-1"])


def test_pytest_finds_the_plugin_where_the_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name = pytest_plugin.__name__
    # By the module's own name, `-p` and the entry point are one plugin and not two.
    assert project["entry-points"]["pytest11"] == {name: name}
