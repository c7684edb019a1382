"""What spiders of Google's own APIs share: errors in Google's words; with a token, it comes first, then the lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from scrapy import Request

from spiders.base import MentionSpider, Option
from spiders.shapes import count, dig, name_of, number, tree, words
from spiders.sources._google_token import TOKEN_URL, token_request
from storage.records import CrawlStatus

# google.rpc.Code names that mean: nothing is shown to this key, or not now.
_REFUSED = frozenset(
    {"PERMISSION_DENIED", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "REQUEST_DENIED", "OVER_QUERY_LIMIT"}
)


TOKEN_OPTION = Option(name="token_url", default=TOKEN_URL, help="where access tokens are given")


class GoogleSpider(MentionSpider):
    """Reads what Google says of the brand's own places and apps."""

    @property
    def is_about_brand(self) -> bool:
        return True

    def say_error(self, data: Any) -> None:
        """The status of an answer that holds no list, in Google's own words."""
        error = tree(data, "error")
        code = words(error, "status") or words(data, "error") or words(data, "status") or name_of(error, "code")
        message = words(error, "message") or words(data, "error_description") or words(data, "error_message") or ""
        is_refused = code in _REFUSED or count(error, "code") in (401, 403, 429)
        status = CrawlStatus.BLOCKED if is_refused else CrawlStatus.FAILED
        self.saw(
            status if code else CrawlStatus.CHANGED, f"{code or 'an answer without reviews'} {message}".strip()[:200]
        )


class GoogleTokenSpider(GoogleSpider):
    """Asks for an access token with the key in `key_env`, then for `lists()` with it; `options` hold TOKEN_OPTION."""

    key_env: ClassVar[str]
    scope: ClassVar[str]

    def lists(self, token: str) -> Iterable[Request]:
        """The first page of every list, asked with the token."""
        raise NotImplementedError

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(self.key_env)
        if not key:
            self.refuse(f"no {self.key_env}: the JSON of the account that may read the reviews")
            return
        try:
            body = token_request(key, self.key_env, self.scope, self.plan.now)
        except ValueError as error:
            self.refuse(str(error))
            return
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        yield self.get(str(self.option(TOKEN_OPTION.name)), headers=form).replace(method="POST", body=body)

    def granted(self, data: Any) -> Iterator[Request]:
        """The lists, with the token that has just been given; holes of the last crawl too."""
        token = words(data, "access_token") or ""
        self.saw(CrawlStatus.EMPTY, "access granted")
        for request in super()._hole_requests():
            request.headers.update(bearer(token))
            request.meta["token"] = token
            yield request
        yield from self.lists(token)

    def _hole_requests(self) -> Iterator[Request]:
        # Nothing can be asked before the token.
        return iter(())


def bearer(token: str) -> dict[str, str]:
    """The header of a call with an access token."""
    return {"Authorization": f"Bearer {token}"}


def google_seconds(stamp: Any) -> datetime | None:
    """A google.protobuf.Timestamp as {"seconds": "1443676826", "nanos": …}: Unix seconds, whatever their size."""
    seconds = number(stamp, "seconds") if isinstance(stamp, dict) else None
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < 4e9 else None
    except (OverflowError, ValueError, OSError):
        return None


def is_token(data: Any) -> bool:
    """Whether the answer is an access token."""
    return isinstance(dig(data, "access_token"), str)
