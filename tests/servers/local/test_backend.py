"""Our own servers: what they open, what they keep, and that nothing is left of them."""

import asyncio
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from simulator.errors import AuthenticationRefused, BackendError, ServerUnavailable
from simulator.rfc6121.stanza import Jid
from simulator.servers.local import backend as local
from simulator.servers.local.backend import LocalBackend
from simulator.servers.local.prosody import ProsodyBackend
from simulator.servers.real.session import session
from tests.servers.helpers import LOCAL, context_of, gone, make_local, wait_until


def family_of(backend: LocalBackend) -> list[psutil.Process]:
    """The watchdog and all that came from it."""
    assert backend._process is not None
    return with_children(backend._process._watchdog.pid)


def with_children(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def all_gone(family: list[psutil.Process]) -> bool:
    return all(gone(process.pid) for process in family)


def open_addresses(family: list[psutil.Process]) -> set[tuple[str, int]]:
    """The addresses of these processes that somebody else could connect to."""
    return {
        (connection.laddr.ip, connection.laddr.port)
        for process in family
        for connection in process.net_connections("inet")
        if connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE) and not connection.raddr
    }


def test_one_port_of_loopback_is_open_and_no_other(server):
    family = family_of(server.backend)
    assert len(family) >= 2
    assert open_addresses(family) == {("127.0.0.1", server.address.port)}


def test_files_are_private(server):
    server.create("private")
    paths = [server.backend._folder, *server.backend._folder.rglob("*")]
    log = server.run_folder / "server" / f"{server.backend.name}.log"
    assert log.stat().st_size
    assert any(path.suffix in (".yml", ".lua") for path in paths)
    for path in [*paths, log, log.parent]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_passwords_are_on_no_command_line_and_in_no_log(server):
    server.create("discreet")
    for process in family_of(server.backend):
        assert "secret-" not in " ".join(process.cmdline())
        assert "secret-" not in str(process.environ())
    for log in (server.run_folder / "server").iterdir():
        assert b"secret-" not in log.read_bytes()


def test_our_environment_is_not_handed_on(server):
    for process in family_of(server.backend):
        environment = process.environ()
        assert "PYTEST_CURRENT_TEST" not in environment
        assert not any(name.startswith("SIMULATOR_") for name in environment)


def test_200_accounts_are_made_quickly(server):
    started = time.perf_counter()
    server.create(*(f"bulk-{number}" for number in range(200)))
    assert time.perf_counter() - started < 4.0


def test_an_account_logs_in_whatever_it_is_called(server):
    names = {"plain": "x", "with-dash.and_dot": 'quo"te\\ $[]{}', "größe": "pässwörd ☃"}
    asyncio.run(server.backend.create_accounts(names))

    async def main():
        for name, password in names.items():
            account = Jid(f"{name}@localhost")
            async with session(server.peer(), account, password) as visit:
                assert await visit.roster() == {}
                assert visit.tls == "TLSv1.3"

    asyncio.run(main())


def test_a_wrong_password_is_refused_by_name(server):
    server.create("guarded")

    async def main():
        async with session(server.peer(), Jid("guarded@localhost"), "wrong"):
            pass

    with pytest.raises(AuthenticationRefused) as caught:
        asyncio.run(main())
    assert str(server.address) in str(caught.value)
    assert "guarded@localhost" in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_nothing_is_left_after_stop(kind, tmp_path):
    backend = make_local(kind)
    seen: dict[str, Any] = {}

    async def main():
        await backend.start(context_of(folder=tmp_path))
        seen["port"] = backend.peer("").way.address.port
        seen["family"] = family_of(backend)
        seen["folder"] = backend._folder
        assert seen["folder"].is_dir()
        await backend.stop()
        await backend.stop()

    backend.run(main, 1)
    assert wait_until(lambda: all_gone(seen["family"]), 3)
    assert not seen["folder"].exists()
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", seen["port"])) != 0
    assert (tmp_path / "server" / f"{backend.name}.log").stat().st_size
    with pytest.raises(ServerUnavailable, match="not started"):
        backend.peer("")


def test_nothing_is_left_when_the_run_fails_without_stopping():
    backend = make_local(ProsodyBackend)
    seen: dict[str, Any] = {}

    async def main():
        await backend.start(context_of())
        seen["family"] = family_of(backend)
        seen["folder"] = backend._folder
        raise RuntimeError("the scenario broke")

    with pytest.raises(RuntimeError, match="broke"):
        backend.run(main, 1)
    assert wait_until(lambda: all_gone(seen["family"]))
    assert wait_until(lambda: not seen["folder"].exists())


