"""Agents over time: their lives, their sessions, and what the server holds of them."""

from __future__ import annotations

from simulator.analysis.states import AgentStates, SessionState, Steps
from simulator.journal.records import Actual, Agent, Died, Planned, Session

_UP = frozenset(("established", "resumed"))
_OVER = frozenset(("destroyed", "closed", "failed"))

CRASH = "crash"
"""The cause of death of an agent whose process ended; the others lost only their connection."""


class Agents:
    """Fills the states of agents, by name."""

    def __init__(self, states: dict[str, AgentStates]) -> None:
        self._states = states
        self._sessions: dict[str, dict[str, SessionState]] = {}

    def of(self, agent: str) -> AgentStates:
        """The states of an agent."""
        states = self._states.get(agent)
        if states is None:
            states = self._states[agent] = AgentStates()
        return states

    def online(self, agent: str) -> bool:
        """Has the agent a session that lives or may come back?"""
        return bool(self._sessions.get(agent))

    def up(self, agent: str) -> bool:
        """Has the agent a session whose stream is open?"""
        return not _UP.isdisjoint(self._sessions.get(agent, {}).values())

    def planned(self, record: Planned) -> None:
        """Take an agent of the plan."""
        self.of(record.agent).life.add(record.t, "waiting")

    def agent(self, record: Agent) -> None:
        """Take a step in an agent's life."""
        self.of(record.agent).life.add(record.t, record.state)

    def session(self, record: Session) -> None:
        """Take a session record."""
        self._session(record.agent, record.resource, record.state, record.t)

    def died(self, record: Died) -> None:
        """Take a death. A process that ended could not record the ends of its sessions."""
        self.of(record.agent).life.add(record.t, "dead")
        if record.cause == CRASH:
            for resource in list(self._sessions.get(record.agent, ())):
                self._session(record.agent, resource, "destroyed", record.t)

    def actual(self, record: Actual) -> None:
        """Take a change of actual availability."""
        states, resource = self.of(record.agent), record.resource
        if not record.available and resource not in states.available:
            return
        steps = states.shows.get(resource)
        if steps is None:
            steps = states.shows[resource] = Steps()
        if record.available:
            states.available[resource] = record.show
            steps.add(record.t, record.show)
        else:
            del states.available[resource]
            steps.add(record.t, None)

    def _session(self, agent: str, resource: str, state: SessionState, t: int) -> None:
        sessions = self._sessions.setdefault(agent, {})
        if state in _OVER:
            sessions.pop(resource, None)
        else:
            sessions[resource] = state
        steps = self.of(agent).sessions
        if resource not in steps:
            steps[resource] = Steps()
        steps[resource].add(t, state)
