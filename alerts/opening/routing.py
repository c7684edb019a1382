"""Where an alert goes: brand, source, language, topic and severity → workspace, channel and team; pauses and mutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.alert_policy import Pause, Route
from storage.records import Mute, Severity, Thread, Verdict


def route_of(thread: Thread, verdict: Verdict, severity: Severity, routes: Sequence[Route]) -> Route | None:
    """The first route that matches; None where none does (then `bot/config.py` has let a hole through)."""
    language = thread.language_of(thread.root) if thread.root else None
    return next((route for route in routes if _matches(route, thread, verdict, severity, language)), None)


def is_paused(thread: Thread, pauses: Iterable[Pause]) -> bool:
    return any(_among(thread.brand, pause.brands) and _among(thread.source, pause.sources) for pause in pauses)


def mute_of(thread: Thread, mutes: Iterable[Mute], now: datetime) -> Mute | None:
    """The mute that keeps this thread quiet now, if one does."""
    return next((mute for mute in mutes if _is_on(mute, now) and _is_muted(thread, mute)), None)


def _matches(route: Route, thread: Thread, verdict: Verdict, severity: Severity, language: str | None) -> bool:
    primary = (language or "").replace("_", "-").split("-")[0]
    return (
        severity >= route.least
        and _among(thread.brand, route.brands)
        and _among(thread.source, route.sources)
        and _among(primary, tuple(code.split("-")[0] for code in route.languages))
        and (not route.topics or not set(route.topics).isdisjoint(verdict.topics))
    )


def _is_on(mute: Mute, now: datetime) -> bool:
    return mute.created_at <= now and (mute.until is None or now < mute.until)


def _is_muted(thread: Thread, mute: Mute) -> bool:
    if mute.source not in (None, thread.source) or mute.brand not in (None, thread.brand):
        return False
    if mute.scope == "source":
        return mute.value == thread.source
    if mute.scope == "thread":
        return mute.value in (str(thread.id), thread.external_id)
    root = thread.root
    return mute.scope == "author" and root is not None and mute.value in (root.author_id, root.author)


def _among(value: str, allowed: tuple[str, ...]) -> bool:
    return not allowed or value.casefold() in {name.casefold() for name in allowed}
