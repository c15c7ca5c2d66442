"""A crowd of plain SPADE agents on the embedded server: what the simulator is compared with.

Nothing is tuned and nothing is observed: SPADE's agents, their own presence manager, stock
aioxmpp. Only the peer is given, as the simulator gives it too, because there is no DNS here.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import networkx
import spade.agent
from spade.container import Container

from simulator.scenario.language.durations import Constant
from simulator.servers.base import InMemory, Peer
from simulator.servers.embedded.network import Network
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.real.connector import Address
from simulator.spade3.connectors import override_peer
from simulator.virtual_time import loop as virtual

DOMAIN = "localhost"
PASSWORD = "secret"
ADDRESS = Address("embedded", "embedded", 0)
SECONDS = 10.0
"""Virtual seconds that the crowd has, as in `scenarios.CROWD`."""


class PlainAgent(spade.agent.Agent):
    """Approves everybody; nothing but SPADE."""

    network: Network

    async def setup(self) -> None:
        self.presence.approve_all = True

    async def _async_connect(self) -> None:
        way = InMemory(ADDRESS, partial(self.network.open, self.jid.localpart))
        override_peer(self.client, Peer(way))
        await super()._async_connect()


def run_plain(agents: int, subscriptions: int) -> int:
    """Run the crowd to its end; give the number of agents whose requests were all approved."""
    graph = networkx.gnm_random_graph(agents, subscriptions, seed=1)
    return int(virtual.run(lambda: _live(graph)))


async def _live(graph: Any) -> int:
    Container().reset()
    server = EmbeddedServer(DOMAIN, lambda _change: None)
    server.create_accounts({_name(node): PASSWORD for node in graph})
    network = Network(lambda _agent: server, Constant.model_validate({"value": "20ms"}), seed=1)
    agents = {node: _make_agent(node, network) for node in graph}
    await asyncio.gather(*(agent.start(auto_register=False) for agent in agents.values()))
    for node, peer in graph.edges:
        agents[node].presence.subscribe(f"{_name(peer)}@{DOMAIN}")
    await asyncio.sleep(SECONDS)
    happy = sum(_is_happy(agent, graph, node, agents) for node, agent in agents.items())
    await asyncio.gather(*(agent.stop() for agent in agents.values()))
    return happy


def _make_agent(node: int, network: Network) -> PlainAgent:
    agent = PlainAgent(f"{_name(node)}@{DOMAIN}", PASSWORD)
    agent.network = network
    return agent


def _is_happy(agent: Any, graph: Any, node: int, agents: Any) -> bool:
    contacts = agent.presence.get_contacts()
    asked = [peer for one, peer in graph.edges if one == node]
    return all(
        contacts[agents[peer].jid.bare()]["subscription"] in ("to", "both") for peer in asked
    )


def _name(node: int) -> str:
    return f"member-{node}"
