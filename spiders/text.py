"""HTML, BBCode and entities → plain text, with the words of others and what nobody sees cut away."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection

from lxml import etree
from lxml import html as lxml_html

# A review longer than this is no review; what follows is cut.
LONGEST = 50_000
# Control characters, halves of surrogate pairs, private use: nobody sees them, databases refuse some.
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff]")
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tr", "ul",
})  # fmt: skip
_PARAGRAPHS = frozenset({
    "address", "article", "blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "section",
    "table", "ul",
})  # fmt: skip
_NEVER = frozenset({
    "script", "style", "template", "noscript", "head", "iframe", "object", "svg", "math", "select", "button",
    "textarea",
})  # fmt: skip
# Bodies of quotes and previews: somebody else's words. "invisible" is Mastodon's hidden part of a link.
_CUT_CLASSES = frozenset({
    "quote", "onebox", "bbCodeBlock--quote", "bbCodeQuote", "quotebox", "quotecontainer", "bbcode_quote",
    "bbcode_container", "invisible", "quote-inline", "lightbox-meta", "js-expandQuote", "signature", "sr-only",
    "visually-hidden", "screen-reader-text",
})  # fmt: skip
# The end of a block: what follows it stands on a new line, where it does not already.
_BREAK = "\x1e"
_SPARE_BREAK = re.compile(rf"{_BREAK}(?=[^\S\n{_BREAK}]*(?:[\n{_BREAK}]|$))|(?<=\n){_BREAK}")
# White space that is not the one plain space between two words: most texts have none, and a crawl tidies every text.
_SPARE_SPACE = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_LINE_END = re.compile(r" ?\n ?")
_SPARE_LINES = re.compile(r"\n{3,}")
_HTML_SIGN = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BB_QUOTE = re.compile(r"\[quote[^\[\]]{0,200}\]|\[/quote\]", re.IGNORECASE)
_BB_TAG = re.compile(
    r"\[/?(?:b|i|u|s|h[1-6]|p|strike|spoiler|noparse|hr|url|img|list|olist|\*|table|tr|td|th|code|color|size|font|"
    r"center|left|right|quote|email|media|attach|user|expand|previewyoutube|dynamiclink|youtube|video|indent|sub|sup|"
    r"align)(?:=[^\[\]]{0,500})?\]",
    re.IGNORECASE,
)


def plain(stated: object) -> str | None:
    """Plain text of a field that may hold HTML, entities, or neither; None where nothing is left."""
    if not isinstance(stated, str):
        return None
    return own_words(stated) if _HTML_SIGN.search(stated) else tidy(stated)


def own_words(markup: str) -> str | None:
    """The text without quotes; with them where the author says nothing else, since a bare quote is a remark too."""
    return html_to_text(markup) or html_to_text(markup, keep_quotes=True)


def html_to_text(markup: str, *, cut: Collection[str] = (), keep_quotes: bool = False) -> str | None:
    """Text as a reader sees it: one line a block, quotes, previews and hidden parts cut, custom emoji as :name:.

    `cut` names further classes whose elements go; `keep_quotes` keeps <blockquote>, where authors use it for their
    own words.
    """
    if not markup.strip():
        return None
    try:
        root = lxml_html.fragment_fromstring(_clean(markup[: LONGEST * 4]), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return tidy(re.sub(r"<[^<>]{0,2000}>", " ", html.unescape(markup[: LONGEST * 4])))
    return element_text(root, cut=cut, keep_quotes=keep_quotes)


def element_text(root: etree._Element, *, cut: Collection[str] = (), keep_quotes: bool = False) -> str | None:
    """As `html_to_text`, of an element of a parsed page; the element itself is left as it is."""
    parts: list[str] = []
    gone = _CUT_CLASSES | frozenset(cut)
    skip_until: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if skip_until is not None:
            if event == "end" and element is skip_until:
                skip_until = None
                parts.append(element.tail or "" if element is not root else "")
            continue
        if event == "start":
            if element is not root and _is_cut(element, gone, keep_quotes):
                skip_until = element
                parts.append("\n" if element.tag in _BLOCKS else "")
            else:
                parts.append(_opening(element))
        else:
            parts.append(_closing(element, event) + (element.tail or "" if element is not root else ""))
    return tidy(_SPARE_BREAK.sub("", "".join(parts)).replace(_BREAK, "\n"))


def bbcode_to_text(markup: object) -> str | None:
    """Plain text of BBCode (Steam, old forums): quotes cut with their nesting, tags dropped, entities decoded."""
    if not isinstance(markup, str):
        return None
    kept, depth, last = [], 0, 0
    for found in _BB_QUOTE.finditer(markup[:LONGEST]):
        kept.append(markup[last : found.start()] if depth == 0 else "")
        depth = max(depth - 1, 0) if found[0].startswith("[/") else depth + 1
        last = found.end()
    kept.append(markup[last:LONGEST] if depth == 0 else "")
    bare = _BB_TAG.sub(
        lambda tag: "\n" if tag[0].lower() in ("[*]", "[hr]", "[/p]", "[/h1]", "[/h2]", "[/h3]") else "", "".join(kept)
    )
    return tidy(html.unescape(bare))


def tidy(text: str) -> str | None:
    """NFC, one space between words, at most one empty line, no control characters; None where nothing is left."""
    normal = unicodedata.normalize("NFC", text[:LONGEST]).replace("\r\n", "\n").replace("\r", "\n")
    spaced = _SPARE_SPACE.sub(" ", UNSHOWN.sub(" ", normal))
    return _SPARE_LINES.sub("\n\n", _LINE_END.sub("\n", spaced)).strip() or None


def _clean(markup: str) -> str:
    # lxml refuses NUL and other control characters in a str.
    return UNSHOWN.sub(" ", markup)


def _is_cut(element: etree._Element, gone: frozenset[str], keep_quotes: bool) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NEVER:
        return True
    if tag == "blockquote" and not keep_quotes:
        return True
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        not gone.isdisjoint((element.get("class") or "").split())
        or "display:none" in style
        or "visibility:hidden" in style
        or element.get("hidden") is not None
    )


def _opening(element: etree._Element) -> str:
    before = "\n" if element.tag in _BLOCKS else ""
    if element.tag == "img" and ("emoji" in (element.get("class") or "")):
        # The sign itself; XenForo keeps a whole description of it in the title.
        return before + (element.get("alt") or element.get("title") or "")
    return before + (element.text or "")


def _closing(element: etree._Element, event: str) -> str:
    if event != "end" or element.tag in ("br", "hr"):
        return ""
    if element.tag in ("td", "th"):
        return " "
    return "\n" if element.tag in _PARAGRAPHS else _BREAK if element.tag in _BLOCKS else ""
