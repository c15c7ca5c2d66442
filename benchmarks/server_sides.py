"""The two sides of `benchmarks.servers`, each in a process of its own:

    python -m benchmarks.server_sides plain|simulated FILE

FILE names the accounts with their passwords, and the watches. It prints one JSON object: seconds
until all agents are started (`start`), from the first subscription until every watcher's roster
says so and shows the contact available (`converge`), of the processor until then (`cpu`), and the
mean time that one agent's start spent in each stage. Agents start at the same time and share one
processor, so a stage's time holds much waiting for the others.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aioxmpp.connector
import aioxmpp.node
import aioxmpp.protocol
import aioxmpp.roster
import aioxmpp.security_layer
import spade.agent
from spade.container import Container

from simulator.journal.file import Journal
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.scenario.plan import ActionPlan, AgentPlan, Plan, PolicyRule, RunPlan, WatchPlan
from simulator.servers.real.backend import RealBackend
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.trust import Anybody
from simulator.spade3.connectors import TlsConnector

HOST, PORT, DOMAIN = "127.0.0.1", 5222, "localhost"
AT_ONCE = 20
"""How many agents the plain script starts at a time."""
SUBSCRIBE_AT = 20_000_000
"""Microseconds after which the simulator's agents subscribe: all have started long before."""
PATIENCE = 120.0
Done = dict[str, float]


class Stages:
    """Seconds that the starts spent in each stage, by wrapping what aioxmpp does there."""

    def __init__(self) -> None:
        self._spent: dict[str, list[float]] = defaultdict(list)
        self._agents = 0

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Time an async function from now on."""
        stock = getattr(owner, name)

        @functools.wraps(stock)
        async def timed(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return await stock(*arguments, **options)
            finally:
                self._spent[stage].append(time.perf_counter() - began)

        setattr(owner, name, timed)

    def mean(self, agents: int) -> Done:
        """Seconds of one agent's start by stage; what is in none of them is the rest."""
        spent = {stage: sum(times) / agents for stage, times in self._spent.items()}
        tls = spent.get("TLS", 0.0)
        stages = {
            "finding the server": spent.get("finding the server", 0.0),
            "connecting": spent["connecting and TLS"] - tls,
            "TLS": tls,
            "SASL": spent["SASL"],
            "roster": spent["roster"],
        }
        return stages | {"rest": spent["start"] - sum(stages.values())}


def watched(connector: Any) -> Stages:
    """Watch the stages of every start, with the connector that a side uses."""
    stages = Stages()
    stages.watch(aioxmpp.node, "discover_connectors", "finding the server")
    stages.watch(connector, "connect", "connecting and TLS")
    stages.watch(aioxmpp.protocol.XMLStream, "starttls", "TLS")
    stages.watch(aioxmpp.security_layer, "negotiate_sasl", "SASL")
    stages.watch(aioxmpp.roster.RosterClient, "_request_initial_roster", "roster")
    stages.watch(spade.agent.Agent, "start", "start")
    return stages


# --- a plain SPADE script ---


class Approving(spade.agent.Agent):
    """Approves everybody; nothing but SPADE."""

    async def setup(self) -> None:
        self.presence.approve_all = True


def plain(passwords: Mapping[str, str], watches: list[tuple[str, str]]) -> Done:
    """Start the agents 20 at a time, as they are, subscribe, and wait."""
    stages = watched(aioxmpp.connector.STARTTLSConnector)
    done = asyncio.run(_live(passwords, watches))
    return done | stages.mean(len(passwords))


async def _live(passwords: Mapping[str, str], watches: list[tuple[str, str]]) -> Done:
    Container().reset()
    agents = {name: Approving(f"{name}@{DOMAIN}", secret) for name, secret in passwords.items()}
    gate = asyncio.Semaphore(AT_ONCE)
    waited: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()

    async def start(agent: Any) -> None:
        async with gate:
            waited.append(time.perf_counter() - began)
            await agent.start(auto_register=False)

    await asyncio.gather(*(start(agent) for agent in agents.values()))
    started = time.perf_counter()
    for watcher, contact in watches:
        agents[watcher].presence.subscribe(f"{contact}@{DOMAIN}")
    await _until(lambda: all(_sees(agents[w], agents[c]) for w, c in watches))
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    await asyncio.gather(*(agent.stop() for agent in agents.values()))
    return {
        "start": started - began,
        "converge": ended - started,
        "cpu": cpu,
        "waiting for a turn": statistics.mean(waited),
    }


