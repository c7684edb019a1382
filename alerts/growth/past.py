"""The finished threads of the store, grouped for the forecast: by source for its mood, by platform for analogues."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from alerts.growth.analogues import LEAST_THREADS, Analogues
from alerts.growth.community import Community
from alerts.growth.constants import Constants
from alerts.growth.platforms import GLOBAL, platform_of
from alerts.growth.timeline import Timeline, cleaned

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Past:
    """What the store's finished threads say; built once, its parts made when first asked for."""

    def __init__(self, history: Iterable[Timeline], per_source: int, constants: Constants) -> None:
        """`history`: in any order; of each source the newest `per_source` are kept."""
        self._constants = constants
        kept: dict[str, list[Timeline]] = defaultdict(list)
        for timeline in history:
            if not timeline.is_answered_inside:
                kept[source_key(timeline)].append(cleaned(timeline))
        self._threads = {key: sorted(many, key=_created)[-per_source:] for key, many in kept.items()}
        self._groups: dict[str, list[str]] = defaultdict(list)
        for key, many in self._threads.items():
            self._groups[_group(many[0])].append(key)
        self._communities: dict[tuple[str, str], Community] = {}
        self._libraries: dict[str, Analogues | None] = {}

    def knows(self, timeline: Timeline) -> bool:
        """Is there any finished thread of this thread's source?"""
        return source_key(timeline) in self._threads

    def community(self, timeline: Timeline, platform: str) -> Community:
        """This source's past beside its platform's prior; the prior itself where there is none."""
        key = source_key(timeline)
        known = key if key in self._threads else ""
        if (known, platform) not in self._communities:
            self._communities[known, platform] = Community(
                self._threads.get(known, ()), self._constants.prior_of(platform)
            )
        return self._communities[known, platform]

    def library(self, timeline: Timeline) -> Analogues | None:
        """The finished threads of this thread's platform, or None while there are too few to compare with."""
        group = _group(timeline)
        if group not in self._libraries:
            self._libraries[group] = self._made(group)
        return self._libraries[group]

    def _made(self, group: str) -> Analogues | None:
        keys = self._groups.get(group, [])
        if sum(len(self._threads[key]) for key in keys) < LEAST_THREADS:
            return None
        platform = platform_of(self._threads[keys[0]][0].source) or GLOBAL
        past = [(key, self.community(self._threads[key][0], platform)) for key in keys]
        replies = [times for _, community in past for times in community.replies]
        return Analogues(replies, [key for key, community in past for _ in community.replies])


def source_key(timeline: Timeline) -> str:
    """One name for one community of one source."""
    return f"{timeline.source}/{timeline.community or ''}"


def _group(timeline: Timeline) -> str:
    """Threads of one platform are compared with each other; of a platform we know nothing of, only its own."""
    platform = platform_of(timeline.source)
    return timeline.source if platform in (None, GLOBAL) else str(platform)


def _created(timeline: Timeline) -> datetime:
    return timeline.created_at or _LONG_AGO
