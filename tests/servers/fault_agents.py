"""Agents for the tests of faults on real servers."""

from datetime import timedelta

import spade.agent


class Patient(spade.agent.Agent):
    """Approves everybody."""

    async def setup(self) -> None:
        self.presence.approve_all = True


class Impatient(Patient):
    """Notices a dead link after 2 seconds, where aioxmpp takes 60 to 120."""

    async def setup(self) -> None:
        await super().setup()
        self.client.stream.soft_timeout = timedelta(seconds=1)
        self.client.stream.round_trip_time = timedelta(seconds=1)
