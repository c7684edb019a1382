"""Topics of the shipped model against a keyword baseline on the shared aspect sets: F1 per language and topic.

    python -m benchmarks.model_topics [--cap 150]

A topic is measured in a language where at least 100 of the sampled texts of all its sets have it; others are listed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

from classifier.model import TOPICS, load_model
from classifier.training.categories import COVERED, topics_of
from classifier.training.corpus import ASPECT_SETS, rows_of

KEYWORDS = json.loads((Path(__file__).parent / "topic_keywords.json").read_text(encoding="utf-8"))
FEWEST = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cap", type=int, default=150, help="texts a set, language and domain")
    cap = parser.parse_args().cap
    rows = sample(Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data" / "aspects", cap)
    model = load_model()
    answers = model.score([text for text, *_ in rows], [lang for _, lang, *_ in rows])
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for (text, lang, covered, truth), answer in zip(rows, answers, strict=True):
        said = {"model": set(answer.topics) if answer else set(), "keywords": by_keywords(text, lang)}
        for who, topics in said.items():
            for topic in covered:
                counts[lang, topic, who][outcome(topic in truth, topic in topics)] += 1
    show(counts)


def sample(folder: Path, cap: int) -> list[tuple[str, str, set[str], set[str]]]:
    """(text, language, topics looked for, topics it has), never from what was trained on."""
    found: list[tuple[str, str, set[str], set[str]]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        seen: Counter[tuple[str, str]] = Counter()
        rows = sorted(rows_of(path), key=lambda row: hashlib.sha1(row["text"].encode(), usedforsecurity=False).digest())
        for row in rows:
            trained_on = row["set"] in ASPECT_SETS and row["split"] == "train"
            topics = topics_of(row["set"], row["domain"], [one["category"] for one in row["aspects"]])
            if topics is None or trained_on or seen[row["lang"], row["domain"]] >= cap:
                continue
            seen[row["lang"], row["domain"]] += 1
            found.append((row["text"], row["lang"], COVERED[row["set"]], topics))
    return found


def by_keywords(text: str, lang: str) -> set[str]:
    """The topics one of whose word stems occurs; English stems where a language has no list of its own."""
    stems = KEYWORDS.get(lang, KEYWORDS["en"])
    return {topic for topic, pattern in stems.items() if re.search(pattern, text.lower())}


def outcome(has: bool, said: bool) -> str:
    return {(True, True): "hit", (True, False): "missed", (False, True): "false"}.get((has, said), "rest")


def f1(count: Counter[str]) -> float:
    whole = 2 * count["hit"] + count["missed"] + count["false"]
    return 2 * count["hit"] / whole if whole else 0.0


def show(counts: dict[tuple[str, str, str], Counter[str]]) -> None:
    means: dict[str, list[float]] = defaultdict(list)
    unmeasured = []
    for lang in sorted({lang for lang, *_ in counts}):
        lines: list[tuple[str, int, float, float]] = []
        for topic in TOPICS:
            ours, words = counts.get((lang, topic, "model")), counts.get((lang, topic, "keywords"))
            if ours is None or words is None:
                continue
            has = ours["hit"] + ours["missed"]
            if has < FEWEST:
                unmeasured.append(f"{lang} {topic} ({has})")
                continue
            lines.append((topic, has, f1(ours), f1(words)))
        if lines:
            own = "" if lang in KEYWORDS else "  (no word list of its own: English stems)"
            mean_ours = sum(line[2] for line in lines) / len(lines)
            mean_words = sum(line[3] for line in lines) / len(lines)
            means["model"].append(mean_ours)
            means["keywords"].append(mean_words)
            print(f"{lang}: macro-F1 model {mean_ours:.3f}, keywords {mean_words:.3f} over {len(lines)} topics{own}")
            for topic, has, a, b in lines:
                print(f"    {topic:18} n={has:5d}  model {a:.3f}  keywords {b:.3f}")
    print({who: round(sum(values) / len(values), 3) for who, values in means.items()}, "means over languages")
    print("unmeasured, under", FEWEST, "texts:", ", ".join(unmeasured))


if __name__ == "__main__":
    main()
