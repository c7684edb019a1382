"""Who speaks in a thread and which way: one voice an author, weighed by how sure we are and how far it carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log10

from classifier.verdict_policy import VerdictPolicy
from storage.records import Kind, Label, Mention, Rating, Sentiment, Thread

# A text the model is unsure of still counts, for a third.
UNSURE_WEIGHT = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one author says in one thread, all their texts together."""

    author: str
    is_root: bool
    label: Label
    # How negative, 0 to 1; stars and words together where both are there.
    negative: float
    confidence: float
    is_sure: bool
    weight: float
    topics: tuple[str, ...] = ()
    # Stars and words pull in opposite directions.
    is_contradicted: bool = False

    @property
    def mass(self) -> float:
        return self.weight * self.confidence


def voices(thread: Thread, policy: VerdictPolicy) -> tuple[Voice, ...]:
    """One voice for each author but the owner; the root's first. Texts that nobody could score are left out."""
    root, policy = thread.root, policy.at(thread.source)
    spoken: dict[str, list[Voice]] = defaultdict(list)
    for mention in thread.mentions:
        if counts(mention, thread):
            voice = _voice(mention, thread.sentiment_of(mention), mention is root, policy)
            if voice is not None:
                spoken[voice.author].append(voice)
    together = [_together(own) for own in spoken.values()]
    return tuple(sorted(together, key=lambda voice: not voice.is_root))


def counts(mention: Mention, thread: Thread) -> bool:
    """Only texts about this brand, by others, that still stand."""
    owner = mention.is_owner_reply or mention.kind is Kind.OWNER_RESPONSE
    return not owner and not mention.deleted and mention.brand in (None, thread.brand)


def rating_negativity(rating: Rating) -> float:
    """1 for the worst stars, 0 for the best, half in the middle (3 of 5)."""
    share = rating.share
    if share <= 0.4:
        return 1.0 - 0.15 * max(0.0, share - 0.2) / 0.2
    if share <= 0.6:
        return 0.85 - 0.35 * (share - 0.4) / 0.2
    return max(0.0, 0.5 - 0.5 * (share - 0.6) / 0.3)


def _voice(mention: Mention, sentiment: Sentiment | None, is_root: bool, policy: VerdictPolicy) -> Voice | None:
    if mention.rating is not None:
        return _rated(mention, mention.rating, sentiment, is_root, policy)
    if sentiment is None:
        return None
    sure = not sentiment.unsure and sentiment.confidence >= policy.sure_from
    return Voice(
        author=_author(mention),
        is_root=is_root,
        label=sentiment.label,
        negative=sentiment.negative,
        confidence=sentiment.confidence,
        is_sure=sure,
        weight=_weight(mention, is_root, sure, policy),
        topics=sentiment.topics,
    )


def _rated(
    mention: Mention, rating: Rating, sentiment: Sentiment | None, is_root: bool, policy: VerdictPolicy
) -> Voice | None:
    """Stars are said by the customer, so they are sure; words beside them pull the voice their way."""
    by_stars = rating_negativity(rating)
    words = sentiment.negative if sentiment else by_stars
    share = policy.rating_share
    negative = share * by_stars + (1 - share) * words
    contradicted = sentiment is not None and (
        (rating.is_high and sentiment.label is Label.NEGATIVE) or (rating.is_low and sentiment.label is Label.POSITIVE)
    )
    sure = rating.is_low or rating.is_high or bool(sentiment and not sentiment.unsure)
    return Voice(
        author=_author(mention),
        is_root=is_root,
        label=_rated_label(negative, rating, sentiment),
        negative=negative,
        confidence=max(negative, 1 - negative),
        is_sure=sure,
        weight=_weight(mention, is_root, sure, policy),
        topics=sentiment.topics if sentiment else (),
        is_contradicted=contradicted,
    )


def _rated_label(negative: float, rating: Rating, sentiment: Sentiment | None) -> Label:
    if sentiment is None and not rating.is_low and not rating.is_high:
        return Label.NEUTRAL  # three stars and no word
    if negative >= 0.5:
        return Label.NEGATIVE
    return Label.POSITIVE if negative <= 0.3 else Label.NEUTRAL


def _weight(mention: Mention, is_root: bool, sure: bool, policy: VerdictPolicy) -> float:
    """1 for an unknown reply; ten times the reach adds a half."""
    weight = (1.0 + 0.5 * log10(1 + max(0, mention.reach))) * (policy.root_weight if is_root else 1.0)
    return weight if sure else weight * UNSURE_WEIGHT


def _author(mention: Mention) -> str:
    return mention.author_id or mention.author or f"#{mention.external_id}"


def _together(own: Sequence[Voice]) -> Voice:
    """Twenty comments of one person are one voice: that of the root, else the loudest; topics are gathered."""
    first = max(own, key=lambda voice: (voice.is_root, voice.is_sure, voice.mass))
    topics = tuple(dict.fromkeys(topic for voice in own for topic in voice.topics))
    return replace(first, topics=topics)
