"""Every file in `bad/` gives exactly the faults that its last lines name.

A line ``# fault LINE:COLUMN | where | part | part`` names one fault: its place, and what its
message must hold.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.errors import InputError, ScenarioError
from simulator.scenario import build_plan, load_scenario
from simulator.scenario.reading.yaml_source import DEEPEST, MOST_BYTES

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))
_LINE = re.compile(r"# fault (\d+):(\d+) \| (.*)")


def faults_of(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        build_plan(load_scenario(path))
    return caught.value


def named_in(path: Path) -> list[tuple[int, int, list[str]]]:
    found = [_LINE.match(line) for line in path.read_text().splitlines()]
    return [(int(one[1]), int(one[2]), one[3].split(" | ")) for one in found if one]


def test_there_are_many() -> None:
    assert len(FILES) >= 100
    assert all(named_in(path) for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_file(path: Path) -> None:
    error = faults_of(path)
    expected = named_in(path)
    places = [(fault.line, fault.column) for fault in error.faults]
    assert places == [(line, column) for line, column, _ in expected]
    for fault, (_, _, (where, *parts)) in zip(error.faults, expected, strict=True):
        assert fault.file == str(path)
        assert fault.where == where
        for part in parts:
            assert part in f"{fault.problem} | {fault.expected}"
        assert str(fault).isprintable()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "scenario.yaml"
    path.write_bytes(content)
    return path


DEEP_LIST = b"name: " + b"[" * 100_000
DEEP_MAPPING = b"a: " + b"{a: " * 5_000


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"", (0, 0), "is empty"),
        (b"\n\n", (0, 0), "is empty"),
        (b"name: Caf\xe9\n", (1, 10), "byte 0xe9 is not UTF-8"),
        (b"a: 1\nname: \xff\xfe\n", (2, 7), "byte 0xff is not UTF-8"),
        ("name: Über\n".encode("utf-16"), (1, 1), "byte 0xff is not UTF-8"),
        (b"name: a\x00b\n", (1, 8), "not YAML"),
        (b"name: a\x1b[31mb\n", (1, 8), "not YAML"),
        (DEEP_LIST, (1, 7 + DEEPEST - 1), "nested too deeply"),
        (DEEP_MAPPING, None, "nested too deeply"),
        (b"x" * (MOST_BYTES + 1), (0, 0), "is too large"),
        (b'name: "\\ud800"\npopulations: {a: {}}\n', None, ""),
        (b"- " * 100_000, None, "nested too deeply"),
        (b"? [a, b]\n: 1\n", (1, 3), "a key that is not a text"),
        (b"%YAML 9.9\n---\nname: x\n", None, ""),
    ],
    ids=[
        "empty",
        "blank",
        "latin1",
        "not_utf8",
        "utf16",
        "nul",
        "escape",
        "deep_list",
        "deep_mapping",
        "huge",
        "surrogate",
        "deep_dashes",
        "list_as_key",
        "version",
    ],
)
def test_bad_bytes(
    tmp_path: Path, content: bytes, place: tuple[int, int] | None, problem: str
) -> None:
    error = faults_of(written(tmp_path, content))
    fault = error.faults[0]
    assert problem in fault.problem
    assert len(str(error)) < 2000
    if place is not None:
        assert (fault.line, fault.column) == place


def test_missing_file(tmp_path: Path) -> None:
    error = faults_of(tmp_path / "nowhere.yaml")
    assert (
        str(error) == f"{tmp_path}/nowhere.yaml: there is no such file (expected a scenario file)"
    )
    assert isinstance(error, InputError)


def test_folder(tmp_path: Path) -> None:
    assert "is a folder" in str(faults_of(tmp_path))


@pytest.mark.parametrize("name", ["a\x00b.yaml", "x" * 5000])
def test_impossible_file_name(tmp_path: Path, name: str) -> None:
    assert "cannot be read" in str(faults_of(tmp_path / name))


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfname: x\npopulations: {a: {}}\n")
    assert load_scenario(path).name == "x"
