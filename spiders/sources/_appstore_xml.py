"""The App Store's feed as XML, in the words of its JSON, which is the same feed."""

from __future__ import annotations

from typing import Any

from lxml import etree

_LARGEST = 4_000_000


def feed_as_json(body: bytes) -> dict[str, Any] | None:
    """{"feed": {"entry": [...]}} with every value in {"label": ...}; None where the body is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body[:_LARGEST], parser)
    except (etree.LxmlError, ValueError):
        return None
    if root is None:
        return None
    entries = [_entry(one) for one in root if _name(one) == "entry"]
    return {"feed": {"entry": entries} if entries else {}}


def _entry(entry: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in entry:
        name = _name(one)
        if name == "author":
            found["author"] = {_name(part): {"label": part.text} for part in one}
        elif name == "link":
            found.setdefault("link", {"attributes": dict(one.attrib)})
        # The text stands first, the same as a table of HTML after it.
        elif name and name not in found:
            found[name] = {"label": one.text}
    return found


def _name(element: etree._Element) -> str:
    """As the JSON has it: "im:rating", "title"."""
    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, local = tag.rpartition("}")
    return f"im:{local}" if "itunes.apple.com/rss" in space else local
