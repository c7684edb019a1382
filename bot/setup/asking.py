"""Flags and questions → answers; a question is asked again until its answer can be used."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from alerts.catalogue import LANGUAGES
from bot.errors import UsageError
from bot.settings import kinds
from bot.setup.answers import Answers
from bot.setup.choosing import chosen

_CONTACT = "Where a webmaster can complain: a mail address or a page (Enter: later; repwatch check will ask again)"


def answers_of(given: argparse.Namespace, *, is_asked: bool) -> Answers:
    """What was given by flags; the rest asked where a person is there, else the default."""
    ask = _ask if is_asked else _default
    from spiders.plan import CrawlSettings

    brand = (given.brand or ask("The brand's name", "", _no_term)).strip()
    if not brand:
        raise UsageError("a brand needs a name")
    others = given.term or [
        word.strip() for word in ask("Other spellings, separated by commas (Enter: none)", "").split(",")
    ]
    said = list(given.source) or ask("Its home page and other pages about it, separated by spaces", "").split()
    contact = given.contact or ask(_CONTACT, "", _no_contact) or None
    if contact and (wrong := _no_contact(contact)):
        raise UsageError(f"--contact {wrong}")
    channel = given.channel or ask("The Slack channel for cards", "#reviews")
    return Answers(
        brand=brand,
        terms=tuple(dict.fromkeys([brand, *(word for word in others if word)])),
        sources=chosen(said, CrawlSettings(contact=contact, allow_loopback=given.loopback), _ask if is_asked else None),
        channel=channel if channel[:1] in "#C" else f"#{channel}",
        zone=given.zone or ask("Your time zone, such as Europe/Warsaw", _zone_here(), _no_zone),
        language=given.language or ask(f"Language of cards ({', '.join(LANGUAGES)})", "en", _no_language),
        contact=contact,
    )


def _ask(question: str, default: str, fault: Callable[[str], str | None] = lambda _: None) -> str:
    """Asks until the answer can be used: nobody should type everything again for one slip."""
    shown = f" [{default}]" if default else ""
    while True:
        said = input(f"{question}{shown}: ").strip() or default
        wrong = fault(said)
        if not wrong:
            return said
        print(f"  {wrong}")


def _default(_question: str, default: str, _fault: Callable[[str], str | None] = lambda _: None) -> str:
    return default


def _no_term(said: str) -> str | None:
    letters = sum(sign.isalnum() for sign in said)
    return None if letters > 1 else "a brand needs a name of at least two letters or digits"


def _no_contact(said: str) -> str | None:
    try:
        kinds.contact(said or "later@example.com")
    except kinds.UnfitError as error:
        return f'"{said}" is none; write {error}'
    return None


def _no_zone(said: str) -> str | None:
    try:
        kinds.zone(said)
    except kinds.UnfitError as error:
        return f'"{said}" is none; write {error}'
    return None


def _no_language(said: str) -> str | None:
    return None if said in LANGUAGES else f'"{said}" is none of {", ".join(LANGUAGES)}'


def _zone_here() -> str:
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except LookupError:
        return "UTC"
