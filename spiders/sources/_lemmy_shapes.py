"""What Lemmy's answers look like: 0.19 and 1.0 views, numbers of languages, ActivityPub objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spiders.languages import language_tag
from spiders.shapes import count, dig, number, tree, trees, words

# Codes by language_id, 0 is "undetermined": the table every instance is installed with (migration of June 2022).
_CODES = re.findall(
    r"[a-z]+",
    """
    und aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it
    iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my
    na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn
    so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """,
)
_LISTS = ("posts", "comments", "search", "results", "items", "content", "saved")
_OBJECT_TYPES = frozenset({"Note", "Page", "Article", "Question", "Event", "Video", "Tombstone"})
_WRAPPERS = frozenset({"Create", "Update", "Announce", "Delete"})
# Groups, people, follows, votes, lists of moderators: ActivityPub too, but nobody says anything there.
_OTHER_TYPES = re.compile(
    r"Person|Group|Application|Service|Organization|Follow|Accept|Reject|Like|Dislike|Undo|Add|Remove|Block|Flag|Lock|"
    r"ChatMessage|(?:Ordered)?Collection(?:Page)?"
)


def views_in(data: Any) -> list[Any] | None:
    """Post and comment views of an answer, in its order; None where it has no list of them."""
    found = [dig(data, name) for name in _LISTS if isinstance(dig(data, name), list)]
    single = [view for name in ("post_view", "comment_view", "resolve") if (view := tree(data, name))]
    # resolve_object has the view under its kind's bare name.
    single += [view for name in ("post", "comment") if tree(view := tree(data, name), name)]
    if not found and not single:
        return None
    return [*single, *(row for some in found for row in some)]


def is_comment(view: Any) -> bool:
    return bool(tree(view, "comment"))


def language_of(row: Any) -> str | None:
    """The language by its number, as the instance's table has it."""
    at = count(row, "language_id")
    return language_tag(_CODES[at]) if at is not None and at < len(_CODES) else None


def counter(view: Any, inner: str, *names: str) -> int | None:
    """A counter that 0.19 keeps in "counts" and 1.0 in the post or comment itself; only a score is ever below zero."""
    stated = ((name, number(view, place, name)) for name in names for place in ("counts", inner))
    name, found = next(((name, one) for name, one in stated if one is not None), ("", None))
    is_sound = found is not None and abs(found) < 2**31 and (found >= 0 or name == "score")
    return int(found) if found is not None and is_sound else None


def stated_time(row: Any, name: str) -> Any:
    """`published` of 0.19, `published_at` of 1.0."""
    return dig(row, name) or dig(row, f"{name}_at")


def steps(path: str | None) -> list[str]:
    """Ids from the top comment down to the comment itself, of "0.TOP…PARENT.ID"."""
    return [step for step in (path or "").split(".") if step.isdigit() and step != "0"]


def objects_in(data: Any) -> list[Any] | None:
    """What is said in an ActivityPub answer: the object itself, wrapped in activities, or in a collection.

    None for what is not ActivityPub.
    """
    kind = words(data, "type") or ""
    if not words(data, "id") or "type_" in data:
        return None
    if kind in _OBJECT_TYPES or kind in _WRAPPERS:
        return list(_unwrapped(data))
    if not _OTHER_TYPES.fullmatch(kind):
        return None
    inside = [row for name in ("orderedItems", "items") for row in trees(data, name)]
    return [found for row in inside for found in _unwrapped(row)]


def _unwrapped(row: Any, depth: int = 0) -> Iterator[Any]:
    """The object at the heart of an activity (a share of a creation of a page); a deletion leaves a tombstone."""
    kind, inner = words(row, "type"), dig(row, "object")
    if kind in _OBJECT_TYPES:
        yield row
    elif kind == "Delete":
        name = words(inner, "id") if isinstance(inner, dict) else inner
        yield {"type": "Tombstone", "id": name}
    elif kind in _WRAPPERS and isinstance(inner, dict) and depth < 4:
        yield from _unwrapped(inner, depth + 1)


def actor_of(data: Any) -> tuple[str | None, str | None]:
    """Id and name of who an ActivityPub object is attributed to; hashes are no names."""
    stated = dig(data, "attributedTo")
    first = stated[0] if isinstance(stated, list) and stated else stated
    actor = words(first, "id") if isinstance(first, dict) else first if isinstance(first, str) else None
    found = re.search(r"/(?:u|users?|profile|accounts|author|@)/?([^/@?#]{1,100})/?$", actor or "")
    return actor, found[1] if found else None


def address_of(data: Any) -> str | None:
    """Where people read an object: `url` is an address, or links of which one is a page."""
    stated = dig(data, "url")
    if isinstance(stated, str):
        return stated.strip() or None
    links = list(trees(stated)) if isinstance(stated, list) else [tree(data, "url")]
    pages = [link for link in links if words(link, "mediaType") in (None, "text/html")]
    return next((address for link in pages if (address := words(link, "href"))), None)


def markdown_of(data: Any) -> str | None:
    """The text as its author typed it, where it is Markdown."""
    kind = words(data, "source", "mediaType")
    return words(data, "source", "content") if kind in (None, "text/markdown") else None


def activity_language(data: Any) -> str | None:
    """Lemmy's own field, or the only key of the standard's contentMap."""
    named = words(data, "language", "identifier") or words(data, "inLanguage")
    by_map = list(tree(data, "contentMap"))
    return language_tag(named) or (language_tag(by_map[0]) if len(by_map) == 1 else None)
