from __future__ import annotations

import networkx as nx
import numpy as np

from simulator.report.plots.layout import Curve, place, ways_between


def test_agents_are_pushed_off_edges_that_are_not_theirs() -> None:
    graph: nx.DiGraph[int] = nx.DiGraph(nx.karate_club_graph())
    named = nx.relabel_nodes(graph, {node: f"m{node}" for node in graph})
    places, wide = place(named, 0.06), 0.06
    ways = ways_between(places, dict.fromkeys(named.edges, "in force"), wide)
    through = 0
    for pair, way in ways.items():
        points = way.at(np.linspace(0, 1, 50))
        for agent, at in places.items():
            if agent not in pair:
                through += bool(np.linalg.norm(points - at, axis=1).min() < wide / 2)
    assert through < len(ways) * 0.05, f"{through} of {len(ways)} edges go through an agent"


def test_an_edge_bends_around_an_agent_in_its_way() -> None:
    places = {"a": np.array([0, 0.4]), "b": np.array([0.5, 0.4]), "c": np.array([1, 0.4])}
    ways = ways_between(places, {("a", "c"): "in force", ("a", "b"): "in force"}, 0.08)
    assert ways["a", "c"].bend != 0
    assert ways["a", "b"].bend == 0


def test_two_watches_of_different_states_have_a_side_each() -> None:
    places = {"a": np.array([0, 0.4]), "b": np.array([1, 0.4])}
    ways = ways_between(places, {("a", "b"): "in force", ("b", "a"): "pending"}, 0.08)
    assert ways["a", "b"].at(0.5)[1] != ways["b", "a"].at(0.5)[1]


def test_the_middle_of_a_curve_is_half_its_bend_from_the_straight_line() -> None:
    curve = Curve(np.array([0.0, 0.0]), np.array([1.0, 0.0]), 0.2)
    assert curve.at(0.5).tolist() == [0.5, -0.1]
