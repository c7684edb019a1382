"""The words of the house as tables; each index stands beside the question it answers."""

from storage.tables.base import metadata
from storage.tables.crawled import crawls, cursors, holes, skipped, snapshots, step_runs
from storage.tables.judged import labels, mutes, sentiments, tombstones, verdicts
from storage.tables.said import counts, mention_versions, mentions, threads, votes
from storage.tables.told import alert_events, alerts, deadlines, digests, outbox

__all__ = [
    "alert_events",
    "alerts",
    "counts",
    "crawls",
    "cursors",
    "deadlines",
    "digests",
    "holes",
    "labels",
    "mention_versions",
    "mentions",
    "metadata",
    "mutes",
    "outbox",
    "sentiments",
    "skipped",
    "snapshots",
    "step_runs",
    "threads",
    "tombstones",
    "verdicts",
    "votes",
]
