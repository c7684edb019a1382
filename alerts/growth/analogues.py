"""Step 2: the finished threads most like this one at the same age, and what became of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from alerts.growth.curve import PRIOR_STRENGTH
from alerts.growth.outlook import SIZE_EDGES, TIME_GRID, Numbers, Outlook
from alerts.growth.timeline import HORIZON

NEIGHBOURS = 100
LEAST_THREADS = 100
"""Finished threads of a platform below which analogues are not asked (deadline.md section 3)."""

# How much one unit of each feature counts: log replies, those of the last half and fifth, silence, first delay.
_SCALES = np.array([1.0, 0.5, 0.4, 0.2, 0.2])
# A thread of another source of the same platform weighs so much beside one of the same source.
_OTHER_SOURCE = 0.3
_DAY = 86400.0
_ROW = 2.0 * HORIZON
_KEPT_AGES = 8

Places = npt.NDArray[np.intp]


class Analogues:
    """The finished threads of one platform as a library: a kernel-weighted conditional life table.

    Nadaraya 1964 and Watson 1964 for the kernel; deadline.md section 3 for features, scales and bandwidth. All threads
    lie in one sorted array (thread number times _ROW plus time), so their states at any age are a few binary searches.
    """

    def __init__(self, replies: Sequence[Numbers], sources: Sequence[str]) -> None:
        """`replies`: of each thread its reply times inside the horizon, ascending; `sources`: whose thread it is."""
        self._sizes = np.array([len(times) for times in replies], dtype=np.float64)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.intp)[:-1]
        self._rows = np.arange(len(replies)) * _ROW
        flat = np.concatenate([np.zeros(0), *replies])
        self._keys = flat + np.repeat(self._rows, self._sizes.astype(np.intp))
        self._times = np.append(flat, 0.0)
        self._names = {name: i for i, name in enumerate(dict.fromkeys(sources))}
        self._sources = np.array([self._names[name] for name in sources])
        self._states: dict[float, tuple[Numbers, Numbers]] = {}
        # The last one asked about: its outlook and the sentence for people rest on the same threads.
        self._found: tuple[tuple[tuple[float, ...], float, str], tuple[Places, Numbers]] | None = None

    def __len__(self) -> int:
        return len(self._sizes)

    def outlook(self, events: Sequence[float], age: float, source: str) -> Outlook:
        """The futures of the most similar threads, scaled by (n + 1) / (n_i + 1), as a predictive distribution."""
        chosen, weights = self._nearest(events, age, source)
        replies = len(events)
        counts = self._states[age][1][chosen]
        scale = (replies + 1.0) / (counts + 1.0)
        come = self._counts(chosen, age + np.append(TIME_GRID, _DAY)) - counts[:, None]
        future = self._sizes[chosen] - counts
        day = come[:, -1] * scale
        return Outlook(
            shares=_life_table(come[:, :-1], future, weights),
            sizes=_binned(future * scale, weights),
            p_double=float(weights @ (replies + future * scale >= 2 * max(replies, 1))),
            p_10_more_24h=float(weights @ (day >= 10)),
            p_grow_3_24h=float(weights @ (day >= 3)),
            curve_trust=_trust(weights * (future >= 3)),
        )

    def grown_past(self, events: Sequence[float], age: float, source: str, size: int) -> tuple[int, int]:
        """For people: of the so many most similar threads, how many grew to `size` replies (unweighted, unscaled)."""
        chosen, _ = self._nearest(events, age, source)
        return len(chosen), int(np.count_nonzero(self._sizes[chosen] >= size))

    def _nearest(self, events: Sequence[float], age: float, source: str) -> tuple[Places, Numbers]:
        """The nearest threads by distance^2 - log(source weight), and their weights, summing to 1."""
        asked = (tuple(events), age, source)
        if self._found is None or self._found[0] != asked:
            self._found = asked, self._search(events, age, source)
        return self._found[1]

    def _search(self, events: Sequence[float], age: float, source: str) -> tuple[Places, Numbers]:
        mine = _state(np.asarray(events, dtype=np.float64), age)
        apart = self._state_of_all(age) - mine
        distance = np.einsum("ij,ij->i", apart, apart)
        trust = np.where(self._sources == self._names.get(source, -1), 1.0, _OTHER_SOURCE)
        key = np.where(trust < 1.0, distance - np.log(_OTHER_SOURCE), distance)
        many = min(NEIGHBOURS, len(key))
        chosen = np.argpartition(key, many - 1)[:many]
        bandwidth = max(float(np.median(distance[chosen])), 1e-9)
        weights = trust[chosen] * np.exp(-0.5 * distance[chosen] / bandwidth)
        total = weights.sum()
        return chosen, weights / total if total > 0 else np.full(many, 1.0 / many)

    def _state_of_all(self, age: float) -> Numbers:
        """The five features of every thread at this age; the last few ages are kept, as a batch asks for one."""
        if age not in self._states:
            if len(self._states) >= _KEPT_AGES:
                self._states.pop(next(iter(self._states)))
            self._states[age] = self._measure(age)
        return self._states[age][0]

    def _measure(self, age: float) -> tuple[Numbers, Numbers]:
        everyone = np.arange(len(self))
        # One search a moment: its needles ascend, which a binary search over the whole library likes.
        now, half, fifth = (self._counts(everyone, np.array([part * age]))[:, 0] for part in (1.0, 0.5, 0.8))
        any_yet = now > 0
        last = self._times[np.where(any_yet, self._starts + now.astype(np.intp) - 1, 0)]
        first = self._times[np.where(any_yet, self._starts, 0)]
        return _scaled(now, now - half, now - fifth, last, first, max(age, 1.0)), now

    def _counts(self, rows: Places, ages: Numbers) -> Numbers:
        """Replies of each row's thread by each age: (rows, ages)."""
        wanted = self._rows[rows][:, None] + np.minimum(ages, HORIZON)[None, :]
        before = self._starts[rows][:, None]
        return (np.searchsorted(self._keys, wanted, side="right") - before).astype(np.float64)


