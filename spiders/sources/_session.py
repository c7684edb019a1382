"""What spiders with a token of one crawl share: it comes first, and is shown to the host it is for and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scrapy import Request

from spiders.base import MentionSpider


class SessionSpider(MentionSpider):
    """With a key in `key_env`, everything at `token_host()` is asked with `token`, which `read` has to set."""

    key_env: ClassVar[str]
    # Of this crawl only.
    token: str | None = None

    def token_host(self) -> str:
        """The beginning of the addresses the token is for, without a slash at its end."""
        raise NotImplementedError

    def get(self, url: str, **given: Any) -> Request:
        """As the base's, with the token where it is for."""
        if self.token and url.startswith(f"{self.token_host()}/"):
            given["headers"] = {"Authorization": f"Bearer {self.token}", **(given.get("headers") or {})}
        return super().get(url, **given)

    def _hole_requests(self) -> Iterator[Request]:
        # Holes are stretches of lists that want the token: with a key they wait for it.
        if self.token or not self.secret(self.key_env):
            yield from super()._hole_requests()
