from __future__ import annotations

import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from simulator.analysis.run import Run, open_run
from simulator.errors import InputError, ServerUnavailable
from simulator.journal.records import AnyRecord, Failure, Outcome
from simulator.report.exports.junit import broken_junit_xml, junit_xml, prepare_junit, write_junit
from tests.analysis.journals import end, head, seeing, us
from tests.analysis.synthetic import write

LOST = {"figure": "deliveries.lost", "equals": 0}
NEVER_HOSTILE = {
    "nobody_saw": {"contact": "b", "by": "a", "available": True, "status": "<&>\"'\u202e]]>"}
}


def make(folder: Path, records: list[AnyRecord], *expect: dict[str, Any]) -> Run:
    scenario = {"expect": list(expect)}
    first = msgspec.structs.replace(records[0], scenario=scenario)
    return open_run(write([first, *records[1:]], folder))


def parse(text: str) -> ElementTree.Element:
    """The document, if it has the shape of junit-10.xsd: elements, their order, attributes."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    assert set(root.attrib) == {"name", "time", "tests", "failures", "errors"}
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == {"name", "time", "tests", "failures", "errors", "skipped"}
        tags = [child.tag for child in suite]
        assert tags == ["properties"] * (tags.count("properties")) + ["testcase"] * len(
            suite.findall("testcase")
        )
        for case in suite.findall("testcase"):
            assert set(case.attrib) == {"classname", "name", "time"}
            assert [child.tag for child in case] in (
                [],
                ["system-out"],
                ["failure"],
                ["error"],
                ["skipped"],
            )
        _counts_fit(suite)
    for name in ("tests", "failures", "errors"):
        assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in root)
    return root


def _counts_fit(suite: ElementTree.Element) -> None:
    tags = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    for name, tag in tags.items():
        assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}"))), name
    assert suite.get("tests") == str(len(suite.findall("testcase")))


def results(root: ElementTree.Element) -> dict[str, str]:
    """Name of a case -> failure, error, skipped or nothing."""
    return {
        case.get("name", ""): next((c.tag for c in case if c.tag != "system-out"), "")
        for case in root.iter("testcase")
    }


def test_a_run_that_passed_is_green(tmp_path: Path) -> None:
    run = make(tmp_path, [*head("a", "b"), *seeing("a", "b"), *end(9, "a", "b")], LOST)
    root = parse(junit_xml(run))
    assert results(root) == {"the evidence is complete": "", "deliveries.lost equals 0": ""}
    assert root.get("name") == "By hand"
    (suite, *_) = root
    properties = {str(one.get("name")): one.get("value") for one in suite.iter("property")}
    figures = {name: value for name, value in properties.items() if name in run.figures}
    assert figures == {
        name: str(figure) for name, figure in run.figures.items() if figure.value is not None
    }
    assert {name: value for name, value in properties.items() if name not in figures} == {
        **{"seed": "1", "backend": "none 0", "agents": "2", "verdict": "pass"},
        "presence managers": "documented presence manager: member",
    }


def test_a_failed_expectation_has_its_evidence(tmp_path: Path) -> None:
    run = make(
        tmp_path,
        [*head("a", "b"), *end(9, "a", "b")],
        LOST,
        {"figure": "outcomes.ok", "equals": 3},
        {"figure": "detection_time.max", "at_most": "1s"},
    )
    root = parse(junit_xml(run))
    assert run.verdict.exit_code == 1
    assert results(root) == {
        "the evidence is complete": "",
        "deliveries.lost equals 0": "",
        "outcomes.ok equals 3": "failure",
        "detection_time.max at most 1 s": "error",
    }
    failure = root.find(".//failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("2", "2")


def test_agents_that_failed_have_their_reason_and_traceback(tmp_path: Path) -> None:
    failure = Failure(
        t=us(1), agent="b", where="Buying.run", error="KeyError: 1", traceback="line 1\nline 2"
    )
    outcomes = [
        Outcome(t=us(9), agent="a", outcome="ok"),
        Outcome(t=us(9), agent="b", outcome="failed", reason="raised KeyError"),
    ]
    run = make(tmp_path, [*head("a", "b"), failure, *outcomes, *end(9)])
    root = parse(junit_xml(run))
    assert results(root)["b"] == "failure"
    found = root.find(".//testcase[@name='b']/failure")
    assert found is not None
    assert found.get("message") == "failed: raised KeyError"
    assert found.text == "Buying.run: KeyError: 1\nline 1\nline 2"


def test_nothing_is_red_where_the_run_passed(tmp_path: Path) -> None:
    """The scenario expects that one agent fails."""
    run = make(
        tmp_path,
        [*head("a", "b"), *end(9, "a", "b", b="failed")],
        {"figure": "outcomes.failed", "equals": 1},
    )
    root = parse(junit_xml(run))
    assert run.verdict.exit_code == 0
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert results(root)["b"] == "skipped"


@pytest.mark.parametrize("complete", [None, False])
def test_an_incomplete_run_is_an_error(tmp_path: Path, complete: bool | None) -> None:
    closing = [] if complete is None else end(9, "a", complete=False)
    run = make(tmp_path, [*head("a"), *closing], LOST)
    root = parse(junit_xml(run))
    assert run.verdict.exit_code == 3
    assert results(root)["the evidence is complete"] == "error"
    assert int(root.get("errors", "0")) >= 1


def test_an_empty_journal_gives_a_document(tmp_path: Path) -> None:
    root = parse(junit_xml(open_run(write([], tmp_path))))
    assert int(root.get("errors", "0")) >= 1


def test_a_hostile_status_is_text(tmp_path: Path) -> None:
    records: list[AnyRecord] = [*head("a", "b"), *seeing("a", "b"), *end(9, "a", "b")]
    document = junit_xml(make(tmp_path, records, NEVER_HOSTILE))
    assert "\u202e" not in document
    names = list(results(parse(document)))
    assert any("<&>" in name and "]]>" in name and "\\u202e" in name for name in names)


@pytest.mark.parametrize(
    "character", ["\x00", "\x0b", "\x1b", "\ufffe", "\uffff", "\ud800", "\u202e"]
)
def test_characters_that_xml_forbids_or_nobody_sees_are_escapes(character: str) -> None:
    document = broken_junit_xml("x", ServerUnavailable(f"before{character}after\nsecond line"))
    assert character not in document
    error = parse(document).find(".//error")
    assert error is not None
    assert error.text is not None
    assert error.text.endswith("after\nsecond line")
    assert "\\" in error.text


def test_a_run_that_broke_down_is_one_error() -> None:
    root = parse(broken_junit_xml("Shop", ServerUnavailable("nobody answers at 127.0.0.1:5222")))
    assert results(root) == {"the run went to its end": "error"}
    assert root.get("errors") == "1"


def test_an_older_document_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "junit.xml"
    for error in ("first", "second"):
        write_junit(broken_junit_xml("x", ServerUnavailable(error)), path)
    assert "second" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    prepare_junit(path)
    assert not path.exists()
    path.write_text("name: precious")
    with pytest.raises(InputError, match="is not a JUnit document"):
        prepare_junit(path)
    assert path.read_text() == "name: precious"


def test_a_place_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "junit.xml", tmp_path):
        with pytest.raises(InputError, match="cannot be written"):
            prepare_junit(path)
