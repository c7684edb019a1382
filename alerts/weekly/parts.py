"""What the outbox keeps of a digest: which part of which week. Its words are made again when it is sent.

A page holds quotes. Kept in the outbox, escaped and packed, they would outlive an author who asked to be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.cards.card import MessageSettings
from alerts.weekly.made import MadeDigest
from alerts.weekly.message import digest_message
from storage.records import OutboxKind, OutboxRow

_MESSAGE, _PAGE, _TABLE, _CHART = "message", "page", "csv", "chart:"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPart:
    """The message of a brand's week, or one of the files under it."""

    brand: str
    week: str
    part: str


def digest_rows(made: MadeDigest, key: str, channel: str, workspace: str, now: datetime) -> list[OutboxRow]:
    """The message and its files, each by name only."""
    brand, week = made.figures.brand, made.figures.week
    message = OutboxRow(
        key=key,
        kind=OutboxKind.DIGEST,
        channel=channel,
        workspace=workspace,
        payload=_stated(brand, week, _MESSAGE),
        created_at=now,
    )
    name = f"digest-{week}"
    files = [
        *((f"{name}-{chart.name}.png", chart.title, _CHART + chart.name) for chart in made.charts),
        (f"{name}.html", f"{brand} {week}", _PAGE),
        (f"{name}.csv", f"{brand} {week}, CSV", _TABLE),
    ]
    return [
        message,
        *(
            _file_row(message, number, {"filename": filename, "title": title, **_stated(brand, week, part)})
            for number, (filename, title, part) in enumerate(files, start=1)
        ),
    ]


def part_of(payload: Mapping[str, Any]) -> DigestPart | None:
    """Which part of which digest a row is; None for every other row."""
    stated = payload.get("digest")
    return DigestPart(**stated) if isinstance(stated, dict) else None


def with_words(row: OutboxRow, part: DigestPart, made: MadeDigest, settings: MessageSettings) -> OutboxRow:
    """The row as Slack gets it. Raises LookupError where the week has no such part any more."""
    if part.part == _MESSAGE:
        return replace(row, payload=digest_message(made.figures, settings))
    return replace(row, payload={**row.payload, "content": _content(part, made)})


def _content(part: DigestPart, made: MadeDigest) -> bytes:
    if part.part == _PAGE:
        return made.page.encode()
    if part.part == _TABLE:
        return made.csv.encode()
    charts = {_CHART + chart.name: chart.png for chart in made.charts}
    if part.part not in charts:
        raise LookupError(f"nothing is left to show in it ({part.part})")
    return charts[part.part]


def _file_row(message: OutboxRow, number: int, payload: Mapping[str, object]) -> OutboxRow:
    return OutboxRow(
        key=f"{message.key}:file{number}",
        kind=OutboxKind.UPLOAD,
        channel=message.channel,
        workspace=message.workspace,
        under=message.key,
        payload=payload,
        created_at=message.created_at,
    )


def _stated(brand: str, week: str, part: str) -> dict[str, object]:
    return {"digest": {"brand": brand, "week": week, "part": part}}
