"""A written configuration is read back by the program itself before it touches the disk, and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.config import load_config
from bot.errors import FailedError
from bot.settings.options import catalogue
from bot.settings.problems import ConfigError
from bot.setup.answers import Answers
from bot.setup.written import toml_of


def checked(answers: Answers) -> str:
    """The file's text. Raises FailedError where the program would not accept it."""
    text = toml_of(answers, {name: _note(name) for name in catalogue()})
    with TemporaryDirectory() as folder:
        file = Path(folder) / "repwatch.toml"
        file.write_text(text, encoding="utf-8")
        try:
            load_config(file, {})
        except ConfigError as error:
            said = "; ".join(sentence.split(": ", 1)[-1] for sentence in error.problems)
            raise FailedError(f"nothing was written, because: {said}") from None
    return text


def put(target: Path, text: str, overwrite: bool, *, is_asked: bool) -> list[str]:
    """Writes it; an old file is kept beside it, under a name that is said."""
    said = []
    if target.exists():
        if (
            not overwrite
            and is_asked
            and input(f"{target} is there already. Replace it? [y/N] ").strip().lower() != "y"
        ):
            raise FailedError("nothing was written")
        kept = _free(target.with_name(f"{target.name}.before"))
        target.replace(kept)
        said.append(f"the old one is kept as {kept}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return [*said, f"{target} written"]


def _free(path: Path) -> Path:
    count, free = 1, path
    while free.exists():
        count, free = count + 1, path.with_name(f"{path.name}.{count}")
    return free


def _note(source: str) -> str:
    knobs = catalogue()[source]
    keys = f"; key in {', '.join(knobs.keys)}" if knobs.keys else ""
    return f"{knobs.gives}{keys}"
