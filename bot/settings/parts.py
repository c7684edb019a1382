"""Which section fills which folder's settings, and what is written otherwise than it is kept: all mappings are here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.alert_policy import AlertPolicy, Pause
from alerts.cards.card import MessageSettings
from alerts.catalogue import LANGUAGES
from alerts.forecast import ForecastSettings
from bot.cadence import UTC_ZONE, WEEKDAYS, Weekly
from bot.settings import kinds
from bot.settings.fill import fill
from bot.settings.kinds import UnfitError, between
from bot.settings.names import check_names
from bot.settings.section import Section
from classifier.model import SHIPPED, ModelSettings
from classifier.verdict_policy import VerdictPolicy, VerdictRule
from spiders.plan import CrawlSettings
from storage.records import Brand

_SHARE = between(0, 1)
language = kinds.choice({code: code for code in LANGUAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSettings:
    """What `[bot]` says: the conductor's own settings."""

    # Language of cards and digests.
    language: str = "en"
    # Zone of cron lines and of whoever names none.
    zone: ZoneInfo = UTC_ZONE
    # Where a webmaster can complain; stands in the User-Agent.
    contact: str | None = None
    # Crawls of different hosts that may run at the same time.
    crawls_at_once: int = 2
    # Asked for after each good round, so that silence is noticed elsewhere.
    heartbeat: str | None = None
    # "127.0.0.1:9464": figures for Prometheus.
    metrics: str | None = None


def read_bot(root: Section) -> BotSettings:
    section = root.inner("bot")
    readers = {
        "language": language,
        "contact": kinds.contact,
        "crawls_at_once": between(1, 16, kinds.whole),
        "heartbeat": kinds.web_address,
        "metrics": _loopback,
    }
    settings = fill(BotSettings, section, readers=readers)
    section.close()
    return settings or BotSettings()


def read_crawl(root: Section, contact: str | None) -> CrawlSettings:
    section = root.inner("crawl")
    spans = dict.fromkeys(("time_limit", "page_delay", "api_delay"), kinds.seconds)
    counts = {
        name: between(1, 10**9, kinds.whole) for name in ("requests_per_day", "page_cap", "body_limit", "mention_cap")
    }
    settings = fill(CrawlSettings, section, given={"contact": contact}, readers={**spans, **counts})
    section.close()
    return settings or CrawlSettings()


def read_model(root: Section, folder: Path) -> ModelSettings:
    """Own topics are `[model.topics]`; paths are reckoned from the configuration file."""
    section = root.inner("model")
    topics = section.read("topics", kinds.table(kinds.many(kinds.text)), {})
    readers = {
        "threads": between(1, 256, kinds.whole),
        "batch_size": between(1, 1024, kinds.whole),
        "unsure_below": _SHARE,
        "weights": _path_from(folder),
        "label_map": kinds.table(_label),
    }
    settings = fill(ModelSettings, section, given={"own_topics": topics}, readers=readers) or ModelSettings()
    section.close()
    near = folder / settings.name
    return replace(settings, name=str(near)) if settings.name != SHIPPED and near.is_dir() else settings


def read_verdict(root: Section, brands: tuple[Brand, ...], sources: tuple[str, ...]) -> VerdictPolicy:
    section = root.inner("verdict")
    shares = ("negative_from", "contested_from", "sure_from", "rating_share", "strong_from")
    stars = {"stars_from": between(0, 5), "stars_to": between(0, 5)}
    rules = []
    for part in root.listed("rule"):
        rule = fill(VerdictRule, part, readers=stars)
        check_names(part, brands, sources)
        if rule and not (rule.then or rule.least or rule.most):
            part.problems.add(
                part.path, 'decides nothing: say then = "calm" or "negative", least = "high" or most = "low"'
            )
        part.close()
        rules += [rule] if rule else []
    policy = fill(VerdictPolicy, section, given={"rules": tuple(rules)}, readers=dict.fromkeys(shares, _SHARE))
    section.close()
    return policy or VerdictPolicy()


def read_alerts(root: Section, brands: tuple[Brand, ...], sources: tuple[str, ...]) -> AlertPolicy:
    section = root.inner("alerts")
    for part in section.listed("pauses"):
        check_names(part, brands, sources)
    readers = {
        "follow_up_after": kinds.span_or_never,
        "remind_at": kinds.many(between(1, 99, kinds.whole)),
        "stops": between(1, 20, kinds.whole),
    }
    # The channels stand with the other channels, under [slack].
    hidden = ("thanks_channel", "review_channel")
    policy = fill(AlertPolicy, section, readers=readers, hidden=hidden) or AlertPolicy()
    section.close()
    paused = tuple(one.values["name"] for one in root.listed("brand") if one.values.get("paused") is True)
    return replace(policy, pauses=(*policy.pauses, Pause(brands=paused))) if paused else policy


def read_forecast(root: Section) -> ForecastSettings:
    section = root.inner("forecast")
    settings = fill(ForecastSettings, section, readers={"share": between(0.01, 0.9), "least_p_grow": _SHARE})
    section.close()
    return settings or ForecastSettings()


def read_messages(root: Section, bot: BotSettings, folder: Path, topics: tuple[str, ...]) -> MessageSettings:
    """`[replies]`; the zone and language of a team are put in where a team is at hand."""
    section = root.inner("replies")
    own = section.read("topic_names", kinds.table(kinds.text), {})
    section.known.add("folder")
    given: dict[str, Any] = {
        "language": bot.language,
        "zone": bot.zone.key,
        "buttons": False,
        "topic_names": {name: name.replace("_", " ") for name in topics} | own,
        "replies_folder": section.read("folder", _folder_from(folder)),
    }
    settings = fill(MessageSettings, section, given=given, readers={"translate_url": _web_pattern})
    section.close()
    return settings or MessageSettings()


def read_weekly(section: Section, zone: ZoneInfo) -> Weekly:
    """`weekday`, `hour` ("09:00" or 9) and `zone` of `[digest]`."""
    names = {name: number for number, name in enumerate(WEEKDAYS)}
    names |= {name[:3]: number for name, number in names.items()}
    return Weekly(
        weekday=section.read("weekday", kinds.choice(names), 0),
        at=section.read("hour", _hour, time(9)),
        zone=section.read("zone", kinds.zone, zone),
    )


def _hour(value: object) -> time:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24:
        return time(value)
    return kinds.clock(value)


def _label(value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5:
        return value
    if value in ("negative", "neutral", "positive"):
        return str(value)
    raise UnfitError('"negative", "neutral", "positive", or stars 1 to 5')


def _web_pattern(value: object) -> str:
    address = kinds.web_address(value)
    if "{text}" not in address:
        raise UnfitError('an address with {text} in it, such as "https://translate.example/?text={text}"')
    return address


def _loopback(value: object) -> str:
    host, _, port = kinds.text(value).rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]") or not port.isdigit() or not 0 < int(port) < 65536:
        raise UnfitError('an address of this machine with a port, such as "127.0.0.1:9464"')
    return f"{host}:{port}"


def _path_from(folder: Path) -> kinds.Reader:
    return lambda value: (folder / Path(kinds.text(value)).expanduser()).resolve()


def _folder_from(folder: Path) -> kinds.Reader:
    def read(value: object) -> Path:
        path = (folder / Path(kinds.text(value)).expanduser()).resolve()
        if not path.is_dir():
            raise UnfitError("a folder that exists, reckoned from the configuration file")
        return path

    return read
