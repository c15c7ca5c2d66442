"""For your tests: run a scenario, and assert on its verdict with a failure that can be read.

>>> from simulator.testing import assert_passes, run_scenario
>>> assert_passes(run_scenario("scenarios/two_agents.yaml"))      # doctest: +SKIP

With pytest there is a fixture that does both, in the test's own folder: see
`simulator.pytest_plugin`.
"""

from __future__ import annotations

import itertools
import shlex
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from simulator import api
from simulator.analysis.run import Run
from simulator.report.text import printable
from simulator.scenario import Scenario
from simulator.scenario.reading.scalars import dump_yaml
from simulator.servers.base import Backend

Source = Scenario | Path | str | Mapping[str, object]
"""A scenario: loaded, the path of its file, its text (of several lines), or its document."""

Verdict = Literal["pass", "fail", "unknown"]


class Options(TypedDict, total=False):
    """Options of `simulator.run` that a test may give."""

    backend: str | Backend
    seed: int | None
    realtime: bool
    check: bool
    follow: api.Follow | None


def run_scenario(
    scenario: Source,
    folder: Path | None = None,
    *,
    overrides: Mapping[str, str] | None = None,
    **options: Unpack[Options],
) -> Run:
    """Run a scenario in a folder of its own, and return the run, whatever its verdict is.

    `folder`: where the run folder is made, and the file of a scenario that has none; omitted: a
    new temporary folder. `overrides` as in `simulator.load_scenario`; `options` as in
    `simulator.run`, such as ``backend`` and ``seed``. Raises what these two raise.
    """
    place = Path(tempfile.mkdtemp(prefix="simulator-")) if folder is None else folder
    place.mkdir(parents=True, exist_ok=True)
    loaded = _load(scenario, place, overrides or {})
    return api.run(loaded, out=_unused(place, "run"), **options)


def assert_passes(run: Run) -> None:
    """Raise AssertionError, with everything that speaks against it, unless the run passed."""
    __tracebackhide__ = True
    assert_verdict(run, "pass")


def assert_verdict(run: Run, expected: Verdict) -> None:
    """Raise AssertionError, with what the run says instead, unless it has this verdict."""
    __tracebackhide__ = True
    if run.verdict.value != expected:
        raise AssertionError(f"expected {expected}; {describe(run)}")


def describe(run: Run) -> str:
    """The verdict of a run in lines: what decided it, agents that failed, and where to look.

    Paths are relative where they are in the current folder.
    """
    return "\n".join([*_verdict_lines(run), *_agent_lines(run), *_where(run)])


def _where(run: Run) -> Iterator[str]:
    if run.in_memory:
        yield f"run: {run}"
        return
    folder = near_path(run.folder)
    yield f"run folder: {folder}"
    if run.verdict.value != "pass":
        yield f"why: simulator explain {shlex.quote(str(folder))}"


def near_path(path: Path) -> Path:
    """The path from the current folder, where it is in that; else the whole path."""
    whole, here = path.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def _verdict_lines(run: Run) -> Iterator[str]:
    about, verdict = run.summary["run"], run.verdict
    name = printable(str(about["name"]))
    yield f"the verdict is {verdict.value}: {name}, seed {about['seed']}, on {about['backend']}"
    known = tuple(f"{check.text}: {check.evidence}" for check in verdict.checks)
    gaps = [reason for reason in verdict.reasons if not reason.startswith(known)]
    yield from (f"  {printable(gap)}" for gap in gaps)
    for check in verdict.checks:
        yield f"  {check.verdict:8}{printable(f'{check.text}: {check.told}')}"
        yield from (f"          {printable(offender)}" for offender in check.offenders)


def _agent_lines(run: Run) -> Iterator[str]:
    failures = run.measurement.info.failures
    raised = {failure.agent for failure in failures}
    told = [line for check in run.verdict.checks for line in check.offenders]
    for entry in run.summary["agent_outcomes"]["not_ok"]:
        if entry["agent"] in raised or any(entry["reason"] in line for line in told):
            continue
        yield f"agent {printable(entry['agent'])} {entry['outcome']}: {printable(entry['reason'])}"
    for failure in failures:
        yield printable(f"{failure.agent}, {failure.where}: {failure.error}")
        yield from (f"    {printable(line)}" for line in failure.traceback.splitlines())


def _load(scenario: Source, folder: Path, overrides: Mapping[str, str]) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Mapping):
        text = dump_yaml(dict(scenario))
        return api.load_scenario(_written(text, folder), overrides)
    if isinstance(scenario, str) and "\n" in scenario:
        return api.load_scenario(_written(textwrap.dedent(scenario), folder), overrides)
    return api.load_scenario(scenario, overrides)


def _written(text: str, folder: Path) -> Path:
    file = _unused(folder, "scenario", ".yaml")
    file.write_text(text, encoding="utf-8")
    return file


def _unused(folder: Path, name: str, suffix: str = "") -> Path:
    paths = (folder / f"{name}-{number}{suffix}" for number in itertools.count(1))
    return next(path for path in paths if not path.exists())
