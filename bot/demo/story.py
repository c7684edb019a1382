"""Reads the story the demo plays: topics, toots, reviews and reactions, with the minute at which each happens."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing somebody says, and what becomes of it."""

    id: str
    author: str
    at: float
    text: str
    lang: str | None = None
    owner: bool = False
    gone_at: float | None = None
    edit_at: float | None = None
    edit_text: str | None = None
    rating: int | None = None
    edit_rating: int | None = None
    title: str | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A topic or a toot with everything said under it; the first line opens it."""

    id: str
    title: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A colleague's reaction on the card of a thread, after the round of that minute."""

    at: float
    on: str
    who: str
    emoji: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    topics: tuple[Talk, ...]
    toots: tuple[Talk, ...]
    reviews: tuple[Line, ...]
    presses: tuple[Press, ...]


def read_story() -> Story:
    """The story that ships beside this file."""
    told = tomllib.loads(files("bot.demo").joinpath("story.toml").read_text("utf-8"))
    return Story(
        topics=tuple(_topic(topic) for topic in told["topic"]),
        toots=tuple(_toot(toot) for toot in told["toot"]),
        reviews=(*(_line(review) for review in told["review"]), *_past_reviews(told["past"])),
        presses=tuple(Press(**press) for press in told["press"]),
    )


def _topic(topic: Mapping[str, Any]) -> Talk:
    number = topic["id"]
    lines = (_line({"id": f"{number}{i:02d}"} | post) for i, post in enumerate(topic["posts"], start=1))
    return Talk(id=str(number), title=topic["title"], lines=tuple(lines))


def _toot(toot: Mapping[str, Any]) -> Talk:
    first = {key: value for key, value in toot.items() if key != "replies"}
    return Talk(id=toot["id"], title=None, lines=tuple(_line(line) for line in (first, *toot["replies"])))


def _line(told: Mapping[str, Any]) -> Line:
    return Line(**told)


def _past_reviews(past: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Reviews of the weeks before, so that the digest has something to compare with."""
    reviews: list[Line] = []
    for entry in past:
        for days, text in zip(entry["days"], entry["texts"], strict=True):
            number = f"90{len(reviews):08d}"
            reviews.append(
                Line(
                    id=number,
                    author=f"{entry['store']}{len(reviews)}",
                    at=-1440.0 * days,
                    text=text,
                    rating=entry["rating"],
                    title="Velora",
                    store=entry["store"],
                )
            )
    return reviews
