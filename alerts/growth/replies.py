"""Which replies of a stored thread count: other people's, each once; pure."""

from __future__ import annotations

from storage.records import Kind, Mention, Thread


def replies_of(thread: Thread) -> tuple[Mention, ...]:
    """Other people's replies in the order we came to know them: that order never changes, so each is told once.

    A reply that a source has numbered anew (same author, time and words) is the one we know.
    """
    others = [m for m in thread.replies if not m.is_owner_reply and m.kind is not Kind.OWNER_RESPONSE]
    first: dict[object, Mention] = {}
    for mention in sorted(others, key=lambda mention: mention.id or 0):
        told = (mention.author_id or mention.author, mention.published_at, mention.text)
        first.setdefault(told if all(told) else mention.external_id, mention)
    return tuple(first.values())
