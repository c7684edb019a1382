"""Which id a status has where: global uris, the ids of one server, and the thread a status belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from spiders.shapes import dig, name_of, trees, words
from storage.records import Thread

_KEPT = 2_000


class Ids:
    """Where a post was first met (server and its id there): the same post has another id on each server."""

    def __init__(self, kept: object) -> None:
        self._known: dict[str, tuple[str, str]] = {}
        for uri, place in kept.items() if isinstance(kept, dict) else ():
            if isinstance(place, list) and len(place) == 2:
                self._known[str(uri)] = (str(place[0]), str(place[1]))

    def note(self, uri: str | None, host: str, local: str | None) -> str:
        """The server a post is kept under: the one it was first met on."""
        if uri and local:
            return self._known.setdefault(uri, (host, local))[0]
        return host

    def where(self, thread: Thread, bases: Iterable[str]) -> tuple[str | None, str | None]:
        """The address of the server to ask for a thread, and its id there; its home server's where it was never
        noted."""
        host, local = self._known.get(thread.external_id, (thread.instance, ""))
        home = re.search(r"/(?:statuses|@[^/]+)/(\d{5,25})$", thread.external_id)
        local = local or (home[1] if home and urlsplit(thread.external_id).hostname == host else "")
        base = next((base for base in bases if urlsplit(base).hostname == host), None)
        return base, local or None

    def as_cursor(self) -> dict[str, list[str]]:
        return {uri: list(place) for uri, place in list(self._known.items())[-_KEPT:]}


class Places:
    """Parents and threads of the statuses on one page, by uri where the page lets us know it."""

    def __init__(self, page: Iterable[Any]) -> None:
        found = list(trees(page))
        self._uri = {name_of(row, "id"): words(row, "uri") for row in found}
        self._above = {name_of(row, "id"): name_of(row, "in_reply_to_id") for row in found}
        self.root: str | None = None

    @classmethod
    def of_context(cls, ancestors: list[Any], descendants: list[Any], focus_id: str | None, uri: str | None) -> Places:
        """The places of a whole thread, asked for by the id of one status of it, which is not on the page itself."""
        places = cls([*ancestors, *descendants])
        if focus_id:
            places._uri[focus_id] = uri or _guessed(focus_id, [*ancestors, *descendants])
        first = next(trees(ancestors), None)
        places.root = words(first, "uri") if first else places._uri.get(focus_id) or focus_id
        return places

    def parent_of(self, row: Any) -> str | None:
        above = name_of(row, "in_reply_to_id")
        return self._uri.get(above) if above else None

    def thread_of(self, row: Any) -> str | None:
        """The root's uri; where the chain of parents leads off the page, the last id it leads to."""
        if self.root:
            return self.root
        local, seen = name_of(row, "id"), set[str]()
        while local in self._uri and local not in seen and self._above.get(local):
            seen.add(local or "")
            local = self._above[local]
        return self._uri.get(local) or local


def _guessed(focus_id: str, page: list[Any]) -> str | None:
    """An account names all its posts alike: its other post on this page tells the uri of the one that is not."""
    authors = {
        name_of(row, "in_reply_to_account_id") for row in trees(page) if name_of(row, "in_reply_to_id") == focus_id
    }
    for row in trees(page):
        uri, local = words(row, "uri") or "", name_of(row, "id") or "-"
        if (
            name_of(row, "account", "id") in authors
            and uri.endswith(f"/{local}")
            and "@" not in str(dig(row, "account", "acct"))
        ):
            return uri[: -len(local)] + focus_id
    return None
