"""Kill -9 at random instants over the whole road (collect, classify, alert, deliver), on SQLite and on PostgreSQL.

    python -m benchmarks.faults [--kills 500] [--mentions 5000] [--scale 10] [--minutes M] [--postgres URL] [--seed 8]

PostgreSQL is used where --postgres or TEST_DATABASE_URL names a server; a schema is made there and dropped again. The
other faults (disk, database, clock, memory, sources, Slack) are tests: pytest tests/faults.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.faults_kills import Outcome, killed
from storage.store import open_store
from tests.storage.conftest import own_schema

_COLUMNS = ("database", "mentions", "kills", "half sent", "cards", "lost", "doubled", "wrong", "left", "seconds")


def main() -> int:
    given = _arguments()
    rows: list[tuple[str, Outcome]] = []
    if not given.only_postgres:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(("SQLite", _run("SQLite", f"sqlite:///{Path(folder) / 'faults.db'}", given)))
    if given.postgres:
        with own_schema(given.postgres) as url:
            rows.append(("PostgreSQL", _run("PostgreSQL", url, given)))
    else:
        print("PostgreSQL: no server named (--postgres or TEST_DATABASE_URL)", file=sys.stderr)
    _print_table(rows)
    return 0 if all(outcome.is_clean for _, outcome in rows) else 1


def _run(name: str, url: str, given: argparse.Namespace) -> Outcome:
    open_store(url).close()

    def tell(when: str, outcome: Outcome) -> None:
        print(f"\r{name}: {when}, {outcome.half_sent} left a message half sent ", end="", file=sys.stderr, flush=True)

    outcome = killed(
        url, given.mentions, given.kills, scale=given.scale, seed=given.seed, longest=given.minutes * 60, tell=tell
    )
    print(file=sys.stderr)
    return outcome


def _print_table(rows: list[tuple[str, Outcome]]) -> None:
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|" + " --- |" * len(_COLUMNS))
    for name, o in rows:
        figures = (o.mentions, o.kills, o.half_sent, o.cards, len(o.lost), len(o.doubled), len(o.wrong), o.left or 0)
        print("| " + " | ".join(map(str, (name, *figures, round(o.seconds)))) + " |")
    for name, o in rows:
        where = ", ".join(f"{step} {times}" for step, times in o.killed_while.most_common())
        print(f"\n{name}: killed while {where}")
        for what in (*o.lost, *o.doubled, *o.wrong)[:20]:
            print(f"- {what}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mentions", type=int, default=5000, help="come in evenly between the kills")
    parser.add_argument("--scale", type=float, default=10.0, help="how many times as fast as the clock time goes")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="kill no longer than this, then count")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--postgres", metavar="URL", default=os.environ.get("TEST_DATABASE_URL"))
    parser.add_argument("--only-postgres", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
