"""Google Play's monthly CSV exports of reviews, from a folder or their bucket: all history of one's own apps."""

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
from scrapy.http import Response, TextResponse

from spiders.base import Option, Result, SourceRow, Unreadable
from spiders.languages import language_tag
from spiders.shapes import number, tree, words
from spiders.sources import _console_bucket as bucket
from spiders.sources._google_api import TOKEN_OPTION, GoogleTokenSpider, bearer, is_token
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


class GoogleplayConsoleSpider(GoogleTokenSpider):
    """`-a brand=NAME -a folder=/srv/play-exports [-a packages=com.example.app]`, or folder=gs://pubsite_prod_rev_1/reviews
    with REPWATCH_GOOGLEPLAY_CONSOLE_KEY, the JSON of a service account that may read the bucket"""

    name = "googleplay_console"
    home = "file:///reviews.csv"
    key_env = "REPWATCH_GOOGLEPLAY_CONSOLE_KEY"
    scope = "https://www.googleapis.com/auth/devstorage.read_only"
    row = SourceRow(
        gives="reviews and bare ratings of one's own apps, all history",
        tier="file",
        languages="as stated",
        threads="review and answer",
        owner_answer="yes",
        tested_on="a real recording; the bucket's list on the documented format",
        default_every=timedelta(hours=12),
        key_env=(key_env,),
        quiet_requests="0 from a folder, 2 (access token, list) from a bucket: files that did not change are not read",
    )
    options = (
        Option(
            name="folder",
            required=True,
            help="folder with reviews_APP_YYYYMM.csv, or gs://BUCKET/reviews (needs the key)",
        ),
        Option(name="packages", many=True, default=(), help="only these apps; all in the folder if left out"),
        Option(name="api_url", default="https://storage.googleapis.com", help="where buckets are read"),
        TOKEN_OPTION,
    )

    def first_requests(self) -> Iterable[Request]:
        """Of a folder nothing is asked; a look at it says whether there is something to read."""
        if self._bucket():
            yield from super().first_requests()
        elif files := self._exports():
            self._note(CrawlStatus.OK, f"{len(files)} exports, the newest {files[-1].name}")

    def lists(self, token: str) -> Iterable[Request]:
        if found := self._bucket():
            yield self.get(bucket.list_address(self._api(), *found, None), headers=bearer(token), token=token)

    async def start(self) -> AsyncIterator[Any]:
        """Reads the files that are new or have changed, oldest month first, so that an edited review ends as it is."""
        if self._bucket():
            async for request in super().start():
                yield request
            return
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

    def collect(self, response: Response, **more: Any) -> list[Result]:
        """An export from the bucket is read in parts, as one from a folder is."""
        meta = self.meta(response)
        if not meta.get("file") or response.status != 200:
            return super().collect(response, **more)
        before, results = len(self.pages), list[Result]()
        for part in _parts(_decoded(response.body)):
            page = TextResponse(response.url, body=part.encode(), encoding="utf-8", request=response.request)
            results += super().collect(page, **more)
        self._have_read(str(meta["file"]), meta["mark"], before)
        return results

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.body.lstrip().startswith(b"{"):
            yield from self._read_bucket(response, self.json(response))
            return
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

    def _read_bucket(self, response: TextResponse, data: Any) -> Iterator[Result]:
        if is_token(data):
            yield from self.granted(data)
        elif bucket.is_list(data):
            yield from self._stored(response, data)
        elif data is not None:
            self.say_error(data)

    def _stored(self, response: TextResponse, data: Any) -> Iterator[Request]:
        """The exports of one page of the list that are new or have changed, oldest month first."""
        token, known = str(self.meta(response).get("token") or ""), tree(self.plan.cursor.get(_FILES))
        every = [one for one in bucket.objects_in(data) if self._is_wanted(one.file)]
        news = sorted((one for one in every if known.get(one.name) != one.mark), key=lambda one: _by_month(one.file))
        self.saw(CrawlStatus.OK, f"{len(every)} exports, {len(news)} of them new" if news else "not modified")
        if not every:
            self.saw(CrawlStatus.FAILED, f"{self.option('folder')}: no reviews_APP_YYYYMM.csv is there")
        name, prefix = self._bucket() or ("", "")
        for place, one in enumerate(news):
            address = bucket.media_address(self._api(), name, one.name)
            asked = self.get(address, headers=bearer(token), file=one.name, mark=one.mark)
            # Scrapy sends what was added last first, unless told otherwise.
            asked.priority = len(news) - place
            yield asked
        if (following := words(data, "nextPageToken")) and name:
            address = bucket.list_address(self._api(), name, prefix, following)
            yield self.get(address, headers=bearer(token), token=token)

    def _bucket(self) -> tuple[str, str] | None:
        return bucket.bucket_of(str(self.option("folder")))

    def _api(self) -> str:
        return str(self.option("api_url")).rstrip("/")

    def _is_wanted(self, file: str) -> bool:
        named, wanted = _FILE.search(file), set(self.option("packages") or ())
        return named is not None and (not wanted or named[1] in wanted)

    def _have_read(self, file: str, mark: object, before: int) -> None:
        """Not again until it changes, where all of it was read well."""
        if all(page.status in (CrawlStatus.OK, CrawlStatus.EMPTY) for page in self.pages[before:]):
            self.move_cursor(_FILES, {**tree(self.cursor.get(_FILES)), file: mark})

    def _exports(self) -> list[Path]:
        """The exports, oldest month first; where there are none, what to mend is said."""
        folder = Path(str(self.option("folder"))).expanduser()
        files = sorted(self._files(folder), key=lambda path: _by_month(path.name))
        if not files:
            self.refuse(f"folder {folder}: no reviews_APP_YYYYMM.csv is there; option folder says where to look")
        return files

    def _note(self, status: CrawlStatus, detail: str) -> None:
        self.note_page(str(self.option("folder")), status, detail)

    def _files(self, folder: Path) -> Iterator[Path]:
        try:
            found = list(folder.rglob("reviews_*.csv")) if folder.is_dir() else []
        except OSError:
            return
        yield from (path for path in found if self._is_wanted(path.name))

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
        self._have_read(path.name, mark, before)

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


def _by_month(file: str) -> tuple[str, str]:
    return file.removesuffix(".csv")[-6:], file


def _mark(path: Path) -> list[int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, int(stat.st_mtime)]
