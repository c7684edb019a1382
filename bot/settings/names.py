"""Names in one section that must exist in another: a rule for a brand nobody watches would never match, silently."""

from __future__ import annotations

from bot.settings import kinds
from bot.settings.section import Section
from storage.records import Brand


def check_names(section: Section, brands: tuple[Brand, ...], sources: tuple[str, ...]) -> None:
    """Notes every brand and source of a rule, route or pause that is not configured."""
    for key, known in (("brands", [brand.name for brand in brands]), ("sources", list(sources))):
        for name in section.texts(key):
            if name.casefold() not in {one.casefold() for one in known}:
                section.wrong(key, name, f"one of {', '.join(known) or 'none yet'}{kinds.closest(name, known)}")
