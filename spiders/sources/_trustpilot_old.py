"""Trustpilot's pages of 2016 to 2019: a card a review, with its data in small scripts beside the markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from parsel import Selector
from scrapy.http import TextResponse

from spiders.shapes import decode_json, name_of, tree, words
from spiders.text import element_text

_CARDS = (
    "//article[contains(concat(' ',@class,' '),' review ')] | //div[contains(@class,'review-card')][not(.//article)]"
)


def rows_of(response: TextResponse) -> Iterator[dict[str, Any]]:
    """The cards of a page, each in the words of the page's later form (`dates`, `consumer`, `reply`)."""
    return (_row(card) for card in response.xpath(_CARDS))


def _row(card: Selector) -> dict[str, Any]:
    said, dates, answered = (
        _state(card, "review-info"),
        _state(card, "review-dates"),
        _state(card, "review-reply-dates"),
    )
    answer = _text(card, "brand-company-reply__content")
    return {
        "id": name_of(said, "reviewId") or card.attrib.get("id") or _last(card, "/reviews/"),
        "title": words(said, "reviewHeader") or _text(card, "review-content__title"),
        "text": words(said, "reviewBody") or _text(card, "review-content__text"),
        "rating": said.get("stars") or _stars(card),
        "dates": dates,
        "consumer": {
            "id": name_of(said, "consumerId") or _last(card, "/users/"),
            "displayName": words(said, "consumerName") or _text(card, "consumer-information__name"),
        },
        "reply": {"message": answer, **answered} if answer else None,
    }


def _state(card: Selector, name: str) -> dict[str, Any]:
    script = card.xpath(f".//script[@data-initial-state='{name}']").xpath("string()").get("")
    try:
        return dict(tree(decode_json(script))) if script.strip() else {}
    except ValueError:
        return {}


def _text(card: Selector, name: str) -> str | None:
    found = card.xpath(f".//*[contains(concat(' ',@class,' '),' {name} ')]")
    return element_text(found[0].root) if found else None


def _last(card: Selector, path: str) -> str | None:
    link = card.xpath(f".//a[contains(@href,'{path}')]/@href").get("")
    return link.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or None


def _stars(card: Selector) -> str | None:
    found = re.search(
        r"\bstar-rating-(\d)\b", " ".join(card.xpath(".//*[contains(@class,'star-rating-')]/@class").getall())
    )
    return found[1] if found else None
