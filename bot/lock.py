"""One conductor for one SQLite file: a lock the system takes back by itself when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import FailedError


@contextmanager
def only_one(database: Path | None) -> Iterator[None]:
    """Held while `repwatch run` lives; None (a server) needs none. Raises FailedError where another holds it."""
    if database is None:
        yield
        return
    place = database.with_name(f"{database.name}.running")
    try:
        stream = place.open("a+")
    except OSError as error:
        raise FailedError(
            f"{place}: {(error.strerror or 'no access').lower()}; the folder must be writable for this user"
        ) from None
    with stream:
        if not _taken(stream.fileno()):
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            raise FailedError(
                f"{database}: repwatch run is already at work on it (process {holder}); end that one first"
            )
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
        # Only emptied: taking the file away would let a third one lock a new file while a second waits on this one.
        stream.truncate(0)


def _taken(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: a byte lock does the same
        return _taken_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _taken_on_windows(descriptor: int) -> bool:
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
