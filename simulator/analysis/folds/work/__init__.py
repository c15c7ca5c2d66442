"""Folds over the agents' own work: the messages that they exchange, and what they keep."""
