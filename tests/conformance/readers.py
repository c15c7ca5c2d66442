"""A behaviour as people write it: it looks at its contacts now and then."""

from __future__ import annotations

from spade.behaviour import PeriodicBehaviour


class ReadsContacts(PeriodicBehaviour):
    """Reads the contact list ten times a second. SPADE's manager updates its own copy then."""

    def __init__(self) -> None:
        super().__init__(period=0.1)

    async def run(self) -> None:
        self.presence.get_contacts()
