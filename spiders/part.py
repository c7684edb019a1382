"""What each part of a spider knows of the whole: its name, its plan, and the request behind an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.http import Response

from spiders.plan import CrawlPlan


class Part:
    """Stands under the parts that walk, answer and make; a spider is all of them."""

    name: str
    plan: CrawlPlan

    def meta(self, response: Response) -> Mapping[str, Any]:
        """The request's meta; empty for a saved response."""
        return response.meta if response.request else {}
