"""The digest's figures as words and numbers of the team's language; used by the message and the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from babel.dates import format_interval
from babel.numbers import format_decimal

from alerts.cards.text import one_line
from alerts.cards.voice import Voice
from alerts.masking import mask_personal
from alerts.weekly.figures import Figures
from alerts.weekly.headline import headline
from alerts.weekly.ratings import RatingEffect
from alerts.weekly.share import Share
from alerts.weekly.sources import SourceWeek
from storage.records import CalmThread, NegativeThread, Rating, WeekAlert, WeekText

_TITLE = 90
_TEXT = 160
_NAME = 60


class Counted(int):
    """A number that a sentence's plural is chosen by and that shows in the language's own form."""

    shown: str

    @classmethod
    def of(cls, value: int, shown: str) -> Counted:
        counted = cls(value)
        counted.shown = shown
        return counted

    def __format__(self, _form: str) -> str:
        return self.shown


class DigestWords:
    """Says figures as one team wants them."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._locale = voice.locale

    def say(self, key: str, /, **values: object) -> str:
        return self.voice.say(f"digest.{key}", **values)

    def span(self, figures: Figures) -> str:
        """First and last day of the week, in the team's zone."""
        zone = self.voice.settings.tz
        first, last = figures.start.astimezone(zone), (figures.end - timedelta(hours=12)).astimezone(zone)
        return self.days(first.date(), last.date())

    def days(self, first: date, last: date) -> str:
        """ "16 – 22 Nov 2026"."""
        return format_interval(first, last, "yMMMd", locale=self._locale)

    def paragraph(self, figures: Figures) -> str:
        """What the week was, the three things that matter in it, and why: what a manager forwards."""
        said = figures.now.said
        first = {"n": said.mentions, "negative": said.negative, "brand": figures.brand}
        sentences = [self._said("top", "lead" if said.negative else "none", first)] if said.mentions else []
        for matter in headline(figures):
            numbers = {"brand": figures.brand} if matter.code == "nothing" else matter.numbers
            sentences.append(self._said("matter", matter.code, numbers))
            if matter.why:
                sentences.append(self._said("why", matter.why.code, matter.why.numbers))
        return " ".join(sentences)

    def share(self, share: Share) -> str:
        """ "27 %" with its interval, and a word where it rests on few texts."""
        if share.value is None or share.interval is None:
            return self.say("no_data")
        low, high = (self.voice.percent(bound) for bound in share.interval)
        of = self.say("of", part=self.number(share.part), whole=self.number(share.whole))
        text = self.say("interval", share=f"{self.voice.percent(share.value)} ({of})", low=low, high=high)
        return f"{text}; {self.say('few')}" if share.is_few else text

    def share_in_table(self, share: Share) -> str:
        """The share alone where it says something, else the counts."""
        if share.value is None:
            return "–"
        if share.is_few:
            return self.say("too_few", part=share.part, whole=share.whole)
        return self.percent(share.value)

    def part_of(self, part: int, whole: int) -> str:
        """ "33%" of many, "5 of 6" of few."""
        share = Share(part=part, whole=whole)
        return self.say("of", part=part, whole=whole) if share.is_few else self.percent(share.value)

    def language(self, code: str) -> str:
        return self.say("unknown_language") if code == "?" else self.voice.language(code)

    def percent(self, share: float | None) -> str:
        return self.say("no_data") if share is None else self.voice.percent(share)

    def number(self, value: float | None) -> str:
        return self.say("no_data") if value is None else self.voice.number(value)

    def stars(self, value: float | None) -> str:
        return self.say("no_data") if value is None else format_decimal(value, format="0.0", locale=self._locale)

    def stars_of(self, rating: Rating) -> str:
        """ "4/5", on the scale it was given."""
        return f"{self.voice.decimal(rating.value)}/{self.voice.decimal(rating.best)}"

    def signed(self, value: float | None, form: str = "+0.0;-0.0") -> str:
        if value is None:
            return self.say("no_data")
        return format_decimal(value, format=form, locale=self._locale).replace("-", "−")

    def net(self, value: float | None) -> str:
        return self.signed(value, "+0.00;-0.00")

    def lasting(self, length: timedelta | None) -> str:
        return self.say("no_data") if length is None else self.voice.lasting(length)

    def time_of(self, time: timedelta, answers: int) -> str:
        """ "75 minutes (2 answers)": how much a median rests on."""
        return self.say("time_of", time=self.lasting(time), n=Counted.of(answers, self.number(answers)))

    def title(self, thread: NegativeThread | CalmThread) -> str:
        """A thread's title in one line; its source and number where it has none."""
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
        return f"{self.say(f'tone.{text.label.value}')} ({self.voice.percent(text.confidence)})"

    def word(self, text: WeekText) -> str:
        """What a person said of a text; a dash where nobody did."""
        if text.word is None:
            return "–"
        key = f"label.{text.word.label}"
        return self.voice.say(key) if key in self.voice else self.voice.say("label.complaint")

    def answered_after(self, figures: Figures, thread: NegativeThread) -> str:
        """How long after its first text a thread was answered; a dash where it was not."""
        answered_at = figures.answered_at(thread)
        return self.lasting(answered_at - thread.created_at) if answered_at else "–"

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

    def _said(self, kind: str, code: str, numbers: Mapping[str, object]) -> str:
        return self.say(f"{kind}.{code}", **{name: self._shown(name, value) for name, value in numbers.items()})

    def _shown(self, name: str, value: object) -> object:
        """One value of a sentence of the headline; shares are per cent, stars and multiples have one digit."""
        match value:
            case NegativeThread() | CalmThread():
                return self.title(value)
            case WeekAlert():
                return self.alert_title(value)
            case datetime():
                return self.voice.when_written(value)
            case timedelta():
                return self.lasting(value)
            case tuple():
                return ", ".join(self._looked(one) for one in value)
            case int():
                return Counted.of(value, self.number(value))
            case float():
                one_digit = name in ("stars", "stars_before", "times")
                return (
                    self.stars(value) if one_digit else self.number(value) if name == "usual" else self.percent(value)
                )
        return self.topic(str(value)) if name == "about" else self._named(name, value)

    def _named(self, name: str, value: object) -> str:
        return self.voice.source(str(value)) if name in ("source", "on") else one_line(str(value), _NAME)

    def _looked(self, source: SourceWeek) -> str:
        """ "forum (often refused)"."""
        return f"{one_line(source.count.entry, _NAME)} ({self.look(source).removeprefix('⚠ ')})"
