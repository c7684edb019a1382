"""Lines that are too many for one message → as many messages as it takes, each with a way to single one line out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.cards.blocks import MOST_BLOCKS, Block, bullets, context, fits, message, rich_text
from alerts.cards.buttons import numbers_legend, own_card_buttons
from alerts.cards.card import Payload
from alerts.cards.voice import Voice
from storage.records import OutboxKind, OutboxRow

_LINES_A_BLOCK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One alert of a list."""

    block: Block
    key: str
    # What the menu calls it; None where there is nothing left to do about it.
    choice: str | None = None


@dataclass(slots=True)
class _Page:
    """One message in the making."""

    top: list[Block]
    # The key of its outbox row, which its menu carries; None: no menu.
    key: str | None
    lines: list[Line] = field(default_factory=list)

    def blocks(self, lines: Sequence[Line], voice: Voice) -> list[Block]:
        rows = [lines[at : at + _LINES_A_BLOCK] for at in range(0, len(lines), _LINES_A_BLOCK)]
        return [
            *self.top,
            *(rich_text(bullets(line.block for line in row)) for row in rows),
            *self._menu(lines, voice),
        ]

    def takes(self, line: Line, voice: Voice) -> bool:
        """Is there room for it, with two blocks to spare for the page number?"""
        blocks = self.blocks([*self.lines, line], voice)
        return not self.lines or (len(blocks) <= MOST_BLOCKS - 2 and fits(blocks))

    def _menu(self, lines: Sequence[Line], voice: Voice) -> list[Block]:
        if self.key is None or not voice.settings.buttons:
            return []
        return own_card_buttons(self.key, {line.key: line.choice for line in lines if line.choice}, voice)


def paged(
    notice: str, top: Sequence[Block], lines: Sequence[Line], voice: Voice, key: str | None
) -> tuple[Payload, ...]:
    """The top once, then every line, in as many messages as it takes.

    `key` is the list's outbox key; its pages after the first are `key:1`, `key:2` …, as their rows are.
    """
    pages = [_Page([*top, *_without_buttons(key, voice)], key)]
    for line in lines:
        if not pages[-1].takes(line, voice):
            pages.append(_Page([], f"{key}:{len(pages)}" if key else None))
        pages[-1].lines.append(line)
    finished = [page.blocks(page.lines, voice) for page in pages]
    if len(finished) > 1:
        for number, blocks in enumerate(finished, start=1):
            blocks += context(voice.marked("rollup.page", page=number, pages=len(finished)))
    return tuple(message(notice, blocks) for blocks in finished)


def list_rows(
    kind: OutboxKind, key: str, pages: Sequence[Payload], *, channel: str, workspace: str, now: datetime
) -> tuple[OutboxRow, ...]:
    """The outbox rows of pages: the first under `key`, the rest in its Slack thread as `key:1`, `key:2` …"""
    return tuple(
        OutboxRow(
            key=key if number == 0 else f"{key}:{number}",
            kind=kind if number == 0 else OutboxKind.REPLY,
            channel=channel,
            workspace=workspace,
            payload=page,
            created_at=now,
            under=None if number == 0 else key,
        )
        for number, page in enumerate(pages)
    )


def _without_buttons(key: str | None, voice: Voice) -> list[Block]:
    """A reaction stands on a message, not on a line: a line's number is written instead."""
    return numbers_legend(voice) if key and not voice.settings.buttons else []
