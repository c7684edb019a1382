"""When is a thread negative word of mouth, how severe, and does it say why?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from classifier.verdict import REASON_CODES, VerdictPolicy, author_key, judge
from classifier.verdict_policy import Then, VerdictRule
from storage.records import Severity, Thread, Verdict
from tests.classifier.threads_said import ANGRY, DOUBTFUL, HAPPY, NEUTRAL, NOW, said, sentiment, thread

POLICY = VerdictPolicy()

# What a support question reads like to the model: negative, and not very.
TROUBLE = sentiment(0.62, positive=0.1)


def verdict(of: Thread, policy: VerdictPolicy = POLICY) -> Verdict:
    return judge(of, policy, NOW)


def codes(of: Verdict) -> list[str]:
    return [reason.code for reason in of.reasons]


NEGATIVE_OR_CALM = [
    ("an angry first post is negative", thread(said(1), scored={1: ANGRY}), True),
    ("praise is calm", thread(said(1), scored={1: HAPPY}), False),
    ("a neutral question is calm", thread(said(1), scored={1: NEUTRAL}), False),
    ("one unsure text alone is calm", thread(said(1), scored={1: DOUBTFUL}), False),
    (
        "a text under the confidence limit alone is calm",
        thread(said(1), scored={1: sentiment(0.55, positive=0.1)}),
        False,
    ),
    (
        "three unsure complaints of three people are negative",
        thread(said(1), said(2), said(3), scored={1: DOUBTFUL, 2: DOUBTFUL, 3: DOUBTFUL}, source="reddit"),
        True,
    ),
    (
        "three unsure complaints where people ask for help are calm",
        thread(said(1), said(2), said(3), scored={1: DOUBTFUL, 2: DOUBTFUL, 3: DOUBTFUL}, source="discourse"),
        False,
    ),
    (
        "a trouble told on a support forum is calm",
        thread(said(1), scored={1: TROUBLE}, source="discourse"),
        False,
    ),
    ("the same trouble told elsewhere is a complaint", thread(said(1), scored={1: TROUBLE}, source="reddit"), True),
    (
        "a helper's blunt words under a question make no complaint of it",
        thread(said(1), said(2), scored={1: TROUBLE, 2: ANGRY}, source="discourse"),
        False,
    ),
    (
        "three people who surely complain make one of it there too",
        thread(*(said(n) for n in range(1, 5)), scored={1: TROUBLE} | dict.fromkeys((2, 3, 4), ANGRY)),
        True,
    ),
    (
        "three unsure complaints of one person are one voice and calm",
        thread(*(said(n, author="same") for n in (1, 2, 3)), scored={1: DOUBTFUL, 2: DOUBTFUL, 3: DOUBTFUL}),
        False,
    ),
    ("one star without a word is negative", thread(said(1, stars=1, text=None), scored={}), True),
    ("three stars without a word are calm", thread(said(1, stars=3, text=None), scored={}), False),
    ("five stars without a word are calm", thread(said(1, stars=5, text=None), scored={}), False),
    (
        "five stars and an angry text are calm: the stars say otherwise",
        thread(said(1, stars=5), scored={1: ANGRY}),
        False,
    ),
    ("three stars and an angry text are negative", thread(said(1, stars=3), scored={1: ANGRY}), True),
    ("one star and kind words are negative", thread(said(1, stars=1), scored={1: HAPPY}), True),
    (
        "one star and an unsure text are negative: the stars are sure",
        thread(said(1, stars=1), scored={1: DOUBTFUL}),
        True,
    ),
    ("a deleted complaint is nothing to judge", thread(said(1, deleted=True), scored={1: ANGRY}), False),
    ("the owner's own words do not count", thread(said(1, owner=True), scored={1: ANGRY}), False),
    ("words about another brand do not count", thread(said(1, brand="Other"), scored={1: ANGRY}), False),
    (
        "an angry owner reply under praise changes nothing",
        thread(said(1), said(2, owner=True), scored={1: HAPPY, 2: ANGRY}),
        False,
    ),
    (
        "one complaint under a long neutral talk is calm",
        thread(*(said(n) for n in range(1, 22)), scored=dict.fromkeys(range(1, 21), NEUTRAL) | {21: ANGRY}),
        False,
    ),
    (
        "most replies complain under a neutral question",
        thread(*(said(n) for n in range(1, 8)), scored={1: NEUTRAL} | dict.fromkeys(range(2, 8), ANGRY)),
        True,
    ),
    (
        "a complaint stays one however many neutral words follow",
        thread(*(said(n) for n in range(1, 62)), scored={1: ANGRY} | dict.fromkeys(range(2, 62), NEUTRAL)),
        True,
    ),
    (
        "a complaint that five others contradict is still answered",
        thread(*(said(n) for n in range(1, 7)), scored={1: ANGRY} | dict.fromkeys(range(2, 7), HAPPY)),
        True,
    ),
    (
        "a complaint that a crowd contradicts is calm",
        thread(*(said(n) for n in range(1, 32)), scored={1: ANGRY} | dict.fromkeys(range(2, 32), HAPPY)),
        False,
    ),
    ("an unscored text is nothing to judge", thread(said(1), scored={}), False),
]


@pytest.mark.parametrize(
    ("of", "negative"), [case[1:] for case in NEGATIVE_OR_CALM], ids=[c[0] for c in NEGATIVE_OR_CALM]
)
def test_negative_or_calm(of: Thread, negative: bool) -> None:
    assert verdict(of).is_negative is negative
    assert verdict(of).reasons, "a verdict without a reason cannot be explained"
    assert set(codes(verdict(of))) <= set(REASON_CODES)


SEVERITIES = [
    ("a complaint of one is low", thread(said(1), scored={1: ANGRY}), Severity.LOW),
    ("one star and strong words are medium", thread(said(1, stars=1), scored={1: ANGRY}), Severity.MEDIUM),
    (
        "three more people joining make it medium",
        thread(*(said(n) for n in range(1, 5)), scored=dict.fromkeys(range(1, 5), ANGRY)),
        Severity.MEDIUM,
    ),
    (
        "eight more people and five hundred likes make it high",
        thread(said(1, likes=600), *(said(n) for n in range(2, 11)), scored=dict.fromkeys(range(1, 11), ANGRY)),
        Severity.HIGH,
    ),
    (
        "eight comments of one friend are one who joined",
        thread(said(1), *(said(n, author="friend") for n in range(2, 11)), scored=dict.fromkeys(range(1, 11), ANGRY)),
        Severity.LOW,
    ),
    (
        "a matter of safety is high",
        thread(said(1), scored={1: sentiment(0.95, topics=("safety_privacy",))}),
        Severity.HIGH,
    ),
    (
        "what only touches safety is as severe as without it",
        thread(said(1), scored={1: sentiment(0.95, topics=("website_app", "safety_privacy"))}),
        Severity.LOW,
    ),
    (
        "a matter of safety that half of the people put first is high",
        thread(
            *(said(n) for n in range(1, 4)),
            scored={1: sentiment(0.95, topics=("website_app",))}
            | dict.fromkeys((2, 3), sentiment(0.95, topics=("safety_privacy", "website_app"))),
        ),
        Severity.HIGH,
    ),
    ("one star and kind words are never urgent", thread(said(1, stars=1, likes=9000), scored={1: HAPPY}), Severity.LOW),
    (
        "a contradicted complaint is low, whatever its reach",
        thread(
            said(1, likes=900),
            *(said(n, likes=900) for n in range(2, 5)),
            scored={1: ANGRY} | dict.fromkeys(range(2, 5), HAPPY),
        ),
        Severity.LOW,
    ),
]


@pytest.mark.parametrize(("of", "severity"), [case[1:] for case in SEVERITIES], ids=[case[0] for case in SEVERITIES])
def test_severity(of: Thread, severity: Severity) -> None:
    assert verdict(of).is_negative
    assert verdict(of).severity is severity


def test_the_reasons_carry_the_numbers_a_person_can_check() -> None:
    of = thread(
        said(1, stars=1, likes=80),
        said(2),
        said(3),
        said(4),
        scored={1: sentiment(0.97, topics=("billing_refund",)), 2: ANGRY, 3: ANGRY, 4: HAPPY},
    )
    told = {reason.code: dict(reason.numbers) for reason in verdict(of).reasons}
    assert told["rating_low"] == {"value": 1, "best": 5}
    assert told["joined"] == {"authors": 2}
    assert told["reach"] == {"people": 80}
    assert told["topic"] == {"topic": "billing_refund"}
    assert told["share_negative"]["negative"] == 3
    assert told["share_negative"]["voices"] == 4
    assert verdict(of).topics == ("billing_refund",)


@dataclass(frozen=True)
class History:
    mentions: int
    negatives: int


def test_an_author_who_complained_before_weighs_more_and_this_thread_is_not_before() -> None:
    of = thread(said(1, stars=1), said(2, author="author 1"), scored={1: ANGRY, 2: ANGRY})
    key = author_key(of)
    assert key is not None
    first = judge(of, POLICY, NOW, {key: History(2, 2)})
    again = judge(of, POLICY, NOW, {key: History(4, 4)})
    assert "complained_before" not in codes(first)
    assert {r.code: dict(r.numbers) for r in again.reasons}["complained_before"] == {"times": 2}


def test_where_people_ask_for_help_is_data() -> None:
    of = thread(said(1), scored={1: TROUBLE}, source="discourse")
    assert codes(verdict(of)) == ["asks_for_help"]
    assert dict(verdict(of).reasons[0].numbers) == {"voices": 0, "needed": 3}
    assert verdict(of, VerdictPolicy(help_sources=())).is_negative


RULES = [
    ("a rule can calm a source", VerdictRule(name="r", sources=("forum",), then=Then.CALM), False),
    ("a rule for another source does nothing", VerdictRule(name="r", sources=("reddit",), then=Then.CALM), True),
    ("a rule for another brand does nothing", VerdictRule(name="r", brands=("Other",), then=Then.CALM), True),
    ("brands are matched without case", VerdictRule(name="r", brands=("ACME",), then=Then.CALM), False),
    ("a rule by topic", VerdictRule(name="r", topics=("delivery", "other"), then=Then.CALM), False),
    ("a rule by stars needs stars", VerdictRule(name="r", stars_from=4, then=Then.CALM), True),
]


@pytest.mark.parametrize(("rule", "negative"), [case[1:] for case in RULES], ids=[case[0] for case in RULES])
def test_rules_of_the_configuration(rule: VerdictRule, negative: bool) -> None:
    of = thread(said(1), scored={1: sentiment(0.95, topics=("delivery",))})
    told = verdict(of, VerdictPolicy(rules=(rule,)))
    assert told.is_negative is negative
    assert (told.rule == "r") is not negative
    assert ("rule" in codes(told)) is not negative


def test_the_first_rule_that_matches_decides() -> None:
    rules = (VerdictRule(name="first", least=Severity.HIGH), VerdictRule(name="second", then=Then.CALM))
    told = verdict(thread(said(1), scored={1: ANGRY}), VerdictPolicy(rules=rules))
    assert (told.is_negative, told.severity, told.rule) == (True, Severity.HIGH, "first")


def test_a_rule_can_bound_the_severity_from_above() -> None:
    rules = (VerdictRule(name="store", stars_from=1, stars_to=2, most=Severity.LOW),)
    told = verdict(thread(said(1, stars=1), scored={1: ANGRY}), VerdictPolicy(rules=rules))
    assert told.severity is Severity.LOW


def test_a_verdict_carries_the_bound_of_its_rule() -> None:
    def most(*rules: VerdictRule) -> Severity:
        return verdict(thread(said(1), scored={1: ANGRY}), VerdictPolicy(rules=rules)).most

    assert most(VerdictRule(name="store", most=Severity.MEDIUM)) is Severity.MEDIUM
    assert most(VerdictRule(name="store")) is most() is Severity.HIGH


def test_a_rule_by_language_takes_the_models_word_where_the_source_has_none() -> None:
    of = thread(said(1), scored={1: replace(sentiment(0.95), language="pl")})
    told = verdict(of, VerdictPolicy(rules=(VerdictRule(name="pl", languages=("pl-PL",), then=Then.CALM),)))
    assert told.rule == "pl"
