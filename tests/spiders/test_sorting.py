"""Which brand a mention belongs to, and what waits for what it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from spiders.sorting import BrandSorter
from storage.records import Brand, Kind, Mention, Thread

A = Brand(name="Velora", accounts={"*": ("velora_care",)})
B = Brand(name="Zentra", accounts={"*": ("zentra_help",)}, is_competitor=True)


def said(name: str, text: str | None = None, thread: str = "1", parent: str | None = None, **more: Any) -> Mention:
    kind = Kind.POST if name == thread else Kind.COMMENT
    return Mention(source="forum", external_id=name, thread_id=thread, parent_id=parent, kind=kind, text=text, **more)


def names(found: list[Mention]) -> list[tuple[str, str | None]]:
    return [(m.external_id, m.brand) for m in found]


def test_a_thread_whose_first_mention_names_the_brand_belongs_to_it_whole() -> None:
    sorter = BrandSorter([A])
    assert names(sorter.sort([said("1", "Velora is slow"), said("2", "yes", parent="1")])) == [
        ("1", "Velora"),
        ("2", "Velora"),
    ]


def test_a_reply_that_comes_before_its_first_mention_waits_for_it() -> None:
    sorter = BrandSorter([A])
    assert sorter.sort([said("3", "deep", parent="2"), said("2", "yes", parent="1")]) == []
    assert names(sorter.sort([said("1", "Velora is slow")])) == [("1", "Velora"), ("3", "Velora"), ("2", "Velora")]
    assert sorter.close() == 0


def test_below_a_reply_that_names_the_brand_only_its_answers_belong() -> None:
    sorter = BrandSorter([A])
    page = [
        said("1", "weather"),
        said("2", "Velora!", parent="1"),
        said("3", "me too", parent="2"),
        said("4", "rain", parent="1"),
    ]
    assert names(sorter.sort(page)) == [("2", "Velora"), ("3", "Velora")]
    assert sorter.close() == 2


def test_a_thread_title_names_the_brand_for_replies_whose_root_is_not_there() -> None:
    sorter = BrandSorter([A], titles={("", "1"): "Velora raises prices"})
    assert names(sorter.sort([said("9", "bad", parent="5")])) == [("9", "Velora")]


def test_a_mention_of_two_brands_is_kept_for_both() -> None:
    sorter = BrandSorter([A, B])
    assert names(sorter.sort([said("1", "Velora or Zentra?")])) == [("1", "Velora"), ("1", "Zentra")]


def test_another_brands_answer_is_no_owner_answer_here() -> None:
    sorter = BrandSorter([A, B])
    reply = said("2", "try us", parent="1", author="zentra_help", is_owner_reply=True)
    found = sorter.sort([said("1", "Velora or Zentra?"), reply])
    assert {(m.brand, m.is_owner_reply) for m in found if m.external_id == "2"} == {("Velora", False), ("Zentra", True)}


def test_followed_threads_take_what_does_not_name_the_brand_deleted_ones_too() -> None:
    root = said("1", "Velora is slow", brand="Velora")
    known = said("2", "yes", parent="1", brand="Velora")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    thread = Thread(
        id=1, source="forum", instance="", external_id="1", brand="Velora", first_seen_at=at, observed_at=at,
        mentions=(root, known),
    )  # fmt: skip
    sorter = BrandSorter([A], followed=[thread])
    assert names(sorter.sort([said("2", None, parent="1", deleted=True), said("8", "new", parent="2")])) == [
        ("2", "Velora"), ("8", "Velora")
    ]  # fmt: skip


def test_where_every_page_is_the_brands_no_name_is_needed() -> None:
    assert names(BrandSorter([A], takes_all=True).sort([said("1", "slow")])) == [("1", "Velora")]


def test_a_page_of_the_brand_is_not_the_competitors_that_its_reviews_name() -> None:
    assert names(BrandSorter([B, A], takes_all=True).sort([said("1", "Zentra is faster")])) == [("1", "Velora")]


def test_what_waits_is_bounded() -> None:
    sorter = BrandSorter([A], most_waiting=10)
    sorter.sort(said(str(n), "x", thread=f"t{n}", parent="q") for n in range(100))
    assert sorter.dropped == 90
    assert sorter.close() == 100
