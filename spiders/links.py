"""The next page, as the Link header of a response names it (RFC 8288)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scrapy.http import Response

_NEXT = re.compile(r'<([^<>\s]{1,2000})>\s*;\s*(?:[^<>,]{0,200};\s*)?rel="?next"?(?=[\s,;]|$)', re.IGNORECASE)


def next_link(response: Response) -> str | None:
    """The address of the next page; None where there is none, or where it leads to another host than the one asked."""
    stated = b", ".join(response.headers.getlist("Link")).decode("latin-1")
    found = _NEXT.search(stated)
    if not found:
        return None
    address = response.urljoin(found[1])
    return address if _host(address) == _host(response.url) else None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
