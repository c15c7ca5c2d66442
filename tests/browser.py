"""A real browser for tests of pages: headless Chromium, spoken to by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
_PATIENCE = 60
"""Seconds for the browser to start or to answer; the machine may be busy."""

_COMPLETE = "document.readyState === 'complete'"

Params = dict[str, object]


def chromium() -> str:
    """The browser's program; the test is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    if os.environ.get("SIMULATOR_REQUIRE_SERVERS"):
        pytest.fail("no Chromium is installed, and this machine must have one")
    pytest.skip("no Chromium is installed; Debian: apt-get install chromium")


class Page:
    """A page in the browser. `requests`: what it asked the network for, itself not counted.

    `errors`: what its scripts raised or wrote as an error.
    """

    def __init__(self, runner: asyncio.Runner, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._runner = runner
        self._socket = socket
        self._number = 0
        for domain in ("Page", "Runtime", "Network"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **params: object) -> Params:
        """Send a command of the protocol and return its result."""
        return self._runner.run(self._command(method, params))

    async def _command(self, method: str, params: Params) -> Params:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            answer = await asyncio.wait_for(self._socket.receive_json(), _PATIENCE)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: Params = answer["result"]
                return result
            self._note(answer)

    def _note(self, event: Params) -> None:
        params = event.get("params")
        assert isinstance(params, dict)
        if event["method"] == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event["method"] == "Runtime.exceptionThrown" or params.get("type") == "error":
            self.errors.append(json.dumps(params))

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, which may be a promise."""
        answer = self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        since = time.monotonic()
        while not self.run(f"Boolean({expression})"):
            assert time.monotonic() < since + _PATIENCE, f"never: {expression}; {self.errors}"
            time.sleep(0.05)

    def open(self, file: Path | str, ready: str = "true", fragment: str = "") -> None:
        """Open a file or an address, and wait until an expression is true."""
        url = file if isinstance(file, str) else file.as_uri()
        self.command("Page.navigate", url="about:blank")
        self.command("Page.navigate", url=url + fragment)
        self.wait(f"location.host + location.protocol !== 'about:' && {_COMPLETE} && {ready}")
        pages = ("about:blank", url)
        self.requests = [one for one in self.requests if one.split("#")[0] not in pages]

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window, and the reader's scheme."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.command(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """A picture of the window, or of the whole page."""
        answer = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(str(answer["data"])))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A page in a browser of its own, whose profile is in `folder`."""
    profile = folder / "profile"
    arguments = (*ARGUMENTS, "--remote-debugging-port=0", f"--user-data-dir={profile}")
    quiet = subprocess.DEVNULL
    program = [chromium(), *arguments, "about:blank"]
    with subprocess.Popen(program, stdout=quiet, stderr=quiet) as process:
        try:
            port = _port(profile / "DevToolsActivePort")
            with asyncio.Runner() as runner:
                session = runner.run(_session())
                try:
                    yield Page(runner, runner.run(_connect(session, port)))
                finally:
                    runner.run(session.close())
        finally:
            process.kill()


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _connect(session: aiohttp.ClientSession, port: int) -> aiohttp.ClientWebSocketResponse:
    async with session.get(f"http://127.0.0.1:{port}/json") as answer:
        targets = await answer.json()
    url = next(one for one in targets if one["type"] == "page")["webSocketDebuggerUrl"]
    return await session.ws_connect(url, max_msg_size=0)


def _port(file: Path) -> int:
    since = time.monotonic()
    while not (file.is_file() and file.read_text().count("\n")):
        assert time.monotonic() < since + _PATIENCE, "Chromium did not start"
        time.sleep(0.05)
    return int(file.read_text().splitlines()[0])
