"""Finds schema.org nodes on a page, in JSON-LD, microdata and RDFa, whatever they hang on; several sources read reviews
so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.etree import _Element as Element
from scrapy.http import TextResponse

from spiders.shapes import Tree, dig, name_of, number, rows, words
from spiders.sources._schema_json import decoded
from spiders.sources._schema_rdfa import rdfa_nodes

_MOST_NODES = 20_000
# What is a node of its own elsewhere on the page in graphs that plugins write.
_REFERRED = ("author", "creator", "reviewRating")
_DEEPEST = 60
# "4/5", "4 out of 5", "4,5 von 5", "80%".
_OF = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:(?:/|out of|of|von|z|из|din|od)\s*(\d{1,3})|%)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Node:
    """One node and the nodes it hangs on, nearest last."""

    tree: Tree
    above: tuple[Tree, ...] = field(default=())

    @property
    def types(self) -> frozenset[str]:
        return types_of(self.tree)


def nodes_of(response: TextResponse, skip: Callable[[str, object], None]) -> Iterator[Node]:
    """Every typed node of the page, JSON-LD first. `skip` is told what could not be read."""
    roots = [*_json_ld(response, skip), *_microdata(response, skip), *_rdfa(response)]
    named = _named(roots)
    left = [Node(root) for root in reversed(roots) if isinstance(root, dict)]
    shown = 0
    while left and shown < _MOST_NODES:
        node = left.pop()
        shown += 1
        if node.types:
            yield Node(_with_references(node.tree, named), node.above) if named else node
        if len(node.above) < _DEEPEST:
            left.extend(Node(child, (*node.above, node.tree)) for child in reversed(_children(node.tree)))


def _named(roots: list[Any]) -> dict[str, Tree]:
    """Nodes by their @id, for the places that only refer to them."""
    found: dict[str, Tree] = {}
    left: list[Tree] = [root for root in roots if isinstance(root, dict)]
    seen = 0
    while left and seen < _MOST_NODES:
        tree, seen = left.pop(), seen + 1
        if (name := words(tree, "@id")) and not _is_reference(tree):
            found.setdefault(name, tree)
        left.extend(_children(tree))
    return found


def _with_references(tree: Tree, named: dict[str, Tree]) -> Tree:
    """The node with the author and rating it refers to, for reading; what they hold is not walked into once more."""
    meant = {
        key: named[name]
        for key in _REFERRED
        if isinstance(value := tree.get(key), dict) and _is_reference(value) and (name := words(value, "@id")) in named
    }
    return {**tree, **meant} if meant else tree


def _is_reference(tree: Tree) -> bool:
    return tree.keys() <= {"@id", "@type"} and "@id" in tree


def types_of(tree: Tree) -> frozenset[str]:
    """The bare names of a node's types."""
    stated = tree.get("@type")
    every = stated if isinstance(stated, list) else [stated]
    return frozenset(re.split(r"[/#:]", one)[-1] for one in every if isinstance(one, str))


def first(tree: Tree, *names: str) -> Any:
    """The first property that is there; of a list its first value."""
    for name in names:
        found = tree.get(name)
        found = found[0] if isinstance(found, list) and found else found
        if found not in (None, "", [], {}):
            return found
    return None


def text_of(value: Any) -> str | None:
    """A text, or the name of a node that stands in its place."""
    if isinstance(value, dict):
        return words(value, "name") or words(value, "@value") or words(value, "name", 0)
    if isinstance(value, list):
        return next((found for one in value if (found := text_of(one))), None)
    return name_of(value) if isinstance(value, int) else words(value)


def stars_of(rating: Any) -> tuple[float | None, float | None]:
    """A rating's value and its maximum where it states one: in fields of their own, as "4/5", or as "80%"."""
    is_node = isinstance(rating, dict)
    stated, best = (first(rating, "ratingValue"), first(rating, "bestRating")) if is_node else (rating, None)
    value = number(stated)
    if value is None and isinstance(stated, str) and (found := _OF.match(stated[:40])):
        return number(found[1]), number(found[2]) if found[2] else 100.0
    return value, number(best)


def address_in(response: TextResponse, name: str | None) -> str | None:
    """An @id as the address it stands for: "#review-1" is this page's and no other's."""
    try:
        return response.urljoin(name) if name else None
    except ValueError:
        return name


def _children(tree: Tree) -> list[Tree]:
    found: list[Tree] = []
    for value in tree.values():
        if isinstance(value, dict):
            found.append(value)
        elif isinstance(value, list):
            found.extend(one for one in value if isinstance(one, dict))
    return found


def _json_ld(response: TextResponse, skip: Callable[[str, object], None]) -> Iterator[Any]:
    for script in response.xpath('//script[contains(@type, "ld+json")]')[:200]:
        text = script.xpath("string()").get("").strip()
        if not text:
            continue
        try:
            yield from decoded(text)
        except ValueError as error:
            skip(f"JSON-LD that can't be read: {str(error)[:80]}", text[:2000])


def _microdata(response: TextResponse, skip: Callable[[str, object], None]) -> list[Any]:
    if b"itemtype" not in response.body and b"ITEMTYPE" not in response.body:
        return []
    import extruct  # imports half a second of parsers

    try:
        found = extruct.extract(
            response.text, base_url=response.url, syntaxes=["microdata"], errors="ignore", uniform=True
        )
    except Exception as error:
        skip(f"microdata that can't be read: {type(error).__name__}", response.text[:2000])
        return []
    return [_trimmed(item) for item in rows(found, "microdata")]


def _rdfa(response: TextResponse) -> list[Any]:
    root = response.selector.root if b"typeof" in response.body and b"schema" in response.body else None
    return list(rdfa_nodes(root)) if isinstance(root, Element) else []


def _trimmed(item: Any) -> Any:
    return {key: value for key, value in item.items() if dig(value) is not None} if isinstance(item, dict) else item
