"""A trace of a run: its slices are the run's states, its arrows the stanzas that arrived."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.report.exports.files import export
from simulator.report.run import Run
from tests.report.exports.traces import traced

Trace = list[dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return traced(tmp_path_factory.mktemp("trace"))


@pytest.fixture(scope="module")
def trace(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Trace:
    (path,) = export(run, "perfetto", tmp_path_factory.mktemp("out") / "perfetto")
    found: Trace = json.loads(path.read_bytes())["traceEvents"]
    return found


def names(trace: Trace, what: str) -> dict[tuple[int, int], str]:
    found = [one for one in trace if one["name"] == what]
    return {(one["pid"], one["tid"]): one["args"]["name"] for one in found}


def test_an_agent_is_a_process_and_availability_a_track(run: Run, trace: Trace) -> None:
    processes, tracks = names(trace, "process_name"), names(trace, "thread_name")
    assert list(processes.values())[1:] == ["a-0", "a-1", "a-2"]
    (pid,) = (pid for (pid, _), name in processes.items() if name == "a-0")
    (tid,) = (t for (p, t), name in tracks.items() if p == pid and name.startswith("available"))
    slices = [one for one in trace if (one["pid"], one["tid"], one["ph"]) == (pid, tid, "X")]
    (steps,) = run.measurement.states.agents["a-0"].shows.values()
    spans = [*steps.spans(run.measurement.end)]
    assert [(one["name"], one["ts"], one["ts"] + one["dur"]) for one in slices] == [
        (value or "available", begin, end) for value, begin, end in spans
    ]
    assert [one["name"] for one in slices] == ["available", "dnd"]


def test_an_arrow_begins_and_ends_in_a_slice(trace: Trace) -> None:
    slices = {(one["pid"], one["tid"], one["ts"]) for one in trace if one["ph"] == "X"}
    begins = {one["id"]: one for one in trace if one["ph"] == "s"}
    ends = {one["id"]: one for one in trace if one["ph"] == "f"}
    assert begins.keys() == ends.keys()
    assert begins
    for number, begin in begins.items():
        assert {(one["pid"], one["tid"], one["ts"]) for one in (begin, ends[number])} <= slices
        assert begin["ts"] < ends[number]["ts"]
        assert begin["pid"] != ends[number]["pid"] or begin["ts"] < ends[number]["ts"]


def test_a_fault_has_a_begin_and_an_end(trace: Trace) -> None:
    found = [(one["ph"], one["ts"]) for one in trace if one.get("cat") == "fault"]
    assert found == [("b", 3_000_000), ("e", 5_000_000)]


def test_every_event_has_what_its_phase_needs(trace: Trace) -> None:
    needed = {"X": {"ts", "dur"}, "C": {"ts", "args"}, "M": {"args"}}
    needed |= {phase: {"ts", "id", "cat"} for phase in "besf"}
    for one in trace:
        assert {"name", "pid", "tid"} | needed[one["ph"]] <= one.keys()
