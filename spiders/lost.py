"""What became of a request or crawl that did not come to its end, in words a person can act on."""

from __future__ import annotations

from twisted.internet import error as network

_LIMITS = {
    "closespider_timeout": "its time limit",
    "closespider_pagecount": "its limit of requests",
    "closespider_itemcount": "its limit of texts",
}
# Scrapy tells these by their sentence alone.
_SENTENCES = {
    "max redirections reached": "redirects without end",
    "during decompression": "its answer unpacks to more than a page may hold",
    "download max size": "its answer is larger than a page may be",
}


def why_ended(reason: str) -> str:
    """`reason` as Scrapy names it, or a word of ours."""
    return f"ended at {_LIMITS[reason]}" if reason in _LIMITS else f"ended by {reason}"


def why_lost(error: BaseException) -> str:
    """Why nothing was read; what we have no words for keeps its own, with its kind before it."""
    said = str(error)[:200]
    for sign, words in _SENTENCES.items():
        if sign in str(error):
            return words
    if isinstance(error, (network.TimeoutError, network.TCPTimedOutError)):
        return "no whole answer within the time of one request"
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
