"""Makes mentions and counts of one source: ids, owner answers, deleted ones; what every spider has in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from scrapy.http import Response

from spiders.owner import is_brand_account
from spiders.part import Part
from spiders.terms import BrandTerms
from spiders.text import LONGEST as LONGEST_TEXT
from spiders.text import UNSHOWN, tidy
from storage.records import CrawlStatus, Kind, Mention, Rating, Snapshot

# At-uris and tag uris are long; no source's id is longer.
_LONGEST_ID = 2_000
_LONGEST = {"author": 300, "author_id": 500, "title": 2_000, "text": LONGEST_TEXT, "instance": 300}
# What may stand behind a link on a card.
_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,4000}$", re.IGNORECASE)


class Unreadable(Exception):  # noqa: N818 - reads as a sentence: raise Unreadable("no id")
    """One row can't be read; the message is the reason it is counted under."""


class Making(Part):
    """The part of a spider that makes mentions and counts."""

    _brand_terms: tuple[BrandTerms, ...]

    def mention(
        self,
        *,
        external_id: str | None,
        kind: Kind,
        thread_id: str | None = None,
        rating: float | None = None,
        best: float = 5.0,
        is_owner_reply: bool = False,
        **fields: Any,
    ) -> Mention:
        """A mention of this source. A root's `thread_id` may be left out. A deleted one loses its words and its author.

        Raises Unreadable without an id. A rating off its scale is none; a thread's first mention is never an owner's
        reply.
        """
        if not external_id:
            raise Unreadable("no id")
        if not _is_name(external_id):
            raise Unreadable("an id nobody could write")
        thread = thread_id if thread_id and _is_name(thread_id) else external_id
        is_owner = is_owner_reply and thread != external_id
        made = Mention(
            source=self.name,
            external_id=external_id,
            thread_id=thread,
            kind=Kind.OWNER_RESPONSE if is_owner else kind,
            rating=_rating(rating, best),
            is_owner_reply=is_owner,
            fetched_at=self.plan.now,
            **_sound(fields),
        )
        return _wiped(made) if made.deleted else made

    def owner_answer(
        self, review: Mention, text: str | None, published_at: datetime | None, edited_at: datetime | None = None
    ) -> Mention:
        """The one answer of the owner that review sites show under a review; it has no id and no page of its own."""
        return self.mention(
            external_id=f"{review.external_id}:reply",
            thread_id=review.external_id,
            parent_id=review.external_id,
            kind=Kind.OWNER_RESPONSE,
            is_owner_reply=True,
            url=review.url,
            text=text,
            published_at=published_at,
            edited_at=edited_at,
        )

    def snapshot(self, page: str, reviews: int | None, average: float | None, best: float | None = 5.0) -> Snapshot:
        """What a page states of itself without texts: how many reviews, and their average of `best`."""
        return Snapshot(
            source=self.name,
            page=page,
            observed_at=self.plan.now,
            review_count=reviews,
            average=average,
            best=best,
        )

    def is_owner(self, *names: str | None) -> bool:
        """Whether one of the author's ids or names is an account of a configured brand."""
        return is_brand_account(self.plan.brands, self.name, *names)

    @property
    def terms(self) -> tuple[str, ...]:
        """What to search for where a source can search: the terms of all brands, each once."""
        every = (term.removeprefix("=") for brand in self.plan.brands for term in brand.terms or (brand.name,))
        return tuple(dict.fromkeys(every))

    def names_brand(self, *texts: str | None) -> bool:
        """Whether the texts name one of the brands (as the sorting of what is kept will ask again)."""
        return any(terms.named_in(*texts) for terms in self._brand_terms)

    def vanished(self, instance: str, thread_id: str, there: Iterable[str]) -> Iterator[Mention]:
        """Known replies of a followed thread that a whole reading of it no longer shows, as deleted."""
        seen = set(there)
        for thread in self.plan.followed:
            if (thread.instance, thread.external_id) != (instance, thread_id):
                continue
            for known in thread.mentions:
                if not known.deleted and not known.is_root and known.external_id not in seen:
                    seen.add(known.external_id)
                    yield self.gone(known)

    def not_found(self, response: Response) -> Iterator[Mention]:
        """For sources that read 404 themselves: a followed thread that is gone, or an address that never was."""
        thread_id = self.meta(response).get("thread")
        followed = [t for t in self.plan.followed if t.external_id == thread_id and t.root and not t.root.deleted]
        for thread in followed[:1]:
            if thread.root is not None:
                yield self.gone(thread.root)
        is_gone = thread_id is not None
        self.saw(CrawlStatus.OK if is_gone else CrawlStatus.FAILED, "gone" if is_gone else f"HTTP {response.status}")

    def gone(self, known: Mention) -> Mention:
        """A known mention as deleted: text and author wiped, the rest kept."""
        return _wiped(replace(known, deleted=True, brand=None, id=None, fetched_at=self.plan.now))

    def saw(self, status: CrawlStatus, detail: str | None = None) -> None:
        """How the page in hand went."""
        raise NotImplementedError


def _is_name(name: str) -> bool:
    return len(name) <= _LONGEST_ID and not UNSHOWN.search(name) and bool(name.strip())


def _sound(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as a database keeps and a person can read them, whatever the source sent."""
    sound = dict(fields)
    for name, longest in _LONGEST.items():
        value = sound.get(name)
        if isinstance(value, str):
            sound[name] = tidy(value[:longest]) if UNSHOWN.search(value) or len(value) > longest else value or None
    if (parent := sound.get("parent_id")) is not None and not _is_name(parent):
        sound["parent_id"] = None
    if (url := sound.get("url")) is not None and not _LINK.match(url):
        sound["url"] = None
    return sound


def _wiped(mention: Mention) -> Mention:
    return replace(
        mention, text=None, title=None, author=None, author_id=None, author_followers=None, rating=None, language=None
    )


def _rating(value: float | None, best: float) -> Rating | None:
    return Rating(value=value, best=best) if value is not None and 0 <= value <= best and best > 0 else None
