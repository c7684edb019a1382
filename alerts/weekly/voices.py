"""How much was said in a week and in what tone, in all and by source or language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alerts.weekly.share import Share
from storage.records import Label, VoiceCount


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


NOBODY = Voices()


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


def sums_by(voices: Iterable[VoiceCount], key: Callable[[VoiceCount], str]) -> dict[str, Voices]:
    """The voices of each source, or of each language; the loudest first."""
    groups: dict[str, list[VoiceCount]] = defaultdict(list)
    for voice in voices:
        groups[key(voice)].append(voice)
    summed = {name: sum_of(group) for name, group in groups.items()}
    return dict(sorted(summed.items(), key=lambda pair: (-pair[1].mentions, pair[0])))


def source_of(voice: VoiceCount) -> str:
    return voice.source


def language_of(voice: VoiceCount) -> str:
    """Without script and country; "?" where neither the source nor the model named one."""
    return (voice.language or "?").split("-")[0]
