"""Finds schema.org nodes on a page, in JSON-LD and microdata, whatever they hang on; several sources read reviews
so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrapy.http import TextResponse

from spiders.shapes import Tree, decode_json, dig, name_of, rows, words

_MOST_NODES = 20_000
_DEEPEST = 60
_COMMENTS = re.compile(r"^\s*<!--|(?://)?\s{0,9}-->\s*$|^\s*<!\[CDATA\[|(?://)?\s{0,9}\]\]>\s*;?\s*$")
_CDATA_COMMENT = re.compile(r"^\s*/\*.{0,40}?\*/|/\*.{0,40}?\*/\s*$|^\s*//[^\n]{0,200}\n", re.DOTALL)


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
    roots = [*_json_ld(response, skip), *_microdata(response, skip)]
    left = [Node(root) for root in reversed(roots) if isinstance(root, dict)]
    shown = 0
    while left and shown < _MOST_NODES:
        node = left.pop()
        shown += 1
        if node.types:
            yield node
        if len(node.above) < _DEEPEST:
            left.extend(Node(child, (*node.above, node.tree)) for child in reversed(_children(node.tree)))


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
            found = _decoded(text)
        except ValueError as error:
            skip(f"JSON-LD that can't be read: {str(error)[:80]}", text[:2000])
            continue
        yield from found if isinstance(found, list) else [found]


def _decoded(text: str) -> Any:
    """Pages wrap their JSON in comments of HTML and of JavaScript, and end lists with a comma."""
    bare = _CDATA_COMMENT.sub("", _COMMENTS.sub("", text)).strip().rstrip(";")
    try:
        return decode_json(bare)
    except ValueError:
        import jstyleson  # comes with extruct

        return decode_json(jstyleson.dispose(bare))


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


def _trimmed(item: Any) -> Any:
    return {key: value for key, value in item.items() if dig(value) is not None} if isinstance(item, dict) else item
