"""Two configurations, each as a text, and the sources such texts may name: no spider is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Config, config_of
from bot.settings.document import read_document
from bot.settings.environment import environment_of
from bot.settings.options import SourceKnobs

# Little more than what must stand in one.
SMALL = """
[bot]
contact = "https://acme.example"
[[brand]]
name = "Acme"
[[source]]
name = "hackernews"
[slack]
channel = "#reviews"
"""

GOOD = """\
[bot]
language = "pl"
zone = "Europe/Warsaw"
contact = "https://nordika.example/bot"

[[brand]]
name = "Nordika"
terms = ["Nordika", "Nordiki"]
accounts = { discourse = ["nordika_help"] }

[[source]]
name = "discourse"
every = "10 minutes"
base_url = "https://forum.example"

[[team]]
name = "support"
zone = "Europe/Warsaw"
hours = { mon-fri = ["09:00-17:00"], sat = ["10:00-14:00"] }
holidays = "PL"
escalate = [["S0123456"], ["U0123456", "#managers"]]

[slack]
channel = "#complaints"

[digest]
weekday = "monday"
hour = "09:00"
"""


@dataclass(frozen=True, slots=True)
class Knob:
    """An option as a spider declares it."""

    name: str
    help: str
    type: Any = str
    required: bool = False
    many: bool = False


SOURCES = {
    "discourse": SourceKnobs(
        name="discourse",
        options=(
            Knob("base_url", "the forum's address", required=True),
            Knob("own_forum", "every topic is about the brand", type=bool),
            Knob("categories", "only these", many=True),
            Knob("pages", "at most so many", type=int),
        ),
    ),
    "hackernews": SourceKnobs(name="hackernews"),
    "youtube": SourceKnobs(name="youtube", keys=("REPWATCH_YOUTUBE_KEY",)),
}


def problems_in(text: str, folder: Path, variables: dict[str, str] | None = None) -> list[str]:
    """The sentences about a file of this text, without the file's name: "12: [bot] …"."""
    file = folder / "repwatch.toml"
    file.write_text(text, encoding="utf-8")
    root = read_document(file)
    config_of(root, environment_of(variables or {}), SOURCES)
    return [sentence.removeprefix(f"{file}:") for sentence in root.problems.sentences()]


def config_in(folder: Path, text: str = GOOD, variables: dict[str, str] | None = None) -> Config:
    """The configuration of this text, which must be good."""
    file = folder / "repwatch.toml"
    file.write_text(text, encoding="utf-8")
    root = read_document(file)
    config = config_of(root, environment_of(variables or {}), SOURCES)
    assert not root.problems.sentences()
    return config
