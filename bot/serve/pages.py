"""What each page shows, asked of the store and put into its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.cards.links import host_of, safe_url
from alerts.cards.text import clean, one_line
from alerts.cards.voice import Voice
from alerts.digest import made_digest
from alerts.explain import explain, explained
from alerts.masking import mask_personal
from alerts.weekly.week import week_holding, week_named
from bot.clock import Clock
from bot.config import Config
from bot.digesting import digest_plans
from bot.health import look
from bot.history import LearnedForecaster
from bot.plans import alert_plan
from bot.serve.timeline import timeline_svg
from storage.records import Alert, Mention, Thread
from storage.store import Store

# Threads on one page; the soonest deadlines come first, and nobody reads further.
_ROWS = 100
_TITLE = 110
_WEEKS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every page is made from."""

    config: Config
    store: Store
    clock: Clock

    @property
    def voice(self) -> Voice:
        return Voice(self.config.messages[self.config.teams[0].name])


def open_threads(desk: Desk, _asked: Mapping[str, str]) -> str:
    """Live alerts, soonest deadline first."""
    now, voice = desk.clock(), desk.voice
    alerts = desk.store.live_alerts(_ROWS)
    threads = {thread.id: thread for thread in desk.store.threads([alert.thread_id for alert in alerts])}
    rows = [_row(alert, threads[alert.thread_id], voice, now) for alert in alerts if alert.thread_id in threads]
    return _rendered("open.html.j2", desk, "Open threads", rows=rows, more=len(alerts) == _ROWS, refresh=60)


def one_thread(desk: Desk, asked: Mapping[str, str]) -> str:
    """A thread's texts, what happened to its alert, and its forecast beside what came. LookupError: no such thread."""
    thread = _thread(desk, asked.get("thread", ""))
    now, voice = desk.clock(), desk.voice
    plan = alert_plan(desk.config, LearnedForecaster(desk.config, desk.store).at(now))
    told = explain(desk.store, plan, thread, now)
    return _rendered(
        "thread.html.j2",
        desk,
        title_of(thread, voice),
        thread=thread,
        said=[_said(mention, thread, voice) for mention in thread.mentions],
        lines=list(explained(told, voice.settings)),
        chart=timeline_svg(told, now),
        left=_left(told.alert, voice, now) if told.alert else None,
    )


def sources(desk: Desk, _asked: Mapping[str, str]) -> str:
    """Each source's last crawl, and each step's last run."""
    health = look(desk.config, desk.store, desk.clock())
    return _rendered("sources.html.j2", desk, "Sources", health=health)


def digests(desk: Desk, _asked: Mapping[str, str]) -> str:
    """The weeks there is anything about, newest first, by brand."""
    brands = [brand.name for brand in desk.config.brands if not brand.is_competitor]
    weeks = {brand: _weeks(desk, brand) for brand in brands}
    return _rendered("digests.html.j2", desk, "Digests", weeks=weeks)


def one_digest(desk: Desk, asked: Mapping[str, str]) -> str:
    """The digest's own page, made again from the store. LookupError: no such brand or week."""
    plan = next((plan for plan in digest_plans(desk.config) if plan.brand == asked.get("brand")), None)
    if plan is None:
        raise LookupError("no brand of that name is configured")
    try:
        week = week_named(asked.get("week", ""), desk.config.digest.weekly.zone)
    except ValueError as error:
        raise LookupError(str(error)) from None
    return made_digest(desk.store, plan, week, desk.clock()).page


def missing(why: str) -> str:
    """A page for what is not there."""
    return _environment().get_template("missing.html.j2").render(title="Not found", why=why, refresh=None)


def title_of(thread: Thread, voice: Voice) -> str:
    """One line that names a thread: its title, else how it begins."""
    root = thread.root
    said = (root.title or root.text or "") if root else ""
    return one_line(mask_personal(said), _TITLE) or f"{voice.source(thread.source)} #{thread.id}"


def _row(alert: Alert, thread: Thread, voice: Voice, now: datetime) -> dict[str, Any]:
    return {
        "alert": alert,
        "thread": thread,
        "title": title_of(thread, voice),
        "source": voice.source(thread.source, thread.instance),
        "when": voice.when_written(alert.deadline.answer_by),
        "left": _left(alert, voice, now),
        "is_overdue": alert.is_overdue(now),
        "replies": len(thread.replies),
    }


def _left(alert: Alert, voice: Voice, now: datetime) -> str:
    """ "40 minutes left", "overdue by 2 hours", or its state where nothing runs."""
    if not alert.state.is_live:
        return voice.say(f"state.{alert.state.value}")
    left = alert.deadline.answer_by - now
    length = voice.lasting(left)
    return f"{length} left" if left >= timedelta() else f"overdue by {length}"


def _said(mention: Mention, thread: Thread, voice: Voice) -> dict[str, Any]:
    sentiment = thread.sentiment_of(mention)
    url = safe_url(mention.url)
    return {
        "mention": mention,
        "text": mask_personal(clean(mention.text or ""), mention.language),
        "title": one_line(mask_personal(mention.title or ""), _TITLE),
        "author": one_line(mention.author or "", 60),
        "when": voice.when_written(mention.published_at) if mention.published_at else "",
        "rating": voice.rating(mention.rating) if mention.rating else "",
        "tone": f"{voice.say('digest.chart.' + sentiment.label.value)} {sentiment.confidence:.0%}" if sentiment else "",
        "url": url,
        "host": host_of(url) if url else "",
    }


def _thread(desk: Desk, number: str) -> Thread:
    found: Sequence[Thread] = desk.store.threads([int(number)]) if number.isdigit() and len(number) < 18 else ()
    if not found:
        raise LookupError("no thread of that number is kept")
    return found[0]


def _weeks(desk: Desk, brand: str) -> list[str]:
    first = desk.store.first_mention_at(brand)
    week = week_holding(desk.clock(), desk.config.digest.weekly.zone)
    names = [week.back(back) for back in range(_WEEKS)]
    return [one.name for one in names if first is not None and one.end > first]


def _rendered(template: str, desk: Desk, title: str, *, refresh: int | None = None, **shown: Any) -> str:
    voice = desk.voice
    made = voice.when_written(desk.clock())
    page = _environment().get_template(template)
    return page.render(title=title, voice=voice, made=made, refresh=refresh, **shown)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
