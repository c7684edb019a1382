"""What each page shows, asked of the store and put into its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.cards.links import host_of, safe_url
from alerts.cards.text import clean, one_line
from alerts.cards.voice import Voice
from alerts.digest import made_digest
from alerts.explain import explain, explained
from alerts.masking import mask_personal
from alerts.weekly.week import week_holding, week_named
from alerts.weekly.words import DigestWords
from bot.clock import Clock
from bot.config import Config
from bot.digesting import digest_plans
from bot.health import Health, look
from bot.history import LearnedForecaster
from bot.plans import alert_plan
from bot.serve.happened import happened
from bot.serve.timeline import timeline_of
from storage.records import Alert, Crawl, CrawlStatus, Mention, StepRun, Thread
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
    # Kept between pages: learning from the past takes longer than any page may.
    forecaster: LearnedForecaster
    # Pages are made side by side; the forecaster remembers what it was asked last.
    forecasting: Lock = field(default_factory=Lock)

    @property
    def voice(self) -> Voice:
        """In the digest's language: who reads the one reads the other."""
        first = self.config.messages[self.config.teams[0].name]
        return Voice(replace(first, language=self.config.digest.language or self.config.bot.language))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its words, where they lead on these pages, and whether something is wrong."""

    text: str
    path: str | None = None
    is_late: bool = False


def open_threads(desk: Desk, asked: Mapping[str, str]) -> str:
    """Live alerts, soonest deadline first; made anew each minute for who asks for it, since it disturbs who reads."""
    now, voice = desk.clock(), desk.voice
    alerts = desk.store.live_alerts(_ROWS)
    threads = {thread.id: thread for thread in desk.store.threads([alert.thread_id for alert in alerts])}
    rows = [_row(alert, threads[alert.thread_id], voice, now) for alert in alerts if alert.thread_id in threads]
    names = ("digest.column.thread", "serve.time", "digest.column.answer_by", "serve.severity", "serve.where")
    heads = [voice.say(name) for name in (*names, "serve.replies", "digest.column.state", "digest.column.team")]
    title, more = voice.say("serve.open"), len(alerts) == _ROWS
    return _rendered(
        "open.html.j2", desk, title, rows=rows, heads=heads, more=more, refresh=60 if asked.get("refresh") else None
    )


def one_thread(desk: Desk, asked: Mapping[str, str]) -> str:
    """A thread's texts, what happened to its alert, and its forecast beside what came. LookupError: no such thread."""
    thread = _thread(desk, asked.get("thread", ""))
    now, voice = desk.clock(), desk.voice
    with desk.forecasting:
        told = explain(desk.store, alert_plan(desk.config, desk.forecaster.at(now)), thread, now)
    return _rendered(
        "thread.html.j2",
        desk,
        title_of(thread, voice),
        thread=thread,
        said=[_said(mention, thread, voice) for mention in thread.mentions],
        lines=list(explained(told, voice.settings)),
        chart=timeline_of(told, now, voice),
        happened=list(happened(told.events, voice)),
        left=_left(told.alert, voice, now) if told.alert else None,
        is_overdue=told.alert is not None and told.alert.is_overdue(now),
    )


def sources(desk: Desk, _asked: Mapping[str, str]) -> str:
    """Each source's last crawl, and each step's last run."""
    voice = desk.voice
    health = look(desk.config, desk.store, desk.clock())
    names = ("serve.status", "serve.last", "serve.good", "digest.column.mentions", "digest.column.new")
    heads = [voice.say(name) for name in ("digest.column.source", *names, "serve.unread", "serve.seen")]
    rows = [_source(entry, crawl, health, voice) for entry, crawl in health.crawls.items()]
    step_heads = [voice.say(f"serve.{name}") for name in ("step", "run", "status")]
    steps = [_step(step, run, voice) for step, run in health.runs.items()]
    title = voice.say("serve.sources")
    return _rendered("sources.html.j2", desk, title, rows=rows, heads=heads, steps=steps, step_heads=step_heads)


def digests(desk: Desk, _asked: Mapping[str, str]) -> str:
    """The weeks there is anything about, newest first, by brand."""
    return _rendered("digests.html.j2", desk, desk.voice.say("serve.digests"), weeks=weeks_of(desk))


