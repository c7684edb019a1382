"""A digest with everything it is told by."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.weekly.charts import Chart
from alerts.weekly.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDigest:
    """One brand's week: its figures, charts, page and table."""

    figures: Figures
    charts: tuple[Chart, ...]
    page: str
    csv: str
