"""A log line: one line, no secret, no colour, our own steps and other people's troubles."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot import logs
from bot.logs import keep_secret, start_logging, step_line, told


@pytest.fixture
def quiet_after() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers[:] = [handler for handler in before if not isinstance(handler.formatter, logs._OneLine)]
    yield
    root.handlers[:], root.level = before, level
    for name in logs._OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


LINES = {
    "a Slack token": ("token xoxb-123-abc refused", "token *** refused"),
    "an app token": ("xapp-1-A0-99 is wrong", "*** is wrong"),
    "a password in an address": ("postgresql://me:hunter22@db/x", "postgresql://***@db/x"),
    "a registered key, whatever its shape": ("GET /x?key=s3cretkey&a=1", "GET /x?key=***&a=1"),
    "a line break in a title": ("title a\nERROR forged", "title a\\nERROR forged"),
    "a colour": ("\x1b[31mred", "\\x1b[31mred"),
    "a turned reading direction": ("abc\u202edef", "abc\\u202edef"),
    "letters of any script stay": ("Żółć, жалоба, ข้อความ", "Żółć, жалоба, ข้อความ"),
}


@pytest.mark.parametrize(("said", "shown"), LINES.values(), ids=LINES.keys())
def test_what_is_told(said: str, shown: str) -> None:
    keep_secret("s3cretkey", None, "a")
    assert told(said) == shown


def test_a_step_is_one_line_with_its_counts(quiet_after: None, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(steps=True)
    step_line("crawl", entry="forum", mentions=3, seen="a wall\nof text", skipped=None, took=1.25)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.rstrip().endswith('INFO crawl entry=forum mentions=3 seen="a wall\\nof text" took=1.2')


def test_without_steps_only_trouble_is_told(quiet_after: None, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    logging.getLogger("alerts.alert").info("alerts opened=0")
    logging.getLogger("alerts.alert").warning("refused")
    assert capsys.readouterr().err.strip().endswith("WARNING refused")


def test_scrapy_is_heard_only_when_something_broke(quiet_after: None, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(steps=True)
    keep_secret("s3cretkey")
    scrapy = logging.getLogger("scrapy.core.engine")
    scrapy.setLevel(logging.DEBUG)
    scrapy.info("Spider opened")
    scrapy.warning("deprecated")
    scrapy.error("gave up on https://a.example?key=s3cretkey")
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.endswith("ERROR gave up on https://a.example?key=***\n")


def test_starting_twice_tells_a_line_once(quiet_after: None, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(steps=True)
    start_logging(steps=True)
    step_line("once")
    assert capsys.readouterr().err.count("once") == 1
