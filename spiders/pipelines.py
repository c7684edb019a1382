"""What happens to a mention that nobody keeps (`scrapy crawl`): it is shown as its JSON line."""

from __future__ import annotations

from typing import Any

from spiders.lines import mention_line
from storage.records import Mention


class LinePipeline:
    """Mentions as exports know them; a crawl with a keeper gives Scrapy no items at all."""

    def process_item(self, item: Any) -> Any:
        return mention_line(item) if isinstance(item, Mention) else item
