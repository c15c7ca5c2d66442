"""The journal: one JSON record a line, in an append-only file or in memory.

A file can be read while the run goes on and after a kill: every line stands for itself, and a
torn last line is left out. Writes are buffered and reach the disk at least twice a second of
real time, so a killed process loses what was written after that and at most a part of a line.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec

from simulator.errors import JournalError
from simulator.journal.records import FORMAT, AnyRecord, RunStarted

FILE_NAME = "journal.jsonl"
_FLUSH_EVERY = 0.5
_BUFFER = 1 << 16

Listener = Callable[[AnyRecord], None]


class Journal:
    """Appends records to a new file at a path, or to a stream in memory; tells its listeners.

    `target` None keeps nothing. Listeners are called in the order in which they were added, with
    each record. A file that exists already is refused: a journal is never overwritten.
    """

    def __init__(self, target: Path | BytesIO | None) -> None:
        self._file: IO[bytes] | None = target if isinstance(target, BytesIO) else None
        self._path = target if isinstance(target, Path) else None
        self._closing = threading.Event()
        self._flushing: threading.Thread | None = None
        if self._path is not None:
            self._file = _new_file(self._path)
            self._flushing = threading.Thread(
                target=_keep_flushed, args=(self._file, self._closing), name="journal", daemon=True
            )
            self._flushing.start()
        self._listeners: list[Listener] = []
        self._encoder = msgspec.json.Encoder()
        self._line = bytearray()
        self.records = 0

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every record from now on."""
        self._listeners.append(listener)

    def append(self, record: AnyRecord) -> None:
        """Write one record. Raises JournalError when the disk refuses it."""
        self.records += 1
        if self._file is not None:
            self._write(record)
        for listener in self._listeners:
            listener(record)

    def _write(self, record: AnyRecord) -> None:
        assert self._file is not None
        line = self._line
        self._encoder.encode_into(record, line)
        line.append(0x0A)
        try:
            self._file.write(line)
        except OSError as error:
            raise _refused(self._path, "written", error) from error

    def flush(self) -> None:
        """Hand everything written so far to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Flush to the disk and close. Closing twice is allowed. Raises JournalError."""
        if self._path is None or self._file is None or self._file.closed:
            return
        self._closing.set()
        if self._flushing is not None:
            self._flushing.join()
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _refused(self._path, "written", error) from error
        finally:
            # What a full disk refused is tried once more, then given up.
            with contextlib.suppress(OSError):
                self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def _new_file(path: Path) -> IO[bytes]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _refused(path, "written", error) from error
    # The lock tells readers that the writer lives; it ends with the process. On a file system
    # without locks they cannot tell, and assume that it does.
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fdopen(descriptor, "wb", buffering=_BUFFER)


def _keep_flushed(file: IO[bytes], closing: threading.Event) -> None:
    """Hand what is written to the operating system, also while a run has nothing to record."""
    while not closing.wait(_FLUSH_EVERY):
        # A full disk is told by the next write; a file that is closed has nothing left.
        with contextlib.suppress(OSError, ValueError):
            file.flush()


def _refused(path: Path | None, what: str, error: OSError) -> JournalError:
    return JournalError(f"{path}: cannot be {what}: {error.strerror}")


def read_journal(source: Path | bytes) -> Iterator[AnyRecord]:
    """Yield the records of a journal, a file or its content, oldest first.

    A torn last line is left out. Raises JournalError for anything else that is not a record,
    with the line's number, and for a journal of a newer format.
    """
    path = source if isinstance(source, Path) else Path(FILE_NAME)
    reader = _Reader(path)
    try:
        with BytesIO(source) if isinstance(source, bytes) else open(source, "rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                yield reader.record(line)
    except OSError as error:
        raise _refused(path, "read", error) from error


class _Reader:
    """Turns the lines of a journal into records, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decode = msgspec.json.Decoder(AnyRecord).decode
        self._number = 0

    def record(self, line: bytes) -> AnyRecord:
        """The record in the next line. Raises JournalError."""
        self._number += 1
        try:
            record: AnyRecord = self._decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise JournalError(f"{self._path}:{self._number}: not a record: {error}") from error
        if isinstance(record, RunStarted) and record.format > FORMAT:
            raise JournalError(
                f"{self._path}: format {record.format}; this version reads up to {FORMAT}"
            )
        return record


class JournalTail:
    """Reads a journal that is still being written; each byte once. Close it after use."""

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise _refused(path, "read", error) from error
        self._path = path
        self._reader = _Reader(path)
        self._torn = b""

    def read(self, most: int = 1 << 20) -> list[AnyRecord]:
        """The next records, of at most `most` bytes; none where nothing new was written.

        A line whose end is not written yet waits for the next call. Raises JournalError.
        """
        try:
            lines = (self._torn + os.read(self._descriptor, most)).split(b"\n")
        except OSError as error:
            raise _refused(self._path, "read", error) from error
        self._torn = lines.pop()
        return [self._reader.record(line) for line in lines]

    @property
    def is_written(self) -> bool:
        """Whether a process still has the journal open for writing."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def __enter__(self) -> JournalTail:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()
