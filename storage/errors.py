"""The one way the store says that it can't: what is wrong, and the mend."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError


class StoreError(Exception):
    """The database can't be used as asked. `mend` says what a person should do; `passing`: waiting may be enough."""

    def __init__(self, message: str, mend: str, *, passing: bool = False) -> None:
        super().__init__(f"{message}: {mend}")
        self.message = message
        self.mend = mend
        self.passing = passing


# What the drivers say (first match wins), what we say, the mend, and whether it passes by itself.
_PLAIN: tuple[tuple[str, str, str, bool], ...] = (
    (
        "file is not a database",
        "is not a SQLite database",
        "nothing was changed; move the file away or name another",
        False,
    ),
    ("malformed", "is damaged", "nothing was deleted; bring back a backup with `repwatch restore FILE`", False),
    ("readonly database", "can't be written", "give this user the right to write the file and its folder", False),
    (
        "read-only transaction",
        "can't be written",
        "it is read-only now; point DATABASE_URL at the primary server",
        True,
    ),
    (
        "unable to open database",
        "can't be opened or made",
        "the folder must exist and be writable for this user",
        False,
    ),
    ("database is locked", "is locked by another program", "close what holds it; the next round tries again", True),
    ("disk is full", "has no room left on its disk", "free some space; the next round tries again", True),
    ("No space left", "has no room left on its disk", "free some space; the next round tries again", True),
    ("disk I/O error", "could not be read or written", "look at the disk; the next round tries again", True),
    ("password authentication failed", "refuses the password", "mend the password in DATABASE_URL", False),
    ("does not exist", "does not exist", "create the database or mend the name in DATABASE_URL", False),
    ("deadlock detected", "was asked by two at once", "the next round tries again", True),
    ("could not serialize", "was asked by two at once", "the next round tries again", True),
)


def in_plain_words(error: DBAPIError, place: str) -> Exception:
    """The driver's error as a StoreError where a person can act on it, else the error itself."""
    said = str(error.orig or error)
    for sign, what, mend, passing in _PLAIN:
        if sign.lower() in said.lower() and not (sign == "does not exist" and "database" not in said):
            return StoreError(f"database {place} {what}", mend, passing=passing)
    if isinstance(error, OperationalError | InterfaceError):
        first = said.strip().splitlines()[0] if said.strip() else type(error).__name__
        return StoreError(
            f"database {place} can't be reached ({first})", "see that it runs; the next round tries again", passing=True
        )
    return error
