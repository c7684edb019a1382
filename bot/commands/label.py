"""`repwatch label`: shows texts the model was unsure of, one at a time, and keeps what a person says of them."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.logs import safe
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from storage.records import Mention, Sentiment
    from storage.store import Store

_KEYS = {"n": "negative", "0": "neutral", "p": "positive", "c": "not_a_complaint", "x": "not_about_us"}
_ASKED = "n negative · 0 neutral · p positive · c no complaint · x not about us · Enter skip · q leave: "


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, metavar="N", help="texts of the last N days (default: 30)")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: 20)")
    parser.add_argument("--by", metavar="NAME", help="whose word it is; kept with it")
    parser.add_argument(
        "--list", action="store_true", help="print the labels that were given, JSON lines with the text"
    )


def run(given: argparse.Namespace) -> int:
    now = utc_now()
    with open_store(config_of(given)) as store:
        since = now - timedelta(days=given.days)
        if given.list:
            return _list(store, since)
        waiting = store.unsure_mentions(since, given.limit)
        if given.json:
            for mention, sentiment in waiting:
                print(json.dumps(_as_json(mention, sentiment), ensure_ascii=False))
            return 0
        print(f"{_ask_all(store, waiting, given.by)} labels kept." if waiting else "The model was sure of everything.")
    return 0


def _ask_all(store: Store, waiting: list[tuple[Mention, Sentiment]], by: str | None) -> int:
    from storage.records import HumanLabel

    kept = 0
    for mention, sentiment in waiting:
        print(f"\n{mention.source} · {sentiment.language or '?'} · {sentiment.negative:.0%} negative")
        print(f"  {safe(' '.join(filter(None, (mention.title, mention.text))))[:1000]}")
        answer = _answer()
        if answer == "q":
            break
        if answer in _KEYS and mention.id is not None:
            store.save_label(HumanLabel(mention_id=mention.id, label=_KEYS[answer], at=utc_now(), by=by))
            kept += 1
    return kept


def _answer() -> str:
    try:
        return input(_ASKED).strip().lower()[:1]
    except EOFError:
        print(file=sys.stderr)
        return "q"


def _list(store: Store, since: datetime) -> int:
    for label in store.labels(since):
        mention = store.mention(label.mention_id)
        text = " ".join(filter(None, (mention.title, mention.text))) if mention else None
        language = mention.language if mention else None
        row = {"text": text, "label": label.label, "lang": language, "by": label.by, "at": label.at.isoformat()}
        print(json.dumps(row, ensure_ascii=False))
    return 0


def _as_json(mention: Mention, sentiment: Sentiment) -> dict[str, object]:
    return {
        "mention": mention.id,
        "source": mention.source,
        "url": mention.url,
        "text": mention.text,
        "language": sentiment.language,
        "negative": sentiment.negative,
    }
