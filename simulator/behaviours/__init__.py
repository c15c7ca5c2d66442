"""SPADE behaviours that make agents live: they ask, approve, come, go, change and clean up.

They are ordinary SPADE behaviours and use nothing but the agent's presence manager, so they work
in a scenario, by their import path, and in a program of your own, with or without the simulator:

.. code-block:: yaml

    behaviours:
      - class: simulator.behaviours:ComeAndGo
        arguments: {on: {exponential: {mean: 10min}}, off: 2min}

.. code-block:: python

    agent.add_behaviour(ComeAndGo(on={"exponential": {"mean": "10min"}}, off="2min"))

Wherever a time is asked for, it is written as in a scenario: a duration (``"20ms"``, a number of
seconds) or a distribution; from Python also any object with ``sample(random) -> microseconds``.
Peers are bare JIDs, or names on the agent's own domain. Arguments are checked when the behaviour
is made, so `simulator check` finds the wrong ones; they raise ValueError.

What is random comes from a generator of its own for each agent and behaviour. Under the simulator
it is derived from the run's seed and goes on after a restart of the agent. Elsewhere `seed` makes
it repeatable; with `seed`, agents differ by their names.

Nothing here polls: a behaviour sleeps or waits for an event, and ends at once when it is killed.
They combine with each other and with your own behaviours. Those that change a show leave an agent
alone that is unavailable, and those that send wait until the agent is connected.

A run ``until: converged`` goes on while a behaviour has something to do that has an end: requests
to send, a delay before an answer, a process with `times`. It does not wait for what never ends; a
run with such a process says how long it takes (``run: {duration: 1h}``). A behaviour of your own
takes part by an attribute or property `holds_run_open`.
"""

from simulator.behaviours.approving import Approve
from simulator.behaviours.coming import ComeAndGo, DayAndNight
from simulator.behaviours.rosters import CleanRoster
from simulator.behaviours.showing import ChangeStatus
from simulator.behaviours.subscribing import Reciprocate, Subscribe, UnsubscribeAndReturn

__all__ = [
    "Approve",
    "ChangeStatus",
    "CleanRoster",
    "ComeAndGo",
    "DayAndNight",
    "Reciprocate",
    "Subscribe",
    "UnsubscribeAndReturn",
]
