"""Other models' labels become ours, or the error says how."""

from __future__ import annotations

import pytest

from classifier.label_maps import places_of
from classifier.model import ModelError

GUESSED = [
    pytest.param(["negative", "neutral", "positive"], [0, 1, 2], id="three classes"),
    pytest.param(["Positive", "NEUTRAL", "Negative"], [2, 1, 0], id="in another order and case"),
    pytest.param(["NEGATIVE", "POSITIVE"], [0, 2], id="two classes"),
    pytest.param(["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], [0, 0, 1, 2, 2], id="five stars"),
    pytest.param(["1", "2", "3", "4", "5"], [0, 0, 1, 2, 2], id="five figures"),
    pytest.param(
        ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], [0, 0, 1, 2, 2], id="five words"
    ),
    pytest.param(["POS", "NEG", "NEU"], [2, 0, 1], id="short forms"),
]


@pytest.mark.parametrize(("labels", "places"), GUESSED)
def test_labels_that_say_what_they_are(labels: list[str], places: list[int]) -> None:
    assert places_of(labels) == places


def test_chosen_meanings_win() -> None:
    assert places_of(["LABEL_0", "LABEL_1", "LABEL_2"], {"LABEL_0": "positive", "LABEL_1": 3, "LABEL_2": 1}) == [
        2,
        1,
        0,
    ]


UNTOLD = [
    pytest.param(["LABEL_0", "LABEL_1", "LABEL_2"], None, id="mere numbers"),
    pytest.param(["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"], None, id="five mere numbers"),
    pytest.param(["joy", "anger", "fear"], None, id="emotions"),
    pytest.param(["entailment", "neutral", "contradiction"], None, id="inference"),
    pytest.param(["neutral", "positive"], None, id="no negative"),
    pytest.param(["a", "b"], {"a": "negative"}, id="a map with a gap"),
    pytest.param(["a", "b"], {"a": "negative", "b": 7}, id="seven stars"),
]


@pytest.mark.parametrize(("labels", "chosen"), UNTOLD)
def test_labels_that_do_not_tell_are_shown_with_the_way_out(
    labels: list[str], chosen: dict[str, str | int] | None
) -> None:
    with pytest.raises(ModelError, match=rf"\[model\] .*'{labels[0]}'.*\[model\.labels\]"):
        places_of(labels, chosen)
