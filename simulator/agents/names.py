"""JIDs in stanzas, names in the journal: the one place that translates between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from simulator.scenario.plan import AgentPlan


class Address(Protocol):
    """A JID as the XMPP libraries have it: hashable, and printed as on the wire."""

    @property
    def localpart(self) -> str | None: ...

    @property
    def domain(self) -> str: ...

    def bare(self) -> Address: ...


class Names:
    """Translates between the names of planned agents and their bare JIDs.

    A name is a localpart on the domain of its agent. `domain` is the run's: that of the agents
    for which the plan names no other. Without `agents`, every account of this domain has a name.
    """

    def __init__(self, domain: str, agents: Iterable[AgentPlan] | None = None) -> None:
        self._domain = domain
        self._domains = (
            None if agents is None else {agent.name: agent.domain or domain for agent in agents}
        )
        self._names: dict[Address | str | None, str] = {}

    def name(self, jid: Address | str | None) -> str:
        """A JID (None for the agent's own server, a text for a bare JID) as the journal names it.

        An agent has its name, anybody else the bare JID.
        """
        name = self._names.get(jid)
        if name is None:
            name = self._names[jid] = self._translate(jid)
        return name

    def add(self, jid: str) -> str:
        """Give the account of a bare JID a name from now on, if it is on the run's domain.

        Returns its name; empty for another domain.
        """
        name, _, domain = jid.rpartition("@")
        if not name or domain != self._domain_of(name):
            return ""
        if self._domains is not None:
            self._domains[name] = domain
            self._names.clear()
        return name

    def _translate(self, jid: Address | str | None) -> str:
        if jid is None:
            return self._domain
        if isinstance(jid, str):
            name, _, domain = jid.rpartition("@")
        else:
            name, domain = jid.localpart or "", jid.domain
        domains = self._domains
        known = name and (domains is None or name in domains)
        if known and domain == self._domain_of(name):
            return str(name)
        return jid if isinstance(jid, str) else str(jid.bare())

    def jid(self, name: str) -> str:
        """The bare JID of a planned agent's name; a bare JID stays as it is."""
        return name if "@" in name else f"{name}@{self._domain_of(name)}"

    def _domain_of(self, name: str) -> str:
        return self._domain if self._domains is None else self._domains.get(name, self._domain)
