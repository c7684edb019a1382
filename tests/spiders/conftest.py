"""What several tests of collecting use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spiders import safety


@pytest.fixture
def without_loopback() -> Iterator[None]:
    """Addresses of this machine are refused, as in a crawl of the open network."""
    safety.allow_loopback(False)
    yield
    safety.allow_loopback(False)
