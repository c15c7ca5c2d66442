"""Faults on Prosody and ejabberd, and what aioxmpp makes of them there.

Each run has several faults on different agents, and all runs go on beside each other: a fault
takes real time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.analysis.measurement import Measurement
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.file import FILE_NAME, Journal
from simulator.journal.records import Actual, Died, FaultChanged, Received, Session
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.scenario import build_plan, load_scenario
from simulator.servers import make_backend
from simulator.servers.external.backend import ExternalBackend
from simulator.servers.local.prosody import ProsodyBackend
from tests.runs import ROOT, process_environment
from tests.servers.helpers import LOCAL, context_of, gone, make_local, wait_until

SECOND = 1_000_000

LINKS = """
    name: Faults of links
    seed: 1
    populations:
      watcher: {on_subscribe: approve}
      victim:
        count: 11
        name: "{index}"
        agent: tests.servers.fault_agents:Patient
      impatient: {count: 3, agent: "tests.servers.fault_agents:Impatient"}
      several:
        resources: [{name: desk, show: chat}, {name: phone, show: away, priority: -1}]
        on_subscribe: approve
    subscriptions:
      - {from: watcher, to: [victim, impatient, several], mutual: true, at: 1500ms}
    network: {latency: 20ms}
    faults:
      - {at: 4s, reset: "0"}
      - {at: 4s, close: "1"}
      - {at: 4s, for: 1500ms, black_hole: "impatient[0]"}
      - {at: 4s, for: 1500ms, black_hole: {who: "impatient[1]", direction: up}}
      - {at: 4s, for: 1500ms, black_hole: {who: "impatient[2]", direction: down}}
      - {at: 4s, for: 3s, stall: "2"}
      - {at: 4s, for: 3s, slow: {who: "3", added: 400ms, factor: 2}}
      - {at: 4s, for: 3s, refuse: "4"}
      - {at: 4s, reset: several}
      - {at: 4s, conflict: "5"}
      - {at: 4s, crash: {who: "6", restart_after: 3s}}
      - {at: 4s, crash: {who: "7", silent: true}}
      - {at: 4s, wrong_password: "8"}
      - {at: 4s, for: 3s, partition: {cut_off: "9"}}
      - {at: 4200ms, reset: ["4", "8"]}
      ERROR
      - {at: 8s, for: 1500ms, server_freeze: {}}
      - {at: 10500ms, for: 1s, server_restart: {rosters: kept}}
    timeline:
      - {at: 5s, who: [watcher, "2", "3", "9", "impatient[1]"], do: set_presence, show: dnd}
      - {at: 8500ms, who: "0", do: set_presence, show: xa}
      - {at: 9500ms, who: several, do: become_unavailable, resource: desk}
    run: {duration: 24s}
"""
STREAM_ERROR = '- {at: 4s, stream_error: {who: "10", condition: policy-violation}}'
LOST = """
    name: A server that forgets
    seed: 1
    populations: {a: {on_subscribe: approve}, b: {on_subscribe: approve}}
    subscriptions: [{from: a, to: b, mutual: true, at: 1500ms}]
    faults: [{at: 4s, for: 1s, server_restart: {rosters: lost}}]
    run: {duration: 12s}
"""


def texts(server: str) -> dict[str, str]:
    """The scenarios that run on a server, by name."""
    links = LINKS.replace("ERROR", STREAM_ERROR if server == "prosody" else "")
    return {"links": links, "lost": LOST}


def run_quietly(server: str, file: Path) -> Path:
    """Run a scenario and write its journal alone."""
    folder = file.with_suffix("")
    folder.mkdir()
    plan = build_plan(load_scenario(file))
    backend = make_backend(server)
    measurement = Measurement()
    with Journal(folder / FILE_NAME) as journal:
        journal.listen(measurement.see)
        execute(plan, backend, journal, measurement, Interruption(), RunOptions(folder=folder))
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The folder of each run, by server and scenario; all were run at once."""
    folder = tmp_path_factory.mktemp("faults")
    for kind in LOCAL.values():
        make_local(kind)
    runs = {}
    # Forked, since importing everything anew would cost more than the runs.
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        for server in LOCAL:
            for name, text in texts(server).items():
                file = folder / f"{server}-{name}.yaml"
                file.write_text(textwrap.dedent(text))
                runs[server, name] = pool.submit(run_quietly, server, file)
        return {key: run.result(timeout=120) for key, run in runs.items()}


