"""Imported by the scenario of this folder that asks for what nobody keeps."""

PRICES = "prices"

# Looks like SPADE's agent to the check, which does not import SPADE.
Agent = type("Agent", (), {"__module__": "spade.agent"})


class Seller(Agent):  # type: ignore[misc,valid-type]
    """Keeps two values in SPADE's knowledge base, and one as an attribute."""

    async def setup(self) -> None:
        self.sold = 0
        self.set("stock", 5)
        self.set(PRICES, [1])

    @property
    def shown(self) -> int:
        return self.sold
