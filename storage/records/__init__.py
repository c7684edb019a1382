"""The words of the house as frozen records: anyone may import them, they import only the standard library."""

from storage.records.crawled import Crawl, CrawlStatus, Hole, SavedCounts, Skipped, Snapshot, StepRun
from storage.records.judged import AuthorHistory, HumanLabel, Label, Mute, Reason, Sentiment, Severity, Verdict
from storage.records.privacy import AuthorExport, Erased, Forgotten
from storage.records.said import Brand, EarlierVersion, Kind, Mention, Rating
from storage.records.threads import CountPoint, Thread, ThreadTimeline
from storage.records.told import Alert, AlertEvent, AlertState, Deadline, Digest, OutboxKind, OutboxRow, OutboxState
from storage.records.weekly import (
    AnswerSeen,
    CalmThread,
    CrawlCount,
    NegativeThread,
    RatingChange,
    RatingCount,
    TopicCount,
    VoiceCount,
    WeekAlert,
    WeekRows,
    WeekText,
)

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertState",
    "AnswerSeen",
    "AuthorExport",
    "AuthorHistory",
    "Brand",
    "CalmThread",
    "CountPoint",
    "Crawl",
    "CrawlCount",
    "CrawlStatus",
    "Deadline",
    "Digest",
    "EarlierVersion",
    "Erased",
    "Forgotten",
    "Hole",
    "HumanLabel",
    "Kind",
    "Label",
    "Mention",
    "Mute",
    "NegativeThread",
    "OutboxKind",
    "OutboxRow",
    "OutboxState",
    "Rating",
    "RatingChange",
    "RatingCount",
    "Reason",
    "SavedCounts",
    "Sentiment",
    "Severity",
    "Skipped",
    "Snapshot",
    "StepRun",
    "Thread",
    "ThreadTimeline",
    "TopicCount",
    "Verdict",
    "VoiceCount",
    "WeekAlert",
    "WeekRows",
    "WeekText",
]
