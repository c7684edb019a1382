"""What a person decided: all that `repwatch init` writes down."""

from __future__ import annotations

from dataclasses import dataclass

from bot.setup.finding import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of one `repwatch init`."""

    brand: str
    terms: tuple[str, ...]
    sources: tuple[Found, ...]
    channel: str
    zone: str
    language: str
    contact: str | None
    holidays: str | None = None
