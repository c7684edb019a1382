"""`[slack]` and `[digest]`: where cards go when no route says otherwise, and when the week's summary is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.cadence import Weekly
from bot.settings import parts
from bot.settings.fill import fill
from bot.settings.section import Section
from bot.settings.teams import channel


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """Where things are said; tokens are in the environment."""

    # Where cards go when no route says otherwise; None: nothing is sent (mentions are still collected and judged).
    channel: str | None = None
    # The workspace of that channel: SLACK_BOT_TOKEN_<NAME>; "": SLACK_BOT_TOKEN.
    workspace: str = ""
    # Where praise worth a thank-you goes; None: nowhere.
    thanks_channel: str | None = None
    # Where the day's list of texts the model is unsure of goes, to be labelled; None: nowhere (repwatch label).
    review_channel: str | None = None
    # Where the health of sources goes; None: the channel of the cards.
    health_channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """When and where the week is summed up."""

    on: bool = True
    weekly: Weekly = field(default_factory=Weekly)
    # None: the channel of the cards.
    channel: str | None = None
    language: str | None = None


def read_slack(root: Section) -> SlackSettings:
    section = root.inner("slack")
    channels = ("channel", "thanks_channel", "review_channel", "health_channel")
    settings = fill(SlackSettings, section, readers=dict.fromkeys(channels, channel)) or SlackSettings()
    if settings.channel is None and "channel" not in section:
        root.problems.add(
            section.path if "slack" in root else (), 'no [slack] channel: say where cards go, channel = "#support"'
        )
    section.close()
    return settings


def read_digest(root: Section, zone: ZoneInfo) -> DigestSettings:
    section = root.inner("digest")
    given = {"weekly": parts.read_weekly(section, zone)}
    settings = fill(DigestSettings, section, given=given, readers={"channel": channel, "language": parts.language})
    section.close()
    return settings or DigestSettings()
