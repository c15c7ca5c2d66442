"""Options of the test suite."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

# To explain a failure, Hypothesis traces it, and on Python 3.11 that was seen never to end: a test
# that fails must fail.
settings.register_profile("unexplained", phases=set(Phase) - {Phase.explain})
settings.load_profile("unexplained")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-journals",
        action="store_true",
        help="write the journals in tests/data/journals anew",
    )
