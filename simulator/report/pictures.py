"""The pictures of a run: their names, and what stands below each in the report.

`plots/` has a module for each. They are listed here, because that needs no library to draw with.
"""

from __future__ import annotations

PICTURES = {
    "convergence": "Share of declared watches that are in force, of roster entries that are "
    "served as RFC 6121 expects, and of authorised watches that see their contact as it is, over "
    "time.",
    "timeline": "One lane an agent: when the server held it available, when watchers saw it "
    "otherwise, and when it died.",
    "propagation": "How long changes of presence took to reach their watchers, hop by hop where "
    "it is known.",
    "staleness": "How much of the time each watcher saw each contact wrongly.",
    "graph": "Who wants to see whom, what became of each subscription, and what agents wrongly "
    "believe.",
    "sequence": "Who sent what to whom, and when.",
    "spread": "How one change of presence reached its watchers.",
    "values": "The numbers that agents kept under each name, over time.",
}
