from __future__ import annotations

from pathlib import Path

import networkx
import pytest

from simulator.scenario import Plan
from tests.scenario.helpers import faults_of, plan_of, watches_of


def planned(subscriptions: str, count: int = 5, folder: Path | None = None) -> Plan:
    return plan_of(
        f"populations: {{m: {{count: {count}}}, hub: {{}}}}\nsubscriptions: {subscriptions}", folder
    )


def numbers(plan: Plan) -> list[tuple[int, int]]:
    return [(int(w.split("-")[1]), int(c.split("-")[1])) for w, c in watches_of(plan)]


def test_pairs() -> None:
    plan = planned("[{pairs: [[m-0, hub], ['m[1]', m-2]], at: 3s}]")
    assert watches_of(plan) == [("m-0", "hub"), ("m-1", "m-2")]
    assert [(a.at, a.agent, a.do, a.peer, a.origin) for a in plan.actions] == [
        (3_000_000, "m-0", "subscribe", "hub", "subscriptions[0]"),
        (3_000_000, "m-1", "subscribe", "m-2", "subscriptions[0]"),
    ]


def test_mutual() -> None:
    assert watches_of(planned("[{pairs: [[m-0, hub]], mutual: true}]")) == [
        ("m-0", "hub"),
        ("hub", "m-0"),
    ]


def test_groups() -> None:
    assert numbers(planned("[{from: 'm[0:2]', to: 'm[0:3]'}]")) == [(0, 1), (0, 2), (1, 0), (1, 2)]


def test_each_watcher_has_a_sample_of_its_own() -> None:
    plan = planned("[{from: m, to: {sample: 3, of: m}}]", count=20)
    contacts: dict[int, set[int]] = {}
    for watcher, contact in numbers(plan):
        assert watcher != contact
        contacts.setdefault(watcher, set()).add(contact)
    assert [len(one) for one in contacts.values()] == [3] * 20
    assert len({frozenset(one) for one in contacts.values()}) > 10


def test_a_watch_belongs_to_the_first_that_names_it() -> None:
    plan = planned("[{pairs: [[m-0, m-1]], at: 5s}, {from: 'm[0:1]', to: 'm[1:3]', at: 1s}]")
    assert [(w.contact, w.origin) for w in plan.watches] == [
        ("m-1", "subscriptions[0]"),
        ("m-2", "subscriptions[1]"),
    ]
    assert [(action.at, action.peer) for action in plan.actions] == [
        (1_000_000, "m-2"),
        (5_000_000, "m-1"),
    ]


def test_times() -> None:
    ramp = planned("[{from: m, to: hub, at: {every: 2s, starting: 1s}}]")
    assert [action.at for action in ramp.actions] == [n * 1_000_000 for n in (1, 3, 5, 7, 9)]
    random = planned("[{from: m, to: hub, at: {uniform: {low: 1s, high: 9s}}}]")
    assert len({action.at for action in random.actions}) == 5
    assert all(1_000_000 <= action.at <= 9_000_000 for action in random.actions)


def test_nobody_asks_before_it_starts() -> None:
    plan = plan_of("""
        populations: {m: {count: 2, start: {every: 3s}}, hub: {}}
        subscriptions: [{from: m, to: hub, at: 1s}]
    """)
    assert [action.at for action in plan.actions] == [1_000_000, 3_000_000]


# --- graphs ---


def test_undirected_edges_go_from_the_earlier_to_the_later_node() -> None:
    assert numbers(planned("[{graph: {generator: cycle_graph}, among: m}]")) == [
        (0, 1),
        (0, 4),
        (1, 2),
        (2, 3),
        (3, 4),
    ]


def test_mutual_edges_are_two_watches() -> None:
    plan = planned("[{graph: {generator: karate_club_graph}, among: m, mutual: true}]", count=34)
    assert len(plan.watches) == 156
    assert ("m-0", "m-1") in watches_of(plan)
    assert ("m-1", "m-0") in watches_of(plan)


def test_directed_edges_are_watches_as_they_stand() -> None:
    plan = planned("[{graph: {generator: gn_graph}, among: m}]")
    graph = {(u, v) for u, v in numbers(plan)}
    assert all(v < u for u, v in graph)  # in a growing network everybody points back
    assert len(graph) == 4


def test_n_is_the_number_of_agents_unless_given() -> None:
    star = planned("[{graph: {generator: star_graph, n: 4}, among: m}]")
    assert numbers(star) == [(0, 1), (0, 2), (0, 3), (0, 4)]


def test_the_seed_decides() -> None:
    text = "[{graph: {generator: gnp_random_graph, p: 0.3%s}, among: m}]"
    free, same, fixed = (numbers(planned(text % s, 30)) for s in ("", "", ", seed: 4"))
    assert free == same
    assert free != fixed
    expected = networkx.gnp_random_graph(30, 0.3, seed=4)
    assert fixed == sorted(tuple(sorted(edge)) for edge in expected.edges())


def test_two_subscriptions_draw_apart() -> None:
    one = "{graph: {generator: gnp_random_graph, p: 0.3}, among: 'm[%s]'}"
    plan = planned(f"[{one % '0:15'}, {one % '15:30'}]", 30)
    first = [(u, v) for u, v in numbers(plan) if u < 15]
    second = [(u - 15, v - 15) for u, v in numbers(plan) if u >= 15]
    assert first != second


