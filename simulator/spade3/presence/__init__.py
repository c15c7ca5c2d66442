"""The presence manager as SPADE 3's documentation describes it."""
