"""What a person sees while the demo plays: each round, each source, each card as it would look in Slack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.card_text import card_text
from storage.records import Crawl, CrawlStatus

# Long cards are told once whole; an edit shows only its head.
_EDIT_LINES = 7


class Stage:
    """Prints the demo, in colour on a terminal and plain elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self.cards = 0
        self.edits = 0

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

    def told(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Each call that reached Slack, as a person would see it."""
        for heading, payload, is_whole in _seen(calls):
            lines = card_text(payload, heading=heading).splitlines()
            kept = lines if is_whole else [*lines[:_EDIT_LINES], lines[-1]]
            self._say("\n".join(kept))
            self.cards += is_whole
            self.edits += not is_whole

    def again(self, sent: int) -> None:
        self._head("The same round once more: nothing new is said twice")
        self._say(f"  {sent} messages sent", "green" if sent == 0 else "red")

    def digest(self, page: Path) -> None:
        self._say(f"  the page: {page}", "green")

    def ends(self, out: Path, seconds: float) -> None:
        self._head(f"{self.cards} messages and {self.edits} edits in {seconds:.0f} s")
        self._say(f"Look at {out / 'digest.html'}, and at {out / 'repwatch.toml'} for how it was told what to watch.")
        self._say(
            "Next: repwatch init, to watch your own brand (it asks for the brand, its pages and the channel).", "bold"
        )

    def _head(self, text: str) -> None:
        self._console.print(f"\n── {text} ".ljust(94, "─"), style="bold cyan", markup=False)

    def _say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)


def _seen(calls: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for method, arguments in calls:
        if method == "chat.postMessage":
            under = "in the card's thread" if arguments.get("thread_ts") else f"new in {arguments.get('channel')}"
            yield under, arguments, True
        elif method == "chat.update":
            yield "the card now says", arguments, False
