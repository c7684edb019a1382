"""Any other model, from a folder: a tiny BERT of random weights."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from classifier.model import ModelError, ModelSettings, load_model
from tests.classifier.toy import LETTERS, toy_tokenizer_json, toy_weights


def saved(folder: Path, labels: list[str]) -> str:
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=5 + len(LETTERS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=300,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = Tokenizer.from_str(toy_tokenizer_json())
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>")  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
    return str(folder)


def test_a_folder_with_five_stars_answers_in_our_three(tmp_path: Path) -> None:
    model = load_model(ModelSettings(name=saved(tmp_path, ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"])))
    answers = model.score(["bad", "", "a good day " * 400, "😡"], [None, None, "en", None])
    assert [answer is None for answer in answers] == [False, True, False, False]
    assert all(a is None or abs(a.negative + a.neutral + a.positive - 1) < 1e-3 for a in answers)
    assert answers[2] is not None and answers[2].language == "en"
    assert dict(model.not_scored) == {"empty": 1}
    assert model.name.startswith(f"{tmp_path}@")


def test_two_classes_leave_neutral_empty(tmp_path: Path) -> None:
    model = load_model(ModelSettings(name=saved(tmp_path, ["POSITIVE", "NEGATIVE"])))
    (answer,) = model.score(["bad"])
    assert answer is not None and answer.neutral == 0


def test_labels_that_do_not_tell_are_an_error_that_shows_them(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'LABEL_0', 'LABEL_1', 'LABEL_2'.*\[model\.labels\]"):
        load_model(ModelSettings(name=saved(tmp_path, ["LABEL_0", "LABEL_1", "LABEL_2"])))


def test_such_labels_can_be_mapped_by_hand(tmp_path: Path) -> None:
    labels: dict[str, str | int] = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
    model = load_model(ModelSettings(name=saved(tmp_path, list(labels)), label_map=labels))
    assert model.score(["bad"])[0] is not None


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be loaded"):
        load_model(ModelSettings(name=str(tmp_path)))


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no folder here"):
        load_model(ModelSettings(name=str(tmp_path / "gone")))


def test_a_folder_that_train_wrote_is_a_model_by_its_name_too(tmp_path: Path) -> None:
    """Who trained with --out DIR names DIR, and needs no PyTorch to use it."""
    model = load_model(ModelSettings(name=str(toy_weights(tmp_path / "own"))))
    assert model.score(["bad"])[0] is not None
    assert model.name.startswith("repwatch-small-")


def test_without_torch_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # what Python itself does for a package that is not there
    with pytest.raises(ModelError, match=r"pip install 'repwatch\[torch\]'"):
        load_model(ModelSettings(name="org/name"))
