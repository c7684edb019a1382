"""What YouTube's answers look like: ids of videos, texts, permalinks."""

from __future__ import annotations

from typing import Any

from spiders.shapes import dig, words
from spiders.text import plain, tidy


def in_a_list(data: Any) -> Any:
    """A thread, comment or video that stands by itself, as the list it would be in."""
    is_one = isinstance(data, dict) and "items" not in data and isinstance(data.get("snippet"), dict)
    return {"kind": data.get("kind"), "items": [data]} if is_one else data


def video_id(row: Any) -> str | None:
    """Of a search hit (which may be a channel or a list) or of a video."""
    return words(row, "id", "videoId") or (words(row, "id") if words(row, "kind") == "youtube#video" else None)


def text_of(snippet: Any) -> str | None:
    # Only authors get textOriginal of all their comments; textDisplay is HTML unless plain text was asked for.
    stated = words(snippet, "textOriginal")
    return tidy(stated) if stated else plain(dig(snippet, "textDisplay"))


def permalink(video: str | None, channel: str | None, comment: str | None) -> str | None:
    if video:
        return f"https://www.youtube.com/watch?v={video}&lc={comment}"
    return f"https://www.youtube.com/channel/{channel}/discussion?lc={comment}" if channel else None
