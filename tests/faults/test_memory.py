"""Out of memory in the model: what still fits is scored, the rest waits and is counted, and it goes on by itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from classifier.memory import memory_errors
from storage.records import Sentiment
from tests.faults.house import House, SureScorer


class Cramped(SureScorer):
    """Has memory for two texts at a time."""

    largest = 0

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        self.largest = max(self.largest, len(texts))
        if len(texts) > 2:
            raise MemoryError
        return super().score(texts, languages)


def test_a_batch_that_does_not_fit_is_scored_in_parts(house: House) -> None:
    house.work.steps.model = model = Cramped()
    house.collect(*range(1, 8))
    assert house.rounds(2)
    assert model.largest == 7
    house.assert_each_told_once()


def test_a_text_that_does_not_fit_alone_waits_and_the_others_go_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.work.steps.model = SureScorer(MemoryError, of="number 3,")
    house.collect(1, 2, 3, 4)
    assert house.rounds(2)
    assert house.cards() == ["p1", "p2", "p4"]
    assert "out of memory: mentions=1 wait" in caplog.text
    house.work.steps.model = SureScorer()
    house.rounds(2)
    house.assert_each_told_once()


def test_a_model_without_any_memory_stops_nothing_else(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.collect(1)
    house.round()
    house.work.steps.model = SureScorer(MemoryError)
    house.collect(2, 3)
    house.rounds(2)
    assert house.cards() == ["p1"] and house.store.last_run("deliver", ok=True) is not None
    house.work.steps.model = SureScorer()
    house.rounds(2)
    house.assert_each_told_once()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("[ONNXRuntimeError] : 6 : Failed to allocate memory for requested buffer of size 5", MemoryError),
        ("[enforce fail at alloc_cpu.cpp] . DefaultCPUAllocator: can't allocate memory", MemoryError),
        ("the shapes do not match", RuntimeError),
    ],
)
def test_what_the_libraries_say_of_memory_is_one_error(said: str, kind: type[Exception]) -> None:
    with pytest.raises(kind), memory_errors():
        raise RuntimeError(said)