@dataclass
class Seen:
    """What a run's journal says of a part of it, in seconds."""

    run: Run
    begin: float = 0
    end: float = 1000

    def _events(self, kind: type, agent: str) -> Iterator[tuple[float, Any]]:
        for record in self.run.records:
            inside = self.begin * SECOND <= record.t < self.end * SECOND
            if inside and isinstance(record, kind) and getattr(record, "agent", "") == agent:
                yield record.t / SECOND, record

    def presence(self, watcher: str, peer: str) -> list[tuple[float, str]]:
        """What `watcher` received about `peer`: the show, or else the type."""
        return [
            (t, record.show or record.type)
            for t, record in self._events(Received, watcher)
            if record.peer == peer and record.type in ("available", "unavailable")
        ]

    def sessions(self, agent: str) -> list[str]:
        """The states that the agent's session came to."""
        return [record.state for _, record in self._events(Session, agent)]

    def actual(self, agent: str) -> list[tuple[float, str]]:
        """What the server accepted of the agent: the show, or whether it is available."""
        return [
            (t, record.show or ("unavailable", "available")[record.available])
            for t, record in self._events(Actual, agent)
        ]

    def fault(self, kind: str) -> dict[str, float]:
        """When a fault of a kind began and ended."""
        return {
            record.state: record.t / SECOND
            for record in self.run.records
            if isinstance(record, FaultChanged) and record.fault == kind
        }


@pytest.fixture(params=list(LOCAL))
def links(request: pytest.FixtureRequest, folders: dict[tuple[str, str], Path]) -> Seen:
    """While links have their faults."""
    return Seen(Run(folders[request.param, "links"]), 4, 8)


@pytest.fixture(params=list(LOCAL))
def down(request: pytest.FixtureRequest, folders: dict[tuple[str, str], Path]) -> Seen:
    """While the server has its own, in the same run."""
    return Seen(Run(folders[request.param, "links"]), 8)


@pytest.fixture(params=list(LOCAL))
def lost(request: pytest.FixtureRequest, folders: dict[tuple[str, str], Path]) -> Seen:
    """A server that comes back without rosters."""
    return Seen(Run(folders[request.param, "lost"]))


def words(events: list[tuple[float, str]]) -> list[str]:
    return [word for _, word in events]


def when(word: str, events: list[tuple[float, str]]) -> float:
    """The first time of a word."""
    return next(t for t, found in events if found == word)


@pytest.mark.parametrize("agent", ["0", "1"])
def test_a_reset_and_a_close_are_mended_after_a_second(links: Seen, agent: str) -> None:
    """TLS tells an end in order from a cut, so that a bare FIN makes no zombie of aioxmpp."""
    (gone, _), (back, _) = links.presence("watcher", agent)
    assert gone < 4.9
    assert 5 < back < 6.9
    assert links.sessions(agent) == ["suspended", "destroyed", "established", "resumed"]
    assert words(links.actual(agent)) == ["unavailable", "available"]


def test_every_resource_of_an_agent_is_cut_and_mended(links: Seen) -> None:
    before = replace(links, begin=0, end=4)
    assert sorted(words(before.actual("several"))) == ["away", "chat"]
    assert sorted(words(links.actual("several"))) == ["away", "chat", "unavailable", "unavailable"]
    assert words(links.presence("watcher", "several"))[:2] == ["unavailable", "unavailable"]


