"""Maps the aspect categories of the shared sets to our topics."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What each set's annotators looked for: only there does a missing topic mean "not in the text".
COVERED = {
    "csrest_m": {"product_quality", "staff_service", "price_value"},
    "hoasa_id": {"product_quality", "staff_service"},
    "casa_id": {"product_quality", "staff_service", "price_value"},
    "semeval14_en": {"product_quality", "staff_service", "price_value"},
    "semeval15_en": {"product_quality", "staff_service", "price_value", "delivery"},
    "semeval16": {"product_quality", "staff_service", "price_value", "delivery"},
    "sentirueval15_ru": {"product_quality", "staff_service", "price_value"},
    "germeval17_de": {"product_quality", "staff_service", "website_app", "wrong_information", "safety_privacy"},
    "vlsp2018_vi": {"product_quality", "staff_service", "price_value"},
    "visfd_vi": {"product_quality", "staff_service", "price_value"},
    "mabsa": {"product_quality", "staff_service", "price_value", "delivery", "billing_refund", "loyalty_offers"},
}

# Looked at in this order; the first that fits decides. None: a general opinion, no topic.
_RULES: tuple[tuple[str, str | None], ...] = (
    (r"price|\bvalue\b|fuel", "price_value"),
    (r"exchange/warranty/return|warranty", "billing_refund"),
    (r"logistics|shipment|shipping|delivery", "delivery"),
    (r"app_und_website", "website_app"),
    (r"^informationen", "wrong_information"),
    (r"^sicherheit", "safety_privacy"),
    (r"giveaways|loyalty program", "loyalty_offers"),
    (r"service|support|faculty|instructor|seller|^ser&acc", "staff_service"),
    (r"buyer attitude|polarity|overall|availability|recommendation|^others?$|company|image|allgemein", None),
    (r"^(?:restaurant|hotel|laptop|course)[# ](?:general|miscellaneous)|^(?:general|whole|branding)", None),
    (r"anecdotes|ticketkauf|sonstige|course_general|mathematical|workload|grades", None),
)


def topics_of(origin: str, domain: str, categories: Iterable[str]) -> set[str] | None:
    """Our topics of a text with these categories; None where the domain can't be mapped."""
    if domain == "sight" or origin not in COVERED:
        return None
    found = {topic for topic in map(_topic, categories) if topic is not None}
    return found & COVERED[origin]


def _topic(category: str) -> str | None:
    """What is said of food, rooms, screens, cleanliness, ambience and so on is the product's quality."""
    for pattern, topic in _RULES:
        if re.search(pattern, category):
            return topic
    return "product_quality"
