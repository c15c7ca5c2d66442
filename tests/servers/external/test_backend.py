"""A guest on somebody else's server: it verifies, and leaves nothing behind."""

import asyncio
import time

import pytest

from simulator.errors import AuthenticationRefused, BackendError, InputError, ServerUnavailable
from simulator.rfc6121.stanza import Jid
from simulator.servers.external import backend as external
from simulator.servers.external.backend import ExternalBackend, parse_server
from simulator.servers.local.prosody import ProsodyBackend
from simulator.servers.real import session as sessions
from simulator.servers.real import stream as streams
from simulator.servers.real.connector import CONNECT_TIMEOUT
from simulator.servers.real.session import session
from tests.servers.helpers import LOCAL, Running, context_of, make_local


@pytest.fixture(scope="module", params=list(LOCAL))
def host(request, tmp_path_factory):
    """Somebody's server that lets clients register."""

    kind = type("WithRegistration", (LOCAL[request.param],), {"_registration": True})
    backend = make_local(kind)
    asyncio.run(backend.start(context_of(folder=tmp_path_factory.mktemp("host"))))
    yield Running(backend, tmp_path_factory.mktemp("unused"))
    asyncio.run(backend.stop())


def guest(host, accounts=None, **options):
    options = {"authorities": host.backend._folder / "authority.crt", **options}
    server = f"127.0.0.1:{host.address.port}"
    return ExternalBackend(server, domain="localhost", accounts=accounts or {}, **options)


def visit_of(host, name, password=None):
    return session(host.peer(), Jid(f"{name}@localhost"), password or f"secret-{name}")


def roster_of(host, name, password=None):
    async def main():
        async with visit_of(host, name, password) as visit:
            return await visit.roster()

    return asyncio.run(main())


async def add(host, name, contact, password=None):
    async with visit_of(host, name, password) as visit:
        await visit.add_contact(contact)


def test_it_removes_the_entries_it_made_and_keeps_the_others(host):
    accounts = host.create("ann", "ben")
    asyncio.run(add(host, "ann", "old-friend@localhost"))
    backend = guest(host, accounts)

    async def main():
        await backend.start(context_of())
        try:
            passwords = await backend.create_accounts({"ann": "random", "ben": "random"})
            assert passwords == accounts
            await add(host, "ann", "ben@localhost")
            await add(host, "ben", "ann@localhost")
            raise RuntimeError("the scenario broke")
        finally:
            await backend.stop()

    with pytest.raises(RuntimeError, match="broke"):
        backend.run(main, 1)
    assert list(roster_of(host, "ann")) == ["old-friend@localhost"]
    assert roster_of(host, "ben") == {}


def test_a_subscription_that_the_run_made_is_cancelled(host):
    accounts = host.create("una", "vic")
    backend = guest(host, accounts)

    async def main():
        await backend.start(context_of())
        await backend.create_accounts(accounts)
        async with session(backend.peer(""), Jid("una@localhost"), accounts["una"]) as visit:
            visit.send("<presence type='subscribe' to='vic@localhost'/>")
            # The answer comes after the request was handled, so the entry is there.
            assert await visit.roster()
        await backend.stop()

    backend.run(main, 1)
    assert roster_of(host, "una") == {}
    assert roster_of(host, "vic") == {}


def test_it_registers_when_asked_to_and_removes_the_accounts(host):
    backend = guest(host, register=True)
    passwords = {f"guest-{number}": f"random-{number}" for number in range(5)}

    async def main():
        await backend.start(context_of())
        assert await backend.create_accounts(passwords) == passwords
        await add(host, "guest-1", "guest-2@localhost", "random-1")
        await backend.stop()
        await backend.stop()

    backend.run(main, 1)
    for name, password in passwords.items():
        with pytest.raises(AuthenticationRefused):
            roster_of(host, name, password)


def test_an_account_that_exists_already_is_not_taken_over(host):
    accounts = host.create("owner")
    backend = guest(host, register=True)

    async def main():
        await backend.start(context_of())
        try:
            await backend.create_accounts({"guest-new": "random", "owner": "random"})
        finally:
            await backend.stop()

    with pytest.raises(BackendError, match="owner@localhost"):
        backend.run(main, 1)
    assert roster_of(host, "owner", accounts["owner"]) == {}
    with pytest.raises(AuthenticationRefused):
        roster_of(host, "guest-new", "random")


def test_what_cannot_be_removed_keeps_nothing_else_from_being_removed(host, monkeypatch):
    accounts = host.create("eve", "fay")
    backend = guest(host, accounts)
    remove = external._remove_contact

    async def sometimes(visit, contact):
        if visit.account.local == "eve":
            raise BackendError("not hers")
        await asyncio.sleep(0.2)
        await remove(visit, contact)

    async def main():
        await backend.start(context_of())
        await backend.create_accounts(accounts)
        for name in accounts:
            await add(host, name, "new@localhost")
        await host.backend.create_accounts({"gus": "g"})
        backend._registered = {"gus": "g"}
        await backend.stop()

    monkeypatch.setattr(external, "_remove_contact", sometimes)
    with pytest.raises(ServerUnavailable, match="could not all be removed: not hers"):
        backend.run(main, 1)
    assert list(roster_of(host, "eve")) == ["new@localhost"]
    assert roster_of(host, "fay") == {}
    with pytest.raises(AuthenticationRefused):
        roster_of(host, "gus", "g")


