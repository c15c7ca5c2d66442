from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import Fault, ScenarioError
from simulator.scenario.reading.scalars import dump_yaml, resolve
from simulator.scenario.reading.yaml_source import parse_yaml
from simulator.scenario.source import format_path


def parsed(text: str) -> Any:
    return parse_yaml(text, "test.yaml", Path()).data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("12", 12),
        ("-3", -3),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5s", "5s"),
        ("=", "="),
    ],
)
def test_scalars(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.inf", ".nan", "1e999", str(2**63), "9" * 5000])
def test_numbers_that_json_cannot_hold(text: str) -> None:
    with pytest.raises(ValueError, match=r"finite|digits|64 bits"):
        resolve(text)


def test_quoted_scalars_are_texts() -> None:
    assert parsed("""{a: "5", b: 'true', c: "", "6": |\n  x\n}""".replace("|\n  x\n", "x")) == {
        "a": "5",
        "b": "true",
        "c": "",
        "6": "x",
    }


def test_places() -> None:
    source = parse_yaml("a:\n  - b: 1\n    c: [x, y]\n", "test.yaml", Path())
    assert source.place(("a", 0, "c", 1)).line == 3
    assert source.place(("a", 0, "c", 1)).column == 12
    assert source.place(("a", 0, "c"), key=True).column == 5
    assert source.place(("a", 0, "nowhere", 3)) == source.place(("a", 0))


def test_aliases_are_values() -> None:
    source = parse_yaml("a: &x {n: [1]}\nb: *x\n", "test.yaml", Path())
    assert source.data == {"a": {"n": [1]}, "b": {"n": [1]}}
    assert source.data["a"] is not source.data["b"]
    assert source.place(("b", "n")).line == 1


def test_every_duplicate_key_is_reported() -> None:
    with pytest.raises(ScenarioError) as caught:
        parsed("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [(fault.where, fault.line) for fault in caught.value.faults] == [("b.c", 2), ("a", 3)]


@pytest.mark.parametrize("tag", ["!!python/name:os.system", "!!set", "!custom", "!!str", "!!int"])
def test_tags_are_refused(tag: str) -> None:
    with pytest.raises(ScenarioError, match="is not allowed"):
        parsed(f"a: {tag} x\n")


def test_format_path() -> None:
    assert format_path(("subscriptions", 0, "graph")) == "subscriptions[0].graph"
    assert format_path(()) == ""
    assert len(format_path(("x" * 500,))) == 120


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1e3", "0o17", "no", "~", ".inf", "12:30", "9" * 70, "=", "<<", "0x1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(documents)
def test_dumped_documents_read_back(document: Any) -> None:
    text = dump_yaml({"document": document})
    assert parsed(text) == {"document": document}


def parsed_or_refused(text: str) -> tuple[Any, list[Fault]]:
    try:
        return parsed(text), []
    except ScenarioError as error:
        return None, error.faults


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_data_or_a_scenario_error(text: str) -> None:
    _, faults = parsed_or_refused(text)
    assert all(str(fault).isprintable() for fault in faults)


@settings(deadline=None)
@given(st.lists(st.sampled_from(list("[]{}:,-?&*!|>'\"%@` \n#ab1~")), max_size=40))
def test_any_yaml_like_text_is_data_or_a_scenario_error(characters: list[str]) -> None:
    text = "".join(characters)
    data, faults = parsed_or_refused(text)
    assert all(str(fault).isprintable() for fault in faults)
    if not faults:
        assert data is None or isinstance(data, str | int | float | list | dict)
