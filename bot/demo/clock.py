"""The demo's own clock: a working Tuesday morning that moves when the play moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class DemoClock:
    """Minutes since the curtain rose, and the made-up day they fall on."""

    start: datetime
    minute: float = 0.0

    @classmethod
    def on_last_tuesday(cls, today: datetime) -> DemoClock:
        """Start at 09:00 UTC of the last Tuesday before `today`: support is at work, the week has begun."""
        days_back = (today.weekday() - 1) % 7 or 7
        tuesday = (today - timedelta(days=days_back)).replace(hour=9, minute=0, second=0, microsecond=0)
        return cls(start=tuesday.astimezone(UTC))

    @property
    def now(self) -> datetime:
        return self.at(self.minute)

    def at(self, minute: float) -> datetime:
        return self.start + timedelta(minutes=minute)

    def move_to(self, moment: datetime) -> None:
        self.minute = (moment - self.start).total_seconds() / 60

    def has_come(self, minute: float | None) -> bool:
        return minute is not None and minute <= self.minute
