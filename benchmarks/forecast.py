"""Measures the forecast on threads its constants never saw, with the shared forecast card, as a Markdown table."""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alerts.forecast import HANDED_OVER, Forecaster, forecast_lines
from alerts.growth.analogues import Analogues
from alerts.growth.constants import constants_in
from alerts.growth.gamma_poisson import gamma_poisson
from alerts.growth.outlook import Outlook
from alerts.growth.past import source_key
from alerts.growth.timeline import Timeline
from benchmarks.forecast_rows import fold, shared_threads, timelines

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
        return library.outlook(known.events, age, source_key(known))


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
    parser.add_argument("--fold", type=int, nargs="+", default=[0], help="fourths to test on, each with its constants")
    parser.add_argument("--work", type=Path, default=Path("build/forecast"), help="where fitted constants are kept")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--answer", choices=MODELS)
    parser.add_argument("--age", type=float)
    wanted = parser.parse_args()
    if wanted.answer:
        for told in answers(wanted.answer, wanted.work, wanted.age):
            print(json.dumps(told))
        return
    tested = prepared(wanted.work, wanted.fold)
    print("| model | " + " | ".join(FIGURES) + " | coverage by platform |")
    print("| --- |" + " ---: |" * len(FIGURES) + " --- |")
    for model in wanted.models:
        print(f"| {MODELS[model][0]} | " + " | ".join(measured(model, wanted.work, tested)) + " |", flush=True)


def prepared(work: Path, folds: Sequence[int]) -> Path:
    """Fits the constants without each tested fold, where not done yet; the tested threads as a folder for the card."""
    for tested in folds:
        home = work / f"fold{tested}"
        if not (home / "growth_net.npz").exists():
            command = [sys.executable, "-m", "benchmarks.fit_forecast", "--without-fold", str(tested), "--out"]
            subprocess.run([*command, str(home)], check=True)
    folder = work / ("test" + "".join(map(str, folds)))
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[Path, list[dict[str, Any]]] = {}
    for row in shared_threads():
        if fold(row["thread_id"]) in folds:
            rows.setdefault(folder / f"{row['set']}.jsonl.gz", []).append(row)
    for path, many in rows.items():
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in many)
    return folder


def measured(model: str, work: Path, tested: Path) -> Iterator[str]:
    """The card's figures of one model, then its coverage by platform."""
    card = Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "measure" / "forecast_card.py"
    answer = f"{sys.executable} -m benchmarks.forecast --answer {model} --work {work} --age {{age}}"
    told = subprocess.run([sys.executable, str(card), answer, str(tested)], capture_output=True, text=True, check=False)
    for pattern in FIGURES.values():
        found = re.search(pattern, told.stdout)
        yield found[1] if found else f"failed: {told.stderr[-300:]}"
    by_platform = re.search(r"\{(.*)\}", told.stdout)
    yield by_platform[1].replace("'", "") if by_platform else ""


def answers(model: str, work: Path, age: float) -> Iterator[dict[str, Any]]:
    """One model's forecasts of the threads on stdin, each with the constants (and history) of the other folds."""
    _, kind, has_history = MODELS[model]
    fixed = {"p_double": 0.5, "p_10_more_24h": 0.0, "deadline_seconds": 3600.0}
    threads = timelines(shared_threads()) if has_history else []
    made: dict[int, Forecaster] = {}
    for row in map(json.loads, sys.stdin):
        if kind is None:
            yield fixed | {"thread_id": row["thread_id"], "expected_final": len(row["events"])}
            continue
        own = fold(row["thread_id"])
        if own not in made:
            past = [thread for thread in threads if fold(thread.thread_id) != own]
            made[own] = kind(past, HANDED_OVER, constants_in(work / f"fold{own}"))
        yield from forecast_lines([row], age, forecaster=made[own])


if __name__ == "__main__":
    main()
