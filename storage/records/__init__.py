"""The words of the house as frozen records: anyone may import them, they import only the standard library."""

from storage.records.crawled import Crawl, CrawlStatus, Hole, Snapshot
from storage.records.judged import HumanLabel, Label, Mute, Reason, Sentiment, Severity, Verdict
from storage.records.said import Brand, EarlierVersion, Kind, Mention, Rating
from storage.records.threads import CountPoint, Thread
from storage.records.told import Alert, AlertEvent, AlertState, Deadline, Digest, OutboxKind, OutboxRow, OutboxState

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertState",
    "Brand",
    "CountPoint",
    "Crawl",
    "CrawlStatus",
    "Deadline",
    "Digest",
    "EarlierVersion",
    "Hole",
    "HumanLabel",
    "Kind",
    "Label",
    "Mention",
    "Mute",
    "OutboxKind",
    "OutboxRow",
    "OutboxState",
    "Rating",
    "Reason",
    "Sentiment",
    "Severity",
    "Snapshot",
    "Thread",
    "Verdict",
]
