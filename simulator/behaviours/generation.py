"""What the behaviours of this package take from the installed generation of SPADE."""

from __future__ import annotations

from simulator.agents.installed import installed

_spade = installed()

CyclicBehaviour = _spade.behaviours.CyclicBehaviour
FSMBehaviour = _spade.behaviours.FSMBehaviour
OneShotBehaviour = _spade.behaviours.OneShotBehaviour
PeriodicBehaviour = _spade.behaviours.PeriodicBehaviour
State = _spade.behaviours.State

REQUEST_FAILURES = _spade.request_failures
"""What a request raises that the server refuses, or whose connection breaks."""

control = _spade.control
"""What can be done through an agent's presence manager."""
