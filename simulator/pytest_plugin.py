"""pytest's fixture `scenario`. It is there wherever the simulator is installed.

.. code-block:: python

    def test_everybody_sees_everybody(scenario):
        run = scenario("club.yaml")                       # passes, or the test fails and says why
        assert run.summary["deliveries"]["lost"] == 0

    def test_the_bug_is_still_known(scenario):
        scenario("club.yaml", verdict="fail", overrides={"seed": "3"})
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import pytest

if TYPE_CHECKING:
    from simulator.analysis.run import Run
    from simulator.testing import Options, Source, Verdict

    class Overridden(Options, total=False):
        """Options of `simulator.testing.run_scenario`."""

        overrides: Mapping[str, str] | None


_LIBRARIES = ("spade", "aioxmpp")
"""Whose log is that of the run."""


@pytest.fixture
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Run]:
    """Call it with a scenario to run it in the test's folder and assert on its verdict.

    A scenario is a file (looked for beside the test, then in the current folder), a text of
    several lines, a document, or a loaded one. `verdict`: what it must be, ``pass`` unless given;
    None: anything. Other options are those of `simulator.testing.run_scenario`.
    """
    # SPADE, polars and matplotlib are imported by the tests that need them only.
    from simulator.testing import assert_verdict, run_scenario  # noqa: PLC0415

    def run(
        source: Source, *, verdict: Verdict | None = "pass", **options: Unpack[Overridden]
    ) -> Run:
        __tracebackhide__ = True
        with _not_captured():
            finished = run_scenario(_beside(request.path, source), tmp_path, **options)
        if verdict is not None:
            assert_verdict(finished, verdict)
        return finished

    return run


@contextmanager
def _not_captured() -> Iterator[None]:
    """Keep what SPADE and aioxmpp log out of pytest's captured log: it is in agents.log."""
    handlers = logging.getLogger().handlers[:]
    for handler in handlers:
        handler.addFilter(_is_own)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_is_own)


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] not in _LIBRARIES


def _beside(test: Path, source: Source) -> Source:
    from simulator.testing import near_path  # noqa: PLC0415

    if isinstance(source, Path) or (isinstance(source, str) and "\n" not in source):
        beside = test.parent / source
        return near_path(beside) if beside.exists() else source
    return source