RUN = """
    import asyncio, sys
    sys.path[:0] = {path!r}
    from tests.servers.helpers import LOCAL, context_of

    backend = LOCAL[{name!r}]()

    async def main():
        await backend.start(context_of())
        print(backend._process._watchdog.pid, backend._folder, flush=True)
        try:
            await asyncio.sleep(60)
        finally:
            await backend.stop()

    backend.run(main, 1)
"""


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("prosody", signal.SIGKILL),
        ("prosody", signal.SIGTERM),
        ("prosody", signal.SIGINT),
        ("ejabberd", signal.SIGKILL),
    ],
)
def test_nothing_is_left_when_the_harness_is_killed(name, how, tmp_path):
    make_local(LOCAL[name])
    script = textwrap.dedent(RUN).format(path=[str(Path(__file__).parents[3])], name=name)
    errors = (tmp_path / "errors").open("w+")
    harness = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        start_new_session=True,
    )
    assert harness.stdout is not None
    with harness, errors:
        pid, _, folder = harness.stdout.readline().strip().partition(" ")
        assert pid, (tmp_path / "errors").read_text()
        family = with_children(int(pid))
        assert len(family) >= 2
        # The whole group, as a terminal's Ctrl-C does.
        os.killpg(harness.pid, how)
        harness.wait(15)
    assert wait_until(lambda: all_gone(family))
    assert wait_until(lambda: not Path(folder).exists())


def test_it_runs_in_a_thread_beside_a_running_loop(prosody):
    """As in a notebook, whose own loop runs in the main thread."""
    results = []

    async def notebook():
        thread = threading.Thread(
            target=lambda: results.append(prosody.backend.run(lambda: asyncio.sleep(0, "done"), 1))
        )
        thread.start()
        await asyncio.to_thread(thread.join)

    # The shared server stays: only a backend's own run ends it.
    process, prosody.backend._process = prosody.backend._process, None
    try:
        asyncio.run(notebook())
    finally:
        prosody.backend._process = process
    assert results == ["done"]


def test_a_port_in_use_is_an_error_that_names_it(kind):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        backend = make_local(kind, port=port)
        with pytest.raises(ServerUnavailable, match=f"{backend.name}: port {port} of 127.0.0.1"):
            asyncio.run(backend.start(context_of()))


def test_a_chosen_port_is_used(prosody):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    backend = make_local(type(prosody.backend), port=port)

    async def main():
        await backend.start(context_of())
        try:
            return backend.peer("").way.address.port
        finally:
            await backend.stop()

    assert backend.run(main, 1) == port


def test_two_servers_run_beside_each_other(prosody):
    other = make_local(type(prosody.backend))
    prosody.create("here")

    async def main():
        await other.start(context_of())
        try:
            async with session(other.peer(""), Jid("here@localhost"), "secret-here"):
                pass
        finally:
            await other.stop()

    with pytest.raises(AuthenticationRefused):
        other.run(main, 1)


def test_a_missing_server_names_its_package(kind, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: None)
    backend = kind()
    with pytest.raises(ServerUnavailable, match=f"sudo apt install {backend.name}"):
        asyncio.run(backend.start(context_of()))


def test_a_server_that_ends_at_its_start_is_quoted(kind, monkeypatch):
    backend = make_local(kind)
    monkeypatch.setattr(local, "render", lambda *_arguments: "this is { no configuration")
    started = time.perf_counter()
    with pytest.raises(ServerUnavailable, match="last log lines") as caught:
        asyncio.run(backend.start(context_of()))
    assert time.perf_counter() - started < 15
    assert len(str(caught.value).splitlines()) > 2
    assert backend._folder is None


def test_too_few_open_files_is_an_error_before_the_start(prosody, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (64, 128))
    with pytest.raises(BackendError, match="open files"):
        asyncio.run(make_local(type(prosody.backend)).start(context_of()))


def test_a_folder_that_cannot_be_made_is_an_error_that_names_the_server(kind, monkeypatch):
    def full(**_options):
        raise OSError(28, "No space left on device")

    backend = make_local(kind)
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(ServerUnavailable, match=rf"{kind.name} cannot be started: .*No space"):
        asyncio.run(backend.start(context_of()))


def test_stopping_a_server_that_died_is_no_error():
    backend = make_local(ProsodyBackend)

    async def main():
        await backend.start(context_of())
        family = family_of(backend)
        assert backend._process is not None
        os.killpg(backend._process._watchdog.pid, signal.SIGKILL)
        await backend.stop()
        return family

    family = backend.run(main, 1)
    assert wait_until(lambda: all_gone(family))
