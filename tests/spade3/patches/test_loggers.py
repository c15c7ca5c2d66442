"""Agents' loggers: named, and gone with their agents."""

from __future__ import annotations

import asyncio
import logging

import pytest
import spade.agent

from simulator.spade3 import patches
from simulator.spade3.patches.loggers import AgentLogger, Logging


def test_logging_does_not_keep_an_agents_logger() -> None:
    logger = Logging.getLogger("somebody-in-this-test")
    assert logger.getChild("XMLStream") is logger
    assert "somebody-in-this-test" not in logging.Logger.manager.loggerDict


def test_it_speaks_with_the_agents_name(caplog: pytest.LogCaptureFixture) -> None:
    Logging.getLogger("agent-7").warning("told")
    assert caplog.record_tuples == [("agent-7", logging.WARNING, "told")]


def test_it_follows_the_level_of_the_root(caplog: pytest.LogCaptureFixture) -> None:
    logger = Logging.getLogger("agent-7")
    logger.debug("not told")
    for level, told in ((logging.DEBUG, True), (logging.WARNING, False), (logging.DEBUG, True)):
        with caplog.at_level(level):
            assert logger.isEnabledFor(logging.DEBUG) is told
            logger.debug("%s", level)
    assert [record.getMessage() for record in caplog.records] == [str(logging.DEBUG)] * 2
    logger.setLevel(logging.WARNING)
    with caplog.at_level(logging.DEBUG):
        logger.debug("not told")
        assert not logger.isEnabledFor(logging.INFO)
    assert len(caplog.records) == 2


def test_a_logger_that_somebody_set_up_is_used() -> None:
    known = logging.getLogger("known-in-this-test.XMLStream")
    assert Logging.getLogger("known-in-this-test.XMLStream") is known
    assert AgentLogger("known-in-this-test").getChild("XMLStream") is known


def test_spade_asks_it_and_has_the_rest_of_logging() -> None:
    async def main() -> None:
        with patches.connection_patches(lambda agent, behaviour, error: None):
            assert isinstance(spade.agent.logging.getLogger("unknown-name"), AgentLogger)
            assert spade.agent.logging.DEBUG == logging.DEBUG

    asyncio.run(main())
    assert spade.agent.logging is logging
