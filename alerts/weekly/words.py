"""The digest's figures as words and numbers of the team's language; used by the message and the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from babel.dates import format_interval
from babel.numbers import format_decimal

from alerts.cards.text import one_line
from alerts.cards.voice import Voice
from alerts.masking import mask_personal
from alerts.weekly.figures import Figures
from alerts.weekly.headline import Matter, headline
from alerts.weekly.ratings import RatingEffect
from alerts.weekly.share import Share
from alerts.weekly.sources import SourceWeek
from storage.records import NegativeThread, WeekAlert, WeekText

_TITLE = 90
_TEXT = 160


class DigestWords:
    """Says figures as one team wants them."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._locale = voice.locale

    def say(self, key: str, /, **values: object) -> str:
        return self.voice.say(f"digest.{key}", **values)

    def span(self, figures: Figures) -> str:
        """ "16 – 22 Nov 2026": first and last day in the team's zone."""
        zone = self.voice.settings.tz
        first, last = figures.start.astimezone(zone), (figures.end - timedelta(hours=12)).astimezone(zone)
        return format_interval(first.date(), last.date(), "yMMMd", locale=self._locale)

    def matters(self, figures: Figures) -> list[str]:
        """The headline's sentences."""
        return [self._matter(matter, figures.brand) for matter in headline(figures)]

    def share(self, share: Share) -> str:
        """ "27 %" with its interval, and a word where it rests on few texts."""
        if share.value is None or share.interval is None:
            return self.say("no_data")
        low, high = (self.voice.percent(bound) for bound in share.interval)
        text = self.say("interval", share=self.voice.percent(share.value), low=low, high=high)
        return f"{text}; {self.say('few', n=share.whole)}" if share.is_few else text

    def share_in_table(self, share: Share) -> str:
        """The share alone where it says something, else the counts."""
        if share.is_few:
            return self.say("too_few", part=share.part, whole=share.whole)
        return self.percent(share.value)

    def percent(self, share: float | None) -> str:
        return self.say("no_data") if share is None else self.voice.percent(share)

    def number(self, value: float | None) -> str:
        return self.say("no_data") if value is None else self.voice.number(value)

    def stars(self, value: float | None) -> str:
        return self.say("no_data") if value is None else format_decimal(value, format="0.0", locale=self._locale)

    def signed(self, value: float | None, form: str = "+0.0;-0.0") -> str:
        if value is None:
            return self.say("no_data")
        return format_decimal(value, format=form, locale=self._locale).replace("-", "−")

    def net(self, value: float | None) -> str:
        return self.signed(value, "+0.00;-0.00")

    def lasting(self, length: timedelta | None) -> str:
        return self.say("no_data") if length is None else self.voice.lasting(length)

    def title(self, thread: NegativeThread | None) -> str:
        """A thread's title in one line; its source and number where it has none."""
        if thread is None:
            return ""
        said = one_line(mask_personal(thread.title or ""), _TITLE)
        return said or f"{self.voice.source(thread.source)} #{thread.thread_id}"

    def alert_title(self, one: WeekAlert) -> str:
        """The title of an alert's thread."""
        said = one_line(mask_personal(one.title or ""), _TITLE)
        return said or f"{self.voice.source(one.source)} #{one.alert.thread_id}"

    def text(self, text: WeekText) -> str:
        """How a text begins, in one line; its source and number where nothing of it is kept."""
        said = one_line(mask_personal(text.text or "", text.language), _TEXT)
        return said or f"{self.voice.source(text.source)} #{text.mention_id}"

    def read_as(self, text: WeekText) -> str:
        """ "negative (54 %)": what the model read; a dash where it could not."""
        if text.label is None or text.confidence is None:
            return "–"
        return f"{self.say(f'chart.{text.label.value}')} ({self.voice.percent(text.confidence)})"

    def word(self, text: WeekText) -> str:
        """What a person said of a text; a dash where nobody did."""
        if text.word is None:
            return "–"
        key = f"label.{text.word.label}"
        return self.voice.say(key) if key in self.voice else self.voice.say("label.complaint")

    def answered_after(self, figures: Figures, thread: NegativeThread) -> str:
        """How long after its first text a thread was answered; a dash where it was not."""
        times = [one.alert.answered_at for one in figures.lists.alerts if one.alert.thread_id == thread.thread_id]
        return self.lasting(times[0] - thread.created_at) if times and times[0] else "–"

    def look(self, source: SourceWeek) -> str:
        """What is wrong with a source; a word of calm where nothing is."""
        wrong = (
            ("refused", source.is_refused),
            ("silent", source.is_silent),
            ("suspicious", source.count.suspicious > 0),
            ("holes", source.count.holes > 0),
        )
        said = [self.say(f"look.{name}") for name, is_so in wrong if is_so]
        return f"⚠ {', '.join(said)}" if said else self.say("look.well")

    def speed(self, effect: RatingEffect) -> str:
        """ "within 4 hours", "later", "without an answer"."""
        if not effect.answered:
            return self.say("within.none")
        return self.say("within.slow") if effect.within is None else self.say("within.fast", n=effect.within)

    def column(self, key: str) -> str:
        """A column's heading; a key with a dot is a row's word that heads a column."""
        return self.say(key if "." in key else f"column.{key}")

    def topic(self, name: str) -> str:
        return self.voice.topic(name)

    def _matter(self, matter: Matter, brand: str) -> str:
        if matter.code == "nothing":
            return self.say("nothing", brand=brand)
        return self.say(f"matter.{matter.code}", **self._shown(matter.numbers))

    def _shown(self, numbers: Mapping[str, object]) -> dict[str, object]:
        shown: dict[str, object] = {}
        for name, value in numbers.items():
            if isinstance(value, NegativeThread):
                shown["title"] = self.title(value)
            elif isinstance(value, datetime):
                shown[name] = self.voice.when_written(value)
            elif isinstance(value, timedelta) or value is None:
                shown[name] = self.lasting(value if isinstance(value, timedelta) else None)
            elif name == "topic":
                shown[name] = self.topic(str(value)).capitalize()
            elif name == "source":
                shown[name] = self.voice.source(str(value))
            elif isinstance(value, float):
                shown[name] = self._float(name, value, numbers)
            else:
                shown[name] = value
        return shown

    def _float(self, name: str, value: float, numbers: Mapping[str, object]) -> str:
        """Shares in per cent, means and multiples with one digit, counts whole."""
        if "source" in numbers or name == "times":
            return self.stars(value)
        return self.number(value) if name == "usual" else self.voice.percent(value)
