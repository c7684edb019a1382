"""schema.org nodes written as RDFa (typeof, property), in the words of JSON-LD: rare, mostly Drupal's comments."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from spiders.text import element_text

# Each value is a text to be read; no honest page has more.
_MOST_VALUES = 2_000
_NAME = re.compile(r"(?:schema:|https?://schema\.org/)?([A-Za-z]{2,40})$")
_PREFIXED = re.compile(r"schema:|https?://schema\.org/")


def rdfa_nodes(root: etree._Element) -> list[dict[str, Any]]:
    """The typed nodes of a page, those that are values of others inside them."""
    roots: list[dict[str, Any]] = []
    inside: list[tuple[etree._Element, dict[str, Any]]] = []
    # The element whose text is taken: what is inside it is not taken a second time, however deep a page nests.
    taken: etree._Element | None = None
    left = _MOST_VALUES
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            taken = None if element is taken else taken
            if inside and inside[-1][0] is element:
                inside.pop()
            continue
        types, names = _types(element), _names(element, "property") if taken is None else []
        if not (types or names) or left <= 0:
            continue
        left -= 1
        is_own = bool(names and element.get("about"))
        if types:
            node = _node(element, types, names if is_own else [])
            above = _names_above(element, inside[-1][0] if inside else None, names)
            _put(inside[-1][1], above, node) if inside and above else roots.append(node)
            inside.append((element, node))
        elif inside:
            _put(inside[-1][1], names, _value(element))
        taken = element if taken is None and (is_own or (names and not types)) else taken
    return roots


def _node(element: etree._Element, types: list[str], own: list[str]) -> dict[str, Any]:
    """A node begins; with `about` its element states a property of itself."""
    node: dict[str, Any] = {"@type": types}
    if name := element.get("resource"):
        node["@id"] = name
    _put(node, own, _value(element)) if own else None
    return node


def _types(element: etree._Element) -> list[str]:
    stated = (element.get("typeof") or "").split()
    if not stated:
        return []
    prefixed = [one for one in stated if _PREFIXED.match(one)]
    if not prefixed:
        vocabulary = next((v for one in (element, *element.iterancestors()) if (v := one.get("vocab"))), "")
        prefixed = stated if "schema.org" in vocabulary else []
    return [found[1] for one in prefixed if (found := _NAME.match(one))]


def _names(element: etree._Element, attribute: str) -> list[str]:
    """The properties an element states, without those of other vocabularies."""
    return [found[1] for one in (element.get(attribute) or "").split() if (found := _NAME.match(one))]


def _names_above(element: etree._Element, until: etree._Element | None, own: list[str]) -> list[str]:
    """What a node is to the node it stands in: its own property, or a link around it."""
    if own and not element.get("about"):
        return own
    for one in (element, *element.iterancestors()):
        if one is until:
            break
        if names := _names(one, "rel"):
            return names
    return []


def _put(node: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names if value else ():
        known = node.get(name)
        node[name] = value if known is None else [*known, value] if isinstance(known, list) else [known, value]


def _value(element: etree._Element) -> str | None:
    link = element.get("href") if element.tag in ("a", "link") else element.get("src")
    return element.get("content") or element.get("datetime") or link or element_text(element)
