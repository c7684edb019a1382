"""`repwatch train`: makes the trained weights from the base and the data, in stages, resumable."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

STAGES_TEXTS = (190_000, 110_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """What `repwatch train` is told."""

    # The folder with sentiment/ and aspects/.
    data: Path
    # Checkpoints and the downloaded base; outside the tree.
    work: Path
    # Where the shipped files are written.
    out: Path
    # Sets not to train on, such as wccrs_hotels_pl, kks_sl.
    without: frozenset[str] = frozenset()
    # Texts read by each stage.
    texts: tuple[int, int] = STAGES_TEXTS
    # Stop (with a checkpoint) after so many minutes; None: when done.
    minutes: float | None = None
    seed: int = 7
    threads: int = 2


@dataclass(slots=True, kw_only=True)
class Progress:
    """Where a training run stands; saved with every checkpoint."""

    stage: int = 0
    texts: int = 0
    steps: int = 0
    seconds: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)
