"""One crawl step, from a plan on stdin to its outcome on stdout; the tests run it in a process of its own."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from spiders.crawl import crawl
from spiders.plan import CrawlPlan, CrawlSettings
from spiders.times import utc
from storage.records import Brand
from storage.store import Store, open_store


def main() -> None:
    asked = json.load(sys.stdin)
    settings = CrawlSettings(**asked["settings"])
    with open_store(asked["url"]) as store:
        now = utc(asked["plans"][0].get("now")) or datetime.fromisoformat("2026-11-20T12:00:00+00:00")
        plans = [_plan(store, one, settings, now) for one in asked["plans"]]
        done = [{**asdict(c), "status": c.status.value} for c in crawl(plans, store, settings, now)]
        print(json.dumps(done, default=str))  # noqa: T201


def _plan(store: Store, one: dict[str, Any], settings: CrawlSettings, now: datetime) -> CrawlPlan:
    entry = one.get("entry", one["source"])
    accounts = {"*": tuple(one.get("accounts", ()))}
    return CrawlPlan(
        source=one["source"],
        entry=entry,
        now=now,
        brands=(Brand(name="Velora", terms=tuple(one.get("terms", ("Velora",))), accounts=accounts),),
        options={k: tuple(v) if isinstance(v, list) else v for k, v in one.get("options", {}).items()},
        cursor=store.cursor(entry),
        holes=tuple(store.open_holes(entry)),
        followed=_followed(store, one),
        since=now - timedelta(days=one.get("days", 30)),
        secrets=one.get("secrets", {}),
        ignore_robots_because=one.get("ignore_robots_because"),
        settings=settings,
    )


def _followed(store: Store, one: dict[str, Any]) -> tuple[Any, ...]:
    found = [store.find_thread(one["source"], name, instance=one.get("instance", "")) for name in one.get("follow", ())]
    return tuple(thread for thread in found if thread)


if __name__ == "__main__":
    main()
