"""Kill -9 at random instants over the whole road, the short form of `benchmarks/faults.py`."""

from __future__ import annotations

from benchmarks.faults_kills import killed


def test_killed_again_and_again_nothing_is_lost_doubled_or_wrong(url: str) -> None:
    outcome = killed(url, total=75, kills=8, scale=20)
    assert (outcome.lost, outcome.doubled, outcome.wrong, outcome.left) == ([], [], [], {})
    assert outcome.cards >= 15 and sum(outcome.killed_while.values()) == 8
