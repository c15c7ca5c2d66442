"""Options of the test suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-journals",
        action="store_true",
        help="write the journals in tests/data/journals anew",
    )
