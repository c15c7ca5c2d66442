"""The replay page of a run that goes on, served on this machine alone.

Whoever serves reads the journal; the run knows nothing of it. The address has a part that nobody
guesses, so that other users of the machine do not see what agents say.
"""

from __future__ import annotations

import secrets
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from simulator.analysis.run import Run
from simulator.journal.file import FILE_NAME
from simulator.report.page.frame import render
from simulator.report.replay.bundle import PACKAGE, packed, replay_values
from simulator.report.replay.document import replay_document

_HOST = "127.0.0.1"
LAST_LOOK = 30.0
"""Seconds for an open page to fetch the end of a run."""


class LiveReplay:
    """Serves the page of the run in a folder. A context manager.

    `url`: where it is. `asked`: set once somebody has opened it; `over`: once somebody has the
    document of the run's end.
    """

    def __init__(self, folder: Path) -> None:
        self.asked = threading.Event()
        self.over = threading.Event()
        self._folder = folder
        self._token = secrets.token_urlsafe(16)
        self._lock = threading.Lock()
        self._written, self._document, self._ended = 0, "", False
        self._server = ThreadingHTTPServer((_HOST, 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{_HOST}:{self._server.server_port}/{self._token}/"

    def __enter__(self) -> LiveReplay:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def hosts(self) -> set[str]:
        """What a browser may call this server: a page from elsewhere may not read it."""
        port = self._server.server_port
        return {f"{_HOST}:{port}", f"localhost:{port}"}

    def answer(self, target: str) -> tuple[HTTPStatus, str, str]:
        """Status, content type and body for the target of a request."""
        parts = urlsplit(target)
        if parts.path == f"/{self._token}/":
            self.asked.set()
            return HTTPStatus.OK, "text/html", self._page()
        if parts.path != f"/{self._token}/document":
            return HTTPStatus.NOT_FOUND, "text/plain", "there is nothing here"
        have = parse_qs(parts.query).get("have", ["0"])[0]
        with self._lock:
            self._update()
            if not self._written or have == str(self._written):
                return HTTPStatus.NO_CONTENT, "text/plain", ""
            if self._ended:
                self.over.set()
            return HTTPStatus.OK, "text/plain", f"{self._written} {self._document}"

    def _update(self) -> None:
        """Work the document out anew, if the journal has grown."""
        journal = self._folder / FILE_NAME
        written = journal.stat().st_size if journal.is_file() else 0
        if written == self._written:
            return
        run = Run(self._folder)
        if run.measurement.info.run is None:
            return  # not even its first record is there
        self._document = packed(replay_document(run))
        self._ended = run.measurement.info.end is not None
        self._written = written

    def _page(self) -> str:
        return render(
            PACKAGE,
            title=self._folder.name,
            question=None,
            parts=[],
            values={**replay_values([]), "alone": True, "live": True},
        )


class _Handler(BaseHTTPRequestHandler):
    """Answers a request; writes no log."""

    def __init__(self, live: LiveReplay, *arguments: object) -> None:
        self._live = live
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self.headers.get("Host") not in self._live.hosts():
            status, kind, body = HTTPStatus.FORBIDDEN, "text/plain", "not for other hosts"
        else:
            status, kind, body = self._live.answer(self.path)
        content = body.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the terminal belongs to the run."""
