"""SPADE's web interface: nothing until it is used, then the whole of it."""

from __future__ import annotations

import asyncio
import urllib.request

import pytest
import spade.agent
import spade.web
from aiohttp import web
from spade.container import Container

from simulator.spade3 import patches


def made(check: str) -> None:
    async def main() -> None:
        Container().reset()
        with patches.tuning():
            CHECKS[check](spade.agent.Agent("agent1@localhost", "secret"))

    asyncio.run(main())


def untouched(agent: spade.agent.Agent) -> None:
    assert isinstance(agent.web, spade.web.WebApp)
    assert not agent.web.is_started()
    assert (agent.web.server, agent.web.hostname, agent.web.port) == (None, None, None)
    assert set(vars(agent.web)) == {"agent"}


def used(agent: spade.agent.Agent) -> None:
    agent.web.port = 1234
    agent.web.add_menu_entry("Name", "/url")
    assert agent.web.menu_entries == {"Name": ("/url", "fa fa-circle")}
    assert isinstance(agent.web.app, web.Application)
    assert agent.web.port == 1234


def unknown(agent: spade.agent.Agent) -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = agent.web.nonsense


CHECKS = {"untouched": untouched, "used": used, "unknown": unknown}


@pytest.mark.parametrize("check", CHECKS)
def test_the_web_interface_is_late(check: str) -> None:
    made(check)


def test_it_serves_pages() -> None:
    async def main() -> None:
        Container().reset()
        with patches.tuning():
            agent = spade.agent.Agent("agent1@localhost", "secret")

            async def hello(_request: web.Request) -> dict[str, str]:
                return {"said": "hello"}

            agent.web.add_get("/hello", hello, None)
            await agent.web.start(hostname="127.0.0.1")
            url = f"http://127.0.0.1:{agent.web.port}/hello"
            page = await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())
            assert b"hello" in page
            await agent.web.runner.cleanup()

    asyncio.run(main())