def test_a_black_hole_is_found_by_pings(links: Seen) -> None:
    hole = "impatient-0"
    assert links.sessions(hole)[:2] == ["suspended", "destroyed"]
    # The server learns of it by the new login only, and until then it holds the old session.
    (gone, first), (back, second), *_ = links.presence("watcher", hole)
    assert (first, second) == ("unavailable", "available")
    assert 5 < gone <= back
    assert all(t > gone - 0.5 for t, _ in links.actual(hole))


def test_a_black_hole_swallows_one_direction_only(links: Seen) -> None:
    """What is said into the hole is never accepted, and what is heard depends on the way."""
    up, down = "impatient-1", "impatient-2"
    assert 5 < when("dnd", links.presence(up, "watcher")) < 5.5
    assert when("dnd", links.presence(down, "watcher")) > 5.5
    assert all(t > 5.5 for t, word in links.actual(up) if word == "dnd")


@pytest.mark.parametrize("agent", ["2", "9"])
def test_a_stall_and_a_partition_delay_and_lose_nothing(links: Seen, agent: str) -> None:
    over = links.fault("stall" if agent == "2" else "partition")["end"]
    ((up, shown),) = links.presence("watcher", agent)
    ((down, _),) = links.presence(agent, "watcher")
    ((accepted, _),) = links.actual(agent)
    assert shown == "dnd"
    for t in (up, down, accepted):
        assert over - 0.1 < t < over + 1
    assert links.sessions(agent) == []


def test_a_slow_link_adds_what_the_scenario_says(links: Seen) -> None:
    """Twice 20 ms is 20 ms more, and 400 ms are added."""
    ((up, _),) = links.presence("watcher", "3")
    ((down, _),) = links.presence("3", "watcher")
    assert 5.42 <= up < 6.4
    assert 5.42 <= down < 6.4


def until_the_restart(links: Seen) -> Seen:
    """A longer look: a busy machine takes its time to log in again."""
    return replace(links, end=10.4)


def test_a_refusing_server_is_tried_again_until_it_accepts(links: Seen) -> None:
    links = until_the_restart(links)
    (gone, _), (back, _) = links.presence("watcher", "4")
    assert gone < 5
    assert back > links.fault("refuse")["end"]
    assert links.sessions("4")[-1] == "resumed"


def test_a_conflict_stops_the_client_for_good(links: Seen) -> None:
    assert words(links.presence("watcher", "5")) == ["unavailable"]
    assert links.sessions("5")[-1] == "failed"
    assert words(links.actual("5")) == ["unavailable"]


def test_a_crash_says_nothing_and_comes_back(links: Seen) -> None:
    links = until_the_restart(links)
    (gone, _), (back, _) = links.presence("watcher", "6")
    assert gone < 4.9
    assert back > 6.9
    assert links.sessions("6") == ["established"]
    assert words(links.actual("6")) == ["unavailable", "available"]


def test_a_silent_crash_leaves_a_ghost(links: Seen) -> None:
    assert links.presence("watcher", "7") == []
    assert links.actual("7") == []
    assert links.run.summary["detection_time"]["undetected"] >= 1


def test_a_wrong_password_ends_at_the_next_login(links: Seen) -> None:
    assert links.sessions("8")[-1] == "failed"
    assert words(links.presence("watcher", "8")) == ["unavailable"]


def test_deaths_are_recorded(links: Seen) -> None:
    died = [record.cause for record in links.run.records if isinstance(record, Died)]
    assert sorted(died) == sorted(
        ["reset"] * 4 + ["close", "crash", "crash", "partition"] + ["black_hole"] * 3
    )


def test_a_stream_error_of_prosodys_own(folders: dict[tuple[str, str], Path]) -> None:
    seen = Seen(Run(folders["prosody", "links"]), 4, 8)
    assert seen.sessions("10") == ["suspended", "destroyed", "established", "resumed"]
    ended = next(record for _, record in seen._events(Session, "10"))
    assert "policy-violation" in ended.reason


