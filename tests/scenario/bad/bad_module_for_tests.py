"""Imported by scenarios of this folder that name classes wrongly."""


class Seller:
    """A class that is no agent."""


seller = Seller()


def _behaviour() -> type:
    # Looks like SPADE's base class to the check, which does not import SPADE.
    return type("CyclicBehaviour", (), {"__module__": "spade.behaviour"})


class Wave(_behaviour()):  # type: ignore[misc]
    """A behaviour that takes one argument."""

    def __init__(self, hand: str) -> None:
        self.hand = hand
