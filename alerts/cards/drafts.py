"""Reply drafts in the writer's language, from templates a company edits: never posted by us, a person sends them.

A draft thanks, names what went wrong (the topic), apologises, offers the next step, moves to a private channel and is
signed. One TOML file a language lies in `alerts/replies/`; a company's folder overrides it sentence by sentence:
`<folder>/<language>.toml` for all brands, `<folder>/<brand>/<language>.toml` for one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from alerts.cards.card import MessageSettings
from alerts.cards.text import one_line, slack_length

# A language is there as soon as its file is.
LANGUAGES = tuple(sorted(one.name[:-5] for one in files("alerts.replies").iterdir() if one.name.endswith(".toml")))

# Characters an owner's answer may have, as the platforms' own help pages state it; others have no limit that matters.
LIMITS = {
    "googleplay": 350,
    "googleplay_console": 350,
    "appstore": 5970,
    "google_places": 4096,
    "bluesky": 300,
    "mastodon": 500,
}

_COMMON = ("thanks", "thanks_short", "private", "private_short", "private_open", "private_open_short")
_NEEDED = (
    *(("common", key) for key in (*_COMMON, "sign", "sign_team")),
    ("sorry", "other"),
    ("step", "other"),
)

# A brand, a name or an address longer than this is a slip in the configuration.
_LONGEST_VALUE = 120

_Templates = Mapping[str, Mapping[str, str]]


class TemplateError(ValueError):
    """A company's template can't be used; the message names the file, what is wrong and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply to copy; `limit` is the platform's, in characters."""

    language: str
    text: str
    limit: int | None

    @property
    def length(self) -> int:
        return slack_length(self.text)

    @property
    def fits(self) -> bool:
        return self.limit is None or self.length <= self.limit


def draft_reply(
    brand: str, source: str, language: str | None, topics: tuple[str, ...], settings: MessageSettings
) -> Draft | None:
    """The draft for one text; None where we have no template in the writer's language (a wrong one is worse)."""
    code = (language or "").split("-")[0].lower()
    templates = _templates(code, brand, settings.replies_folder)
    if templates is None:
        return None
    limit = LIMITS.get(source)
    full = Draft(language=code, text=_composed(templates, brand, topics, settings, short=False), limit=limit)
    if full.fits:
        return full
    return Draft(language=code, text=_composed(templates, brand, topics, settings, short=True), limit=limit)


def check_templates(folder: Path) -> list[str]:
    """What is wrong with a company's own templates, one sentence each; for `repwatch check`."""
    paths = sorted(folder.glob("**/*.toml"))
    if not paths:
        return [f"{folder}: no templates there; they are files such as pl.toml or {folder.name}/<brand>/pl.toml"]
    problems = []
    for path in paths:
        try:
            _read(path.read_text(encoding="utf-8"), str(path))
            _templates(path.stem, path.parent.name if path.parent != folder else "", folder)
        except (TemplateError, OSError, UnicodeDecodeError) as error:
            problems.append(f"{path}: {error}" if isinstance(error, UnicodeDecodeError) else str(error))
    return list(dict.fromkeys(problems))


def _composed(
    templates: _Templates, brand: str, topics: tuple[str, ...], settings: MessageSettings, *, short: bool
) -> str:
    topic = next((name for name in topics if name in templates["sorry"]), "other")
    common = templates["common"]
    contact = "private" if settings.contact else "private_open"
    parts = [
        common["thanks_short" if short else "thanks"],
        templates["sorry"][topic],
        "" if short else templates["step"].get(topic, templates["step"]["other"]),
        common[f"{contact}_short" if short else contact],
        common["sign" if settings.signature else "sign_team"],
    ]
    given = {"brand": brand, "contact": settings.contact or "", "name": settings.signature or ""}
    values = {name: one_line(value, _LONGEST_VALUE) for name, value in given.items()}
    joiner = " " if short else "\n\n"
    return joiner.join(part.format_map(values) for part in parts if part)


@lru_cache(maxsize=256)
def _templates(code: str, brand: str, folder: Path | None) -> _Templates | None:
    own = [folder / f"{code}.toml", folder / _folder_name(brand) / f"{code}.toml"] if folder and code else []
    layers = [path for path in own if path.is_file()]
    merged: dict[str, dict[str, str]] = {}
    if code in LANGUAGES:
        merged = _read(files("alerts.replies").joinpath(f"{code}.toml").read_text(encoding="utf-8"), f"{code}.toml")
    elif not layers:
        return None
    for path in layers:
        for table, sentences in _read(path.read_text(encoding="utf-8"), str(path)).items():
            merged.setdefault(table, {}).update(sentences)
    _require_whole(merged, code, layers)
    return merged


def _read(text: str, name: str) -> dict[str, dict[str, str]]:
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{name}: not valid TOML ({error})") from None
    for table, sentences in tables.items():
        if table not in ("common", "sorry", "step") or not isinstance(sentences, dict):
            raise TemplateError(f"{name}: [{table}] is unknown; there are [common], [sorry] and [step]")
        for key, sentence in sentences.items():
            _check(sentence, f"{name}: [{table}] {key}")
    return tables


def _check(sentence: object, place: str) -> None:
    if not isinstance(sentence, str):
        raise TemplateError(f"{place}: must be a text in quotes")
    try:
        sentence.format_map({"brand": "", "contact": "", "name": ""})
    except (KeyError, ValueError, IndexError, AttributeError):
        raise TemplateError(f"{place}: only {{brand}}, {{contact}} and {{name}} may stand in braces") from None


def _require_whole(merged: Mapping[str, Mapping[str, str]], code: str, layers: list[Path]) -> None:
    """A language of the company's own must bring every sentence a draft needs."""
    for table, key in _NEEDED:
        if key not in merged.get(table, {}):
            where = layers[-1] if layers else f"{code}.toml"
            raise TemplateError(f"{where}: [{table}] {key} is missing")


def _folder_name(brand: str) -> str:
    """The brand as a folder's name: lower case, anything but letters and digits as "-"."""
    return "-".join("".join(char if char.isalnum() else " " for char in brand.lower()).split())
