"""The environment as the program knows it: tokens, keys and addresses; handed in as a mapping, never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN, _APP = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What is read from environment variables. Its repr shows names, never values."""

    # Bot tokens by workspace name in lower case; "" is the plain SLACK_BOT_TOKEN.
    slack_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    slack_app_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    slack_api_url: str | None = None
    database_url: str | None = field(default=None, repr=False)
    config: Path | None = None
    # Everything else, for the one variable a source says it needs.
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def source_keys(self, names: tuple[str, ...]) -> dict[str, str]:
        """The values of the variables a source names; a missing one is left out."""
        return {name: self.variables[name] for name in names if self.variables.get(name)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be seen in a log."""
        keys = (
            value for name, value in self.variables.items() if name.endswith(("_KEY", "_TOKEN", "_SECRET", "_PASSWORD"))
        )
        return (*self.slack_tokens.values(), *self.slack_app_tokens.values(), *keys)


def environment_of(variables: Mapping[str, str]) -> Environment:
    """Sorts the variables out; an empty one counts as not set."""
    said = {name: value.strip() for name, value in variables.items() if value.strip()}
    return Environment(
        slack_tokens=_by_workspace(said, _TOKEN),
        slack_app_tokens=_by_workspace(said, _APP),
        slack_api_url=said.get("SLACK_API_URL"),
        database_url=said.get("DATABASE_URL"),
        config=Path(said["REPWATCH_CONFIG"]) if "REPWATCH_CONFIG" in said else None,
        variables=said,
    )


def _by_workspace(said: Mapping[str, str], name: str) -> dict[str, str]:
    found = {key[len(name) + 1 :].lower(): value for key, value in said.items() if key.startswith(f"{name}_")}
    return found | ({"": said[name]} if name in said else {})
