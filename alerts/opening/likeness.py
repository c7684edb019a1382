"""Which texts say the same in nearly the same words: word triples compared (Broder 1997), found through an index."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict

Shingles = frozenset[str]

_WORD = re.compile(r"\w+")


class Likeness:
    """Puts texts into groups as they come; each group is known by the words of its first text."""

    def __init__(self, alike_from: float) -> None:
        self._alike_from = alike_from
        self._first: list[Shingles] = []
        self._groups_with: defaultdict[str, set[int]] = defaultdict(set)

    def group_of(self, text: str, *, least_words: int = 4) -> int | None:
        """The number of the text's group, a new one if it is like none; None for a text too short to say."""
        words = words_of(text)
        if len(words) < least_words:
            return None
        shingles = shingles_of(words)
        shared = Counter(group for shingle in shingles for group in self._groups_with[shingle])
        for group, common in shared.most_common(5):
            if common / len(shingles | self._first[group]) >= self._alike_from:
                return group
        for shingle in shingles:
            self._groups_with[shingle].add(len(self._first))
        self._first.append(shingles)
        return len(self._first) - 1


def words_of(text: str) -> list[str]:
    """Words without case, accents of typing (width, ligatures) and punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text[:5000]).casefold())


def shingles_of(words: list[str]) -> Shingles:
    """Every three words in a row; a shorter text is one shingle."""
    return frozenset(" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)))
