"""SPADE 4 on slixmpp, as a run sees it."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import cast

import spade.agent
import spade.behaviour
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.xmlstream import NotConnectedError

from simulator.agents.base import Control, Driver, Generation, Host
from simulator.spade4.control import ManagerControl
from simulator.spade4.driver import make_driver
from simulator.spade4.patches import WRITTEN_FOR, connection_patches, tuning, virtual_time
from simulator.spade4.patches.versions import check_files
from simulator.spade4.types import Agent


class Spade4:
    """The `Generation` SPADE 4."""

    name = "SPADE 4"
    versions: Mapping[str, str] = WRITTEN_FOR
    password_refusals: tuple[type[BaseException], ...] = (spade.agent.AuthenticationFailure,)
    request_failures: tuple[type[BaseException], ...] = (
        ConnectionError,
        IqError,
        IqTimeout,
        NotConnectedError,
    )
    behaviours: ModuleType = spade.behaviour
    patches = staticmethod(connection_patches)
    virtual_time = staticmethod(virtual_time)
    tuning = staticmethod(tuning)

    def make(self, host: Host) -> Driver:
        """Make an agent as `host.plan` says, with its behaviours, and do not start it."""
        return make_driver(host)

    def control(self, agent: object) -> Control:
        """What can be done through the presence manager of any SPADE 4 agent."""
        return ManagerControl(cast(Agent, agent))

    def is_reported_elsewhere(self, context: Mapping[str, object]) -> bool:
        """Whether a loop's error context only repeats what its cause reports by itself."""
        return False


check_files()
GENERATION: Generation = Spade4()
