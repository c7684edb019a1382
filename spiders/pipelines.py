"""What happens to a sorted mention: kept in the store where there is one, else shown as its JSON line."""

from __future__ import annotations

from typing import Any, cast

from scrapy.crawler import Crawler

from spiders.base import MentionSpider
from spiders.lines import mention_line
from storage.records import Mention, Snapshot


class KeepPipeline:
    """Keeps mentions and snapshots by the spider's keeper; `scrapy crawl` has none and exports lines."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KeepPipeline:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        spider = cast(MentionSpider, self._crawler.spider)
        if not isinstance(item, (Mention, Snapshot)):
            return item
        if spider.keeper is None:
            return (
                mention_line(item) if isinstance(item, Mention) else {"snapshot": item.page, "count": item.review_count}
            )
        spider.keeper.take(item)
        return item

    def close_spider(self) -> None:
        spider = cast(MentionSpider, self._crawler.spider)
        if spider.keeper is not None:
            spider.keeper.flush()
