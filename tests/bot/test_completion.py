"""`repwatch completion`: each shell accepts the script, and finishes commands, options and sources by it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import main

# How each shell is asked what could follow the words; it prints one candidate a line (fish adds a description).
ASKING = {
    "bash": """source {script}; COMP_WORDS=(repwatch {words}); COMP_CWORD={count}; COMPREPLY=()
_shtab_repwatch; printf '%s\\n' "${{COMPREPLY[@]}}" """,
    "fish": "source {script}; complete -C 'repwatch {words}'",
}
WORDS = {
    "a command by its beginning": ("th", "threads"),
    "an option": ("threads --o", "--overdue"),
    "an option of the mutes": ("mutes --e", "--end"),
    "a source by its beginning": ("parse hack", "hackernews"),
    "a file": ("score READ", "README.md"),
}


def script_of(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    assert main(["completion", shell]) == 0
    script = folder / f"completion.{shell}"
    script.write_text(capsys.readouterr().out, "utf-8")
    return script


@pytest.mark.parametrize("shell", ASKING)
@pytest.mark.parametrize(("words", "wanted"), WORDS.values(), ids=WORDS.keys())
def test_tab_finishes(shell: str, words: str, wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = script_of(shell, tmp_path, capsys)
    (tmp_path / "README.md").touch()
    asked = ASKING[shell].format(script=script, words=words, count=len(words.split()))
    done = subprocess.run([shell, "-c", asked], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert wanted in [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_zsh_accepts_its_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["zsh", "-n", script_of("zsh", tmp_path, capsys)], check=True)


def test_another_shell_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "csh" in capsys.readouterr().err
