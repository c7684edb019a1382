"""When is a thread negative word of mouth, and how severe: pure rules from sentiments, stars and who joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from classifier.severity import negative_topics, severity_of, within
from classifier.verdict_policy import Then, VerdictPolicy, VerdictRule
from classifier.voices import Voice, voices
from storage.records import Label, Reason, Severity, Thread, Verdict

__all__ = ["REASON_CODES", "AuthorKey", "AuthorRecord", "VerdictPolicy", "VerdictRule", "author_key", "judge"]

AuthorKey = tuple[str, str, str]
"""(source, instance, author id)."""

REASON_CODES = (
    "text_negative",
    "text_unsure",
    "rating_low",
    "rating_against_text",
    "joined",
    "reach",
    "topic",
    "complained_before",
    "share_negative",
    "others_disagree",
    "only_unsure",
    "asks_for_help",
    "not_negative",
    "nothing_to_judge",
    "rule",
)
"""Codes of a verdict's reasons; the catalogue says them. Numbers in braces, in English:

text_negative        the text is negative ({percent} % sure)
text_unsure          the text reads negative, but the model is unsure ({percent} %)
rating_low           {value:g} of {best:g} stars
rating_against_text  stars ({value:g} of {best:g}) and words do not agree
joined               {authors} more people complain in the thread
reach                {people} people reached
topic                it is about {topic}   (a topic's code: see classifier.model.TOPICS)
complained_before    this author complained {times} times before
share_negative       negative voices: {negative} of {voices}; {percent} %: weighed by reach and sureness
others_disagree      most others defend the brand ({percent} % negative)
only_unsure          only {voices} unsure texts; {needed} different people are needed
asks_for_help        people come here to ask for help: {voices} surely complain, {needed} are needed
not_negative         {percent} % of the voices are negative; {needed} % are needed
nothing_to_judge     no text by a customer could be read
rule                 rule "{name}" of the configuration decided   (most: the severity it allows, where it sets one)
"""


class AuthorRecord(Protocol):
    """What the store answers of one author; `negatives` counts all texts of theirs scored negative."""

    @property
    def mentions(self) -> int: ...

    @property
    def negatives(self) -> int: ...


def author_key(thread: Thread) -> AuthorKey | None:
    """The root author's key, None where the source shows none."""
    root = thread.root
    author = root and (root.author_id or root.author)
    return (thread.source, thread.instance, author) if author else None


def judge(
    thread: Thread, policy: VerdictPolicy, now: datetime, authors: Mapping[AuthorKey, AuthorRecord] | None = None
) -> Verdict:
    """Our verdict on a thread; repeatable: the same thread, policy and authors give the same verdict."""
    spoken = voices(thread, policy)
    topics = negative_topics(spoken)
    rule = _rule(thread, topics, policy)
    score = _score(spoken)
    negative, why = _is_negative(spoken, score, policy, is_help=policy.is_help(thread.source))
    if rule is not None and rule.then is not None:
        negative = rule.then is Then.NEGATIVE
    severity, reasons = Severity.LOW, why
    if negative:
        severity, points = severity_of(thread, spoken, _earlier(thread, authors), policy)
        severity, reasons = within(rule, _capped(severity, spoken, score, policy)), (*points, *why)
    if rule is not None:
        bound: dict[str, str | int | float] = {"most": rule.most.word} if rule.most is not None else {}
        reasons = (Reason(code="rule", numbers={"name": rule.name, **bound}), *reasons)
    return Verdict(
        thread_id=thread.id,
        judged_at=now,
        is_negative=negative,
        severity=severity,
        score=round(score, 4),
        reasons=reasons,
        topics=topics,
        rule=rule.name if rule else None,
    )


def _rule(thread: Thread, topics: tuple[str, ...], policy: VerdictPolicy) -> VerdictRule | None:
    language = thread.language_of(thread.root) if thread.root else None
    return next((rule for rule in policy.rules if rule.matches(thread, topics, language)), None)


def _score(spoken: Sequence[Voice]) -> float:
    """Weighted share of negative voices, 0 to 1.

    A neutral reply dilutes by half; under a negative first text all neutral ones together count as one voice at most:
    a complaint stays a complaint however many neutral words follow.
    """
    mass = {label: sum(v.mass for v in spoken if v.label is label) for label in Label}
    neutral = mass[Label.NEUTRAL] / 2
    if spoken and spoken[0].is_root and spoken[0].label is Label.NEGATIVE:
        neutral = min(neutral, 1.0)
    total = mass[Label.NEGATIVE] + mass[Label.POSITIVE] + neutral
    return mass[Label.NEGATIVE] / total if total else 0.0


def _is_negative(
    spoken: Sequence[Voice], score: float, policy: VerdictPolicy, *, is_help: bool
) -> tuple[bool, tuple[Reason, ...]]:
    if not spoken:
        return False, (Reason(code="nothing_to_judge"),)
    percent = round(100 * score)
    against = [voice for voice in spoken if voice.label is Label.NEGATIVE]
    needed = policy.contested_from if _root_complains(spoken) else policy.negative_from
    if not against or score < needed:
        return False, (Reason(code="not_negative", numbers={"percent": percent, "needed": round(100 * needed)}),)
    if is_help and not _root_complains(spoken):
        sure = sum(voice.is_sure for voice in against)
        if sure < policy.unsure_voices:
            return False, (Reason(code="asks_for_help", numbers={"voices": sure, "needed": policy.unsure_voices}),)
    if not any(voice.is_sure for voice in against) and len(against) < policy.unsure_voices:
        return False, (Reason(code="only_unsure", numbers={"voices": len(against), "needed": policy.unsure_voices}),)
    if score < policy.negative_from:
        return True, (Reason(code="others_disagree", numbers={"percent": percent}),)
    numbers = {"percent": percent, "negative": len(against), "voices": len(spoken)}
    return True, (Reason(code="share_negative", numbers=numbers),)


def _root_complains(spoken: Sequence[Voice]) -> bool:
    return spoken[0].is_root and spoken[0].is_sure and spoken[0].label is Label.NEGATIVE


def _capped(severity: Severity, spoken: Sequence[Voice], score: float, policy: VerdictPolicy) -> Severity:
    """Contested threads and stars against words are never urgent; nor is what only unsure texts say."""
    root = spoken[0] if spoken and spoken[0].is_root else None
    alone = len(spoken) == 1 and root is not None and root.is_contradicted
    sure = any(voice.is_sure for voice in spoken if voice.label is Label.NEGATIVE)
    if score < policy.negative_from or alone or not sure:
        return Severity.LOW
    if root is not None and root.is_contradicted:
        return min(severity, Severity.MEDIUM)
    return severity


def _earlier(thread: Thread, authors: Mapping[AuthorKey, AuthorRecord] | None) -> int:
    """How often the root's author complained elsewhere: the store's count without the texts of this thread."""
    key, root = author_key(thread), thread.root
    record = authors.get(key) if authors and key else None
    if record is None or root is None:
        return 0
    own = [m for m in thread.mentions if (m.author_id or m.author) == (root.author_id or root.author)]
    here = sum(bool((s := thread.sentiment_of(m)) and s.label is Label.NEGATIVE) for m in own)
    return max(0, record.negatives - here)
