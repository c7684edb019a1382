"""Can everything be reached and used? One finding for each thing, ok or what is wrong and the mend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import sentences_of
from bot.opening import open_channels, open_model, open_store

if TYPE_CHECKING:
    from alerts.slack import SlackChannel
    from bot.config import Config

# What to do about a source that did not answer as it should.
_MENDS = {
    "failed": "is its address right, and is this machine online? else the site is down: try again later",
    "blocked": "the site refuses us: set its key if it has one, ask less often, or leave it out (paused = true)",
    "changed": "the answer is in no form its spider knows: does the address lead to such a page? look in a browser",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `repwatch check`."""

    what: str
    is_ok: bool
    said: str


def check(config: Config, clock: Clock, *, ask_sources: bool = True) -> Iterator[Finding]:
    """Every finding as soon as it is known; sources last, one polite request each. Nothing is kept of it."""
    yield _configuration(config)
    yield _tried("database", lambda: _database(config))
    yield _tried("model", lambda: _model(config))
    yield from _slack(config)
    yield from _replies(config)
    yield from _keys(config)
    if ask_sources:
        yield from _sources(config, clock)


def _configuration(config: Config) -> Finding:
    brands = ", ".join(brand.name for brand in config.brands)
    said = f"{config.file}: {brands}; {len(config.entries)} sources"
    if config.bot.contact is None:
        mend = 'add contact = "https://…" under [bot]: a webmaster must be able to complain'
        return Finding(what="configuration", is_ok=False, said=f"{said}; {mend}")
    return Finding(what="configuration", is_ok=True, said=said)


def _database(config: Config) -> str:
    """Opened, upgraded and writable: a copy-free write test would leave something behind, so the folder is asked."""
    with open_store(config) as store:
        store.outbox_counts()
        place = store.place
    file = config.store.file
    if file and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        raise PermissionError(13, "can't be written; give this user the right to write it and its folder", str(file))
    return place


def _model(config: Config) -> str:
    model = open_model(config)
    answer = model.score(["Nigdy więcej, pieniądze przepadły i nikt nie odpowiada."])[0]
    if answer is None:
        raise RuntimeError(f"{model.name} gives no answer to a plain sentence: choose another model under [model]")
    return f"{model.name}: answers"


def _tried(what: str, act: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, is_ok=True, said=act())
    except Exception as error:
        return Finding(what=what, is_ok=False, said="; ".join(sentences_of(error)))


def _slack(config: Config) -> Iterator[Finding]:
    """Each workspace that something goes to: its token, scopes, and every channel that is named."""
    doors = open_channels(config.environment)
    for workspace, rooms in sorted(_rooms(config).items()):
        name = f"Slack {workspace}".strip()
        variable = f"SLACK_BOT_TOKEN_{workspace.upper()}" if workspace else "SLACK_BOT_TOKEN"
        door = doors.get(workspace)
        if door is None:
            said = f"no token: set {variable} (repwatch init prints the app to make); until then cards wait"
            yield Finding(what=name, is_ok=False, said=said)
            continue
        yield from _workspace(name, door, rooms)
        yield _buttons(config, workspace, name)


def _replies(config: Config) -> Iterator[Finding]:
    """The company's own reply templates, where it has some; a broken one means cards without a draft."""
    from alerts.cards.drafts import check_templates

    for folder in {settings.replies_folder for settings in config.messages.values() if settings.replies_folder}:
        problems = check_templates(folder)
        for problem in problems:
            yield Finding(what="reply templates", is_ok=False, said=problem)
        if not problems:
            yield Finding(what="reply templates", is_ok=True, said=str(folder))
    unsigned = sorted(team for team, settings in config.messages.items() if not settings.signature)
    if unsigned:
        mend = 'name somebody who answers, signature = "Anna"'
        yield Finding(what="reply drafts", is_ok=True, said=f"signed by no person for {', '.join(unsigned)}: {mend}")


def _rooms(config: Config) -> dict[str, list[str]]:
    """Channels by workspace, each once."""
    from bot.plans import all_routes

    slack = config.slack
    found: dict[str, list[str]] = {}
    named = [(route.workspace, route.channel) for route in all_routes(config)]
    others = (slack.thanks_channel, slack.review_channel, slack.health_channel, config.digest.channel)
    named += [(slack.workspace, room) for room in others if room]
    rungs = [rung for team in config.teams for rung in team.rungs]
    named += [(slack.workspace, rung.channel) for rung in rungs if rung.channel]
    for workspace, room in dict.fromkeys(named):
        found.setdefault(workspace, []).append(room)
    return found


def _workspace(name: str, door: SlackChannel, rooms: list[str]) -> Iterator[Finding]:
    try:
        identity = door.identity()
        missing = identity.missing_scopes
        known = {} if missing else door.rooms()
    except Exception as error:
        yield Finding(what=name, is_ok=False, said="; ".join(sentences_of(error)))
        return
    if missing:
        mend = "add them under OAuth & Permissions → Bot Token Scopes and reinstall the app"
        yield Finding(what=name, is_ok=False, said=f"{identity.team}: scopes missing: {', '.join(missing)}; {mend}")
        return
    yield Finding(what=name, is_ok=True, said=f"{identity.team}, all scopes")
    by_name = {room.name: room for room in known.values()} | {room.id: room for room in known.values()}
    for wanted in rooms:
        room = by_name.get(wanted.removeprefix("#"))
        if room is None:
            said = f"{wanted} is not there or the bot can't see it: check the name, invite the bot with /invite"
        elif room.is_archived:
            said = f"{wanted} is archived: unarchive it or name another"
        elif not room.is_member:
            said = f"the bot is not in {wanted}: invite it there with /invite"
        else:
            yield Finding(what=name, is_ok=True, said=f"{wanted}: the bot is in it")
            continue
        yield Finding(what=name, is_ok=False, said=said)


def _buttons(config: Config, workspace: str, name: str) -> Finding:
    """Without an app token reactions do the same; that is a choice, not a fault."""
    has_token = workspace in config.environment.slack_app_tokens
    said = "buttons over Socket Mode" if has_token else "no app token: reactions instead of buttons"
    return Finding(what=name, is_ok=True, said=said)


def _keys(config: Config) -> Iterator[Finding]:
    """The variable of every source that says it knows one; whether it is needed the probe shows."""
    from bot.settings.options import catalogue

    for source in dict.fromkeys(entry.source for entry in config.entries):
        names = catalogue()[source].keys
        missing = [name for name in names if name not in config.environment.source_keys(names)]
        if names:
            without = f"{', '.join(missing)} not set; needed only if its source is wrong below"
            said = f"{source}: " + (without if missing else f"{', '.join(names)} set")
            yield Finding(what="key", is_ok=True, said=said)


def _sources(config: Config, clock: Clock) -> Iterator[Finding]:
    from bot.plans import fresh_plans
    from spiders.probe import probe
    from storage.records import CrawlStatus

    entries = [entry for entry in config.entries if not entry.paused]
    for found in probe(fresh_plans(config, entries, clock())):
        is_ok = found.status in (CrawlStatus.OK, CrawlStatus.EMPTY)
        said = f"{found.entry}: {found.status}" + (f", {found.detail}" if found.detail else "")
        told = f"{said}, {found.mentions} texts" if is_ok else f"{said}; {_MENDS[found.status.value]}"
        yield Finding(what="source", is_ok=is_ok, said=told)
