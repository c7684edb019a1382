"""`repwatch score`: texts or JSON lines in, JSON lines with the model's answer out, in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from classifier.model import SentimentModel
from storage.records import Sentiment

CHUNK = 2048  # lines scored at once; the first chunk is short, so that the first answer comes soon
FIRST_CHUNK = 64


def score_lines(model: SentimentModel, lines: Iterable[str]) -> Iterator[str]:
    """A JSON line for every line: `label, scores, language, unsure, topics` beside the other keys of the input.

    A line is JSON when it is an object with a string `text`; anything else is a text itself. `language` (or `lang`) of
    the input counts as stated by the source. Where there was nothing to score the line says neutral, unsure and
    `"not_scored": true`.
    """
    waiting = iter(lines)
    size = FIRST_CHUNK
    while chunk := list(islice(waiting, size)):
        size = CHUNK
        yield from _score(model, [_row(line) for line in chunk])


def answer_of(sentiment: Sentiment | None) -> dict[str, Any]:
    """The keys that stand for one answer in every JSON of ours."""
    if sentiment is None:
        # Who counts the lines wants scores in each: nothing was said, so neutral, and marked.
        scores = {"negative": 0.0, "neutral": 1.0, "positive": 0.0}
        empty: dict[str, Any] = {"label": "neutral", "scores": scores, "language": None, "unsure": True, "topics": []}
        return {**empty, "not_scored": True}
    return {
        "label": str(sentiment.label),
        "scores": {"negative": sentiment.negative, "neutral": sentiment.neutral, "positive": sentiment.positive},
        "language": sentiment.language,
        "unsure": sentiment.unsure,
        "topics": list(sentiment.topics),
    }


def _score(model: SentimentModel, rows: list[dict[str, Any]]) -> Iterator[str]:
    sentiments = model.score([row["text"] for row in rows], [_stated(row) for row in rows])
    for row, sentiment in zip(rows, sentiments, strict=True):
        line = json.dumps({**row, **answer_of(sentiment)}, ensure_ascii=False)
        # A lone surrogate can't be written as UTF-8; its escape can.
        yield line if _is_writable(line) else json.dumps({**row, **answer_of(sentiment)})


def _row(line: str) -> dict[str, Any]:
    line = line.rstrip("\r\n")
    if line.lstrip().startswith("{"):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):  # a text that begins with a brace; also numbers too long for Python
            row = None
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            return row
        if isinstance(row, dict) and row.get("text", "") is None:
            return {**row, "text": ""}
    return {"text": line}


def _stated(row: dict[str, Any]) -> str | None:
    stated = row.get("language") or row.get("lang")
    return stated if isinstance(stated, str) else None


def _is_writable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
