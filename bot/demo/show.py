"""What a person sees while the demo plays: each round, each source, each card as it would look in Slack."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.card_text import card_text
from bot.demo.loopback_slack_state import Message
from storage.records import Crawl, CrawlStatus

# Long cards are told once whole; an edit shows only its head.
_EDIT_LINES = 7


class Stage:
    """Prints the demo, in colour on a terminal and plain elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self.cards = 0
        self.edits = 0
        # What each message said when it was last looked at, by channel and ts.
        self._seen: dict[tuple[str, str], str] = {}

    def opens(self, config: Path, out: Path) -> None:
        self._head("repwatch demo")
        self._say(
            "A made-up shop, Velora, on made-up sites; everything else is the real program: spiders, store, model,"
        )
        self._say(
            "forecast, deadlines and a Slack client, against a loopback Slack that keeps Slack's limits and pace."
        )
        self._say(f"Configuration: {config}. Everything is kept in {out}.")

    def begins(self, now: datetime, what: str) -> None:
        self._head(f"{now:%A %H:%M} UTC: {what}")

    def crawled(self, crawls: Sequence[Crawl]) -> None:
        for crawl in sorted(crawls, key=lambda one: one.entry):
            style = "green" if crawl.status is CrawlStatus.OK else "yellow"
            seen = f" ({crawl.seen})" if crawl.seen and crawl.status is not CrawlStatus.OK else ""
            self._say(
                f"  {crawl.entry}: {crawl.status.value}{seen}, {crawl.requests} requests, "
                f"{crawl.new} new, {crawl.edited} edited",
                style,
            )

    def told(self, rooms: Mapping[str, Sequence[Message]]) -> None:
        """What is new in the channels, and what was edited, as a person would see it."""
        for room, messages in rooms.items():
            for message in messages:
                place, before = (room, message["ts"]), self._seen.get((room, message["ts"]))
                now = json.dumps(message.get("blocks", message.get("text")))
                if message.get("files"):
                    self._file(room, message, is_new=before is None)
                elif before is None:
                    under = message.get("thread_ts") not in (None, message["ts"])
                    self._say(card_text(message, heading=f"#{room}, in the card's thread" if under else f"#{room}"))
                    self.cards += 1
                elif before != now:
                    lines = card_text(message, heading=f"#{room}, the card now says").splitlines()
                    self._say("\n".join([*lines[:_EDIT_LINES], lines[-1]]))
                    self.edits += 1
                self._seen[place] = now

    def _file(self, room: str, message: Message, *, is_new: bool) -> None:
        if is_new:
            names = ", ".join(str(file.get("name")) for file in message["files"])
            self._say(f"  #{room}, attached: {names}", "green")

    def reacted(self, who: str, emoji: str, means: str) -> None:
        self._say(f"  {who} reacts on a card with :{emoji}: ({means})", "magenta")

    def again(self, sent: int) -> None:
        self._head("The same round once more: nothing new is said twice")
        self._say(f"  {sent} messages sent", "green" if sent == 0 else "red")

    def digest(self, page: Path) -> None:
        self._say(f"  the page: {page}", "green")

    def ends(self, out: Path, seconds: float) -> None:
        self._head(f"{self.cards} messages and {self.edits} edits in {seconds:.0f} s")
        self._say(f"Look at {out / 'digest.html'}, and at {out / 'repwatch.toml'} for how it was told what to watch.")
        self._say(f"Next: {_command()} init, to watch your own brand (it asks for brand, pages and channel).", "bold")

    def _head(self, text: str) -> None:
        self._console.print(f"\n── {text} ".ljust(94, "─"), style="bold cyan", markup=False, soft_wrap=True)

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)


def _command() -> str:
    """The program as it can be typed here: after `make demo` it lies in .venv and on no PATH."""
    typed = Path(sys.argv[0])
    return "repwatch" if shutil.which("repwatch") or typed.name != "repwatch" else os.path.relpath(typed)
