"""Reads what Google Play's own web page gets from its server (batchexecute): JSON in a string in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from spiders.shapes import count, decode_json, dig, name_of, number, rows, words
from spiders.times import utc

_PREFIX = b")]}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one body holds. `error` says why it holds nothing; `is_refused` whether that was meant for us."""

    reviews: list[Any] = field(default_factory=list)
    error: str | None = None
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebReview:
    """One review, by its places in the list (google-play-scraper's element.py, 2024)."""

    number: str | None
    author: str | None
    stars: float | None
    text: str | None
    at: datetime | None
    thumbs: int | None
    answer: str | None
    answered_at: datetime | None


def is_answer(body: bytes) -> bool:
    """Whether a body has the prefix that keeps scripts of other sites from reading it."""
    return body[:40].lstrip(b"\xef\xbb\xbf \r\n").startswith(_PREFIX)


def read_answer(body: bytes) -> Answer:
    """The reviews of a body. Never raises."""
    text = body.decode("utf-8", "replace").lstrip("\ufeff \r\n").removeprefix(_PREFIX.decode())
    calls = [call for call in _calls(text) if dig(call, 0) == "wrb.fr"]
    if "PlayGatewayError" in text:
        return Answer(error="PlayGatewayError", is_refused=True)
    if not calls:
        return Answer(error="no wrb.fr in the answer")
    for call in calls:
        payload = words(call, 2)
        if payload is None:
            return Answer(error=f"no payload, error {dig(call, 5)}"[:100])
        try:
            found = decode_json(payload)
        except ValueError:
            return Answer(error="a payload that is no JSON")
        if rows(found, 0):
            return Answer(reviews=rows(found, 0))
    return Answer()


def review_of(row: Any) -> WebReview:
    """The fields of one review."""
    return WebReview(
        number=name_of(row, 0),
        author=words(row, 1, 0),
        stars=number(row, 2),
        text=words(row, 4),
        at=utc(dig(row, 5, 0)),
        thumbs=count(row, 6),
        answer=words(row, 7, 1),
        answered_at=utc(dig(row, 7, 2, 0)),
    )


def _calls(text: str) -> Iterator[Any]:
    """The answers of a body, which comes whole or in chunks with their lengths between."""
    for part in (text, *text.splitlines()):
        if part.lstrip().startswith("["):
            try:
                found = decode_json(part)
            except ValueError:
                continue
            yield from rows(found)
            if part is text:
                return
