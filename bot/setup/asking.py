"""Flags and questions → answers; a home page is read once, politely, to find the brand's other places."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.clock import utc_now
from bot.errors import UsageError
from bot.settings import kinds
from bot.settings.options import catalogue, option_reader
from bot.setup.answers import Answers
from bot.setup.finding import Found, found_by_address, found_on_page, merged
from bot.setup.page_signs import signs_of
from bot.setup.written import described

CARD_LANGUAGES = ("en", "pl", "ro", "ru", "sl")
# Asked of by the brand's name alone, without a key.
_EVERYWHERE = ("hackernews", "reddit", "mastodon")


def answers_of(given: argparse.Namespace, *, is_asked: bool) -> Answers:
    """What was given by flags; the rest asked where a person is there, else the default."""
    ask = _ask if is_asked else _default
    brand = (given.brand or ask("The brand's name", "", _no_term)).strip()
    if not brand:
        raise UsageError("a brand needs a name")
    others = given.term or [
        word.strip() for word in ask("Other spellings, separated by commas (Enter: none)", "").split(",")
    ]
    said = list(given.source) or ask("Its home page and other pages about it, separated by spaces", "").split()
    contact = given.contact or ask("An address where a webmaster can complain (page or mail)", "") or None
    channel = given.channel or ask("The Slack channel for cards", "#reviews")
    return Answers(
        brand=brand,
        terms=tuple(dict.fromkeys([brand, *(word for word in others if word)])),
        sources=_sources(said, contact, is_asked=is_asked, loopback=given.loopback),
        channel=channel if channel[:1] in "#C" else f"#{channel}",
        zone=given.zone or ask("Your time zone, such as Europe/Warsaw", _zone_here(), _no_zone),
        language=given.language or ask(f"Language of cards ({', '.join(CARD_LANGUAGES)})", "en", _no_language),
        contact=contact,
    )


def _sources(said: Sequence[str], contact: str | None, *, is_asked: bool, loopback: bool) -> tuple[Found, ...]:
    """What was named is taken; what was found beside it is shown and, where somebody is there, asked about."""
    named, pages = [], []
    for one in said:
        if one.split(":")[0] in catalogue() or ("://" not in one and "." not in one):
            named.append(_named(one))
        else:
            address = one if "://" in one else f"https://{one}"
            known = found_by_address(address)
            named += [known] if known else []
            pages += [] if known else [address]
    everywhere = [Found(source=name, why="found by the brand's name") for name in _EVERYWHERE]
    found = merged([*named, *_on_pages(pages, contact, loopback), *everywhere])
    usable = tuple(one for one in found if _is_usable(one))
    print("Sources:")
    for source in usable:
        print(f"  {described(source)}")
    if is_asked and _ask("Watch all of these? (no: only what you named yourself)", "yes").lower().startswith("n"):
        return tuple(one for one in merged(named) if _is_usable(one)) or usable
    return usable


def _on_pages(pages: Sequence[str], contact: str | None, loopback: bool) -> list[Found]:
    if not pages:
        return []
    from spiders.plan import CrawlSettings
    from spiders.probe import fetch_pages

    print(f"Reading {', '.join(pages)} …")
    found = []
    for page in fetch_pages(pages, CrawlSettings(contact=contact, allow_loopback=loopback), utc_now()):
        if page.error:
            print(f"  {page.url} could not be read: {page.error}")
        else:
            found += found_on_page(page.final_url, signs_of(page.final_url, page.body))
    return found


def _named(said: str) -> Found:
    """ "reddit" or "discourse:base_url=https://…,own_forum=true". Raises UsageError."""
    name, _, rest = said.partition(":")
    if name not in catalogue():
        near = kinds.closest(name, list(catalogue()))
        raise UsageError(f'--source {said}: no source "{name}"{near}; there are: {", ".join(catalogue())}')
    knobs = {option.name: option for option in catalogue()[name].options}
    options: dict[str, Any] = {}
    for pair in filter(None, rest.split(",")):
        key, is_pair, value = pair.partition("=")
        if key not in knobs or not is_pair:
            raise UsageError(f"--source {said}: {name} has no option {key}; it has: {', '.join(knobs) or 'none'}")
        many = knobs[key].many
        options[key] = tuple(value.split("|")) if many else value == "true" if knobs[key].type is bool else value
    return Found(source=name, options=options, why="named by you")


def _is_usable(found: Found) -> bool:
    """Only what the program can watch: the source is there, knows the options, and has those it needs."""
    knobs = catalogue().get(found.source)
    if knobs is None:
        return False
    known = {option.name: option for option in knobs.options}
    needed = {option.name for option in knobs.options if option.required}
    return set(found.options) <= set(known) and needed <= set(found.options) and _fit(found.options, known)


def _fit(options: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    try:
        for name, value in options.items():
            option_reader(known[name])(list(value) if isinstance(value, tuple) else value)
    except kinds.UnfitError:
        return False
    return True


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


def _no_zone(said: str) -> str | None:
    try:
        kinds.zone(said)
    except kinds.UnfitError as error:
        return f'"{said}" is none; write {error}'
    return None


def _no_language(said: str) -> str | None:
    return None if said in CARD_LANGUAGES else f'"{said}" is none of {", ".join(CARD_LANGUAGES)}'


def _zone_here() -> str:
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except LookupError:
        return "UTC"
