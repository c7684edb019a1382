"""The shipped model's runtime, on a toy: order, bad texts, long texts, damaged files, own topics."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from classifier.files import ENCODER, MANIFEST, TOKENIZER, WORDS, open_weights
from classifier.model import TOPICS, ModelError, ModelSettings, SentimentModel, load_model
from storage.records import Sentiment
from tests.classifier.toy import toy_weights

TEXTS = ["bad", "a good long sentence about nothing at all", "Nigdy!", "зачем", "ok ok ok"]


def close(a: Sentiment | None, b: Sentiment | None) -> bool:
    assert a is not None and b is not None
    return abs(a.negative - b.negative) < 0.02 and abs(a.positive - b.positive) < 0.02


def test_answers_come_in_the_order_of_the_texts(toy: SentimentModel) -> None:
    together = toy.score(TEXTS)
    alone = [toy.score([text])[0] for text in TEXTS]
    assert not any(close(a, b) for a, b in pairwise(alone)), "else their order could not be seen"
    assert all(close(a, b) for a, b in zip(together, alone, strict=True))


def test_an_answer_is_three_probabilities_a_label_and_a_name(toy: SentimentModel) -> None:
    (answer,) = toy.score(["bad"])
    assert answer is not None
    assert answer.negative + answer.neutral + answer.positive == pytest.approx(1, abs=1e-4)
    assert getattr(answer, answer.label.value) == answer.confidence
    assert answer.model == toy.name
    assert len(answer.topics) <= 3 and set(answer.topics) <= set(TOPICS)


NOT_SCORED = [
    pytest.param("", "empty", id="nothing"),
    pytest.param(" \n\t ", "empty", id="blanks"),
    pytest.param("\x00\x00", "empty", id="null bytes"),
    pytest.param("\ud800", "empty", id="a lone surrogate"),
    pytest.param("\u200f\u202e", "empty", id="right-to-left marks only"),
    pytest.param("https://example.org/a?b=c", "no words", id="only a link"),
    pytest.param("@somebody @other@host.example", "no words", id="only handles"),
    pytest.param("12:30 ... !!!", "no words", id="figures and punctuation"),
    pytest.param("ሰላም ለሁሉም", "unknown script", id="a script the vocabulary does not have"),
]


@pytest.mark.parametrize(("text", "reason"), NOT_SCORED)
def test_not_scored_is_counted_with_its_reason(toy_folder: Path, text: str, reason: str) -> None:
    model = load_model(ModelSettings(weights=toy_folder))
    assert [answer is None for answer in model.score(["fine", text, "fine"])] == [False, True, False]
    assert dict(model.not_scored) == {reason: 1}


SCORED = [
    pytest.param("😡😡😡", id="only emoji"),
    pytest.param("x" * 100_000, id="100,000 times one letter"),
    pytest.param("terrible service " * 6000, id="100,000 characters"),
    pytest.param("never\x00again", id="a null byte inside"),
    pytest.param("\ud83d bad", id="half an emoji"),
    pytest.param("\u202ebad\u202c", id="right-to-left marks"),
    pytest.param("b\u0336\u0337\u0338\u0321\u0322a\u0336\u0337\u0338d\u0336\u0337\u0338\u0321", id="zalgo"),
    pytest.param("bad źle плохо slabo rău schlecht 悪い 나쁘다 แย่ سيئ", id="ten languages in one text"),
    pytest.param("<script>alert(1)</script>", id="markup"),
    pytest.param("</s><pad><unk>", id="the tokenizer's own words"),
]


@pytest.mark.parametrize("text", SCORED)
def test_odd_texts_get_an_answer(toy: SentimentModel, text: str) -> None:
    (answer,) = toy.score([text])
    assert answer is not None


def test_no_texts_no_answers(toy: SentimentModel) -> None:
    assert toy.score([]) == []


def test_long_texts_are_read_at_head_and_tail(toy: SentimentModel) -> None:
    middle = "mmm " * 500
    plain, other_tail, other_middle = toy.score(
        ["aaa " * 50 + middle + "b " * 50, "aaa " * 50 + middle + "z! " * 50, "aaa " * 50 + "nnn " * 500 + "b " * 50]
    )
    assert close(plain, other_middle)
    assert plain is not None and other_tail is not None
    assert plain.negative != other_tail.negative


def test_the_stated_language_is_believed(toy: SentimentModel) -> None:
    believed, found = toy.score(["Zelo slabo, nikoli več."] * 2, ["hr-HR", None])
    assert believed is not None and believed.language == "hr"
    assert found is not None and found.language == "sl"


def test_the_unsure_band_is_the_settings_when_they_say_one(toy_folder: Path) -> None:
    everything = load_model(ModelSettings(weights=toy_folder, unsure_below=1.01))
    nothing = load_model(ModelSettings(weights=toy_folder, unsure_below=0.0))
    assert all(answer is not None and answer.unsure for answer in everything.score(TEXTS))
    assert not any(answer is None or answer.unsure for answer in nothing.score(TEXTS))


@pytest.mark.parametrize("name", [ENCODER, WORDS, TOKENIZER, MANIFEST])
def test_a_missing_file_is_named_with_the_mend(toy_folder: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "w")
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing: .*git checkout -- classifier/weights.*repwatch train"):
        load_model(ModelSettings(weights=folder))


@pytest.mark.parametrize("name", [ENCODER, WORDS, TOKENIZER])
def test_a_shortened_file_is_named_with_the_mend(toy_folder: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "w")
    (folder / name).write_bytes((folder / name).read_bytes()[:-10])
    with pytest.raises(ModelError, match=rf"{name} is damaged .*git checkout"):
        load_model(ModelSettings(weights=folder))


@pytest.mark.parametrize("name", [ENCODER, TOKENIZER])
def test_a_garbled_file_of_the_right_size_is_named(toy_folder: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "w")
    (folder / name).write_bytes(b"\xff" * (folder / name).stat().st_size)
    with pytest.raises(ModelError, match=rf"{name} is damaged"):
        load_model(ModelSettings(weights=folder))


def test_a_thorough_look_finds_one_wrong_byte(toy_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "w")
    words = bytearray((folder / WORDS).read_bytes())
    words[100] ^= 1
    (folder / WORDS).write_bytes(words)
    open_weights(folder)
    with pytest.raises(ModelError, match="wrong checksum"):
        open_weights(folder, thorough=True)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"name": 1}', "not json"])
def test_a_broken_manifest_is_named(toy_folder: Path, tmp_path: Path, content: str) -> None:
    folder = shutil.copytree(toy_folder, tmp_path / "w")
    (folder / MANIFEST).write_text(content)
    with pytest.raises(ModelError, match=rf"{MANIFEST} is damaged"):
        load_model(ModelSettings(weights=folder))


def test_the_name_follows_the_weights(toy: SentimentModel, toy_folder: Path, tmp_path: Path) -> None:
    again = toy_weights(tmp_path / "again")
    assert load_model(ModelSettings(weights=again)).name == toy.name
    manifest = json.loads((toy_folder / MANIFEST).read_text())
    assert manifest["files"][ENCODER]["sha256"].startswith(toy.name.rsplit("-", 1)[1])


OWN_MISTAKES = [
    pytest.param({"delivery": ("late",)}, "'delivery' is one of the topics there already", id="a name that is taken"),
    pytest.param({"parking": ()}, "'parking' has no example sentence", id="no examples"),
    pytest.param({"parking": ("  ",)}, "'parking' has no example sentence", id="only blank examples"),
]


@pytest.mark.parametrize(("topics", "message"), OWN_MISTAKES)
def test_a_mistaken_own_topic_is_named(toy_folder: Path, topics: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_model(ModelSettings(weights=toy_folder, own_topics=topics))


def test_an_own_topic_is_given_to_its_own_examples(toy_folder: Path) -> None:
    sentences = ("no place to park the car", "the car park was full")
    model = load_model(ModelSettings(weights=toy_folder, own_topics={"parking": sentences}))
    assert all(answer is not None and answer.topics[0] == "parking" for answer in model.score(sentences))


def test_reading_leaves_nothing_in_the_home_folder(toy_folder: Path, tmp_path: Path) -> None:
    """ONNX Runtime keeps a device's id and a queue of events there for its maker unless it is told not to."""
    script = f"""from pathlib import Path
from classifier.model import ModelSettings, load_model
print(load_model(ModelSettings(weights=Path({str(toy_folder)!r}))).score(["bad"])[0].label)"""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    home = plain | {"HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=home, capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("negative", "neutral", "positive")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
