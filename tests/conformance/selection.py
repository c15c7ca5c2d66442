"""Which parameters of a test were selected, so that a batch plays only what is asked for."""

from __future__ import annotations

from typing import Any

import pytest


def selected(request: pytest.FixtureRequest, server: str, parameter: str) -> list[Any]:
    """The values of a parameter over all selected tests of this server, in order, once each."""
    values: dict[Any, None] = {}
    for item in request.session.items:
        callspec = getattr(item, "callspec", None)
        if callspec and callspec.params.get("server") == server and parameter in callspec.params:
            values[callspec.params[parameter]] = None
    return list(values)
