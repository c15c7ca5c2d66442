"""A multi-agent simulation harness for XMPP presence, with real SPADE agents.

>>> import simulator
>>> run = simulator.run("scenarios/two_agents.yaml")      # doctest: +SKIP
>>> run.verdict.value                                     # doctest: +SKIP
'pass'

Many runs, in memory and in processes of their own:

>>> plans = [simulator.plan("scenarios/star.yaml", seed) for seed in range(1000)]  # doctest: +SKIP
>>> with ProcessPoolExecutor() as pool:                                         # doctest: +SKIP
...     runs = list(pool.map(partial(simulator.run, out=False), plans))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.analysis.comparing.runs import compare
    from simulator.api import load_scenario, open_run, plan, run
    from simulator.experiments.finding.find import Finding, find
    from simulator.experiments.results import Results, open_sweep
    from simulator.experiments.sweep import sweep
    from simulator.report.run import Run
    from simulator.scenario import Plan, Scenario

__version__ = "0.1.0"
__all__ = [
    "Finding",
    "Plan",
    "Results",
    "Run",
    "Scenario",
    "__version__",
    "compare",
    "find",
    "load_scenario",
    "open_run",
    "open_sweep",
    "plan",
    "run",
    "sweep",
]

# Imported at first use: SPADE, polars and matplotlib take more than a second together, and
# `simulator.rfc6121` alone needs none of them.
_HOMES = {
    "Finding": "simulator.experiments.finding.find",
    "Plan": "simulator.scenario",
    "Results": "simulator.experiments.results",
    "Run": "simulator.report.run",
    "Scenario": "simulator.scenario",
    "compare": "simulator.analysis.comparing.runs",
    "find": "simulator.experiments.finding.find",
    "load_scenario": "simulator.api",
    "open_run": "simulator.api",
    "open_sweep": "simulator.experiments.results",
    "plan": "simulator.api",
    "run": "simulator.api",
    "sweep": "simulator.experiments.sweep",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
