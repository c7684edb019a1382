"""A share with its interval: what a small count may be by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Below this many scored mentions a share says little, and the digest says so.
FEW = 20
# z of a two-sided 95 % interval.
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole with its 95 % Wilson interval (Wilson 1927)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def is_few(self) -> bool:
        return self.whole < FEW