def weeks_of(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """By brand: the weeks there is anything about, newest first, each with its days."""
    brands = [brand.name for brand in desk.config.brands if not brand.is_competitor]
    return {brand: _weeks(desk, brand) for brand in brands}


def one_digest(desk: Desk, asked: Mapping[str, str]) -> str:
    """The digest's own page, made again from the store. LookupError: no such brand or week."""
    plan = next((plan for plan in digest_plans(desk.config) if plan.brand == asked.get("brand")), None)
    if plan is None:
        raise LookupError("no_brand")
    try:
        week = week_named(asked.get("week", ""), desk.config.digest.weekly.zone)
    except ValueError:
        raise LookupError("no_week") from None
    return made_digest(desk.store, plan, week, desk.clock()).page


def missing(desk: Desk, why: str) -> str:
    """A page for what is not there; `why` is a key of the catalogue's `serve`."""
    voice = desk.voice
    return _rendered("missing.html.j2", desk, voice.say("serve.missing"), why=voice.say(f"serve.{why}"))


def title_of(thread: Thread, voice: Voice) -> str:
    """One line that names a thread: its title, else how it begins."""
    root = thread.root
    said = (root.title or root.text or "") if root else ""
    return one_line(mask_personal(said), _TITLE) or f"{voice.source(thread.source)} #{thread.id}"


def _row(alert: Alert, thread: Thread, voice: Voice, now: datetime) -> list[Cell]:
    return [
        Cell(title_of(thread, voice), path=f"/thread/{thread.id}"),
        Cell(_left(alert, voice, now), is_late=alert.is_overdue(now)),
        Cell(voice.when_written(alert.deadline.answer_by)),
        Cell(voice.severity(alert.severity.word)),
        Cell(voice.source(thread.source, thread.instance)),
        Cell(voice.number(len(thread.replies))),
        Cell(voice.say(f"state.{alert.state.value}")),
        Cell(alert.team),
    ]


def _source(entry: str, crawl: Crawl, health: Health, voice: Voice) -> list[Cell]:
    went = voice.say(f"serve.crawl.{crawl.status.value}") + (f", {voice.say('serve.suspicious')}" * crawl.suspicious)
    good = health.good_crawls.get(entry)
    holes = health.holes.get(entry, 0)
    return [
        Cell(entry),
        Cell(went, is_late=crawl.status not in (CrawlStatus.OK, CrawlStatus.EMPTY) or crawl.suspicious),
        Cell(voice.when_written(crawl.ended_at)),
        Cell(voice.when_written(good.ended_at) if good else voice.say("serve.never"), is_late=good is None),
        Cell(voice.number(crawl.mentions)),
        Cell(voice.number(crawl.new)),
        Cell(voice.number(holes), is_late=holes > 0),
        Cell(one_line(crawl.seen or "–", _TITLE)),
    ]


def _step(step: str, run: StepRun, voice: Voice) -> list[Cell]:
    went = voice.say("serve.well") if run.ok else run.note or voice.say("serve.failed")
    return [Cell(step), Cell(voice.when_written(run.ended_at)), Cell(one_line(went, _TITLE), is_late=not run.ok)]


def _left(alert: Alert, voice: Voice, now: datetime) -> str:
    """ "40 minutes left", "overdue by 2 hours", or its state where nothing runs."""
    if not alert.state.is_live:
        return voice.say(f"state.{alert.state.value}")
    left = alert.deadline.answer_by - now
    length = voice.lasting(left)
    return voice.say("serve.left" if left >= timedelta() else "serve.late", length=length)


def _said(mention: Mention, thread: Thread, voice: Voice) -> dict[str, Any]:
    url = safe_url(mention.url)
    return {
        "mention": mention,
        "text": mask_personal(clean(mention.text or ""), mention.language),
        "title": one_line(mask_personal(mention.title or ""), _TITLE),
        "author": one_line(mention.author or "", 60),
        "particulars": list(_particulars(mention, thread, voice)),
        "url": url,
        "host": host_of(url) if url else "",
    }


def _particulars(mention: Mention, thread: Thread, voice: Voice) -> Iterator[str]:
    """When it was said, with how many stars, and what the model read."""
    if mention.published_at:
        yield voice.when_written(mention.published_at)
    if mention.rating:
        yield voice.rating(mention.rating)
    if sentiment := thread.sentiment_of(mention):
        yield f"{voice.say(f'digest.tone.{sentiment.label.value}')} {voice.percent(sentiment.confidence)}"


def _thread(desk: Desk, number: str) -> Thread:
    found: Sequence[Thread] = desk.store.threads([int(number)]) if number.isdigit() and len(number) < 18 else ()
    if not found:
        raise LookupError("no_thread")
    return found[0]


def _weeks(desk: Desk, brand: str) -> list[tuple[str, str]]:
    """Names and days."""
    first = desk.store.first_mention_at(brand)
    week = week_holding(desk.clock(), desk.config.digest.weekly.zone)
    names = [week.back(back) for back in range(_WEEKS)]
    say = DigestWords(desk.voice)
    shown = [one for one in names if first is not None and one.end > first]
    return [(one.name, say.days(one.monday, one.monday + timedelta(days=6))) for one in shown]


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
