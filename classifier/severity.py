"""How important a negative thread is: points for what makes it so, each with a reason a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from classifier.verdict_policy import VerdictPolicy, VerdictRule
from classifier.voices import Voice
from storage.records import Label, Reason, Severity, Thread

Point = tuple[int, Reason]


def severity_of(
    thread: Thread, spoken: Sequence[Voice], earlier_complaints: int, policy: VerdictPolicy
) -> tuple[Severity, tuple[Reason, ...]]:
    """Severity and its reasons, the weightiest first."""
    points = [
        *_of_root(thread, spoken, policy),
        *_of_crowd(thread, spoken, policy),
        *_of_topics(spoken, policy),
        *_of_author(earlier_complaints, policy),
    ]
    total = sum(value for value, _ in points)
    reasons = tuple(reason for _, reason in sorted(points, key=lambda point: -point[0]))
    if total >= policy.high_from:
        return Severity.HIGH, reasons
    return (Severity.MEDIUM if total >= policy.medium_from else Severity.LOW), reasons


def within(rule: VerdictRule | None, severity: Severity) -> Severity:
    """The severity between the bounds a rule sets."""
    if rule is None:
        return severity
    raised = max(severity, rule.least or severity)
    return min(raised, rule.most or raised)


def negative_topics(spoken: Sequence[Voice]) -> tuple[str, ...]:
    """Topics of the negative voices, the most named first."""
    named = [topic for voice in spoken if voice.label is Label.NEGATIVE for topic in voice.topics]
    return tuple(sorted(dict.fromkeys(named), key=lambda topic: -named.count(topic)))


def _of_root(thread: Thread, spoken: Sequence[Voice], policy: VerdictPolicy) -> Iterator[Point]:
    root = next((voice for voice in spoken if voice.is_root), None)
    mention = thread.root
    if root is None or mention is None:
        return
    sentiment = thread.sentiment_of(mention)
    if sentiment is not None and sentiment.label is Label.NEGATIVE:
        code = "text_negative" if root.is_sure or not sentiment.unsure else "text_unsure"
        yield int(sentiment.negative >= policy.strong_from), _reason(code, percent=round(100 * sentiment.negative))
    if mention.rating is not None:
        numbers = {"value": mention.rating.value, "best": mention.rating.best}
        if mention.rating.is_low:
            yield int(mention.rating.share <= 0.2), _reason("rating_low", **numbers)
        if root.is_contradicted:
            yield 0, _reason("rating_against_text", **numbers)


def _of_crowd(thread: Thread, spoken: Sequence[Voice], policy: VerdictPolicy) -> Iterator[Point]:
    joined = sum(voice.label is Label.NEGATIVE and not voice.is_root for voice in spoken)
    if joined:
        yield sum(joined >= step for step in policy.joined), _reason("joined", authors=joined)
    reach = max((m.reach for m in thread.mentions if not m.is_owner_reply), default=0)
    if reach >= policy.reach[0]:
        yield sum(reach >= step for step in policy.reach), _reason("reach", people=reach)


def _of_topics(spoken: Sequence[Voice], policy: VerdictPolicy) -> Iterator[Point]:
    """Only what it is mainly about counts: a certificate error is about the app and touches safety, a hacked account
    is about it. The model names up to three topics of a text, the surest first."""
    for topic in _main_topics(spoken):
        if policy.topic_points.get(topic, 0) > 0:
            yield policy.topic_points[topic], _reason("topic", topic=topic)


def _main_topics(spoken: Sequence[Voice]) -> tuple[str, ...]:
    """The first topic of the first text, and those that half of the complaining people put first."""
    against = [voice for voice in spoken if voice.label is Label.NEGATIVE]
    first = [voice.topics[0] for voice in against if voice.topics]
    of_root = [voice.topics[0] for voice in against if voice.is_root and voice.topics]
    return tuple(dict.fromkeys([*of_root, *(topic for topic in first if first.count(topic) * 2 >= len(against))]))


def _of_author(earlier_complaints: int, policy: VerdictPolicy) -> Iterator[Point]:
    if earlier_complaints >= policy.earlier_complaints:
        yield 1, _reason("complained_before", times=earlier_complaints)


def _reason(code: str, **numbers: str | int | float) -> Reason:
    return Reason(code=code, numbers=numbers)
