"""Folds over what the agents are for: the messages that they exchange, and what they keep."""
