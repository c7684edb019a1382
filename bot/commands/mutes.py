"""`repwatch mutes`: who and what is muted, by whom and until when; `--end ID` ends one, also one that is for good."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import utc_now
from bot.commands.threads import title_of
from bot.errors import FailedError, UsageError
from bot.opening import config_of, open_store
from bot.show import Styled, columns, moment, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.records import Mute, Thread
    from storage.store import Store

_HEADS = columns("id>", "brand", "what", "source", "since", "until", "by")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--end", metavar="ID", help="end this one now: what is new there is told again")


def run(given: argparse.Namespace) -> int:
    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        mutes = store.mutes(now)
        if given.end is not None:
            return _end(store, mutes, given.end)
        threads = _muted_threads(store, mutes)
        named = [(mute, _what(store, mute, threads), _brand(mute, threads)) for mute in mutes]
    if given.json:
        for mute, what, brand in named:
            print(json.dumps(_as_json(mute, what, brand), ensure_ascii=False))
        return 0
    rows = [_row(mute, what, brand, config.bot.zone, now) for mute, what, brand in named]
    print_table(_HEADS, rows, empty="Nobody and nothing is muted.")
    return 0


def _end(store: Store, mutes: list[Mute], which: str) -> int:
    if not which.isdecimal():
        raise UsageError(f'"{which}" is no id; repwatch mutes lists them')
    ended = next((mute for mute in mutes if mute.id == int(which)), None)
    if ended is None or not store.end_mute(int(which)):
        raise FailedError(f"{which} is not among the mutes in force; repwatch mutes lists them")
    what = _what(store, ended, _muted_threads(store, [ended]))
    print(f"ended: {what}, {ended.source or 'every source'}; what is new there from now on is told again")
    return 0


def _muted_threads(store: Store, mutes: list[Mute]) -> dict[str, Thread]:
    """The threads of these mutes, by the value that names them; one that is gone (forgotten, too old) is left out."""
    numbers = [int(mute.value) for mute in mutes if mute.scope == "thread" and mute.value.isdecimal()]
    return {str(thread.id): thread for thread in store.threads(numbers)}


def _what(store: Store, mute: Mute, threads: Mapping[str, Thread]) -> str:
    if mute.scope == "thread":
        title = title_of(threads.get(mute.value))
        return f"thread {mute.value}: {title}" if title else f"thread {mute.value}"
    if mute.scope == "author":
        # Some sources name people by a number nobody knows them by.
        handle = store.author_handle(mute.source, mute.value) if mute.source else None
        return f"author {handle} ({mute.value})" if handle and handle != mute.value else f"author {mute.value}"
    return f"{mute.scope} {mute.value}"


def _brand(mute: Mute, threads: Mapping[str, Thread]) -> str | None:
    """The brand it is about; None where it holds for every brand, as an author's does."""
    thread = threads.get(mute.value) if mute.scope == "thread" else None
    return mute.brand or (thread.brand if thread else None)


def _row(mute: Mute, what: str, brand: str | None, zone: ZoneInfo, now: datetime) -> tuple[object, ...]:
    until = moment(mute.until, zone, now) if mute.until else Styled("for good", "yellow")
    return mute.id, brand or "every", what, mute.source or "every", moment(mute.created_at, zone, now), until, mute.by


def _as_json(mute: Mute, what: str, brand: str | None) -> dict[str, object]:
    return {
        "id": mute.id,
        "brand": brand,
        "scope": mute.scope,
        "value": mute.value,
        "what": what,
        "source": mute.source,
        "created_at": mute.created_at.isoformat(),
        "until": mute.until.isoformat() if mute.until else None,
        "by": mute.by,
    }
