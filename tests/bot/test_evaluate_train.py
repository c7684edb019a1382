"""`repwatch evaluate` names the line that is wrong; `repwatch train` ends by saying how to go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from classifier.training import train

ROW = {"text": "Never again.", "label": "negative", "lang": "en", "set": "own"}


def labelled(folder: Path, name: str, *rows: object) -> Path:
    file = folder / name
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return file


def test_every_line_that_cannot_be_counted_is_named_by_its_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = labelled(tmp_path, "first.jsonl", ROW, ROW | {"label": "bad"})
    second = labelled(tmp_path, "second.jsonl", ROW, ROW, {"label": "negative"})
    assert main(["evaluate", str(first), str(second)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said == [f"{first}:2: label 'bad' is none of negative, neutral, positive", f"{second}:3: no text"]


def test_a_file_that_is_wrong_throughout_is_not_told_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = labelled(tmp_path, "stars.jsonl", *[{"text": "a", "label": "5"}] * 12)
    assert main(["evaluate", str(file)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "and 7 lines more like these"


@pytest.mark.parametrize(
    ("is_done", "wanted"),
    [(True, "measure it: repwatch evaluate data/sentiment/*.jsonl.gz"), (False, "the same command again")],
    ids=["the files are written", "the time was up"],
)
def test_the_last_line_of_train_says_how_to_go_on(
    is_done: bool, wanted: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "run", lambda _settings, **_: is_done)
    assert main(["train", "--data", "data", "--work", "work"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Next: ") and wanted in last