def _sees(watcher: Any, contact: Any) -> bool:
    entry = watcher.presence.get_contacts().get(contact.jid.bare(), {})
    presence = entry.get("presence")
    return (
        entry.get("subscription") in ("to", "both")
        and presence is not None
        and presence.type_.value is None
    )


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not reached():  # noqa: ASYNC110  SPADE has no event for it
            await asyncio.sleep(0.1)


# --- the simulator ---


class Shared(RealBackend):
    """The Prosody that is there already, with the accounts that it has."""

    name = "prosody"
    version = "shared"

    def __init__(self, passwords: Mapping[str, str]) -> None:
        address = Address(self.name, HOST, PORT)
        super().__init__(DOMAIN, address)
        self._way = OverTls(address, Anybody())
        self._passwords = passwords

    async def start(self, context: Any) -> None:
        """It runs."""
        await self._open_network(context)

    async def create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """They exist."""
        return self._passwords

    async def stop(self) -> None:
        """It goes on."""
        self._close_network()


class Follower:
    """Reads the journal as it is written: when all had started, when all watches were settled."""

    def __init__(self, watches: list[tuple[str, str]]) -> None:
        self._unapproved = set(watches)
        self._unseen = set(watches)
        self._starting: list[int] = []
        self.started = self.asked = self.settled = 0
        self.cpu = time.process_time()
        self._begin = self.cpu

    @property
    def converged(self) -> bool:
        """Whether every watcher has been approved and sees its contact."""
        return not self._unapproved and not self._unseen

    @property
    def waited(self) -> float:
        """Mean seconds until an agent's start was begun."""
        return statistics.mean(self._starting) / 1e6

    def see(self, record: Any) -> None:
        """Take a record."""
        kind = type(record).__name__
        if kind == "Agent" and record.state == "starting":
            self._starting.append(record.t)
        elif kind == "Agent" and record.state == "started":
            self.started = record.t
        elif kind == "Action" and not self.asked:
            self.asked = record.t
        elif kind == "Roster" and record.subscription in ("to", "both"):
            self._unapproved.discard((record.agent, record.peer))
            self._look(record.t)
        elif kind == "Received" and record.type == "available":
            self._unseen.discard((record.agent, record.peer))
            self._look(record.t)

    def _look(self, now: int) -> None:
        if not self.settled and self.converged:
            self.settled = now
            self.cpu = time.process_time() - self._begin


def simulated(passwords: Mapping[str, str], watches: list[tuple[str, str]]) -> Done:
    """The same as a plan of the simulator's, with its journal on the disk."""
    stages = watched(TlsConnector)
    follower = Follower(watches)
    backend = Shared(passwords)
    file = Path(sys.argv[2]).with_suffix(".jsonl")
    with Journal(file) as journal:
        journal.listen(follower.see)
        options = RunOptions(login_limit=backend.login_limit)
        execute(_plan(passwords, watches), backend, journal, follower, Interruption(), options)
    return {
        "start": follower.started / 1e6,
        "converge": (follower.settled - follower.asked) / 1e6,
        "cpu": follower.cpu,
        "waiting for a turn": follower.waited,
    } | stages.mean(len(passwords))


class _Instantly:
    def sample(self, random: Any) -> int:
        return 0


def _plan(passwords: Mapping[str, str], watches: list[tuple[str, str]]) -> Plan:
    approve = (PolicyRule("approve"),)
    agents = [
        AgentPlan(name, "member", place, "", on_subscribe=approve)
        for place, name in enumerate(passwords)
    ]
    return Plan(
        name="benchmark",
        seed=1,
        scenario={},
        agents=tuple(agents),
        watches=tuple(WatchPlan(watcher, contact, "benchmark") for watcher, contact in watches),
        actions=tuple(
            ActionPlan(SUBSCRIBE_AT, watcher, "subscribe", "benchmark", contact)
            for watcher, contact in watches
        ),
        run=RunPlan("converged", SUBSCRIBE_AT + round(PATIENCE * 1e6), 100_000),
        latency=_Instantly(),
        pings=True,
    )


SIDES = {"plain": plain, "simulated": simulated}


def main(side: str, file: str) -> None:
    """Run a side and print what it took."""
    logging.disable()
    task = json.loads(Path(file).read_text())
    watches = [(watcher, contact) for watcher, contact in task["watches"]]
    print(json.dumps(SIDES[side](task["passwords"], watches)))


if __name__ == "__main__":
    main(*sys.argv[1:])