def test_a_frozen_server_hears_it_later(down: Seen) -> None:
    over = down.fault("server_freeze")["end"]
    assert over >= 9.5
    told = when("xa", down.presence("watcher", "0"))
    accepted = when("xa", down.actual("0"))
    assert over - 0.1 < accepted <= told + 0.1 < over + 1


def test_a_restarted_server_keeps_the_rosters(down: Seen) -> None:
    _restarted(down, "0")
    assert down.run.summary["wrong_entries"]["count"] == 0
    assert down.presence("0", "watcher")[-1][1] == "dnd"


def test_a_restarted_server_loses_the_rosters_and_no_account(lost: Seen) -> None:
    _restarted(lost, "a")
    assert "available" in words(lost.presence("a", "b"))
    assert lost.run.summary["roster_convergence"].get("total", 0) == 0
    assert lost.run.summary["wrong_entries"]["count"] == 0
    assert all(t < lost.fault("server_restart")["end"] for t, _ in lost.presence("a", "b"))


def _restarted(seen: Seen, agent: str) -> None:
    fault = seen.fault("server_restart")
    assert fault["end"] - fault["begin"] >= 0.9
    after = Seen(seen.run, fault["begin"])
    assert after.sessions(agent)[0] == "suspended"
    assert after.sessions(agent)[-1] == "resumed"
    assert words(after.actual(agent))[0] == "unavailable"
    assert words(after.actual(agent))[-1] != "unavailable"


# --- what is not possible, and what is left behind ---


def test_what_a_server_cannot_do_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "name: x\npopulations: {a: {}}\nfaults: [{at: 1s, stream_error: a}]\nrun: {duration: 2s}\n"
    )
    make_local(LOCAL["ejabberd"])
    with pytest.raises(InputError, match=r"ejabberd does not support faults\[0\] stream_error"):
        simulator.run(file, backend="ejabberd", out=tmp_path / "run")


def test_an_external_server_has_faults_of_links_only(tmp_path: Path) -> None:
    server = make_local(ProsodyBackend)
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "name: x\npopulations: {a: {}, b: {}}\n"
        "faults: [{at: 1s, reset: a}, {at: 1s, conflict: b}]\nrun: {duration: 3s}\n"
    )
    accounts = {"a": "secret-a", "b": "secret-b"}

    async def up() -> None:
        await server.start(context_of())
        await server.create_accounts(accounts)

    asyncio.run(up())
    try:
        address = server.address
        external = ExternalBackend(
            f"{address.host}:{address.port}", domain="localhost", accounts=accounts, verify=False
        )
        seen = Seen(simulator.run(file, backend=external, out=tmp_path / "run"))
    finally:
        asyncio.run(server.stop())
    states = ["established", "suspended", "destroyed", "established", "resumed"]
    assert seen.sessions("a")[:5] == states
    assert "failed" in seen.sessions("b")
    assert {"server_freeze", "server_restart", "stream_error"}.isdisjoint(external.faults)


def test_a_frozen_server_does_not_outlive_a_killed_run(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    pid_file = tmp_path / "pid"
    script = textwrap.dedent(f"""
        import asyncio, os, pathlib, psutil, signal, time
        from simulator.servers.local.process import ServerProcess
        command = ("sh", "-c", "echo $$ > {pid_file}; exec sleep 60")
        environment = {{"PATH": os.environ["PATH"]}}
        server = ServerProcess(command, environment, pathlib.Path({str(private)!r}), None, None)
        pid_file = pathlib.Path({str(pid_file)!r})
        while not (pid_file.exists() and pid_file.read_text().endswith("\\n")):
            time.sleep(0.01)
        asyncio.run(server.freeze())
        while psutil.Process(int(pid_file.read_text())).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        print("frozen", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=process_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout.strip() == "frozen", ended.stderr
    assert wait_until(lambda: gone(int(pid_file.read_text())))
