"""All an alert step needs beside the store: rules, teams, routes, the words' settings and the forecaster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from alerts.alert_policy import AlertPolicy, Route, Team
from alerts.forecast import Forecast, Forecaster
from alerts.growth.reviews import PageCounts, PageKey
from alerts.growth.timeline import Timeline
from alerts.hours.calendar import Calendar
from alerts.messages import MessageSettings


class Forecasting(Protocol):
    """How a thread will grow, `age` seconds after its creation."""

    def forecast(self, timeline: Timeline, age: float) -> Forecast: ...


@dataclass(frozen=True, kw_only=True)
class AlertPlan:
    """Made by `bot/` from the configuration; the calendars it works out are kept as long as it lives."""

    routes: tuple[Route, ...]
    teams: tuple[Team, ...] = (Team(),)
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    # By team name; English where a team has none.
    messages: Mapping[str, MessageSettings] = field(default_factory=dict)
    forecaster: Forecasting = field(default_factory=Forecaster)
    # Our own brands, for what is told beside alarms.
    brands: tuple[str, ...] = ()
    # Competitors are counted and never alerted.
    competitors: frozenset[str] = frozenset()
    # Reviews of the last thirty days on each page; the step asks the store for them.
    reviews: PageCounts = field(default_factory=dict[PageKey, int])

    def team(self, name: str) -> Team:
        """The team of that name, the first one for a name that is gone from the configuration."""
        return next((team for team in self.teams if team.name == name), self.teams[0])

    def calendar(self, name: str) -> Calendar:
        team = self.team(name)
        if team.name not in self._calendars:
            self._calendars[team.name] = Calendar(team.hours)
        return self._calendars[team.name]

    def words(self, name: str) -> MessageSettings:
        team = self.team(name)
        return self.messages.get(team.name) or MessageSettings(zone=team.hours.zone.key)

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {}
