"""Makes any text readable for the model, the same way in training and in use."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter

log = logging.getLogger(__name__)

LONGEST = 20_000
"""Characters of a text that are looked at: the first and the last half of this many."""

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@\w[\w.-]*(?:@[\w.-]+\w)?")
_RUN = re.compile(r"(.)\1{4,}")
_BLANKS = re.compile(r"\s+")
# More marks than this on one letter is decoration (zalgo), not writing; Thai, Arabic and Vietnamese need up to three.
_MARKS = re.compile(r"([\u0300-\u036f]{3})[\u0300-\u036f]+")
# Control, format (direction marks, byte-order marks), private use, unassigned.
_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs"))
_STAND_INS = re.compile(r"@user|\bhttp\b")


def readable(text: str, not_scored: Counter[str]) -> str | None:
    """The text as a model reads it; None, its reason counted, where there is nothing to score. Never raises."""
    try:
        clean = prepare(text)
    except Exception:  # whatever a text does, it must not take the batch with it
        log.exception("a text could not be prepared")
        not_scored["failed"] += 1
        return None
    if wants_score(clean):
        return clean
    not_scored["no words" if clean else "empty"] += 1
    return None


def prepare(text: str) -> str:
    """Links → "http", handles → "@user" (as UMSAB has them), no control or direction marks, no runs."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    text = text.encode("utf-8", "ignore").decode("utf-8")  # lone surrogates go
    text = _MARKS.sub(r"\1", text)
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # the categories of _UNSEEN are among those that are not
        text = "".join(c if c == "\u200d" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    text = _HANDLE.sub("@user", _LINK.sub("http", text))
    return _BLANKS.sub(" ", _RUN.sub(r"\1\1\1", text)).strip()


def wants_score(prepared: str) -> bool:
    """Whether letters or pictures are left beside links, handles, figures and punctuation."""
    rest = _STAND_INS.sub(" ", prepared)
    return any(c.isalpha() or unicodedata.category(c) == "So" for c in rest)
