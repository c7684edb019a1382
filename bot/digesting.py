"""Configuration → each brand's digest plan, and the words of digests that wait in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.digest import DigestPlan, DigestWriter
from alerts.hours.calendar import Calendar

if TYPE_CHECKING:
    from bot.config import Config
    from storage.records import OutboxRow
    from storage.store import Store


def digest_plans(config: Config) -> list[DigestPlan]:
    """One for each brand that is ours; competitors are counted in it."""
    first = config.messages[config.teams[0].name]
    words = replace(first, language=config.digest.language or config.bot.language, zone=config.digest.weekly.zone.key)
    calendars = {team.name: Calendar(team.hours) for team in config.teams}
    rivals = tuple(brand.name for brand in config.brands if brand.is_competitor)
    return [
        DigestPlan(
            brand=brand.name,
            channel=config.digest.channel or config.slack.channel,
            messages=words,
            calendars=calendars,
            workspace=config.slack.workspace,
            competitors=rivals,
            configured=tuple((entry.source, entry.name) for entry in config.entries if not entry.paused),
        )
        for brand in config.brands
        if not brand.is_competitor
    ]


def digest_writer(config: Config, store: Store) -> Callable[[OutboxRow], OutboxRow]:
    """Gives a digest's outbox rows their words when they are sent."""
    return DigestWriter(store, lambda: digest_plans(config))
