"""Tables of how the collecting went: crawls, cursors, holes, snapshots, skipped rows, runs of steps."""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, Index, Integer, Table

from storage.columns import Json, Moment
from storage.tables.base import flag, index_where, maybe, metadata, needed, numbered, when

crawls = Table(
    "crawls",
    metadata,
    numbered(),
    needed("source"),
    needed("entry"),
    when("started_at"),
    when("ended_at"),
    needed("status"),
    needed("requests", Integer),
    needed("mentions", Integer),
    needed("new", Integer),
    needed("edited", Integer),
    needed("skipped", Integer),
    flag("suspicious"),
    maybe("seen"),
)
# An entry's history, newest first.
Index("ix_crawls_entry_started", crawls.c.entry, crawls.c.started_at)
# Its last crawl of each status.
Index("ix_crawls_entry_status", crawls.c.entry, crawls.c.status, crawls.c.id)
# The crawls of a week, and whether they have ended.
Index("ix_crawls_started", crawls.c.started_at, crawls.c.ended_at)

cursors = Table("cursors", metadata, needed("entry", primary_key=True), needed("cursor", Json), when("saved_at"))

holes = Table(
    "holes",
    metadata,
    numbered(),
    needed("source"),
    needed("entry"),
    needed("where", Json),
    when("noticed_at"),
    maybe("filled_at", Moment),
)
index_where("ix_holes_open", holes.c.entry, where=holes.c.filled_at.is_(None))

snapshots = Table(
    "snapshots",
    metadata,
    numbered(),
    needed("source"),
    needed("page"),
    maybe("brand"),
    when("observed_at"),
    maybe("review_count", BigInteger),
    maybe("average", Double),
    maybe("best", Double),
)
Index("ix_snapshots_source_observed", snapshots.c.source, snapshots.c.observed_at)

skipped = Table(
    "skipped",
    metadata,
    numbered(),
    needed("source"),
    needed("entry"),
    when("at"),
    needed("reason"),
    maybe("raw"),
)
Index("ix_skipped_entry", skipped.c.entry, skipped.c.id)

step_runs = Table(
    "step_runs",
    metadata,
    numbered(),
    needed("step"),
    when("started_at"),
    when("ended_at"),
    flag("ok"),
    maybe("note"),
)
Index("ix_step_runs_step_started", step_runs.c.step, step_runs.c.started_at)
