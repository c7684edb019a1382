"""Opens what a command needs: the configuration, the store, the model, Slack; each imported only when asked for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bot.logs import keep_secret

if TYPE_CHECKING:
    from alerts.slack import SlackChannel
    from bot.config import Config
    from bot.settings.environment import Environment
    from classifier.model import SentimentModel
    from storage.store import Store


def config_of(given: argparse.Namespace) -> Config:
    """The configuration a command was called with. Raises ConfigError."""
    from bot.config import load_config

    config = load_config(given.config)
    keep_secret(*config.environment.secrets)
    return config


def config_if_any(given: argparse.Namespace) -> Config | None:
    """The configuration where there is one; a file that was named, by option or variable, must be there."""
    from bot.config import DEFAULT_FILE, environment, load_config

    if given.config is None and environment().config is None and not DEFAULT_FILE.exists():
        return None
    return load_config(given.config)


def open_store(config: Config) -> Store:
    """The store of this installation, brought up to date. Raises StoreError."""
    from storage.store import open_store as opened

    return opened(config.store.url)


def open_model(config: Config | None) -> SentimentModel:
    """The configured model, the shipped one without a configuration. Raises ModelError."""
    from classifier.model import ModelSettings, load_model

    return load_model(config.model if config else ModelSettings())


def open_channels(environment: Environment) -> dict[str, SlackChannel]:
    """One door to Slack for each workspace there is a token for, by its name; nothing is asked of Slack yet."""
    from alerts.slack import SlackChannel

    url = environment.slack_api_url
    return {workspace: SlackChannel.open(token, url) for workspace, token in environment.slack_tokens.items()}
