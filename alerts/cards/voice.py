"""The team's way of speaking: its language, its zone, its words for sources, topics and lengths of time."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent

from alerts.cards.card import MessageSettings
from alerts.cards.links import host_of, safe_url
from alerts.cards.text import escaped, one_line
from alerts.catalogue import phrases
from storage.records import Rating

# English dates with the day first, so that nobody takes the month for it.
_FORMS = {"en": Locale("en", "GB")}


class Marked(str):
    """Text that is mrkdwn already and safe: everything else is escaped before it enters a sentence."""

    __slots__ = ()


class Voice:
    """Says the catalogue's sentences as one team wants them."""

    def __init__(self, settings: MessageSettings) -> None:
        self.settings = settings
        self._phrases = phrases(settings.language)
        self.locale = _FORMS.get(settings.language) or self._phrases.locale

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def say(self, key: str, /, **values: object) -> str:
        """A sentence in plain words: for headers, notifications, rich text."""
        return self._phrases.say(key, **values)

    def marked(self, key: str, /, **values: object) -> Marked:
        """A sentence in mrkdwn: every value is escaped unless it is Marked."""
        safe = {name: _safe(value) for name, value in values.items()}
        return Marked(self._phrases.say(key, **safe))

    def reason(self, code: str, **numbers: object) -> Marked:
        """A rule's reason as a sentence; a code without one (an older version's) shows as its own words."""
        try:
            shown = {name: self._shown(name, value) for name, value in numbers.items()}
            if isinstance(minutes := numbers.get("minutes"), int | float):
                shown["length"] = self.lasting(timedelta(minutes=minutes))
            return self.marked(f"reason.{code}", **shown)
        except (KeyError, ValueError):
            # A code or its numbers as another version wrote them: no reason to have no card.
            return Marked(escaped(code.replace("_", " ")))

    def when(self, moment: datetime) -> Marked:
        """A moment in each reader's own zone; where Slack can't, written out in the team's zone."""
        fallback = self.when_written(moment).replace("|", "/").replace(">", "")
        return Marked(f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>")

    def time(self, moment: datetime) -> Marked:
        """A time of today, as `when` shows a moment."""
        local = moment.astimezone(self.settings.tz)
        return Marked(f"<!date^{int(moment.timestamp())}^{{time}}|{local:%H:%M} {local.tzname()}>")

    def when_written(self, moment: datetime) -> str:
        """A moment with its zone, for people and places Slack's date tokens don't reach: "24 Nov, 13:10 CET"."""
        local = moment.astimezone(self.settings.tz)
        return f"{format_skeleton('MMMd', local, locale=self.locale)}, {local:%H:%M} {local.tzname()}"

    def day(self, moment: datetime) -> str:
        """A date without a time of day, as its source gave it."""
        return format_date(moment.date(), "medium", locale=self.locale)

    def lasting(self, length: timedelta) -> str:
        """ "40 minutes", "3 hours": never under a minute, in the language's own plural."""
        length = max(abs(length), timedelta(minutes=1))
        return format_timedelta(length, granularity="minute", threshold=1.6, locale=self.locale)

    def number(self, value: float) -> str:
        return format_decimal(round(value), locale=self.locale)

    def decimal(self, value: float) -> str:
        """As many digits as it has, two at most: "4" or "4.5"."""
        return format_decimal(value, format="0.##", locale=self.locale)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self.locale)

    def in_ten(self, probability: float) -> int:
        """For "7 in 10": never 0 and never 10, since nothing is certain."""
        return min(9, max(1, round(probability * 10)))

    def topic(self, name: str) -> str:
        """A topic's word: the company's own, the catalogue's, else its name."""
        own = self.settings.topic_names.get(name)
        key = f"topic.{name}"
        return own or (self.say(key) if key in self._phrases else name.replace("_", " "))

    def topics(self, names: tuple[str, ...]) -> str:
        return ", ".join(self.topic(name) for name in names)

    def severity(self, word: str) -> str:
        return self.say(f"severity.{word}")

    def language(self, code: str) -> str:
        """A language's name in the team's language, else its code."""
        try:
            return Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (ValueError, UnknownLocaleError):
            return one_line(code, 20)

    def source(self, source: str, instance: str = "") -> str:
        """ "Hacker News", "Mastodon (mastodon.social)"."""
        name = _source_names().get(source, source.replace("_", " ").title())
        return f"{name} ({one_line(instance, 60)})" if instance else name

    def rating(self, rating: Rating) -> str:
        """ "★☆☆☆☆ (1/5)" for five stars, "7/10" for other scales, a thumb for the binary one."""
        if rating.best == 1:
            return "👍" if rating.value else "👎"
        written = f"{rating.value:g}/{rating.best:g}"
        if rating.best != 5:
            return written
        full = min(5, max(0, round(rating.value)))
        return f"{'★' * full}{'☆' * (5 - full)} ({written})"

    def link(self, url: str | None, key: str = "card.link") -> Marked | None:
        """A link named by the host it leads to; None where there is no safe one."""
        safe = safe_url(url)
        return Marked(f"<{safe}|{self.marked(key, host=host_of(safe))}>") if safe else None

    def _shown(self, name: str, value: object) -> object:
        if name == "topic" and isinstance(value, str):
            return self.topic(value)
        if name in ("source", "platform") and isinstance(value, str):
            return self.source(value)
        if name in ("before", "after") and isinstance(value, str) and f"severity.{value}" in self:
            return self.severity(value).lower()
        if name == "day" and isinstance(value, str):
            return format_date(date.fromisoformat(value), "medium", locale=self.locale)
        if name == "name" and not value:
            return self.say("reason.own_free_day")
        return f"{value:g}" if isinstance(value, float) else value


def _safe(value: object) -> object:
    return escaped(value) if isinstance(value, str) and not isinstance(value, Marked) else value


@lru_cache
def _source_names() -> dict[str, str]:
    text = files("alerts.catalogue").joinpath("sources.toml").read_text(encoding="utf-8")
    return {str(name): str(shown) for name, shown in tomllib.loads(text).items()}