def _state(times: Numbers, age: float) -> Numbers:
    ends = np.searchsorted(times, [age, age * 0.5, age * 0.8], side="right").astype(np.float64)
    last, first = (times[int(ends[0]) - 1], times[0]) if ends[0] else (0.0, 0.0)
    now, half, fifth = ends[:1], ends[:1] - ends[1:2], ends[:1] - ends[2:]
    scaled: Numbers = _scaled(now, half, fifth, np.array([last]), np.array([first]), max(age, 1.0))[0]
    return scaled


def _scaled(now: Numbers, half: Numbers, fifth: Numbers, last: Numbers, first: Numbers, age: float) -> Numbers:
    """The features times their scales; a thread without a reply counts as silent for one and a half of its age."""
    silence = np.where(now > 0, (age - last) / age, 1.5)
    delay = np.where(now > 0, first / age, 1.5)
    rows = [np.log1p(now), np.log1p(half), np.log1p(fifth), np.log(silence + 0.02), np.log(delay + 0.02)]
    return np.asarray(np.stack(rows, axis=1) * _SCALES, dtype=np.float64)


def _life_table(come: Numbers, future: Numbers, weights: Numbers) -> Numbers:
    """F on TIME_GRID: the weighted mean of the shares come, over those with at least 3 replies to come."""
    grew = weights * (future >= 3)
    if grew.sum() <= 0:
        grew = weights * (future >= 1)
    if grew.sum() <= 0:
        return np.minimum(1.0, TIME_GRID / HORIZON)
    shares = grew @ (come / np.maximum(future, 1.0)[:, None]) / grew.sum()
    return np.asarray(np.minimum(1.0, np.maximum.accumulate(shares - shares[0])), dtype=np.float64)


def _trust(grew: Numbers) -> float:
    """m / (m + 20) of the effective number m of analogues that grew: a curve of three threads is hardly one."""
    effective = float(grew.sum() ** 2 / max(float(grew @ grew), 1e-12))
    return effective / (effective + PRIOR_STRENGTH)


def _binned(more: Numbers, weights: Numbers) -> Numbers:
    places = np.searchsorted(SIZE_EDGES, more, side="right") - 1
    return np.bincount(places, weights=weights, minlength=len(SIZE_EDGES)).astype(np.float64)
