"""Google Play's monthly CSV exports of reviews, from a folder or a mounted bucket: all history of one's own apps."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.languages import language_tag
from spiders.reading import Page
from spiders.shapes import number, tree
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

_FILE = re.compile(r"reviews_([\w.]+)_(\d{6})\.csv$")
_REVIEW_ID = re.compile(r"[?&#:]review_?id=([^&#]+)", re.IGNORECASE)
_NEEDED = ("Package Name", "Star Rating", "Review Text")
# In the cursor: size and time of each file as it was last read.
_FILES = "files"
# Rows given to the reader at a time.
_ROWS_A_PART = 2_000


class GoogleplayConsoleSpider(MentionSpider):
    """`-a brand=NAME -a folder=/srv/play-exports [-a packages=com.example.app]`"""

    name = "googleplay_console"
    home = "file:///reviews.csv"
    row = SourceRow(
        gives="reviews and bare ratings of one's own apps, all history",
        tier="file",
        languages="as stated",
        threads="review and answer",
        owner_answer="yes",
        tested_on="a real recording",
        default_every=timedelta(hours=12),
        quiet_requests="0 (files that did not change are not opened)",
    )
    options = (
        Option(name="folder", required=True, help="folder with reviews_APP_YYYYMM.csv, or a bucket mounted as one"),
        Option(name="packages", many=True, default=(), help="only these apps; all in the folder if left out"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        """Nothing is asked of anybody; a look at the folder says whether there is something to read."""
        if files := self._exports():
            self._note(CrawlStatus.OK, f"{len(files)} exports, the newest {files[-1].name}")
        return ()

    async def start(self) -> AsyncIterator[Any]:
        """Reads the files that are new or have changed, oldest month first, so that an edited review ends as it is."""
        known, is_any_new = tree(self.plan.cursor.get(_FILES)), False
        files = self._exports()
        for path in files:
            mark = _mark(path)
            if mark is None:
                self.refuse(f"{path.name}: can't be looked at; the file or the mount is gone")
            elif known.get(path.name) != mark:
                is_any_new = True
                for result in self._file(path, mark):
                    yield result
        if files and not is_any_new:
            self._note(CrawlStatus.OK, "not modified")

    def read(self, response: TextResponse) -> Iterator[Result]:
        text = _decoded(response.body)
        reader = csv.reader(io.StringIO(text, newline=""))
        head = next(self._lines(reader), [])
        columns = [name.strip() for name in head]
        if missing := [name for name in _NEEDED if name not in columns]:
            self.saw(CrawlStatus.CHANGED, f"no column {', '.join(missing)}")
            return
        lines = [line for line in self._lines(reader) if any(line)]
        self.saw(CrawlStatus.OK if lines else CrawlStatus.EMPTY, f"{len(lines)} rows")
        yield from self.each(lines, lambda line: self._row(columns, line))

    def _exports(self) -> list[Path]:
        """The exports, oldest month first; where there are none, what to mend is said."""
        folder = Path(str(self.option("folder"))).expanduser()
        files = sorted(self._files(folder), key=lambda path: (path.stem[-6:], path.name))
        if not files:
            self.refuse(f"folder {folder}: no reviews_APP_YYYYMM.csv is there; option folder says where to look")
        return files

    def _note(self, status: CrawlStatus, detail: str) -> None:
        page = Page(url=str(self.option("folder")))
        page.saw(status, detail)
        self.pages.append(page)

    def _files(self, folder: Path) -> Iterator[Path]:
        wanted = set(self.option("packages") or ())
        try:
            found = list(folder.rglob("reviews_*.csv")) if folder.is_dir() else []
        except OSError:
            return
        for path in found:
            named = _FILE.search(path.name)
            if named and (not wanted or named[1] in wanted):
                yield path

    def _file(self, path: Path, mark: list[int]) -> Iterator[Any]:
        if mark[0] > self.plan.settings.body_limit * 4:
            self.refuse(f"{path.name}: {mark[0]:,} bytes are more than an export ever had")
            return
        try:
            text = _decoded(path.read_bytes())
        except OSError as error:
            self.refuse(f"{path.name}: can't be read ({error.strerror}); repwatch's user needs the right to read it")
            return
        before = len(self.pages)
        for part in _parts(text):
            yield from self.collect(TextResponse(f"file:///{quote(path.name)}", body=part.encode(), encoding="utf-8"))
        if all(page.status in (CrawlStatus.OK, CrawlStatus.EMPTY) for page in self.pages[before:]):
            self.move_cursor(_FILES, {**tree(self.cursor.get(_FILES)), path.name: mark})

    def _lines(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        """The rows of the file; one that is no CSV is skipped."""
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.skip(f"no CSV: {error}")

    def _row(self, columns: list[str], line: list[str]) -> Iterator[Mention]:
        if len(line) != len(columns):
            raise Unreadable(f"{len(line)} fields in a row where there are {len(columns)} columns")
        row = dict(zip(columns, line, strict=True))
        link, package = row.get("Review Link", "").strip(), row["Package Name"].strip()
        found = _REVIEW_ID.search(link)
        published = _at(row, "Review Submit")
        review = self.mention(
            external_id=unquote(found[1]) if found else _rating_id(row),
            kind=Kind.REVIEW,
            url=link or f"https://play.google.com/store/apps/details?id={quote(package, safe='.')}",
            title=tidy(row.get("Review Title", "")),
            text=tidy(row["Review Text"]),
            language=language_tag(row.get("Reviewer Language")),
            rating=number(row, "Star Rating"),
            published_at=published,
            edited_at=edited(published, _at(row, "Review Last Update")),
        )
        yield review
        if answer := tidy(row.get("Developer Reply Text", "")):
            yield self.owner_answer(review, answer, _at(row, "Developer Reply"))


def _at(row: dict[str, str], what: str) -> datetime | None:
    return utc(row.get(f"{what} Date and Time")) or utc(row.get(f"{what} Millis Since Epoch"))


def _rating_id(row: dict[str, str]) -> str:
    """A rating without text has no id: when it was given, and on which device, tells it from others."""
    parts = (row["Package Name"], row.get("Review Submit Millis Since Epoch") or row.get("Review Submit Date and Time"))
    if not parts[1]:
        raise Unreadable("neither a link nor a time")
    digest = hashlib.sha256("\x1f".join((*(str(p) for p in parts), row.get("Device", ""))).encode("utf-8", "replace"))
    return f"rating:{digest.hexdigest()[:24]}"


def _decoded(body: bytes) -> str:
    """UTF-16 with its mark as Google writes it, or what a spreadsheet made of it."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    if b"\x00" in body[:200]:
        return body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", "replace")
    return body.decode("utf-8-sig", "replace")


def _parts(text: str) -> Iterator[str]:
    """The file in parts that one reading holds, each with the head."""
    reader = csv.reader(io.StringIO(text, newline=""))
    head: list[str] | None = None
    lines: list[list[str]] = []
    while True:
        try:
            line = next(reader, None)
        except csv.Error:
            continue
        if line is not None and head is None:
            head = line
        elif line is not None:
            lines.append(line)
        if line is None or len(lines) >= _ROWS_A_PART:
            written = io.StringIO()
            csv.writer(written).writerows([head or [], *lines])
            yield written.getvalue()
            lines = []
        if line is None:
            return


def _mark(path: Path) -> list[int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, int(stat.st_mtime)]
