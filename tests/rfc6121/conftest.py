from __future__ import annotations

import pytest

from tests.rfc6121.world import World


@pytest.fixture
def world() -> World:
    """Romeo and Juliet, connected, strangers; Benvolio has an account and no session."""
    world = World("romeo", "juliet", "benvolio")
    world.connect("romeo/orchard", "juliet/balcony")
    return world


@pytest.fixture
def watched(world: World) -> World:
    """Romeo sees Juliet."""
    world.subscribe("romeo/orchard", "juliet/balcony")
    return world


@pytest.fixture
def lovers(watched: World) -> World:
    """Romeo and Juliet see each other."""
    watched.subscribe("juliet/balcony", "romeo/orchard")
    return watched
