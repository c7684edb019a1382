"""What is trained, in which order, on how much of what: the numbers of the recipe in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.training.corpus import Example
from classifier.training.loop import Stage
from classifier.training.mixing import Mix

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
class Plan:
    """The stages and, for each, which examples it reads."""

    stages: tuple[Stage, ...]
    origins: dict[str, int]
    # The stages are gone through so often from the base, by other seeds, and the weights averaged at the end: one
    # network then says what the runs say together (Wortsman et al. 2022, "Model soups"), at no cost in speed.
    runs: int = 2

    def examples_of(self, stage: Stage, examples: Sequence[Example]) -> list[Example]:
        return [e for e in examples if e.split == "train" and stage.mix.weights.get(e.origin, 1.0) > 0]


def plan_for(examples: Sequence[Example], scale: float = 1.0) -> Plan:
    """Broad first; then, slower and slower, more of what is asked for."""
    origins = {name: place for place, name in enumerate(sorted({e.origin for e in examples}))}
    broad = Stage(
        name="stage 1",
        texts=max(2_000, round(220_000 * scale)),
        rate=1.2e-4,
        rate_end=0.4,
        mix=Mix(weights=_LESS | {"umsab": 1.0, "own": 0.5}, batch_tokens=2304, max_batch=64),
        dropout=0.1,
    )
    aimed = Stage(
        name="stage 2",
        texts=max(1_000, round(90_000 * scale)),
        rate=6e-5,
        rate_end=0.0,
        mix=Mix(weights=_LESS | {"umsab": 2.0, "own": 2.0}, max_tokens=128, batch_tokens=2304, max_batch=64),
        dropout=0.1,
    )
    return Plan(stages=(broad, aimed), origins=origins)
