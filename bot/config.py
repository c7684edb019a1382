"""One frozen Config from repwatch.toml and the environment; the only file that looks at the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.alert_policy import AlertPolicy, Route, Team
from alerts.cards.card import MessageSettings
from alerts.forecast import ForecastSettings
from bot.cadence import Weekly
from bot.settings import parts
from bot.settings.brands import read_brands
from bot.settings.document import read_document
from bot.settings.environment import Environment, environment_of
from bot.settings.options import Catalogue, catalogue
from bot.settings.problems import ConfigError
from bot.settings.section import Section
from bot.settings.slack import DigestSettings, SlackSettings, read_digest, read_slack
from bot.settings.sources import Entry, read_entries
from bot.settings.store import StoreSettings, read_store
from bot.settings.teams import read_routes, read_teams
from classifier.model import ModelSettings
from classifier.verdict_policy import VerdictPolicy
from spiders.plan import CrawlSettings
from storage.records import Brand

__all__ = ["Config", "ConfigError", "environment", "load_config"]

DEFAULT_FILE = Path("repwatch.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a person configured, each folder's part in that folder's own settings."""

    file: Path
    environment: Environment
    bot: parts.BotSettings
    brands: tuple[Brand, ...]
    entries: tuple[Entry, ...]
    crawl: CrawlSettings
    model: ModelSettings
    verdict: VerdictPolicy
    alerts: AlertPolicy
    forecast: ForecastSettings
    teams: tuple[Team, ...]
    routes: tuple[Route, ...]
    # By team name.
    messages: Mapping[str, MessageSettings]
    slack: SlackSettings
    digest: DigestSettings
    store: StoreSettings

    @property
    def without_buttons(self) -> frozenset[str]:
        """Workspaces in which some card explains reactions: one without an app token, and those its team speaks in."""
        quiet = [team for team in self.teams if not self.messages[team.name].buttons]
        named = (workspaces_of(team, self.teams, self.routes, self.slack) for team in quiet)
        tokens = self.environment.slack_tokens.keys() - self.environment.slack_app_tokens.keys()
        return frozenset(tokens).union(*named)

    @property
    def weekly(self) -> Weekly | None:
        """When the digest is due; None where it is switched off."""
        return self.digest.weekly if self.digest.on else None


def environment() -> Environment:
    """The environment of this process, for commands that need no configuration file."""
    return environment_of(os.environ)


def load_config(file: Path | None = None, variables: Mapping[str, str] | None = None) -> Config:
    """Reads the file that is named, that REPWATCH_CONFIG names, or ./repwatch.toml.

    Raises ConfigError with every problem of the file, each with its line.
    """
    known = environment_of(os.environ if variables is None else variables)
    root = read_document((file or known.config or DEFAULT_FILE).expanduser())
    config = config_of(root, known, catalogue())
    if root.problems.found:
        raise ConfigError(root.problems.sentences())
    return config


def config_of(root: Section, known: Environment, sources: Catalogue) -> Config:
    """The whole file, section by section; what is wrong is in `root.problems` afterwards."""
    folder = Path(root.problems.file).absolute().parent
    bot = parts.read_bot(root)
    brands = read_brands(root, sources)
    entries = read_entries(root, brands, sources, bot.zone)
    names = tuple(dict.fromkeys(entry.source for entry in entries))
    teams, sections = read_teams(root, bot.zone)
    model = parts.read_model(root, folder)
    messages = parts.read_messages(root, bot, folder, tuple(model.own_topics))
    routes, slack = read_routes(root, teams, brands, names), read_slack(root)
    spoken = {
        team.name: _messages_of(
            team,
            sections.get(team.name),
            messages,
            workspaces_of(team, teams, routes, slack) <= known.slack_app_tokens.keys(),
        )
        for team in teams
    }
    config = Config(
        file=Path(root.problems.file).absolute(),
        environment=known,
        bot=bot,
        brands=brands,
        entries=entries,
        crawl=parts.read_crawl(root, bot.contact),
        model=model,
        verdict=parts.read_verdict(root, brands, names),
        alerts=parts.read_alerts(root, brands, names),
        forecast=parts.read_forecast(root),
        teams=tuple(_in_its_language(team, spoken[team.name]) for team in teams),
        routes=routes,
        messages=spoken,
        slack=slack,
        digest=read_digest(root, bot.zone),
        store=read_store(root, known, folder),
    )
    root.close()
    return config


def workspaces_of(team: Team, teams: Sequence[Team], routes: Sequence[Route], slack: SlackSettings) -> frozenset[str]:
    """Where a team's cards stand; the first team has what no route takes."""
    first = teams[0].name
    spoken = {route.workspace or slack.workspace for route in routes if (route.team or first) == team.name}
    return frozenset(spoken | ({slack.workspace} if team.name == first else set()))


def _in_its_language(team: Team, messages: MessageSettings) -> Team:
    """Holidays are named as the team's cards speak."""
    return replace(team, hours=replace(team.hours, language=messages.language))


def _messages_of(team: Team, section: Section | None, shared: MessageSettings, buttons: bool) -> MessageSettings:
    """The messages of one team: its own language, signature and contact before everybody's."""
    own = replace(shared, zone=team.hours.zone.key, buttons=buttons)
    if section is None:
        return own
    language = section.read("language", parts.language, shared.language)
    signature = section.text("signature", shared.signature)
    contact = section.text("contact", shared.contact)
    section.close()
    return replace(own, language=language, signature=signature, contact=contact)
