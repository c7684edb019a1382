"""One line a step on stderr, key=value, safe to read and to keep: no secret, no line break, no escape sequence."""

from __future__ import annotations

import logging
import re
import sys
import time

LOG = logging.getLogger("repwatch")
_OURS = ("repwatch", "bot", "spiders", "classifier", "alerts", "storage")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Shapes of keys that must not stand in a log whatever their name: Slack tokens, GitHub tokens, passwords in addresses.
_SHAPES = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|gh[pousr]_\w+|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)", re.I)
_secrets: set[str] = set()


def start_logging(*, verbose: bool = False, steps: bool = False) -> None:
    """Our own lines: with `steps` each step's, with `verbose` everything; else, as others', from WARNING."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, _OneLine) for handler in root.handlers):
        handler = _ToStderr()
        handler.setFormatter(_OneLine())
        handler.addFilter(_is_wanted)
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    level = logging.DEBUG if verbose else logging.INFO if steps else logging.WARNING
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def _is_wanted(record: logging.LogRecord) -> bool:
    """Scrapy sets its levels back each time it starts: what is not ours is heard from WARNING, Scrapy from ERROR."""
    family = record.name.split(".")[0]
    if family in _OURS:
        return True
    return record.levelno >= (logging.ERROR if family in ("scrapy", "twisted", "asyncio") else logging.WARNING)


def keep_secret(*values: str | None) -> None:
    """From now on these stand as *** in every line."""
    _secrets.update(value for value in values if value and len(value) >= 6)


def told(text: str) -> str:
    """A line without secrets and without anything that could play a second line or a colour."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return safe(_SHAPES.sub("***", text))


def safe(text: str) -> str:
    """Without anything that could play a second line, a colour, or turn the reading direction."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def step_line(step: str, /, *, is_quiet: bool = False, **counts: object) -> None:
    """`crawl entry=hackernews status=ok mentions=12`: what a step did, with its counts; nothing done is no news."""
    level = logging.DEBUG if is_quiet else logging.INFO
    said = " ".join(f"{name}={_value(value)}" for name, value in counts.items() if value is not None)
    LOG.log(level, "%s %s", step, said)


def _value(value: object) -> str:
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return f'"{text}"' if not text or re.search(r"\s", text) else text


class _ToStderr(logging.Handler):
    """Writes to whatever stderr is at the moment, not to what it was when logging began."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except OSError:
            # Nobody reads us any more; the work goes on.
            return


class _OneLine(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        # A traceback (only with -v) keeps its lines; a message is one line whatever it holds.
        if record.exc_info:
            return "\n".join(told(line) for line in lines)
        return told("\\n".join(lines))
