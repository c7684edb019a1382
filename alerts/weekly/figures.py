"""Every number of the digest, each computed in one place from a week's rows; docs/figures.md says what each means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from alerts.weekly.answers import AnswerFigures, RatingEffect, SupportTime, answers_of, rating_effects
from alerts.weekly.share import Share
from alerts.weekly.sources import SourceWeek, source_weeks
from storage.records import Crawl, Label, NegativeThread, VoiceCount, WeekAlert, WeekRows

# A thread that so many customers wrote in within the week has grown.
GROWN_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """How much was said and in what tone."""

    mentions: int = 0
    scored: int = 0
    negative: int = 0
    positive: int = 0
    unsure: int = 0

    @property
    def negative_share(self) -> Share:
        return Share(part=self.negative, whole=self.scored)

    @property
    def net_sentiment(self) -> float | None:
        """Positive less negative, as a share of what was scored: -1 to 1."""
        return (self.positive - self.negative) / self.scored if self.scored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRating:
    """The mean rating of a source in stars of five, whatever its own scale, and of how many."""

    source: str
    stars: float
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigure:
    """A topic among the negative mentions, against the week before, and its most telling threads."""

    topic: str
    mentions: int
    before: int
    share: Share
    threads: tuple[NegativeThread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One brand's week, beside the week before and the medians of the eight weeks before."""

    brand: str
    week: str
    start: datetime
    end: datetime
    voices: Voices
    voices_before: Voices | None
    # Names and voices of up to eight weeks before, oldest first.
    earlier: tuple[tuple[str, Voices], ...]
    # Medians over up to eight earlier weeks; None without any.
    usual_mentions: float | None
    usual_negative_share: float | None
    by_source: Mapping[str, Voices]
    by_source_before: Mapping[str, Voices]
    by_language: Mapping[str, Voices]
    by_language_before: Mapping[str, Voices]
    ratings: tuple[MeanRating, ...]
    ratings_before: tuple[MeanRating, ...]
    topics: tuple[TopicFigure, ...]
    grown: tuple[NegativeThread, ...]
    alerts: tuple[WeekAlert, ...]
    answers: AnswerFigures
    answers_before: AnswerFigures
    still_open: tuple[WeekAlert, ...]
    turned_round: tuple[WeekAlert, ...]
    rating_effects: tuple[RatingEffect, ...]
    false_alarms: int
    # How each source did, those that need a look first.
    sources: tuple[SourceWeek, ...]
    # Customers' mentions by brand, ours first; empty without competitors.
    share_of_voice: Mapping[str, int]


def figures_of(
    rows: WeekRows,
    before: WeekRows,
    *,
    name: str,
    earlier: Sequence[tuple[str, Voices]],
    share_of_voice: Mapping[str, int],
    crawls: Sequence[Crawl],
    support_time: SupportTime,
) -> Figures:
    """The figures of one week.

    `earlier`: names and voices of up to eight weeks before, oldest first; `support_time(team, start, end)`: that
    team's hours in between.
    """
    kept = [voices for _, voices in earlier if voices.mentions]
    shares = [share for week in kept if (share := week.negative_share.value) is not None]
    return Figures(
        brand=rows.brand,
        week=name,
        start=rows.start,
        end=rows.end,
        voices=voices_in(rows),
        voices_before=voices_in(before) if before.voices else None,
        earlier=tuple(earlier),
        usual_mentions=median(week.mentions for week in kept) if kept else None,
        usual_negative_share=median(shares) if shares else None,
        by_source=_voices_by(rows, lambda voice: voice.source),
        by_source_before=_voices_by(before, lambda voice: voice.source),
        by_language=_voices_by(rows, _language),
        by_language_before=_voices_by(before, _language),
        ratings=_mean_ratings(rows),
        ratings_before=_mean_ratings(before),
        topics=_topics(rows, before),
        grown=_grown(rows),
        alerts=rows.alerts,
        answers=answers_of(rows, support_time),
        answers_before=answers_of(before, support_time),
        still_open=_still_open(rows),
        turned_round=tuple(one for one in rows.alerts if _in_week(rows, one.alert.turned_round_at)),
        rating_effects=rating_effects(rows),
        false_alarms=sum(label.label in ("not_a_complaint", "not_about_us") for label in rows.labels),
        sources=source_weeks(crawls),
        share_of_voice=share_of_voice,
    )


