"""Tables of what was said: threads, mentions, their earlier versions, counters as crawls saw them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, Index, Integer, Table, UniqueConstraint

from storage.columns import Moment
from storage.tables.base import flag, index_where, maybe, metadata, needed, numbered, of, when

threads = Table(
    "threads",
    metadata,
    numbered(),
    needed("source"),
    needed("instance"),
    needed("external_id"),
    needed("brand"),
    # The configured entry whose crawl saw it first; the one that visits it again.
    maybe("entry"),
    maybe("url"),
    # The root's time where it is known, else the first sight.
    when("created_at"),
    when("first_seen_at"),
    when("observed_at"),
    # Counts each change, so that a verdict on an older state does not pass for one on the present.
    needed("version", Integer),
    # Set while it waits for a verdict; empty otherwise.
    maybe("to_judge_since", Moment),
    # A worker has it until then.
    maybe("leased_until", Moment),
    # When a crawl last went to read all of it.
    maybe("visited_at", Moment),
    # The root's reply counter, and the crawl that last read it (equal counters in between are not kept apart).
    maybe("stated_replies", BigInteger),
    maybe("counted_at", Moment),
    # The same of the "helpful" votes of a review.
    maybe("stated_votes", BigInteger),
    maybe("voted_at", Moment),
    UniqueConstraint("source", "instance", "brand", "external_id"),
    sqlite_autoincrement=True,
)
# Which threads wait for a verdict?
index_where("ix_threads_to_judge", threads.c.to_judge_since, where=threads.c.to_judge_since.is_not(None))
# The newest finished threads of a source; young threads to visit again.
Index("ix_threads_source_created", threads.c.source, threads.c.created_at)
# What was first seen in a stretch of time, for replaying it.
Index("ix_threads_first_seen", threads.c.first_seen_at)
# The week's new threads of a brand.
Index("ix_threads_brand_created", threads.c.brand, threads.c.created_at)

mentions = Table(
    "mentions",
    metadata,
    numbered(),
    of("thread", "threads"),
    needed("source"),
    needed("instance"),
    needed("external_id"),
    needed("brand"),
    needed("thread_id"),
    maybe("parent_id"),
    needed("kind"),
    maybe("url"),
    maybe("author"),
    maybe("author_id"),
    maybe("title"),
    maybe("text"),
    maybe("language"),
    maybe("rating_value", Double),
    maybe("rating_best", Double),
    maybe("published_at", Moment),
    flag("date_only"),
    maybe("edited_at", Moment),
    flag("is_owner_reply"),
    # The thread's first (Mention.is_root).
    flag("is_root"),
    maybe("reply_count", BigInteger),
    maybe("like_count", BigInteger),
    maybe("share_count", BigInteger),
    maybe("author_followers", BigInteger),
    flag("deleted"),
    when("first_seen_at"),
    # When this content was first fetched.
    when("fetched_at"),
    # Published, or first seen where no time is stated: the time by which it belongs to a week.
    when("said_at"),
    needed("content_hash"),
    # Set while it waits for a sentiment; empty otherwise.
    maybe("unscored_since", Moment),
    maybe("leased_until", Moment),
    UniqueConstraint("source", "instance", "brand", "external_id"),
    sqlite_autoincrement=True,
)
# All of a thread, root first.
Index("ix_mentions_thread", mentions.c.thread)
# Which mentions wait for the model?
index_where("ix_mentions_unscored", mentions.c.unscored_since, where=mentions.c.unscored_since.is_not(None))
# ... and has this thread one of them?
index_where("ix_mentions_unscored_thread", mentions.c.thread, where=mentions.c.unscored_since.is_not(None))
# The week of a brand; with what it takes to count customers' texts and to find their threads without reading any.
Index(
    "ix_mentions_brand_said",
    mentions.c.brand,
    mentions.c.said_at,
    mentions.c.thread,
    mentions.c.is_owner_reply,
    mentions.c.deleted,
)
# What else did this author say?
index_where(
    "ix_mentions_author",
    mentions.c.source,
    mentions.c.instance,
    mentions.c.author_id,
    where=mentions.c.author_id.is_not(None),
)

mention_versions = Table(
    "mention_versions",
    metadata,
    numbered(),
    of("mention_id", "mentions", index=True),
    when("seen_at"),
    when("replaced_at"),
    needed("content_hash"),
    maybe("rating_value", Double),
    maybe("rating_best", Double),
    maybe("label"),
)
# Which ratings changed this week?
Index("ix_mention_versions_replaced", mention_versions.c.replaced_at)

counts = Table(
    "counts",
    metadata,
    of("thread", "threads", primary_key=True),
    needed("observed_at", Moment, primary_key=True),
    needed("replies", BigInteger),
    sqlite_with_rowid=False,
)

votes = Table(
    "votes",
    metadata,
    of("thread", "threads", primary_key=True),
    needed("observed_at", Moment, primary_key=True),
    needed("votes", BigInteger),
    sqlite_with_rowid=False,
)
