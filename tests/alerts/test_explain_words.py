"""What explain says of a forecast: plain words, and no mean outside its own interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts import explain
from alerts.explain import _forecast_lines
from alerts.opening.beginning import PASSED_OVER
from tests.alerts.told import forecast

REASONS = ("grows", "quiet", "faster_than_humans", "finished")


def test_a_mean_outside_its_interval_is_not_said() -> None:
    told = replace(forecast(60), expected_more=9.3, expected_more_low=0.0, expected_more_high=8.0, expected_final=2.0)
    text = "\n".join(_forecast_lines(told))
    assert "between 0 and 8 more replies, as a middle guess 2 in all" in text
    assert "9.3" not in text
    inside = "\n".join(_forecast_lines(replace(told, expected_more=7.3)))
    assert "between 0 and 8 more replies (7.3 on average)" in inside


GROWING = [(reason, basis) for reason in REASONS for basis in ("own_history", "platform_prior", "global_prior")]


@pytest.mark.parametrize(("reason", "basis"), [*GROWING, ("no_curve", "no_replies")])
def test_no_name_of_the_program_is_shown_to_people(reason: str, basis: str) -> None:
    text = "\n".join(_forecast_lines(replace(forecast(60), reason=reason, basis=basis, model_version="growth-2")))
    for inner in ("_", "prior", "growth-2"):
        assert inner not in text


def test_every_reason_to_tell_nobody_has_its_sentence() -> None:
    assert set(PASSED_OVER) == set(explain._WHY_NOT)
