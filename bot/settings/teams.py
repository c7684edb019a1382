"""`[[team]]` and `[[route]]`: who answers, when, who is next, and where cards of a kind go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from alerts.alert_policy import Route, Rung, Team
from alerts.hours.support_hours import SupportHours
from bot.settings import kinds
from bot.settings.fill import fill
from bot.settings.kinds import UnfitError
from bot.settings.names import check_names
from bot.settings.section import Section
from storage.records import Brand

_PERSON = re.compile(r"[UW][A-Z0-9]{5,20}")
_GROUP = re.compile(r"S[A-Z0-9]{5,20}")
_CHANNEL = re.compile(r"#?[^\s#<>&@]{1,80}")


def channel(value: object) -> str:
    """ "#support" or a channel's id."""
    name = kinds.text(value)
    if not _CHANNEL.fullmatch(name):
        raise UnfitError('a channel such as "#support" or its id "C0123456789"')
    return name


def workspace(value: object) -> str:
    """Names of workspaces are compared in lower case, since variables are written in upper."""
    return kinds.text(value).lower()


def called(value: object) -> str:
    """A person's or group's Slack id, or everybody present, as Slack's own mention."""
    name = kinds.text(value).strip("<>@!").removeprefix("subteam^")
    if _PERSON.fullmatch(name):
        return f"<@{name}>"
    if _GROUP.fullmatch(name):
        return f"<!subteam^{name}>"
    if name in ("here", "channel"):
        return f"<!{name}>"
    raise UnfitError('a Slack member id ("U0123456789"), a user group id ("S0123456789"), "@here" or "@channel"')


def read_teams(root: Section, zone: ZoneInfo) -> tuple[tuple[Team, ...], dict[str, Section]]:
    """All teams, and each one's section for what else it says; without any, "support" on weekdays in `zone`."""
    teams: dict[str, Team] = {}
    sections: dict[str, Section] = {}
    for section in root.listed("team"):
        team = _team(section, zone)
        if team and team.name in teams:
            section.wrong("name", team.name, "a name no other [[team]] has")
        elif team:
            teams[team.name], sections[team.name] = team, section
    if not teams:
        teams = {"support": Team(hours=SupportHours(zone=zone))}
    return tuple(teams.values()), sections


def _team(section: Section, zone: ZoneInfo) -> Team | None:
    name = section.text("name", required=True)
    given: dict[str, Any] = {"hours": _hours(section, zone)}
    for suffix in ("", "_high", "_medium", "_low"):
        given[f"ladder{suffix}"] = section.read(f"escalate{suffix}", _ladder, ())
    team = fill(Team, section, given=given, readers={"on_call": kinds.many(called)})
    return team if name else None


def _ladder(value: object) -> tuple[Rung, ...]:
    """[["S012"], ["U345", "#managers"]]: people, groups, at most one channel a rung; a single name is a rung."""
    rungs = value if isinstance(value, list) else [value]
    return tuple(_rung(rung if isinstance(rung, list) else [rung], number) for number, rung in enumerate(rungs))


def _rung(names: list[object], number: int) -> Rung:
    channels = [name for name in names if isinstance(name, str) and name.startswith("#")]
    if len(channels) > 1:
        raise UnfitError("at most one channel a rung", (number,), channels[1])
    people = []
    for name in names:
        try:
            if name not in channels:
                people.append(called(name))
        except UnfitError as unfit:
            raise UnfitError(unfit.allowed + ', or a channel ("#managers")', (number,), name) from None
    return Rung(mentions=tuple(people), channel=channel(channels[0]) if channels else None)


def _hours(section: Section, zone: ZoneInfo) -> SupportHours:
    """`hours` (a table of days, or "24/7"), `zone`, `holidays` ("PL", "DE-BY"), `days_off`, `open_on`."""
    days = kinds.many(kinds.day)
    said: dict[str, Any] = {
        "zone": section.read("zone", kinds.zone, zone),
        "closed": frozenset(section.read("days_off", days, ())),
        "open_on": frozenset(section.read("open_on", days, ())),
    }
    if section.values.get("hours") == "24/7":
        section.known.add("hours")
        said["always"] = True
    elif week := section.read("hours", kinds.table(kinds.many(kinds.text)), {}):
        said["week"] = _week(section, week)
    country = section.read("holidays", _country)
    said["country"], said["region"] = country or (None, None)
    if "week" in said and not said["week"]:
        del said["week"]
    try:
        return SupportHours(**said)
    except ValueError as error:
        section.problems.add((*section.path, "holidays" if country else "hours"), str(error))
        return SupportHours(zone=zone)


def _week(section: Section, week: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Each span tried by itself, so that every wrong one is told, at its place."""
    good: dict[str, tuple[str, ...]] = {}
    for days, spans in week.items():
        fitting = [text for number, text in enumerate(spans) if _span_fits(section, days, number, text)]
        if fitting:
            good[days] = tuple(fitting)
    return good


def _span_fits(section: Section, days: str, number: int, text: str) -> bool:
    try:
        SupportHours(week={days: (text,)})
    except ValueError as error:
        section.wrong(("hours", days, number), text, str(error).split(": ", 1)[-1])
        return False
    return True


def _country(value: object) -> tuple[str, str | None]:
    found = re.fullmatch(r"([A-Za-z]{2})(?:-([A-Za-z0-9]{1,6}))?", kinds.text(value))
    if not found:
        raise UnfitError('a country such as "PL", or with a region "DE-BY"')
    return found[1].upper(), found[2].upper() if found[2] else None


def read_routes(
    root: Section, teams: tuple[Team, ...], brands: tuple[Brand, ...], sources: tuple[str, ...]
) -> tuple[Route, ...]:
    """All routes in order; a route to a team nobody wrote is a problem."""
    names = [team.name for team in teams]
    routes = []
    for section in root.listed("route"):
        route = fill(Route, section, readers={"channel": channel, "workspace": workspace})
        if route and route.team and route.team not in names:
            section.wrong(
                "team", route.team, f"the name of a [[team]]: {', '.join(names)}{kinds.closest(route.team, names)}"
            )
        check_names(section, brands, sources)
        section.close()
        if route:
            routes.append(route)
    return tuple(routes)