def test_bipartite_graph_between_two_groups() -> None:
    plan = plan_of("""
        populations: {woman: {count: 18}, event: {count: 14}}
        subscriptions:
          - {graph: {generator: davis_southern_women_graph}, from: woman, to: event}
    """)
    assert len(plan.watches) == 89
    assert all(w.startswith("woman") and c.startswith("event") for w, c in watches_of(plan))


def test_bipartite_generators_of_networkx() -> None:
    plan = plan_of("""
        populations: {a: {count: 3}, b: {count: 2}}
        subscriptions:
          - graph: {generator: complete_bipartite_graph, n1: 3, n2: 2}
            from: a
            to: b
    """)
    assert len(plan.watches) == 6


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{graph: {generator: karate_club_graph}, from: m, to: hub}", "is not bipartite"),
        ("{graph: {generator: complete_bipartite_graph, n1: 1, n2: 1}, from: m, to: hub}",
         "1 nodes, `from` has 5 agents"),
        ("{graph: {generator: path_graph, n: 3}, among: m}", "3 nodes, `among` has 5 agents"),
        ("{graph: {generator: path_graph, n: 3}}", "3 nodes, the scenario has 6 agents"),
        ("{graph: {generator: path_graph, n: 7}, among: m}", "n is 7, for 5 agents"),
        ("{graph: {generator: path_graph, create_using: x}, among: m}", "no argument"),
        ("{graph: {generator: caveman_graph, l: 9000000, k: 9}, among: m}", "more memory"),
        ("{graph: {generator: caveman_graph, l: x, k: 9}, among: m}", "`caveman_graph`: "),
        ("{graph: {generator: __import__}, among: m}", "unknown generator"),
        ("{graph: {generator: read_gml}, among: m}", "unknown generator"),
        ("{graph: {generator: graph_atlas, i: 5000}, among: m}", "`graph_atlas`: "),
        ("{from: stopped, to: m}", "matches no agents"),
    ],
)  # fmt: skip
def test_graphs_that_cannot_be(text: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.scenario.graphs.topology.available_bytes", lambda: 10**9)
    (fault,) = faults_of(f"populations: {{m: {{count: 5}}, hub: {{}}}}\nsubscriptions: [{text}]")
    assert problem in fault


# --- files ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    graph = networkx.path_graph(5)
    networkx.write_graphml(graph, tmp_path / "path.graphml")
    networkx.write_gml(graph, tmp_path / "path.gml")
    data = networkx.node_link_data(graph, edges="edges")
    (tmp_path / "path.json").write_text(str(data).replace("'", '"').replace("False", "false"))
    (tmp_path / "path.edges").write_text("# a path\n0 1\n1 2 weight\n\n2 3  # comment\n3 4\n")
    (tmp_path / "path.csv").write_text('source,target\n"0", 1\n1,2\n2,3\n3,4\n')
    (tmp_path / "names.txt").write_text("m-4 m-0\nm-0 m-4\n")
    return tmp_path


@pytest.mark.parametrize("ending", ["graphml", "gml", "json", "edges", "csv"])
def test_graph_files(ending: str, folder: Path) -> None:
    plan = planned(f"[{{graph: {{file: path.{ending}}}, among: m}}]", folder=folder)
    assert numbers(plan) == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_nodes_called_like_agents_are_these_agents(folder: Path) -> None:
    plan = planned("[{graph: {file: names.txt}, among: m}]", folder=folder)
    assert numbers(plan) == [(4, 0), (0, 4)]


def test_an_edge_list_may_be_undirected(folder: Path) -> None:
    plan = planned("[{graph: {file: names.txt, directed: false}}]", folder=folder)
    assert len(plan.watches) == 1


def test_numbered_nodes_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "g.edges").write_text("10 2\n2 1\n1 0\n0 3\n")
    plan = planned("[{graph: {file: g.edges}, among: m}]", folder=tmp_path)
    assert numbers(plan) == [(0, 3), (1, 0), (2, 1), (4, 2)]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("g.json", "[]", "no `nodes`"),
        ("g.json", "{", "is not a graph"),
        ("g.gml", "graph [", "is not a graph"),
        ("g.graphml", "<!DOCTYPE x [<!ENTITY a 'b'>]><graphml>&a;", "is not a graph"),
        ("g.csv", "a,b\nc\n", "line 2: not an edge"),
        ("g.edges", "\xff", "1: not an edge"),
        ("g.json", '{"directed": true, "nodes": [], "links": []}', "the graph has 0 nodes"),
    ],
)
def test_bad_graph_files(name: str, content: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    text = f"populations: {{m: {{count: 5}}}}\nsubscriptions: [{{graph: {{file: {name}}}}}]"
    (fault,) = faults_of(text, tmp_path)
    assert problem in fault


def test_graph_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "g.gml").write_bytes(b"\xff\xfe\x00")
    text = "populations: {m: {count: 5}}\nsubscriptions: [{graph: {file: g.gml}}]"
    assert faults_of(text, tmp_path) == ["subscriptions[0].graph.file: g.gml is not text in UTF-8"]
    text = text.replace("g.gml", "g.gml, directed: true")
    (fault,) = faults_of(text, tmp_path)
    assert "states whether it is directed" in fault
