"""One thread that cannot be decided or told is named in the log and counted; everything else of the step goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

# What a thread itself can be guilty of. A database that fails is another matter: it ends the step.
_ITS_OWN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(slots=True)
class Spared:
    """The threads a run had to leave out; they are tried again at the next."""

    failed: list[str] = field(default_factory=list)

    @contextmanager
    def each(self, *names: object) -> Iterator[None]:
        """Around what is done with one thread, or with those that share a card; `names` for the log."""
        try:
            yield
        except _ITS_OWN:
            named = ", ".join(map(str, names))
            log.exception("left out of this run, nothing of it was kept: thread %s", named)
            self.failed += map(str, names)
