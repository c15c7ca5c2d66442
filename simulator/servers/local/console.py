"""Prosody's administration console, over its socket in the server's private folder.

It is an XML stream of its own: a line of Lua goes in as ``repl-input``, and its result comes back
as ``repl-result`` (Prosody 0.12, mod_admin_shell and util.adminstream).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from simulator.errors import BackendError, ServerUnavailable

_HEADER = (
    "<stream:stream xmlns='xmpp:prosody.im/admin' xmlns:stream='http://etherx.jabber.org/streams'>"
)
_RESULT = re.compile(rb"<repl-result\b([^>]*)>")
_ANSWER_WITHIN = 10.0


async def end_streams(console: Path, accounts: Iterable[str], condition: str) -> None:
    """Make the server end all streams of these bare JIDs with a stream error (RFC 6120, 4.9.3).

    Raises ServerUnavailable when the console does not answer, BackendError when it refuses.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(console)
        try:
            writer.write(_HEADER.encode())
            async with asyncio.timeout(_ANSWER_WITHIN):
                for account in accounts:
                    line = f"c2s:close({quote(account)}, nil, {quote(condition)})"
                    writer.write(f"<repl-input>{escape(line)}</repl-input>".encode())
                    await _outcome(reader)
        finally:
            writer.close()
    except (OSError, asyncio.IncompleteReadError) as error:
        raise ServerUnavailable(f"prosody's console does not answer: {error!r}") from error


def quote(text: str) -> str:
    """A Lua string. Every byte that is no letter or digit is escaped, so that none can end it."""
    escaped = re.sub(rb"[^A-Za-z0-9]", lambda found: b"\\%03d" % found[0][0], text.encode())
    return f'"{escaped.decode("ascii")}"'


async def _outcome(reader: asyncio.StreamReader) -> None:
    while True:
        answer = await reader.readuntil(b">")
        found = _RESULT.search(answer)
        if found is None:
            continue
        if b"error" in found[1]:
            raise BackendError(f"prosody's console: {(await reader.readuntil(b'</')).decode()}")
        return
