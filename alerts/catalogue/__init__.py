"""Our sentences, a TOML file a language here, in digest/ and in serve/; plural forms by Unicode CLDR, through Babel."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale

# A language is there as soon as its files are.
LANGUAGES = tuple(
    sorted(one.name[:-5] for one in files(__name__).joinpath("digest").iterdir() if one.name[-5:] == ".toml")
)
PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other", "by"})

# A sentence, or its plural forms, chosen by the value named `n` or by the one its `by` names.
Entry = str | Mapping[str, str]


class Phrases:
    """The sentences of one language."""

    def __init__(self, language: str, entries: Mapping[str, Entry]) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._entries = entries

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def keys(self) -> frozenset[str]:
        return frozenset(self._entries)

    def entry(self, key: str) -> Entry:
        return self._entries[key]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence with its values; KeyError for an unknown key (a test knows every key that is used)."""
        entry = self._entries[key]
        if not isinstance(entry, str):
            entry = self._form(entry, values[entry.get("by", "n")])
        return entry.format_map(values)

    def _form(self, forms: Mapping[str, str], n: object) -> str:
        form = self.locale.plural_form(n)  # type: ignore[arg-type]
        return forms.get(form) or forms["other"]


@lru_cache
def phrases(language: str) -> Phrases:
    """The catalogue of a language, read once; ValueError names the languages there are."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not shipped; there are {', '.join(LANGUAGES)}")
    folder = files(__name__)
    parts = [folder.joinpath(*where, f"{language}.toml") for where in ((), ("digest",), ("serve",))]
    texts = [part.read_text(encoding="utf-8") for part in parts if part.is_file()]
    entries = [entry for text in texts for entry in _flat(tomllib.loads(text))]
    return Phrases(language, dict(entries))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Entry]]:
    entries: list[tuple[str, Entry]] = []
    for name, value in table.items():
        if isinstance(value, dict) and not value.keys() <= PLURAL_FORMS:
            entries += _flat(value, f"{prefix}{name}.")
        else:
            entries.append((prefix + name, value))
    return entries
