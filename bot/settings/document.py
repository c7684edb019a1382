"""A TOML file → its values with the place of each, or the line that is no TOML; secrets are refused, never shown."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path as FilePath
from typing import Any

from bot.settings.lines import Path, lines_of
from bot.settings.problems import ConfigError, Problems
from bot.settings.section import Section

_LARGEST = 2_000_000
_SECRET_VALUE = re.compile(
    r"xox[a-z]-\w|xapp-\w|gh[pousr]_\w{20}|-----BEGIN [A-Z ]*PRIVATE KEY|://[^\s/@:]+:[^\s/@]+@", re.I
)


def read_document(file: FilePath) -> Section:
    """The whole file as one section. Raises ConfigError where it can't be read at all."""
    text = _text_of(file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((_syntax(file, str(error), text),)) from None
    root = Section(values, (), Problems(str(file), lines_of(text)))
    _refuse_secrets(root.problems, values, ())
    return root


def _text_of(file: FilePath) -> str:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            (f"{file}: there is no such file; mend: repwatch init writes one (or say --config FILE)",)
        ) from None
    except OSError as error:
        raise ConfigError((f"{file}: {(error.strerror or str(error)).lower()}",)) from None
    if len(raw) > _LARGEST:
        raise ConfigError((f"{file}: {len(raw):,} bytes; a configuration has at most {_LARGEST:,}",))
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError((f"{file}:{line}: not UTF-8; save the file as UTF-8",)) from None


def _syntax(file: FilePath, message: str, text: str) -> str:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found[1]) if found else max(text.count("\n"), 1)
    said = re.sub(r"\s*\(at .*\)$", "", message)
    shown = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else ""
    if _SECRET_VALUE.search(shown):
        shown = "…"
    return f"{file}:{line}: not TOML: {said}" + (f" ({shown[:60]})" if shown else "")


def _refuse_secrets(problems: Problems, value: Any, path: Path) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_secrets(problems, inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _refuse_secrets(problems, inner, (*path, number))
    elif isinstance(value, str) and _SECRET_VALUE.search(value):
        problems.add(
            path,
            "looks like a secret: take it out of the file and set it in the environment"
            " (repwatch check lists the variables)",
        )
