"""Texts and ids that break databases: kept clean, or cut, or refused, and never at another's cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import Kind, Mention, Rating, SavedCounts
from storage.store import Store
from tests.storage.samples import NOW, mention, outbox_row

HOSTILE = [
    pytest.param("a\x00b", "ab", id="a NUL is dropped"),
    pytest.param("a\ud800b", "a?b", id="a lone surrogate is replaced"),
    pytest.param("🙂👩‍👩‍👧‍👦\U0010ffff", "🙂👩‍👩‍👧‍👦\U0010ffff", id="emoji and the last code point stay"),
    pytest.param("\u202eevil\u2069", "\u202eevil\u2069", id="bidi marks stay: who shows it must escape it"),
    pytest.param("'; DROP TABLE mentions; --", "'; DROP TABLE mentions; --", id="SQL is only words"),
    pytest.param("%(text)s :text ? $1", "%(text)s :text ? $1", id="placeholders are only words"),
    pytest.param("e" + "\u0301" * 3000, "e" + "\u0301" * 3000, id="three thousand combining marks stay"),
    pytest.param("ы" * 1_000_000, "ы" * 1_000_000, id="a megabyte of letters stays"),
    pytest.param("\r\n\t\x1b[31m", "\r\n\t\x1b[31m", id="control characters stay"),
]


@pytest.mark.parametrize(("text", "becomes"), HOSTILE)
def test_hostile_text_is_kept_and_holds_up_no_other(store: Store, text: str, becomes: str) -> None:
    assert store.save_mentions([mention("1", text=text, title=text), mention("2")], NOW) == SavedCounts(new=2)
    found = store.mention(1)
    assert found is not None and (found.text, found.title) == (becomes, becomes)
    assert store.save_mentions([mention("1", text=text, title=text)], NOW) == SavedCounts(unchanged=1)


@pytest.mark.parametrize("name", ["external_id", "thread_id", "source", "instance", "brand", "author", "author_id"])
@pytest.mark.parametrize("text", ["x\x00y", "x\udfffy", "ж" * 5000, "'\"\\%_"])
def test_hostile_ids_are_found_again(store: Store, name: str, text: str) -> None:
    change: dict[str, Any] = {name: text}
    odd = replace(mention("1"), **change)
    assert store.save_mentions([odd, mention("2")], NOW) == SavedCounts(new=2)
    assert store.save_mentions([odd, mention("2")], NOW) == SavedCounts(unchanged=2)


def test_long_ids_stay_apart(store: Store) -> None:
    assert store.save_mentions([mention("ж" * 5000 + tail) for tail in "ab"], NOW) == SavedCounts(new=2)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"reply_count": 10**30, "like_count": -(10**30)}, id="counts no column holds"),
        pytest.param({"rating": Rating(value=float("inf"), best=5)}, id="an endless rating"),
        pytest.param({"published_at": datetime.min.replace(tzinfo=UTC)}, id="the first year"),
        pytest.param({"published_at": datetime.max.replace(tzinfo=UTC)}, id="the last year"),
        pytest.param({"title": "", "text": "", "author": "", "url": ""}, id="nothing but empty texts"),
    ],
)
def test_odd_values_are_kept_in_bounds(store: Store, more: dict[str, Any]) -> None:
    assert store.save_mentions([mention("1", **more), mention("2")], NOW) == SavedCounts(new=2)
    assert store.save_mentions([mention("1", **more)], NOW) == SavedCounts(unchanged=1)


def test_hostile_payloads_go_through_the_outbox(store: Store) -> None:
    store.put_outbox([outbox_row("a", payload={"te\x00xt": "a\x00b\ud800 🙂", "deep": [{"x": None}]})])
    (row,) = store.claim_outbox(NOW)
    assert row.payload == {"te\x00xt": "a\x00b? 🙂", "deep": [{"x": None}]}


# Few ids, so that batches meet; texts from the whole of Unicode, surrogates included.
_MENTIONS = st.builds(
    Mention,
    source=st.sampled_from(["hn", "lemmy"]),
    external_id=st.sampled_from(["1", "2", "3", "4"]),
    thread_id=st.sampled_from(["1", "2"]),
    parent_id=st.none() | st.just("1"),
    kind=st.sampled_from(Kind),
    brand=st.sampled_from(["Acme", "Other"]),
    text=st.none() | st.text(st.characters(), max_size=8),
    author=st.none() | st.text(max_size=4),
    deleted=st.booleans(),
    reply_count=st.none() | st.integers(0, 3),
    rating=st.none() | st.builds(Rating, value=st.integers(0, 5).map(float), best=st.just(5.0)),
)


@given(batch=st.lists(_MENTIONS, max_size=12))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_saving_again_changes_nothing(store: Store, batch: list[Mention]) -> None:
    first = store.save_mentions(batch, NOW)
    assert first.new + first.edited + first.counted + first.unchanged == len(batch)
    # Within a batch the later one stands; so the last of each is what is saved again.
    last = {(m.source, m.external_id, m.brand): m for m in batch}
    seen = store.unscored_mentions(1000)
    assert store.save_mentions(last.values(), NOW) == SavedCounts(unchanged=len(last))
    assert store.unscored_mentions(1000) == seen
