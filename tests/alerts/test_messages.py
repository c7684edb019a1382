"""The card says what is true, in the team's words, in every state; every payload passes Slack's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.cards.buttons import REACTIONS
from alerts.catalogue import LANGUAGES
from alerts.messages import (
    Card,
    MessageSettings,
    Place,
    SourceTrouble,
    Spike,
    alert_message,
    backfill_messages,
    campaign_messages,
    escalation_message,
    follow_up_message,
    health_message,
    reminder_message,
    reply_lines_message,
    review_list_messages,
    rollup_messages,
    spike_message,
    stale_messages,
    thanks_message,
    win_message,
)
from storage.records import AlertEvent, AlertState, EarlierVersion, Kind, Label, Reason, Severity
from tests.alerts.payload_check import checked, shown
from tests.alerts.slack_support import ENGLISH, HOUR, NOW, card, deadline, mention, thread, verdict
from tests.alerts.told import stars

VOTES = Reason(code="votes_rise", numbers={"votes": 9, "more": 30})


@dataclass(frozen=True)
class Past:
    mentions: int
    negatives: int
    last_at: datetime | None = None


def said(**known: Any) -> str:
    return shown(checked(alert_message(card(**known), ENGLISH)))


def test_a_card_says_what_happened_where_since_when_and_by_when_to_answer() -> None:
    text = said()
    for part in (
        "🔴 High: Acme · Discourse (forum.acme.example)",
        "*Answer by <!date^",
        "24 Nov, 11:40 CET>* · 40 minutes left at <!date^1795514400^{time}|11:00 CET>",
        "2 replies, likely to pass 20 (8 in 10), perhaps by",
        "By author 1:",
        "Third week without my parcel",
        "The parcel never came. Nobody answers the phone.",
        "Language: English",
        "2 people joined",
        "About: delivery, nobody answers",
        "Why: 2 more people complain in the thread; it is about: delivery",
        "Replies expected still to come: 14 (3 to 40); chance of ten more within 24 h: 60%",
        "<https://forum.acme.example/t/1/1|Original on forum.acme.example>",
        "Reply draft (English)",
        "Ada, Acme",
    ):
        assert part in text


def test_a_milestone_that_was_passed_is_not_promised_again() -> None:
    """A deadline that is kept keeps its numbers, while replies go on."""
    passed = deadline(milestone=2, milestone_at=NOW + HOUR, expected_final=5.0, expected_more=4.0)
    text = said(deadline=passed)
    assert "likely to pass" not in text
    assert "2 replies, about 3 more to come" in text


def test_a_late_card_names_one_figure_and_promises_no_head_start() -> None:
    known: dict[str, Any] = {"expected_more": 7.3, "expected_final": 4.0, "is_late": True, "damage_share": 0.59}
    text = said(deadline=deadline(milestone=None, milestone_at=None, **known))
    assert "about 1 more reply (59% of the growth) will be there by then" in text
    assert "2 replies, about 2 more to come." in text
    assert "Replies expected still to come: 2 (2 to 40)" in text
    passing = said(deadline=deadline(**known))
    assert "likely to pass 20" in passing
    for shown_text in (text, passing):
        assert "ahead of most" not in shown_text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("milestone", [20, None])
@pytest.mark.parametrize("basis", ["own_history", "platform_prior"])
def test_a_late_or_overdue_card_says_its_time_once(language: str, milestone: int | None, basis: str) -> None:
    settings, by = replace(ENGLISH, language=language), NOW + timedelta(minutes=40)
    for now, is_late in ((NOW, True), (NOW + HOUR, False), (NOW + HOUR, True)):
        for of in (thread(), thread(mention(1))):
            due = deadline(milestone=milestone, basis=basis, is_late=is_late, answer_by=by)
            text = shown(checked(alert_message(card(now=now, thread=of, deadline=due), settings)))
            assert text.count(f"<!date^{by.timestamp():.0f}^") == 1, text


def test_what_the_time_has_overtaken_is_forecast_no_more() -> None:
    due: dict[str, Any] = {"is_late": True, "damage_share": 0.59}
    assert "Nobody is at work before that" in said(deadline=deadline(**due))
    assert "Nobody is at work before that" not in said(deadline=deadline(**due), now=NOW + HOUR)
    assert "likely to pass 20" in said(deadline=deadline(), now=NOW + 2 * HOUR)
    assert "2 replies, about 14 more to come." in said(deadline=deadline(), now=NOW + 4 * HOUR)


def test_the_chance_in_the_sentence_is_the_milestones_and_not_the_doublings() -> None:
    text = said(deadline=deadline(milestone_chance=0.62, p_double=0.95))
    assert "likely to pass 20 (6 in 10), perhaps by" in text
    assert "to be ahead of most of it" in text
    late = said(deadline=deadline(milestone_chance=0.62, is_late=True))
    assert "likely to pass 20 (6 in 10), perhaps by" in late
    # A milestone is at least as likely as not, also where an older deadline did not keep how likely.
    assert "(5 in 10)" in said(deadline=deadline(milestone_chance=0.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_became_of_the_most_similar_threads_stands_with_the_numbers(language: str) -> None:
    settings = replace(ENGLISH, language=language)

    def told_of(**known: Any) -> str:
        return shown(checked(alert_message(card(deadline=deadline(**known)), settings)))

    line = told_of(similar=100, similar_grew=62)
    assert "100" in line
    assert "62" in line
    if language == "en":
        assert "Of the 100 most similar threads 62 reached 20 replies" in line
    # Nothing to compare with, and a milestone that has been passed since.
    assert "62" not in told_of(similar=0, similar_grew=0)
    assert "62" not in told_of(similar=100, similar_grew=62, milestone=2)


def test_a_share_of_one_voice_is_no_reason_to_tell() -> None:
    alone = Reason(code="share_negative", numbers={"percent": 100, "negative": 1, "voices": 1})
    topic = Reason(code="topic", numbers={"topic": "delivery"})
    text = said(verdict=verdict(reasons=(alone, topic)))
    assert "voices" not in text
    assert "Why: it is about: delivery" in text
    assert "Why:" not in said(verdict=verdict(reasons=(alone,)))
    more = replace(alone, numbers={"percent": 100, "negative": 2, "voices": 2})
    assert "negative voices: 2 of 2" in said(verdict=verdict(reasons=(more,)))


def test_an_approximate_time_is_about_in_both_lines() -> None:
    text = said(deadline=deadline(is_about=True))
    assert "*Answer by about <!date^" in text
    assert "Answer by about <!date^" in text.split("likely to pass", 1)[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", list(AlertState))
def test_every_state_is_a_good_message_in_every_language(language: str, state: AlertState) -> None:
    settings = replace(ENGLISH, language=language)
    for about in (False, True):
        known: dict[str, Any] = {
            "state": state,
            "taken_by": "U0123456",
            "taken_at": NOW,
            "snoozed_until": NOW + HOUR,
            "answered_at": NOW,
            "answered_by": "U0123456",
            "closed_why": "not_about_us",
            "missed": 2,
            "turned_round_at": NOW,
            "deadline": deadline(is_about=about, is_late=True, damage_share=0.55),
        }
        payload = checked(alert_message(card(**known), settings))
        assert "{" not in shown(payload).replace("{date_short_pretty}", "").replace("{time}", "")


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"state": AlertState.TAKEN, "taken_by": "U0TAKER1", "taken_at": NOW}, "Taken by <@U0TAKER1>."),
        ({"state": AlertState.SNOOZED, "snoozed_until": NOW + timedelta(minutes=20)}, "Snoozed until"),
        ({"state": AlertState.SNOOZED, "snoozed_until": NOW + 3 * HOUR}, "which is *after the deadline*"),
        ({"now": NOW + HOUR}, "*Overdue since"),
        (
            {"state": AlertState.ANSWERED, "answered_at": NOW - timedelta(minutes=7)},
            "CET>, 52 minutes after it was written.",
        ),
        ({"state": AlertState.GROWN, "missed": 3}, "*Closed unanswered:* it has grown to 2 replies."),
        ({"state": AlertState.DISMISSED, "closed_why": "not_about_us"}, "*Closed:* not about us"),
        ({"state": AlertState.REOPENED}, "*Reopened:*"),
        ({"missed": 1}, "1 deadline missed so far."),
        ({"deadline": deadline(is_about=True)}, "*Answer by about"),
        ({"turned_round_at": NOW, "state": AlertState.ANSWERED, "answered_at": NOW}, "The customer has come round."),
        (
            {"deadline": deadline(is_late=True, damage_share=0.55)},
            "about 8 more replies (55% of the growth) will be there by then",
        ),
    ],
    ids=[
        "taken by a person",
        "snoozed",
        "snoozed past the deadline",
        "overdue",
        "answered by the owner",
        "grown",
        "dismissed",
        "reopened",
        "missed once",
        "about",
        "turned round",
        "late",
    ],
)
def test_the_card_is_true_in_each_state(known: dict[str, Any], sentence: str) -> None:
    assert sentence in said(**known)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (
            {"reason": "faster_than_humans"},
            "Growing faster than anyone can answer (2 replies in 59 minutes); answer now",
        ),
        (
            {"is_growing": False, "reason": "quiet"},
            "{time}|24 Nov, 10:03 CET>, unlikely to grow; courtesy answer",
        ),
        (
            {"is_growing": False, "reason": "no_curve"},
            "Readers cannot reply there, so nothing grows; customers expect an answer by",
        ),
        (
            {"is_growing": False, "reason": "no_curve", "notes": (VOTES,)},
            "Readers cannot reply there, but more and more of them find it helpful, so more people will see it; answer",
        ),
        (
            {"is_growing": False, "reason": "no_curve", "notes": (VOTES,)},
            "9 readers found it helpful and about 30 more",
        ),
        ({"is_growing": False, "reason": "finished"}, "2 replies, its growth is over"),
        ({"milestone": None, "milestone_at": None}, "2 replies, about 14 more to come; answer by"),
        ({"basis": "platform_prior"}, "(estimate from similar sites, little history yet)"),
    ],
    ids=[
        "too fast",
        "quiet",
        "no replies on this source",
        "votes that rise instead",
        "and their numbers",
        "finished",
        "no round number ahead",
        "a new source",
    ],
)
def test_the_forecast_is_one_plain_sentence(known: dict[str, Any], sentence: str) -> None:
    assert sentence in said(deadline=deadline(**known))


def test_replies_that_are_only_counted_do_not_end_the_growth_of_a_fresh_post() -> None:
    """A source that states a number and no times: nobody knows since when it is quiet, and nothing is over."""
    fresh = thread(replace(mention(1), reply_count=1))
    text = said(thread=fresh, deadline=deadline(is_growing=False, reason="quiet"))
    assert "1 reply, unlikely to grow; courtesy answer by" in text
    assert "growth is over" not in text


def test_a_thread_nobody_answered_is_promised_no_round_number_by_similar_sites_alone() -> None:
    of = thread(mention(1))
    new = said(thread=of, deadline=deadline(basis="platform_prior"))
    assert "No replies yet, about 14 likely; answer by" in new
    assert "likely to pass" not in new
    late = said(thread=of, deadline=deadline(basis="platform_prior", is_late=True))
    assert "No replies yet, about 14 likely." in late
    assert "ahead of most" not in late
    # A source's own finished threads may promise it.
    assert "0 replies, likely to pass 20" in said(thread=of, deadline=deadline(basis="own_history"))


def test_an_edited_rating_shows_what_it_was() -> None:
    root = mention(1, rating=stars(4))
    before = EarlierVersion(seen_at=NOW, content_hash="x", rating=stars(1), label=Label.NEGATIVE)
    text = said(thread=thread(root, versions={1: (before,)}))
    assert "Rating: was ★☆☆☆☆ (1/5), now ★★★★☆ (4/5)" in text


def test_the_cards_background_is_there() -> None:
    text = said(
        places=(Place(source="reddit", url="https://www.reddit.com/r/x/1"), Place(source="lemmy")),
        author_history=Past(3, 2, NOW - 24 * HOUR),
        notes=(Reason(code="holiday_later", numbers={"day": "2026-11-25", "name": "Feast"}),),
        events=(AlertEvent(alert_id=1, at=NOW, what="snoozed", by="U0TAKER1"),),
    )
    assert "Also at: <https://www.reddit.com/r/x/1|Reddit, reddit.com>, Lemmy" in text
    assert "3 earlier texts by this author, 2 of them negative" in text
    assert "25 Nov 2026 is a holiday (Feast), so it is due after it" in text
    assert "Snoozed by <@U0TAKER1>" in text


def test_a_card_of_an_app_review_has_a_draft_that_counts_against_the_limit() -> None:
    root = mention(1, source="googleplay", instance="", rating=stars(1), language="ru", text="Не работает.")
    text = said(root=root)
    assert "of at most 350 characters:" in text
    assert "Здравствуйте" in text or "Спасибо" in text


def test_far_from_the_limit_a_draft_is_not_counted() -> None:
    root = mention(1, source="appstore", instance="", rating=stars(1), text="Does not work.")
    assert "Reply draft (English):" in said(root=root)


def test_an_article_in_a_feed_is_no_customers_and_gets_no_draft() -> None:
    article = mention(1, source="rss", instance="news.example", text="Shop loses parcels.", kind=Kind.POST)
    assert "Reply draft" not in said(root=article)
    assert "Reply draft" in said(root=replace(article, kind=Kind.COMMENT))


@pytest.mark.parametrize(("reach", "is_said"), [(1, False), (9, False), (10, True), (1200, True)])
def test_a_handful_of_people_is_no_reach(reach: int, is_said: bool) -> None:
    assert ("Reach (people)" in said(root=mention(1, like_count=reach))) is is_said


def test_a_closed_card_offers_no_draft_and_no_taking() -> None:
    payload = checked(alert_message(card(state=AlertState.ANSWERED, answered_at=NOW), ENGLISH))
    ids = [e["action_id"] for b in payload["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert ids == ["repwatch.mute", "repwatch.open"]
    assert "Reply draft" not in shown(payload)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_team_without_an_app_token_reads_which_reactions_do_the_same(language: str) -> None:
    payload = checked(alert_message(card(), replace(ENGLISH, buttons=False, language=language)))
    assert all(block["type"] != "actions" for block in payload["blocks"])
    assert all(f":{emoji}:" in shown(payload) for emoji in REACTIONS)
    if language == "en":
        assert ":eyes: I'll take it" in shown(payload)
        assert ":crescent_moon: Snooze: Until tomorrow" in shown(payload)
        assert ":mute: Mute: Author, 30 days" in shown(payload)


def test_a_translation_link_carries_the_text_and_the_languages() -> None:
    settings = replace(ENGLISH, translate_url="https://translate.example/?sl={source}&tl={target}&text={text}")
    root = mention(1, language="pl", text="Zły & <gorszy> sklep")
    text = shown(checked(alert_message(card(root=root), settings)))
    assert "|Translation (translate.example)>" in text
    assert "sl=pl&tl=en&text=Z%C5%82y%20%26%20%3Cgorszy%3E%20sklep" in text
    assert "Translation" not in said(root=mention(1, language="en")), "nobody needs a translation of their own language"


def test_a_long_text_is_cut_at_a_sentence_and_the_whole_is_behind_a_link() -> None:
    root = mention(1, text="This is one whole sentence. " * 400)
    payload = checked(alert_message(card(root=root), ENGLISH))
    [quote] = [e for b in payload["blocks"] if b["type"] == "rich_text" for e in b["elements"] if "quote" in e["type"]]
    assert quote["elements"][0]["text"].endswith("sentence. …")
    assert "The whole text on forum.acme.example" in shown(payload)


def test_a_thread_without_a_root_or_text_still_makes_a_card() -> None:
    empty = thread(mention(1, text=None, title=None, url=None, author=None, language=None, published_at=None), url=None)
    text = said(thread=empty)
    assert "(no text)" in text
    assert "Author not named:" in text
    checked(alert_message(replace(card(), thread=replace(thread(), mentions=())), ENGLISH))


def test_a_text_its_author_deleted_is_not_shown_and_not_answered() -> None:
    text = said(root=mention(1, deleted=True, text=None, title=None))
    assert "(deleted by its author)" in text
    assert "Reply draft" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_under_a_card_in_every_language(language: str) -> None:
    settings = replace(ENGLISH, language=language)
    taken = card(taken_by="U0TAKER1", state=AlertState.TAKEN)
    for percent in (50, 80):
        checked(reminder_message(taken, settings, percent=percent))
    checked(reminder_message(card(now=NOW + HOUR), settings, percent=100))
    for step in (1, 2, 3):
        checked(escalation_message(card(missed=step), settings, step=step, to=("S0GROUP1",)))
    checked(follow_up_message(card(state=AlertState.ANSWERED, answered_at=NOW), settings))
    checked(reply_lines_message(card(), [mention(2)], settings))


def test_an_escalation_calls_only_who_the_configuration_names() -> None:
    to = ("S0GROUP1", "U0PERSON", "<!subteam^S0GROUP2>", "<!here>", "<!channel|x> evil", "everyone", "<https://x|y>")
    payload = checked(escalation_message(card(), ENGLISH, step=1, to=to))
    assert shown(payload).splitlines()[0] == "<!subteam^S0GROUP1> <@U0PERSON> <!subteam^S0GROUP2> <!here>"


def test_many_replies_are_folded_and_the_rest_is_counted() -> None:
    payload = checked(reply_lines_message(card(), [mention(n) for n in range(2, 33)], ENGLISH))
    text = shown(payload)
    assert "31 new replies:" in text
    assert text.count("Same here!") == 5
    assert "… and 26 more" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_hundred_threads_in_one_roll_up_are_all_listed_with_their_links(language: str) -> None:
    cards = [numbered(n) for n in range(300)]
    for build in (rollup_messages, campaign_messages, backfill_messages, stale_messages):
        pages = build(cards, replace(ENGLISH, language=language))
        text = str([checked(page) for page in pages])
        missing = [n for n in range(300) if f"https://forum.acme.example/t/{n}'" not in text]
        assert missing == []


def past(number: int, severity: Severity = Severity.LOW, topic: str = "delivery") -> Card:
    """A thread of so many days ago."""
    one = numbered(number)
    closed = replace(one.alert, state=AlertState.DISMISSED, closed_why="old", severity=severity)
    at = NOW - timedelta(days=number)
    dated = replace(one.thread, mentions=(mention(1, text=f"Complaint {number}.", published_at=at),))
    return replace(one, alert=closed, thread=dated, verdict=verdict(topics=(topic, "other")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_past_is_one_message_to_read_and_a_whole_list_under_it(language: str) -> None:
    cards = [past(n, topic="delivery" if n % 4 else "no_answer") for n in range(1, 100)]
    cards += [past(200, Severity.HIGH), past(201, Severity.HIGH), past(202, Severity.MEDIUM)]
    first, *under = [shown(checked(p)) for p in backfill_messages(cards, replace(ENGLISH, language=language))]
    assert [f"Complaint {n}." in first for n in (200, 201, 202, 1, 2, 3)] == [True] * 5 + [False]
    assert len(first) < 1200
    everything = "\n".join([first, *under])
    assert [everything.count(f"Complaint {card.alert.key.removeprefix('card-')}.") for card in cards] == [1] * 102
    if language == "en":
        assert "*102 older negative threads*" in first
        assert "between 6 May 2026 and 23 Nov 2026" in first
        assert "*How severe:* High 2 · Medium 1 · Low 99" in first
        assert "*What about:* delivery 78 · nobody answers 24" in first
        assert "97 more are listed in the thread under this message" in first
        assert under[0].index("Complaint 3.") < under[0].index("Complaint 4.")


def test_a_short_past_is_listed_whole() -> None:
    [page] = backfill_messages([past(n) for n in range(1, 9)], ENGLISH)
    assert all(f"Complaint {n}." in shown(checked(page)) for n in range(1, 9))


def test_a_roll_up_begins_with_the_soonest_deadline() -> None:
    late, soon = numbered(1), numbered(2)
    late = replace(late, alert=replace(late.alert, deadline=deadline(answer_by=NOW + 9 * HOUR)))
    [page] = rollup_messages([late, soon], ENGLISH)
    text = shown(checked(page))
    assert text.index("11:40 CET: ") < text.index("20:00 CET: ")


def test_the_daily_list_asks_about_each_text_with_buttons_of_its_own() -> None:
    pages = review_list_messages([mention(n, text=f"Unsure {n}. " * 60) for n in range(1, 31)], ENGLISH)
    ids = [b["block_id"] for page in pages for b in checked(page)["blocks"] if b["type"] == "actions"]
    assert ids == [f"repwatch:label:{n}" for n in range(1, 31)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_news_in_every_language(language: str) -> None:
    settings = replace(ENGLISH, language=language)
    spike = Spike(
        brand="Acme",
        since=NOW - 2 * HOUR,
        until=NOW,
        negatives=31,
        usual=4.2,
        day_before=5,
        top_topic=("delivery", 9),
        top_source=("reddit", 11),
        told=12,
        first=mention(1),
    )
    assert "31" in shown(checked(spike_message(spike, settings)))
    troubles = [
        SourceTrouble(source="reddit", entry="r-acme", code=code, since=NOW, numbers=numbers)
        for code, numbers in (
            ("empty", {"usual": 12.0}),
            ("fewer", {"found": 1, "usual": 12.0}),
            ("silent", {"hours": 30}),
            ("blocked", {}),
            ("changed", {}),
            ("failed", {}),
            ("hole", {}),
        )
    ]
    checked(health_message(troubles, settings))
    checked(thanks_message(mention(1, rating=stars(5)), settings))
    before = EarlierVersion(seen_at=NOW, content_hash="x", rating=stars(1))
    better = thread(mention(1, rating=stars(5)), versions={1: (before,)})
    checked(win_message(card(thread=better, answered_at=NOW, answered_by="U0TAKER1"), settings))
    checked(win_message(card(answered_at=NOW), settings))


def test_a_hundred_sources_in_trouble_still_fit() -> None:
    checked(health_message([SourceTrouble(source="rss", entry=f"e{n}", code="failed") for n in range(100)], ENGLISH))


def test_severity_is_a_colour_and_a_word() -> None:
    firsts = [said(severity=severity).splitlines()[0] for severity in Severity]
    assert firsts == [
        "🟡 Low: Acme · Discourse (forum.acme.example)",
        "🟠 Medium: Acme · Discourse (forum.acme.example)",
        "🔴 High: Acme · Discourse (forum.acme.example)",
    ]


def test_personal_numbers_are_masked_unless_the_team_wants_them() -> None:
    root = mention(1, text="Mail me at jan@kowalski.example about order 123456789 please.")
    assert "jan@kowalski.example" not in said(root=root)
    assert "jan@kowalski.example" in shown(alert_message(card(root=root), replace(ENGLISH, mask_personal=False)))


def numbered(number: int) -> Card:
    url = f"https://forum.acme.example/t/{number}"
    return card(thread=thread(mention(1, url=url, text=f"Complaint {number}: " + "слово " * 60)), key=f"card-{number}")


def test_settings_of_a_team_name_their_zone() -> None:
    tokyo = MessageSettings(zone="Asia/Tokyo")
    assert "24 Nov, 19:40 JST" in shown(alert_message(card(), tokyo))
