"""Measures the forecast on threads its constants never saw, with the shared forecast card, as a Markdown table."""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alerts.analogues import Analogues
from alerts.constants import constants_in
from alerts.forecast import WHOLE_HISTORY, Forecaster, forecast_lines
from alerts.growth_model import gamma_poisson
from alerts.outlook import Outlook
from alerts.timeline import Timeline, timeline_from
from benchmarks.forecast_rows import fold, shared_threads

FIGURES = {
    "mean error of coverage": r"mean \|coverage-0.80\| ([\d.]+)",
    "worst platform": r"worst ([\d.]+)",
    "AUC double": r"double AUC ([\d.]+)",
    "Brier double": r"double AUC [\d.]+ \(\S+\) Brier ([\d.]+)",
    "AUC 10 more": r"10 more AUC ([\d.]+)",
    "Brier 10 more": r"10 more AUC [\d.]+ \(\S+\) Brier ([\d.]+)",
    "median APE": r"median APE ([\d.]+)",
    "slack, min": r"slack (\d+)",
}


class StepOne(Forecaster):
    """Gamma-Poisson alone: the life table of deadline.md."""

    def outlook(self, known: Timeline, age: float, platform: str) -> Outlook:
        return gamma_poisson(self._past.community(known, platform).curve, len(known.events), age)


class StepTwo(StepOne):
    """Analogues alone, step one where there are too few."""

    def outlook(self, known: Timeline, age: float, platform: str) -> Outlook:
        library: Analogues | None = self._past.library(known)
        if library is None:
            return super().outlook(known, age, platform)
        return library.outlook(known.events, age, f"{known.source}/{known.community or ''}")


MODELS: dict[str, tuple[str, type[Forecaster] | None, bool]] = {
    "fixed": ("always one hour", None, False),
    "one": ("step 1, Gamma-Poisson", StepOne, True),
    "two": ("step 2, analogues", StepTwo, True),
    "cold": ("shipped constants, no history", Forecaster, False),
    "full": ("shipped: net and analogues, own history", Forecaster, True),
}


def main() -> None:
    """The table, or (`--answer`) one model's forecasts from stdin, as the card asks for them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fold", type=int, default=0, help="the fourth that is tested on")
    parser.add_argument("--work", type=Path, default=Path("build/forecast"), help="where fitted constants are kept")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--answer", choices=MODELS)
    parser.add_argument("--age", type=float)
    parser.add_argument("--history", type=Path)
    wanted = parser.parse_args()
    if wanted.answer:
        for told in answers(wanted.answer, wanted.work, wanted.age, wanted.history):
            print(json.dumps(told))
        return
    prepared(wanted.work, wanted.fold)
    print("| model | " + " | ".join(FIGURES) + " | coverage by platform |")
    print("| --- |" + " ---: |" * len(FIGURES) + " --- |")
    for model in wanted.models:
        print(f"| {MODELS[model][0]} | " + " | ".join(measured(model, wanted.work, wanted.fold)) + " |", flush=True)


def prepared(work: Path, tested: int) -> None:
    """Constants fitted without the tested fold, and that fold and the rest as folders the card reads."""
    home = work / f"fold{tested}"
    if not (home / "growth_net.npz").exists():
        command = [sys.executable, "-m", "benchmarks.fit_forecast", "--without-fold", str(tested), "--out", str(home)]
        subprocess.run(command, check=True)
    for name in ("test", "past"):
        (home / name).mkdir(parents=True, exist_ok=True)
    rows: dict[Path, list[dict[str, Any]]] = {}
    for row in shared_threads():
        part = "test" if fold(row["thread_id"]) == tested else "past"
        rows.setdefault(home / part / f"{row['set']}.jsonl.gz", []).append(row)
    for path, many in rows.items():
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in many)


def measured(model: str, work: Path, tested: int) -> Iterator[str]:
    """The card's figures of one model, then its coverage by platform."""
    home = work / f"fold{tested}"
    card = Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "measure" / "forecast_card.py"
    answer = (
        f"{sys.executable} -m benchmarks.forecast --answer {model} --work {home} --age {{age}} --history {{history}}"
    )
    past = [str(home / "past")] if MODELS[model][2] else []
    command = [sys.executable, str(card), answer, str(home / "test"), *past]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    for pattern in FIGURES.values():
        found = re.search(pattern, told.stdout)
        yield found[1] if found else f"failed: {told.stderr[-300:]}"
    by_platform = re.search(r"\{(.*)\}", told.stdout)
    yield by_platform[1].replace("'", "") if by_platform else ""


def answers(model: str, constants: Path, age: float, history: Path) -> Iterator[dict[str, Any]]:
    """One model's forecasts of the threads on stdin."""
    rows = map(json.loads, sys.stdin)
    kind = MODELS[model][1]
    if kind is None:
        fixed = {"p_double": 0.5, "p_10_more_24h": 0.0, "deadline_seconds": 3600.0}
        for row in rows:
            yield fixed | {"thread_id": row["thread_id"], "expected_final": len(row["events"])}
        return
    past = [timeline_from(json.loads(line)) for line in history.read_text(encoding="utf-8").splitlines()]
    yield from forecast_lines(rows, age, forecaster=kind(past, WHOLE_HISTORY, constants_in(constants)))


if __name__ == "__main__":
    main()
