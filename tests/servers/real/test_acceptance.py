"""What a server that cannot be looked into has accepted."""

from types import SimpleNamespace
from typing import Any

import pytest

from simulator.journal.records import Actual
from simulator.servers.real.acceptance import Acceptance, Gate


class World:
    def __init__(self):
        self.now = 0
        self.records: list[Any] = []
        self.gate = Gate()
        self.acceptance = Acceptance(self.records.append, lambda: self.now, self.gate)

    def say(self, show="", available=True):
        actual = Actual(t=self.now, agent="a", resource="r", available=available, show=show)
        self.acceptance.issued(actual)

    @property
    def seen(self):
        return [(record.t, record.available, record.show) for record in self.records]


@pytest.fixture
def world():
    return World()


def passage(marks):
    return SimpleNamespace(up=SimpleNamespace(mark=marks.append))


def test_without_a_proxy_the_agents_word_is_taken_at_once(world):
    world.say("dnd")
    assert world.acceptance.resource == "r"
    world.now = 5
    world.acceptance.ended()
    world.acceptance.ended()
    assert world.seen == [(0, True, "dnd"), (5, False, "")]
    assert world.acceptance.resource is None


def test_a_session_that_became_unavailable_ends_silently(world):
    world.say()
    world.say(available=False)
    world.acceptance.ended()
    assert len(world.records) == 2


def test_a_server_that_does_not_hear_accepts_later(world):
    world.gate.shut()
    world.say("xa")
    world.acceptance.ended()
    world.now = 7
    assert world.seen == []
    world.gate.open()
    assert world.seen == [(7, True, "xa"), (7, False, "")]


def test_through_a_proxy_it_counts_when_it_arrives_and_never_if_it_does_not(world):
    marks: list[Any] = []
    world.acceptance.line = SimpleNamespace(newest=passage(marks))
    world.say("away")
    assert world.seen == []
    world.now = 3
    marks.pop()()
    assert world.seen == [(3, True, "away")]


def test_the_servers_end_of_the_connection_counts_and_not_the_agents_word(world):
    marks: list[Any] = []
    first = passage(marks)
    world.acceptance.line = SimpleNamespace(newest=first)
    world.say()
    marks.pop()()
    world.acceptance.ended()
    assert len(world.records) == 1
    world.acceptance.over(first)
    assert world.seen[-1] == (0, False, "")


def test_the_end_of_an_old_connection_does_not_end_the_new_session(world):
    marks: list[Any] = []
    first, second = passage(marks), passage(marks)
    for one in (first, second):
        world.acceptance.line = SimpleNamespace(newest=one)
        world.say()
        marks.pop()()
    world.acceptance.over(first)
    assert [available for _, available, _ in world.seen] == [True, True]
    world.acceptance.over(second)
    assert [available for _, available, _ in world.seen] == [True, True, False]
