"""`[store]`: where everything is kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.settings import kinds
from bot.settings.environment import Environment
from bot.settings.fill import fill
from bot.settings.section import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """The database, and how long texts are kept; None keeps them."""

    # A file (reckoned from the configuration file) or an address without a password; DATABASE_URL, which
    # may hold one and so is not shown, goes before it.
    url: str = field(default="repwatch.db", repr=False)
    # Texts of calm mentions are wiped after so long; figures stay.
    calm_texts: timedelta | None = timedelta(days=90)
    # Whole threads in which nothing was said for so long, with their alerts and messages.
    everything: timedelta | None = None

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:///") else None


def read_store(root: Section, known: Environment, folder: Path) -> StoreSettings:
    section = root.inner("store")
    said = section.text("url")
    url = _address(known.database_url or said or "repwatch.db", folder)
    readers = {"calm_texts": kinds.span_or_never, "everything": kinds.span_or_never}
    settings = fill(StoreSettings, section, given={"url": url}, readers=readers)
    section.close()
    return settings or StoreSettings(url=url)


def _address(said: str, folder: Path) -> str:
    """A file is reckoned from the configuration, whatever the current folder."""
    path = said.removeprefix("sqlite:///") if said.startswith("sqlite:///") else said
    if "://" in path or path in ("", ":memory:"):
        return said
    return f"sqlite:///{(folder / Path(path).expanduser()).resolve()}"