def voices_in(rows: WeekRows) -> Voices:
    """All voices of the week as one."""
    return sum_of(rows.voices)


def sum_of(voices: Iterable[VoiceCount]) -> Voices:
    """Counted voices as one; unsure readings count with the label they were given."""
    counts: Counter[str] = Counter()
    for voice in voices:
        counts["mentions"] += voice.mentions
        counts["unsure"] += voice.unsure
        if voice.label is not None:
            counts["scored"] += voice.mentions
            counts[voice.label] += voice.mentions
    return Voices(
        mentions=counts["mentions"],
        scored=counts["scored"],
        negative=counts[Label.NEGATIVE],
        positive=counts[Label.POSITIVE],
        unsure=counts["unsure"],
    )


def _voices_by(rows: WeekRows, key: Callable[[VoiceCount], str]) -> dict[str, Voices]:
    groups: dict[str, list[VoiceCount]] = defaultdict(list)
    for voice in rows.voices:
        groups[key(voice)].append(voice)
    summed = {name: sum_of(group) for name, group in groups.items()}
    return dict(sorted(summed.items(), key=lambda pair: (-pair[1].mentions, pair[0])))


def _language(voice: VoiceCount) -> str:
    """Without script and country; "?" where neither the source nor the model named one."""
    return (voice.language or "?").split("-")[0]


def _mean_ratings(rows: WeekRows) -> tuple[MeanRating, ...]:
    """In stars of five, so that scales can stand side by side; thumbs (of 1) are left out, they have no middle."""
    stars: dict[str, list[float]] = defaultdict(list)
    for count in rows.ratings:
        if count.rating.best > 1:
            stars[count.source] += [5 * count.rating.share] * count.mentions
    return tuple(
        MeanRating(source=source, stars=sum(values) / len(values), ratings=len(values))
        for source, values in sorted(stars.items())
    )


def _topics(rows: WeekRows, before: WeekRows) -> tuple[TopicFigure, ...]:
    now, then = _negative_topics(rows), _negative_topics(before)
    whole = voices_in(rows).negative
    figures = [
        TopicFigure(
            topic=topic,
            mentions=mentions,
            before=then[topic],
            share=Share(part=mentions, whole=whole),
            threads=tuple(thread for thread in rows.threads if topic in thread.topics)[:3],
        )
        for topic, mentions in now.items()
    ]
    return tuple(sorted(figures, key=lambda figure: (-figure.mentions, figure.topic)))


def _negative_topics(rows: WeekRows) -> Counter[str]:
    counts: Counter[str] = Counter()
    for count in rows.topics:
        if count.label is Label.NEGATIVE:
            counts.update(dict.fromkeys(count.topics, count.mentions))
    return counts


def _grown(rows: WeekRows) -> tuple[NegativeThread, ...]:
    """Negative threads in which at least three people or lines came in the week, the busiest first."""
    grown = [thread for thread in rows.threads if thread.said_in_week >= GROWN_FROM]
    return tuple(sorted(grown, key=lambda thread: (-thread.said_in_week, thread.thread_id)))


def _still_open(rows: WeekRows) -> tuple[WeekAlert, ...]:
    live = [one for one in rows.alerts if one.alert.state.is_live]
    return tuple(sorted(live, key=lambda one: one.alert.deadline.answer_by))


def _in_week(rows: WeekRows, moment: datetime | None) -> bool:
    return moment is not None and rows.start <= moment < rows.end
