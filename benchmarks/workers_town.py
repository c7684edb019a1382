"""The installation of `benchmarks/workers.py`: fifty brands on PostgreSQL, their mentions, and the count afterwards."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bot.demo.loopback_slack import LoopbackSlack
from bot.worker import install
from storage.records import Kind, Mention, OutboxState, Rating
from storage.store import Store, open_store
from tests.bot.configured import config_in

BRANDS = 50
PER_THREAD = 5
# One thread in so many is a complaint: Slack takes some four cards a second, whatever the workers do.
ANGRY_EVERY = 200
_TEXTS = Path("classifier/training/texts")
_BATCH = 1000
# Stars alone decide, so that it is known beforehand which threads must become cards, whatever the model says.
_CONFIG = """\
[bot]
contact = "https://agency.example/bot"

[[team]]
name = "support"
hours = {{ mon-sun = ["00:00-24:00"] }}

[slack]
channel = "#rest"

[[source]]
name = "discourse"
base_url = "https://forum.example"
paused = true

[[rule]]
name = "one star"
stars_to = 1
then = "negative"

[[rule]]
name = "the rest"
then = "calm"

[alerts.gather]
burst_cards = 100000
campaign_texts = 100000

[alerts.rise]
least = 100000

[model]
threads = 1
{weights}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where everything lies."""

    url: str
    config: Path
    many: int

    @property
    def threads(self) -> int:
        return -(-self.many // PER_THREAD)


def brand(number: int) -> str:
    return f"Brand {number % BRANDS:02}"


def is_angry(thread: int) -> bool:
    return thread % ANGRY_EVERY == 0


def found_town(url: str, folder: Path, many: int, weights: Path | None) -> Town:
    """Writes the configuration, makes the tables, keeps the mentions."""
    said = _CONFIG.format(weights=f"weights = {json.dumps(str(weights))}" if weights else "")
    for number in range(BRANDS):
        said += (
            f'\n[[brand]]\nname = "{brand(number)}"\n[[route]]\nchannel = "#b{number}"\nbrands = ["{brand(number)}"]\n'
        )
    config = config_in(folder, said, {"DATABASE_URL": url})
    with open_store(url) as store:
        install(config)
        now, texts = datetime.now(UTC), _texts()
        for start in range(0, many, _BATCH):
            store.save_mentions((_mention(n, texts, now) for n in range(start, min(start + _BATCH, many))), now)
    return Town(url=url, config=config.file, many=many)


def _texts() -> list[tuple[str, str]]:
    """The project's own texts with their languages; the fast model knows Latin and Cyrillic letters only."""
    files = sorted(file for file in _TEXTS.glob("*.jsonl") if file.name[:2] not in ("ar", "hi"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line["text"], line["lang"]) for line in lines if sum(map(str.isalpha, line["text"])) >= 10]


def _mention(number: int, texts: list[tuple[str, str]], now: datetime) -> Mention:
    root = number - number % PER_THREAD
    thread = number // PER_THREAD
    text, language = texts[number * 7919 % len(texts)]
    return Mention(
        source="discourse",
        instance="forum.example",
        external_id=f"m{number}",
        thread_id=f"m{root}",
        parent_id=None if number == root else f"m{root}",
        kind=Kind.POST if number == root else Kind.COMMENT,
        url=f"https://forum.example/t/{root}/{number}",
        author=f"author {number}",
        author_id=f"a{number}",
        # No two alike, so that nothing is gathered as said twice.
        text=f"{text} ({number})",
        language=language,
        rating=Rating(value=1.0 if is_angry(thread) else 5.0, best=5) if number == root else None,
        published_at=now - timedelta(minutes=30) + timedelta(milliseconds=number),
        brand=brand(thread),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is still to be done."""

    unscored: int
    to_judge: int
    # Alerts to open, messages to send.
    to_tell: int
    jobs: int
    # Read or judged by nobody else until their lease ends, though nobody needs them any more.
    leases: int

    @property
    def is_nothing(self) -> bool:
        return not (self.unscored or self.to_judge or self.to_tell or self.jobs or self.leases)


_QUESTION = """SELECT
    (SELECT count(*) FROM mentions WHERE unscored_since IS NOT NULL),
    (SELECT count(*) FROM threads WHERE to_judge_since IS NOT NULL),
    (SELECT count(*) FROM verdicts WHERE untold_since IS NOT NULL)
        + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')),
    (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')),
    (SELECT count(*) FROM mentions WHERE leased_until IS NOT NULL)
        + (SELECT count(*) FROM threads WHERE leased_until IS NOT NULL)"""


def waiting(connection: psycopg.Connection[tuple[int, ...]]) -> Waiting:
    row = connection.execute(_QUESTION).fetchone() or (1, 1, 1, 1, 1)
    return Waiting(unscored=row[0], to_judge=row[1], to_tell=row[2], jobs=row[3], leases=row[4])


def counted(town: Town, slack: LoopbackSlack) -> dict[str, int]:
    """What is there against what must be there; lost, doubled and wrong are nought when all is well."""
    keys = Counter(slack.keys())
    found: Counter[str] = Counter()
    with open_store(town.url) as store:
        for start in range(1, town.threads + 1, _BATCH):
            found += _looked_at(store, range(start, min(start + _BATCH, town.threads + 1)), keys)
        states = store.outbox_counts()
    wanted = {"sentiments": town.many, "verdicts": town.threads, "cards": sum(map(is_angry, range(town.threads)))}
    return {
        **{name: found[name] for name in wanted},
        "lost": sum(most - found[name] for name, most in wanted.items()),
        "doubled": found["mentions"] - town.many + sum(times - 1 for times in keys.values()),
        "wrong": found["wrong"] + states.get(OutboxState.DEAD, 0) + states.get(OutboxState.UNKNOWN, 0),
    }


def _looked_at(store: Store, numbers: range, keys: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    threads, verdicts = store.threads(numbers), store.verdicts_of(numbers)
    alerts = store.alerts_of_threads(numbers)
    for thread in threads:
        verdict, alert = verdicts.get(thread.id), alerts.get(thread.id)
        angry = is_angry(int(thread.external_id[1:]) // PER_THREAD)
        found["mentions"] += len(thread.mentions)
        found["sentiments"] += sum(thread.sentiment_of(mention) is not None for mention in thread.mentions)
        found["verdicts"] += verdict is not None
        found["cards"] += alert is not None and alert.key in keys
        found["wrong"] += (alert is not None) != angry or (verdict is not None and verdict.is_negative != angry)
    return found
