"""The scenarios that the benchmarks run."""

from __future__ import annotations

CROWD = """
name: Crowd
seed: 1
populations:
  member:
    count: {agents}
    on_subscribe: approve
subscriptions:
  - graph: {{generator: gnm_random_graph, m: {subscriptions}, seed: 1}}
    among: member
    at: 0s
network: {{latency: 20ms}}
run: {{duration: 10s}}
"""
"""All start at once, and each subscription is asked for as soon as its agent runs."""

THREE = """
name: Three
seed: 1
populations:
  member: {count: 3, on_subscribe: approve}
subscriptions:
  - {graph: {generator: complete_graph}, among: member, at: 0s}
timeline:
  - {at: 5s, who: member, do: set_presence, show: away}
network: {latency: {lognormal: {median: 20ms, sigma: 0.5}}}
run: {duration: 10s}
expect:
  - {figure: roster_convergence, equals: 100%}
  - {figure: deliveries.lost, equals: 0}
"""
"""A small run, of which an experiment makes thousands."""

HOUR = """
name: Hour
seed: 1
populations:
  member:
    count: 200
    on_subscribe: approve
subscriptions:
  - graph: {{generator: watts_strogatz_graph, k: 4, p: 0.1, seed: 1}}
    among: member
    mutual: true
    at: 0s
timeline: {timeline}
network: {{latency: 20ms}}
run: {{duration: 1h}}
"""
"""200 agents with 4 contacts each, on average; aioxmpp pings after a minute of silence."""

NOTHING = "[]"
CHANGES = """
  - {at: {every: 200s, starting: 100s, times: 18}, who: member, do: set_presence, show: dnd}
  - {at: {every: 200s, starting: 200s, times: 18}, who: member, do: set_presence, show: chat}
"""
"""7,200 changes of show: 200 agents, every 100 s, each different from the one before."""
