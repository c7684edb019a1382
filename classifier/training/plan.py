"""What is trained, in which order, on how much of what: the numbers of the recipe in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.training.corpus import Example
from classifier.training.loop import Stage
from classifier.training.mixing import Mix

# What pruning leaves out, in ms a core and 1,000 pieces, and the pieces it drops: docs/decisions/model-runtime.md has
# what more would cost.
SAVED = 29.0
READ, READ_AT_LAST = {3: 0.7, 6: 0.5}, {3: 0.8, 6: 0.6}
# Short public posts in languages that UMSAB has.
_POSTS = frozenset({"umsab", "arsarcasm_ar", "potts_de", "vader_tweets_en"})
# Less of what is far from reviews and complaints, or large for its variety.
_LESS = {
    "filmweb_pl": 0.7,
    "lcc_da": 0.5,
    "husst_hu": 0.6,
    "nsmc_raw_ko": 0.6,
    "ltec_lv": 0.7,
    "vader_movies_en": 0.7,
    "smsa_id": 0.8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What the finished network does without, and how what is left is tuned (`lighten.py`)."""

    # Milliseconds of one core for 1,000 pieces, of about 160 (`pruning.py`).
    saved: float
    # After which layer, counted from nought, which share of a text's pieces is read on (`token_pruning.py`): in the
    # tuning, and in what ships. Tuned on less than it reads, a network is better than tuned on the same.
    read: Mapping[int, float]
    read_at_last: Mapping[int, float]
    # Batches of the stage's mix on which heads, neurons and pieces are weighed.
    batches: int
    stage: Stage
    # Networks from the base that learn nothing but short public posts, and the numbers of the sets of whose texts they
    # are asked in the tuning.
    specialists: tuple[Stage, ...] = ()
    posts: frozenset[int] = frozenset()

    @property
    def texts(self) -> int:
        """Texts read in all."""
        return self.stage.texts + sum(stage.texts for stage in self.specialists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rounds of runs, a run being stages one after the other; and which examples a stage reads."""

    # The runs of the first round begin at the base, those of each later one at the mean of what the round before ended
    # with; all by seeds of their own. One network then says what several say together (Wortsman et al. 2022, "Model
    # soups"), at no cost in speed.
    rounds: tuple[tuple[tuple[Stage, ...], ...], ...]
    origins: dict[str, int]
    pruning: Pruning

    @property
    def texts(self) -> int:
        """Texts read in all, by every run and by the tuning."""
        runs = sum(stage.texts for runs in self.rounds for stages in runs for stage in stages)
        return runs + self.pruning.texts

    def examples_of(self, stage: Stage, examples: Sequence[Example]) -> list[Example]:
        return [e for e in examples if e.split == "train" and stage.mix.weights.get(e.origin, 1.0) > 0]


def plan_for(examples: Sequence[Example], scale: float = 1.0) -> Plan:
    """All rounds, then the pruning; `scale` is the share of the usual texts."""
    origins = {name: place for place, name in enumerate(sorted({e.origin for e in examples}))}
    return Plan(rounds=_rounds(scale), origins=origins, pruning=_pruning(origins, scale))


def _rounds(scale: float) -> tuple[tuple[tuple[Stage, ...], ...], ...]:
    """Broad first; then, slower, more of what is asked for; then, from the mean of both runs, two short ones more."""
    broad = Stage(
        name="broad",
        texts=max(2_000, round(220_000 * scale)),
        rate=1.2e-4,
        rate_end=0.4,
        mix=_mix(umsab=1.0, own=0.5, max_tokens=96),
        dropout=0.1,
    )
    aimed = Stage(
        name="aimed",
        texts=max(1_000, round(90_000 * scale)),
        rate=6e-5,
        rate_end=0.0,
        mix=_mix(umsab=2.0, own=2.0, max_tokens=128),
        dropout=0.1,
    )
    again = Stage(
        name="again",
        texts=max(1_000, round(45_000 * scale)),
        rate=1e-4,
        rate_end=0.0,
        mix=_mix(umsab=1.6, own=2.5, max_tokens=96),
        dropout=0.1,
    )
    return (((broad, aimed),) * 2, ((again,),) * 2)


def _pruning(origins: Mapping[str, int], scale: float) -> Pruning:
    tuning = Stage(
        name="tuning",
        texts=max(1_000, round(80_000 * scale)),
        rate=1e-3,
        rate_end=0.0,
        mix=_mix(umsab=2.2, own=2.0, max_tokens=96),
        average_decay=0.95,
    )
    specialist = Stage(
        name="specialist",
        texts=max(1_000, round(36_000 * scale)),
        rate=1.2e-4,
        rate_end=0.0,
        mix=Mix(weights=dict.fromkeys(origins, 0.0) | {"umsab": 1.0}, evenness=1.0, max_tokens=96, max_batch=32),
        dropout=0.1,
        average_decay=0.97,
    )
    return Pruning(
        saved=SAVED,
        read=READ,
        read_at_last=READ_AT_LAST,
        batches=max(4, round(100 * scale)),
        stage=tuning,
        specialists=(specialist,) * 2,
        posts=frozenset(place for name, place in origins.items() if name in _POSTS),
    )


def _mix(*, umsab: float, own: float, max_tokens: int) -> Mix:
    return Mix(weights=_LESS | {"umsab": umsab, "own": own}, max_tokens=max_tokens, batch_tokens=2304, max_batch=64)
