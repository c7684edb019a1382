"""Does a text name the brand? Terms with word borders in every script, inflected, with exclusions and context."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from spiders.inflection import forms_of
from storage.records import Brand

# Languages in which a brand's name is said as it is written; everywhere else, and where none is stated, inflected forms
# count too.
_UNINFLECTED = frozenset({
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "nb", "nn", "zh", "ja", "ko", "th", "vi", "id", "ms",
    "ar", "he", "hi",
})  # fmt: skip
# Scripts that put no space between words: there is no border to look for.
_UNSPACED = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "YI"}
)
_MARKS = frozenset({"Mn", "Mc", "Me"})


@dataclass(frozen=True, slots=True)
class _Term:
    exact: re.Pattern[str]
    inflected: re.Pattern[str]

    def stands_in(self, text: str, with_forms: bool) -> bool:
        pattern = self.inflected if with_forms else self.exact
        return any(_has_borders(text, found.start(), found.end()) for found in pattern.finditer(text))


class BrandTerms:
    """The terms of one brand, made ready once."""

    def __init__(self, brand: Brand) -> None:
        self._terms = tuple(_term(term) for term in brand.terms or (brand.name,))
        self._exclude = tuple(_term("=" + term.removeprefix("=")) for term in brand.exclude)
        self._require = tuple(_term(term) for term in brand.require)

    def named_in(self, *texts: str | None, language: str | None = None) -> bool:
        """Whether the texts name the brand: a term stands outside every excluded phrase, and required context is
        there."""
        text = unicodedata.normalize("NFC", "\n".join(part for part in texts if part))
        with_forms = (language or "").split("-")[0].lower() not in _UNINFLECTED
        left = self._without_excluded(text)
        if not any(term.stands_in(left, with_forms) for term in self._terms):
            return False
        return not self._require or any(term.stands_in(text, with_forms) for term in self._require)

    def _without_excluded(self, text: str) -> str:
        """Excluded phrases ("Velora Street") hide the term inside them, and nothing else in the text."""
        for term in self._exclude:
            text = term.exact.sub(lambda found: "\u0000" * len(found[0]), text)
        return text


@lru_cache(maxsize=256)
def _term(term: str) -> _Term:
    """A leading "=" means: exactly so, no inflected forms."""
    bare = unicodedata.normalize("NFC", term.removeprefix("=").strip())
    forms = (bare,) if term.startswith("=") else forms_of(bare)
    return _Term(_pattern((bare,)), _pattern(forms))


def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted({form for form in forms if form}, key=len, reverse=True)
    # Any run of white space, a no-break space or a hyphen stands for the space in a term of several words.
    alternatives = [
        r"[\s\u00a0\-\u2010\u2011]{1,3}".join(re.escape(word) for word in form.split()) for form in longest_first
    ]
    # Without a form nothing is found: an empty pattern would stand everywhere.
    return re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE)


def _has_borders(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    return _is_border(before, text[start], text, start) and _is_border(text[end - 1], after, text, end)


def _is_border(left: str, right: str, text: str, at: int) -> bool:
    """Two neighbours belong to one word if both are letters, digits or marks of one script."""
    if not left or not right or not _is_word(left) or not _is_word(right):
        return True
    if unicodedata.category(right) in _MARKS:
        return False
    if left.isdigit() or right.isdigit():
        # "Orange2" is another name; "Velora 2024" has a space.
        return False
    scripts = {_script(left), _script(right)}
    if scripts & _UNSPACED or len(scripts) > 1:
        return True
    return _is_camel_hump(left, right, text, at)


def _is_camel_hump(left: str, right: str, text: str, at: int) -> bool:
    """#VeloraFail: inside a hashtag a capital after a small letter begins a word."""
    if not (left.islower() and right.isupper()):
        return False
    word_start = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1
    return "#" in text[word_start:at]


def _is_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) in _MARKS


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]
