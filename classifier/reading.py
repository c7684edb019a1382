"""Makes any text readable for the model, the same way in training and in use."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 20_000
"""Characters of a text that are looked at: the first and the last half of this many."""

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@\w[\w.-]*(?:@[\w.-]+\w)?")
_RUN = re.compile(r"(.)\1{4,}")
_BLANKS = re.compile(r"\s+")
# More marks than this on one letter is decoration (zalgo), not writing; Thai, Arabic and Vietnamese need up to three.
_MARKS = re.compile(r"([\u0300-\u036f]{3})[\u0300-\u036f]+")


def prepare(text: str) -> str:
    """Links → "http", handles → "@user" (as UMSAB has them), no control or direction marks, no runs."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    text = text.encode("utf-8", "ignore").decode("utf-8")  # lone surrogates go
    text = _MARKS.sub(r"\1", text)
    text = unicodedata.normalize("NFC", text)
    text = "".join(c if c == "\u200d" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    text = _HANDLE.sub("@user", _LINK.sub("http", text))
    return _BLANKS.sub(" ", _RUN.sub(r"\1\1\1", text)).strip()


# Control, format (direction marks, byte-order marks), private use, unassigned.
_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs"))


def wants_score(prepared: str) -> bool:
    """Whether letters or pictures are left beside links, handles, figures and punctuation."""
    rest = _STAND_INS.sub(" ", prepared)
    return any(c.isalpha() or unicodedata.category(c) == "So" for c in rest)


_STAND_INS = re.compile(r"@user|\bhttp\b")
