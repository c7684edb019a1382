"""What may be trained on, and how its labels are read."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from classifier.model import TOPICS
from classifier.training.categories import topics_of
from classifier.training.corpus import Example, key_of, read_corpus


def written(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def row(label: str, origin: str, lang: str = "pl", split: str = "train") -> dict[str, object]:
    return {"text": f"{label} {origin}", "label": label, "lang": lang, "set": origin, "split": split, "domain": "x"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "sentiment", "three", [row(x, "three") for x in ("negative", "neutral", "positive")])
    written(tmp_path / "sentiment", "two", [row("negative", "two"), row("positive", "two", split="dev")])
    written(tmp_path / "sentiment", "xed_subtitles", [row("negative", "xed_subtitles")])
    tweets = [row("negative", "umsab", "hi"), row("neutral", "umsab", "hi"), row("neutral", "umsab", "en")]
    written(tmp_path / "sentiment", "umsab", tweets)
    aspects = [
        {"category": "service#general", "polarity": "negative"},
        {"category": "food#prices", "polarity": "negative"},
    ]
    rest = {"lang": "cs", "domain": "restaurant", "split": "train"}
    written(tmp_path / "aspects", "csrest_m", [{"text": "t", "aspects": aspects, "set": "csrest_m", **rest}])
    for empty in ("hoasa_id", "casa_id"):
        written(tmp_path / "aspects", empty, [])
    (tmp_path / "own").mkdir()
    own = {"text": "o", "label": "neutral", "lang": "sl", "topics": ["delivery"], "kind": "post"}
    (tmp_path / "own" / "sl.jsonl").write_text(json.dumps(own) + "\n")
    (tmp_path / "own" / "relabelled").mkdir()
    (tmp_path / "own" / "relabelled" / "umsab_hi.jsonl").write_text(
        json.dumps({"text_sha256": key_of("negative umsab"), "label": "positive"}) + "\n"
    )
    return tmp_path


def by_origin(folder: Path, without: frozenset[str] = frozenset()) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for example in read_corpus(folder, without=without, own=folder / "own"):
        found.setdefault(example.origin, []).append(example)
    return found


def test_noisy_sets_stay_out_and_all_others_are_read(folder: Path) -> None:
    assert set(by_origin(folder)) == {"three", "two", "umsab", "csrest_m", "own"}


def test_sets_can_be_left_out(folder: Path) -> None:
    assert set(by_origin(folder, frozenset({"three", "own"}))) == {"two", "umsab", "csrest_m"}


def test_a_set_without_neutral_is_two_class(folder: Path) -> None:
    found = by_origin(folder)
    assert all(example.two_class for example in found["two"])
    assert not any(example.two_class for example in found["three"])
    assert [example.label for example in found["three"]] == [0, 1, 2]


def test_texts_with_foreign_labels_carry_ours_or_stay_out(folder: Path) -> None:
    read = [(e.lang, e.text, e.label) for e in by_origin(folder)["umsab"]]
    assert read == [("hi", "negative umsab", 2), ("en", "neutral umsab", 1)]


def test_aspects_say_topics_only_where_somebody_looked(folder: Path) -> None:
    (example,) = by_origin(folder)["csrest_m"]
    assert example.topics is not None and example.label == 0
    said = dict(zip(TOPICS, example.topics, strict=True))
    assert said["staff_service"] == 1 and said["price_value"] == 1 and said["product_quality"] == 0
    assert math.isnan(said["billing_refund"])


def test_our_own_texts_say_all_topics_and_are_never_held_out(folder: Path) -> None:
    (example,) = by_origin(folder)["own"]
    assert example.topics is not None and sum(example.topics) == 1 and example.topics[TOPICS.index("delivery")] == 1
    assert example.split == "train"


MAPPED = [
    ("csrest_m", "restaurant", ["food#quality"], {"product_quality"}),
    ("csrest_m", "restaurant", ["restaurant#prices", "service#general"], {"price_value", "staff_service"}),
    ("csrest_m", "restaurant", ["restaurant#general"], set()),
    ("mabsa", "phone", ["logistics#speed", "seller service#attitude"], {"delivery", "staff_service"}),
    ("mabsa", "phone", ["after-sales service#exchange/warranty/return"], {"billing_refund"}),
    ("germeval17_de", "rail", ["db_app_und_website#haupt", "allgemein#haupt"], {"website_app"}),
    ("hoasa_id", "hotel", ["service", "general", "linen"], {"staff_service", "product_quality"}),
    ("casa_id", "car", ["fuel", "others"], {"price_value"}),
    ("mabsa", "sight", ["instructor"], None),
    ("unheard_of", "x", ["service"], None),
]


@pytest.mark.parametrize(("origin", "domain", "categories", "topics"), MAPPED)
def test_categories_become_our_topics(origin: str, domain: str, categories: list[str], topics: set[str] | None) -> None:
    assert topics_of(origin, domain, categories) == topics
