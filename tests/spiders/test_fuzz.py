"""Whatever bytes a source sends: nothing is raised out of parse, nothing is endless, and what comes out is sound.

REPWATCH_FUZZ says how many mutations a source gets (the gate: 40). REPWATCH_FUZZ=10000 is the long run.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from spiders.parse import parse_saved
from spiders.registry import source_names
from storage.records import Mention
from tests.recordings import OURS, SHARED, recorded_in
from tests.spiders.mutations import spoil

ROUNDS = int(os.environ.get("REPWATCH_FUZZ", "40"))
SLOWEST_SECONDS = 20.0


def seeds(source: str) -> list[tuple[bytes, dict[str, object]]]:
    """Recorded bodies of a source with their meta; a source without any is spoiled from nothing."""
    folders = (OURS / source, SHARED / "fixtures" / source)
    found = [(body.read_bytes(), meta) for folder in folders for body, meta in recorded_in(folder)]
    return found or [(b"{}", {})]


@pytest.mark.timeout(60 + ROUNDS)
@pytest.mark.parametrize("source", source_names())
def test_no_bytes_break_a_parser(source: str) -> None:
    chance, recorded = random.Random(f"{source} {ROUNDS}"), seeds(source)
    for turn in range(ROUNDS):
        body, meta = chance.choice(recorded)
        spoiled = spoil(body, chance)
        began = time.monotonic()
        try:
            parsed = parse_saved(source, spoiled, str(meta["url"]) if meta.get("url") else None, engine=_engine(meta))
        except Exception as error:
            pytest.fail(f"{source}, turn {turn}: {type(error).__name__}: {error} for {spoiled[:300]!r}")
        assert time.monotonic() - began < SLOWEST_SECONDS, f"{source}, turn {turn}: endless for {spoiled[:300]!r}"
        for mention in parsed.mentions:
            assert_sound(mention)


def assert_sound(mention: Mention) -> None:
    """Every field can be kept by a database and shown to a person."""
    assert mention.external_id.strip() and mention.thread_id.strip()
    for at in (mention.published_at, mention.edited_at):
        assert at is None or (at.utcoffset() is not None and 1970 <= at.year <= 2101)
    for words in (mention.text, mention.title, mention.author):
        assert words is None or words.strip()
    for shown in (mention.text, mention.title, mention.author, mention.external_id, mention.url, mention.author_id):
        assert shown is None or (len(shown) <= 60_000 and "\x00" not in shown)
        (shown or "").encode("utf-8")
    # A score of likes may be below zero; nothing else is.
    assert mention.like_count is None or abs(mention.like_count) < 2**31
    for number in (mention.reply_count, mention.share_count, mention.author_followers):
        assert number is None or 0 <= number < 2**31
    assert mention.rating is None or 0 <= mention.rating.value <= mention.rating.best


def _engine(meta: dict[str, object]) -> str | None:
    return str(meta["engine"]) if meta.get("engine") else None
