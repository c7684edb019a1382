"""Holds the project's own training texts to their form: known labels, topics and kinds, no text twice."""

import json
import re
from pathlib import Path

import pytest

from classifier.model import TOPICS

FOLDER = Path(__file__).parents[2] / "classifier" / "training" / "texts"
FILES = sorted(FOLDER.glob("*.jsonl"))
LANGUAGES = {"sl", "ro", "ru", "pl", "en", "uk", "hr", "cs", "sk", "bg", "de", "sr", "hi", "es", "fr", "it", "pt", "ar"}
LABELS = {"negative", "neutral", "positive"}
KINDS = {"review", "post", "comment"}


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_promised_language_is_there() -> None:
    assert {path.stem for path in FILES} == LANGUAGES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_line_has_the_fields_and_values_the_trainer_reads(path: Path) -> None:
    for number, row in enumerate(rows(path), start=1):
        where = f"{path.name}:{number}"
        assert set(row) == {"text", "label", "lang", "topics", "kind"}, where
        assert row["lang"] == path.stem, where
        assert row["label"] in LABELS, where
        assert row["kind"] in KINDS, where
        topics = row["topics"]
        assert isinstance(topics, list) and len(topics) <= 3, where
        assert len(set(topics)) == len(topics) and set(topics) <= set(TOPICS), where


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_is_empty_padded_or_twice(path: Path) -> None:
    texts = [str(row["text"]) for row in rows(path)]
    assert all(text and text == text.strip() for text in texts)
    folded = [" ".join(text.casefold().split()) for text in texts]
    twice = {text for text in folded if folded.count(text) > 1}
    assert not twice


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_label_takes_over_a_language(path: Path) -> None:
    labels = [row["label"] for row in rows(path)]
    shares = {label: labels.count(label) / len(labels) for label in LABELS}
    assert all(0.18 <= share <= 0.58 for share in shares.values()), shares


def test_labels_of_texts_that_may_not_stand_here_are_kept_by_hash() -> None:
    (file,) = (FOLDER / "relabelled").iterdir()
    read = rows(file)
    assert len(read) > 2000
    assert all(set(row) == {"text_sha256", "label"} and row["label"] in LABELS for row in read)
    names = [str(row["text_sha256"]) for row in read]
    assert len(set(names)) == len(names) and all(re.fullmatch("[0-9a-f]{16}", name) for name in names)


def test_serbian_comes_in_both_scripts() -> None:
    texts = [str(row["text"]) for row in rows(FOLDER / "sr.jsonl")]
    cyrillic = sum(any("а" <= letter <= "ш" for letter in text.lower()) for text in texts)
    assert 0.25 <= cyrillic / len(texts) <= 0.75
