"""SPADE 3 on aioxmpp, as a run sees it."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import cast

import aioopenssl
import aiosasl
import aioxmpp.errors
import spade.behaviour
from aioxmpp.stream import DestructionRequested

from simulator.agents.base import Control, Driver, Generation, Host
from simulator.spade3.control import ManagerControl
from simulator.spade3.driver import make_driver
from simulator.spade3.patches import WRITTEN_FOR, connection_patches, tuning, virtual_time
from simulator.spade3.types import Agent


class Spade3:
    """The `Generation` SPADE 3."""

    name = "SPADE 3"
    versions: Mapping[str, str] = WRITTEN_FOR
    password_refusals: tuple[type[BaseException], ...] = (aiosasl.AuthenticationFailure,)
    request_failures: tuple[type[BaseException], ...] = (ConnectionError, aioxmpp.errors.XMPPError)
    behaviours: ModuleType = spade.behaviour
    patches = staticmethod(connection_patches)
    virtual_time = staticmethod(virtual_time)
    tuning = staticmethod(tuning)

    def make(self, host: Host) -> Driver:
        """Make an agent as `host.plan` says, with its behaviours, and do not start it."""
        return make_driver(host)

    def control(self, agent: object) -> Control:
        """What can be done through the presence manager of any SPADE 3 agent."""
        return ManagerControl(cast(Agent, agent))

    def is_reported_elsewhere(self, context: Mapping[str, object]) -> bool:
        """Whether a loop's error context only repeats what its cause reports by itself.

        aioopenssl tells the loop of each broken connection besides raising it, once for every
        agent when a server dies, and of a failed handshake a second time as an InvalidStateError
        of its own. aioxmpp leaves the futures of requests that a closed stream cut short.
        """
        broken = isinstance(context.get("transport"), aioopenssl.STARTTLSTransport)
        failed_handshake = "STARTTLSTransport" in repr(context.get("handle"))
        cut_short = isinstance(context.get("exception"), DestructionRequested)
        return broken or failed_handshake or cut_short


GENERATION: Generation = Spade3()