def test_a_connection_that_breaks_during_a_visit_is_named(host):
    host.create("hal")

    async def main():
        async with visit_of(host, "hal") as visit:
            visit._stream._transport.abort()
            await visit.roster()

    with pytest.raises(ServerUnavailable, match=rf"127\.0\.0\.1:{host.address.port}"):
        asyncio.run(main())


def test_a_server_that_falls_silent_is_named(host, monkeypatch):
    host.create("ida")
    monkeypatch.setattr(sessions, "_ANSWER_WITHIN", 0.3)

    async def main():
        async with visit_of(host, "ida") as visit:
            await host.backend.freeze()
            try:
                await visit.roster()
            finally:
                await host.backend.thaw()

    with pytest.raises(ServerUnavailable, match=r"answered, but sent no roster within 0\.3 s"):
        asyncio.run(main())


def test_it_registers_nobody_unless_asked(host):
    with pytest.raises(InputError, match=r"2 agents have no account on .*: x, y"):
        asyncio.run(guest(host).create_accounts({"x": "1", "y": "2"}))


def test_a_wrong_password_names_account_and_server(host):
    host.create("carl")
    backend = guest(host, {"carl": "mistaken"})
    started = time.perf_counter()

    async def main():
        await backend.start(context_of())
        await backend.create_accounts({"carl": "random"})

    with pytest.raises(AuthenticationRefused, match="carl@localhost") as caught:
        backend.run(main, 1)
    assert f"127.0.0.1:{host.address.port}" in str(caught.value)
    assert "mistaken" not in str(caught.value)
    assert time.perf_counter() - started < 5


def test_verification_is_on_by_default(host):
    backend = guest(host, authorities=None)
    with pytest.raises(ServerUnavailable, match="not trusted: its certificate chain") as caught:
        backend.run(lambda: backend.start(context_of()), 1)
    assert f"127.0.0.1:{host.address.port}" in str(caught.value)


def test_another_domain_than_the_certificates_is_refused(host):
    server = f"127.0.0.1:{host.address.port}"
    backend = ExternalBackend(
        server, domain="example.org", authorities=host.backend._folder / "authority.crt"
    )
    with pytest.raises(ServerUnavailable):
        backend.run(lambda: backend.start(context_of()), 1)


def test_verification_can_be_turned_off(host):
    backend = guest(host, authorities=None, verify=False)
    backend.run(lambda: backend.start(context_of()), 1)


def test_a_dead_server_ends_at_once():
    backend = ExternalBackend("127.0.0.1:1", domain="localhost")
    started = time.perf_counter()
    with pytest.raises(ServerUnavailable, match=r"server at 127\.0\.0\.1:1: Connection refused"):
        backend.run(lambda: backend.start(context_of()), 1)
    assert time.perf_counter() - started < 5


def test_a_silent_server_ends_in_time(monkeypatch):
    assert CONNECT_TIMEOUT < 15
    monkeypatch.setattr(streams, "CONNECT_TIMEOUT", 0.3)

    async def say_nothing(reader, writer):
        while await reader.read(4096):
            pass
        writer.close()

    async def main():
        async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await ExternalBackend(f"127.0.0.1:{port}", domain="x").start(context_of())

    with pytest.raises(ServerUnavailable, match="does not answer"):
        asyncio.run(main())


def test_a_server_that_is_gone_at_the_end_is_told_once():
    backend = make_local(ProsodyBackend)
    seen = {}

    async def main():
        await backend.start(context_of())
        await backend.create_accounts({"dora": "d"})
        port = backend.peer("").way.address.port
        visitor = seen["guest"] = ExternalBackend(
            f"127.0.0.1:{port}", domain="localhost", accounts={"dora": "d"}, verify=False
        )
        await visitor.start(context_of())
        await visitor.create_accounts({"dora": "random"})
        await backend.stop()
        await visitor.stop()

    with pytest.raises(ServerUnavailable, match="could not all be removed"):
        backend.run(main, 1)
    asyncio.run(seen["guest"].stop())


def test_accounts_of_another_domain_are_refused():
    with pytest.raises(InputError, match="alice@elsewhere is not of the domain localhost"):
        ExternalBackend("h:1", domain="localhost", accounts={"alice@elsewhere": "x"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.org:5223", ("example.org", 5223)),
        ("example.org", ("example.org", 5222)),
        ("[::1]:5223", ("::1", 5223)),
        ("[::1]", ("::1", 5222)),
        ("192.0.2.1:1", ("192.0.2.1", 1)),
    ],
)
def test_servers_are_parsed(text, expected):
    assert parse_server(text) == expected


@pytest.mark.parametrize("text", ["", ":5222", "host:", "host:0", "host:65536", "host:x", "host:٣"])
def test_what_is_no_server_is_refused(text):
    with pytest.raises(InputError, match="expected HOST:PORT"):
        parse_server(text)


def test_its_options_are_those_of_the_command_without_passwords():
    accounts = {"a": "sesame"}
    assert ExternalBackend("[::1]:5222", accounts=accounts).options == (
        "--server",
        "[::1]:5222",
        "--domain",
        "::1",
    )
    more = ExternalBackend("h", domain="d", register=True, verify=False).options
    assert more == ("--server", "h", "--domain", "d", "--register", "--no-verify")
