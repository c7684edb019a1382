"""Where the program stands: the folder of the project and the rooms in it that are installed."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "spiders", "classifier", "alerts", "storage")
