"""Names, addresses and home pages → the sources to watch; a page is read once, politely, to find what it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bot.clock import utc_now
from bot.errors import UsageError
from bot.settings import kinds
from bot.settings.options import catalogue, option_reader
from bot.setup.finding import Found, found_by_address, found_on_page, merged, pages_beside
from bot.setup.page_signs import signs_of
from bot.setup.written import described

if TYPE_CHECKING:
    from collections.abc import Callable

    from spiders.plan import CrawlSettings

# Asked of by the brand's name alone, without a key.
_EVERYWHERE = ("hackernews", "reddit", "mastodon")
_LEAVE_OUT = "Leave some out? Their numbers, such as 2 3 (Enter: watch them all)"


class Ask(Protocol):
    """Asks a person until `fault` finds none in the answer."""

    def __call__(self, question: str, default: str, fault: Callable[[str], str | None]) -> str: ...


def chosen(said: Sequence[str], settings: CrawlSettings, ask: Ask | None) -> tuple[Found, ...]:
    """What was named, what the named pages lead to, and what can be asked by the brand's name alone.

    Somebody who is there may leave some out. Without anybody to ask nothing comes in by the back door: the places that
    need the name alone are taken only where no place was named. Raises UsageError.
    """
    named, pages = _sorted(said)
    by_name = [Found(source=name, why="found by the brand's name") for name in _EVERYWHERE]
    found = merged([*named, *_on_pages(pages, settings), *(by_name if ask or not said else [])])
    usable = [one for one in found if _is_usable(one)]
    if not usable:
        raise UsageError("nothing to watch was found there: name a source yourself, such as --source reddit")
    print("Sources:")
    for number, source in enumerate(usable, start=1):
        print(f"  {number}. {described(source)}")
    if said and not ask:
        print(f"  Can be added by the brand's name alone: {_absent(usable)}")
    left_out = _numbers(ask(_LEAVE_OUT, "", lambda words: _no_numbers(words, len(usable)))) if ask else set()
    return tuple(source for number, source in enumerate(usable, start=1) if number not in left_out)


def _sorted(said: Sequence[str]) -> tuple[list[Found], list[str]]:
    """Sources that were named, by name or by an address that says it; and the pages that have to be read."""
    named, pages = [], []
    for one in said:
        if one.split(":")[0] in catalogue() or ("://" not in one and "." not in one):
            named.append(_named(one))
            continue
        address = one if "://" in one else f"https://{one}"
        known = found_by_address(address)
        if known:
            named.append(known)
        else:
            pages.append(address)
    return named, pages


def _absent(usable: Sequence[Found]) -> str:
    there = {one.source for one in usable}
    return ", ".join(f"--source {name}" for name in _EVERYWHERE if name not in there) or "all are there"


def _numbers(words: str) -> set[int]:
    return {int(word) for word in words.replace(",", " ").split()}


def _no_numbers(words: str, count: int) -> str | None:
    try:
        numbers = _numbers(words)
    except ValueError:
        return f'"{words}" are no numbers; write such as 2 3, or nothing'
    if not numbers <= set(range(1, count + 1)):
        return f"the numbers go from 1 to {count}"
    return None if len(numbers) < count else "something has to be watched: leave at least one"


def _on_pages(pages: Sequence[str], settings: CrawlSettings) -> list[Found]:
    if not pages:
        return []
    from spiders.probe import fetch_pages

    print(f"Reading {', '.join(pages)} …")
    found = []
    for page in fetch_pages(pages, settings, utc_now(), _beside):
        if page.error:
            print(f"  {page.url} could not be read: {page.error}")
        else:
            found += found_on_page(page.final_url, signs_of(page.final_url, page.body))
    return found


def _beside(url: str, html: str) -> list[str]:
    return pages_beside(url, signs_of(url, html))


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
