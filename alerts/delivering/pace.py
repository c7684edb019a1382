"""How fast we may speak to one workspace: a post a second in a channel, a ceiling a minute for each method."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

# Slack's tiers (docs.slack.dev, rate limits) less a little: tier 3 is 50 a minute, tier 4 is 100; posts have a cap of
# their own over the whole workspace that Slack gives no number for.
A_MINUTE = {"post": 240, "update": 45, "upload": 45, "find": 40}
_MINUTE = timedelta(minutes=1)
# A clock that is behind what we saw by more than this was set back.
_SET_BACK = timedelta(seconds=10)


class Clock(Protocol):
    """Time as the delivery knows it; tests and benchmarks hand in one that runs faster."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(slots=True)
class Pace:
    """Remembers what was sent to one workspace, and says when the next may go."""

    # Between two posts in a channel; Slack allows one a second.
    gap: timedelta = timedelta(seconds=1.02)
    _posted: dict[str, datetime] = field(default_factory=dict)
    _held: dict[str, datetime] = field(default_factory=dict)
    _calls: dict[str, deque[datetime]] = field(default_factory=dict)
    _latest: datetime | None = None

    def ready_at(self, method: str, channel: str, now: datetime) -> datetime:
        """When this method may be called for this channel; `now` or later."""
        self._notice(now)
        moments = [now, self._held.get(f"{method} {channel}", now), self._window(method, now)]
        if method == "post" and channel in self._posted:
            moments.append(self._posted[channel] + self.gap)
        return max(moments)

    def called(self, method: str, channel: str, now: datetime) -> None:
        """A call went out, whatever came of it: Slack counts it."""
        self._calls.setdefault(method, deque()).append(now)
        if method == "post":
            self._posted[channel] = now

    def hold(self, method: str, channel: str, until: datetime) -> None:
        """Slack asked us to wait: for this channel and method only, others go on."""
        self._held[f"{method} {channel}"] = until

    def _notice(self, now: datetime) -> None:
        """Moments kept before a clock was set back would hold a channel for as long as it was set back."""
        if self._latest and now < self._latest - _SET_BACK:
            self._posted.clear()
            self._held.clear()
            self._calls.clear()
        self._latest = now

    def _window(self, method: str, now: datetime) -> datetime:
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - _MINUTE:
            calls.popleft()
        return calls[0] + _MINUTE if len(calls) >= A_MINUTE[method] else now
