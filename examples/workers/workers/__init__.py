"""A small system of SPADE agents: workers, a dispatcher that gives them jobs, and a monitor."""

from workers.dispatcher import CarefulDispatcher, TrustingDispatcher
from workers.monitor import Monitor
from workers.worker import Worker

__all__ = ["CarefulDispatcher", "Monitor", "TrustingDispatcher", "Worker"]
