"""Hand-made weeks whose counts are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    Crawl,
    CrawlCount,
    CrawlStatus,
    Digest,
    Hole,
    HumanLabel,
    Kind,
    Label,
    Rating,
    RatingCount,
    Verdict,
    WeekRows,
)
from storage.store import Store
from tests.storage.samples import DAY, HOUR, NOW, judged, kept, mention, opened, scored, sentiment

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NEXT = MONDAY + timedelta(days=7)


def week(store: Store, brand: str = "Acme") -> WeekRows:
    return store.week_of(brand, MONDAY, NEXT)


def test_nothing_at_all(store: Store) -> None:
    assert week(store) == WeekRows(brand="Acme", start=MONDAY, end=NEXT)
    assert store.first_mention_at("Acme") is None


def test_a_week_holds_its_first_moment_and_not_its_end(store: Store) -> None:
    moments = (MONDAY - timedelta(microseconds=1), MONDAY, NEXT - timedelta(microseconds=1), NEXT)
    kept(store, *(mention(str(n), published_at=at) for n, at in enumerate(moments, 1)))
    assert sum(voice.mentions for voice in week(store).voices) == 2
    assert store.first_mention_at("Acme") == moments[0]


def test_a_week_across_the_clock_change_is_given_in_utc(store: Store) -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    start = datetime(2026, 10, 19, tzinfo=warsaw).astimezone(UTC)
    end = datetime(2026, 10, 26, tzinfo=warsaw).astimezone(UTC)
    assert end - start == timedelta(days=7, hours=1)
    kept(store, mention("1", published_at=end - HOUR), mention("2", published_at=end))
    assert sum(voice.mentions for voice in store.week_of("Acme", start, end).voices) == 1


def test_voices_are_counted_by_source_language_and_label(store: Store) -> None:
    kept(store, mention("1", language="pl"), mention("2", language="pl"), mention("3"), mention("4"))
    waiting = store.unscored_mentions(10)
    labels = [sentiment(), sentiment(Label.POSITIVE, unsure=True), sentiment(language="ro"), None]
    store.save_sentiments({m.id: one for m, one in zip(waiting, labels, strict=True) if m.id}, NOW)
    voices = {(v.language, v.label): (v.mentions, v.unsure) for v in week(store).voices}
    assert voices == {
        ("pl", Label.NEGATIVE): (1, 0),
        ("pl", Label.POSITIVE): (1, 1),
        ("ro", Label.NEGATIVE): (1, 0),
        (None, None): (1, 0),
    }


def test_owners_deleted_and_other_brands_words_are_not_customers(store: Store) -> None:
    owner = mention("2", "1", is_owner_reply=True, kind=Kind.OWNER_RESPONSE)
    kept(store, mention("1"), owner, mention("3", deleted=True), mention("4", brand="Other"))
    assert sum(voice.mentions for voice in week(store).voices) == 1
    said = store.week_of("Acme", MONDAY, NEXT, ["Other", "Nobody"]).said
    assert said == {"Acme": 1, "Other": 1, "Nobody": 0}


def test_ratings_are_counted_by_value_and_scale(store: Store) -> None:
    stars = (1, 1, 5)
    kept(store, *(mention(str(n), rating=Rating(value=v, best=5)) for n, v in enumerate(stars)))
    kept(store, mention("9", rating=Rating(value=0, best=1)))
    assert week(store).ratings == (
        RatingCount(source="hackernews", rating=Rating(value=0, best=1), mentions=1),
        RatingCount(source="hackernews", rating=Rating(value=1, best=5), mentions=2),
        RatingCount(source="hackernews", rating=Rating(value=5, best=5), mentions=1),
    )


def test_topics_are_counted_by_label(store: Store) -> None:
    kept(store, mention("1"), mention("2"))
    scored(store, topics=("delivery", "price"))
    (topics,) = week(store).topics
    assert (topics.topics, topics.label, topics.mentions) == (("delivery", "price"), Label.NEGATIVE, 2)


def test_a_negative_thread_says_how_much_of_it_is_new(store: Store) -> None:
    kept(store, mention("1", published_at=MONDAY - DAY, title="Broken", url="https://example.org/1"))
    kept(store, mention("2", "1", published_at=NOW), mention("3", "1", published_at=NOW), mention("4"))
    scored(store)
    judged(store)
    first, second = week(store).threads
    assert (first.title, first.said_in_week, first.said, first.url) == ("Broken", 2, 3, "https://example.org/1")
    assert (second.said_in_week, second.said) == (1, 1)


def test_a_topic_that_no_negative_thread_has_is_found_in_calm_ones(store: Store) -> None:
    url = "https://example.org/"
    kept(store, mention("1", url=f"{url}1"), mention("2", url=f"{url}2"), mention("3", "2"), mention("4"))
    waiting = store.unscored_mentions(10)
    tones = [sentiment(topics=("price",)), *[sentiment(topics=("delivery",))] * 2, sentiment(Label.POSITIVE)]
    store.save_sentiments({m.id or 0: tone for m, tone in zip(waiting, tones, strict=True)}, NOW)
    judged(store, NOW)
    assert week(store).calm_threads == (), "negative threads cover every topic"
    store.save_verdicts(
        [Verdict(thread_id=one.id, judged_at=NOW, is_negative=False) for one in store.threads([1, 2, 3])]
    )
    found = [(one.thread_id, one.topics, one.url) for one in week(store).calm_threads]
    assert found == [(2, ("delivery",), f"{url}2"), (1, ("price",), f"{url}1")]


def test_alerts_of_a_week_are_those_it_touched(store: Store) -> None:
    ids = kept(store, *(mention(str(n)) for n in range(1, 7)))
    old = MONDAY - 60 * DAY
    opened(store, ids[0], opened_at=NOW)
    opened(store, ids[1], opened_at=old)
    answered = {"state": AlertState.ANSWERED, "opened_at": MONDAY - DAY}
    opened(store, ids[2], **answered, answered_at=NOW, closed_at=NOW)
    opened(store, ids[3], **answered, answered_at=MONDAY - HOUR, closed_at=MONDAY - HOUR)
    opened(store, ids[4], opened_at=NEXT)
    opened(store, ids[5], opened_at=NOW, brand="Other")
    assert [found.alert.thread_id for found in week(store).alerts] == [ids[1], ids[2], ids[0]]


def test_events_and_labels_of_the_week(store: Store) -> None:
    (thread,) = kept(store, mention("1"))
    found = opened(store, thread)
    for at in (MONDAY - HOUR, NOW, NEXT):
        store.note(AlertEvent(alert_id=found.id or 0, at=at, what="missed"))
        store.save_label(HumanLabel(mention_id=1, label="not_a_complaint", at=at, by=at.isoformat()))
    assert [event.at for event in week(store).events] == [NOW]
    (text,) = week(store).labelled
    assert (text.word and text.word.at, text.text, text.source) == (NOW, "Words of 1", "hackernews")


def test_a_changed_rating_knows_the_answer_before_it(store: Store) -> None:
    first = mention("1", rating=Rating(value=1, best=5))
    kept(store, first, mention("2", "1", is_owner_reply=True, published_at=NOW - DAY))
    store.save_mention(replace(first, rating=Rating(value=4, best=5)), NOW)
    store.save_mention(replace(first, rating=Rating(value=4, best=5), text="typo mended"), NOW + HOUR)
    (change,) = week(store).rating_changes
    assert (change.before.value, change.after.value, change.changed_at) == (1, 4, NOW)
    assert (change.answered_at, change.began) == (NOW - DAY, NOW - HOUR)


def test_an_answer_after_the_change_did_not_bring_it_about(store: Store) -> None:
    first = mention("1", rating=Rating(value=1, best=5))
    kept(store, first)
    store.save_mention(replace(first, rating=Rating(value=4, best=5)), NOW)
    kept(store, mention("2", "1", is_owner_reply=True, published_at=NOW + HOUR))
    (change,) = week(store).rating_changes
    assert change.answered_at is None


# What happened after the week does not change it.


def answered(store: Store, alert: Alert, at: datetime, minutes: float | None = None) -> Alert:
    """The alert, answered."""
    numbers = {} if minutes is None else {"minutes": minutes}
    store.note(AlertEvent(alert_id=alert.id or 0, at=at, what="answered", numbers=numbers))
    return store.save_alert(replace(alert, state=AlertState.ANSWERED, answered_at=at, closed_at=at))


def test_an_alert_answered_later_was_still_open_when_the_week_was_over(store: Store) -> None:
    (thread,) = kept(store, mention("1"))
    answered(store, opened(store, thread), NEXT + HOUR)
    assert [one.alert.state for one in week(store).alerts] == [AlertState.ANSWERED], "nothing is known before it"
    (other,) = kept(store, mention("2"))
    told = opened(store, other)
    store.note(AlertEvent(alert_id=told.id or 0, at=NOW, what="taken"))
    answered(store, told, NEXT + HOUR)
    then = week(store).alerts[1].alert
    assert (then.state, then.answered_at, then.closed_at) == (AlertState.TAKEN, None, None)
    assert week(store).answers == ()


def test_a_reopened_alert_was_answered_when_the_week_was_over(store: Store) -> None:
    (thread,) = kept(store, mention("1", published_at=NOW - HOUR))
    told = answered(store, opened(store, thread), NOW + HOUR, minutes=90)
    store.note(AlertEvent(alert_id=told.id or 0, at=NEXT + HOUR, what="reopened"))
    store.save_alert(replace(told, state=AlertState.REOPENED, closed_at=None))
    then = week(store).alerts[0].alert
    assert (then.state, then.answered_at, then.closed_at) == (
        AlertState.ANSWERED, NOW + HOUR / 2, NOW + HOUR
    )  # fmt: skip
    (answer,) = week(store).answers
    assert (answer.answered_at - answer.began, answer.is_late) == (1.5 * HOUR, False)


def test_muting_an_author_later_takes_no_answer_back(store: Store) -> None:
    (thread,) = kept(store, mention("1"))
    told = answered(store, opened(store, thread), NOW)
    store.note(AlertEvent(alert_id=told.id or 0, at=NOW + HOUR, what="muted"))
    store.note(AlertEvent(alert_id=told.id or 0, at=NEXT + HOUR, what="turned_round"))
    assert week(store).alerts[0].alert.state is AlertState.ANSWERED


def test_an_answer_after_a_missed_deadline_is_late(store: Store) -> None:
    (thread,) = kept(store, mention("1"))
    told = opened(store, thread)
    store.note(AlertEvent(alert_id=told.id or 0, at=MONDAY - HOUR, what="missed"))
    answered(store, told, NOW)
    (answer,) = week(store).answers
    assert (answer.is_late, answer.answered_at) == (True, NOW)


def test_an_answer_before_a_deadline_noted_as_missed_is_in_time(store: Store) -> None:
    """The crawl that saw it came after the deadline."""
    (thread,) = kept(store, mention("1", published_at=NOW - 3 * HOUR))
    told = opened(store, thread)
    due = {"due": (NOW - HOUR).isoformat()}
    store.note(AlertEvent(alert_id=told.id or 0, at=NOW - HOUR / 2, what="missed", numbers=due))
    answered(store, told, NOW, minutes=90)
    (answer,) = week(store).answers
    assert (answer.is_late, answer.answered_at) == (False, NOW - 1.5 * HOUR)


def test_an_answer_after_a_deadline_that_nobody_noted_is_late(store: Store) -> None:
    """The bot was down when it passed."""
    (thread,) = kept(store, mention("1", published_at=NOW - 3 * HOUR))
    told = opened(store, thread)
    passed = told.deadline.passes_at + HOUR
    answered(store, told, passed)
    (answer,) = week(store).answers
    assert (answer.is_late, answer.answered_at) == (True, passed)


def test_a_deadline_moved_later_stands_as_it_stood(store: Store) -> None:
    (thread,) = kept(store, mention("1"))
    told = opened(store, thread)
    store.save_alert(replace(told, deadline=replace(told.deadline, decided_at=NEXT, answer_by=NEXT + HOUR)))
    assert week(store).alerts[0].alert.deadline == told.deadline


def test_texts_the_model_was_unsure_of_are_listed_the_least_sure_first(store: Store) -> None:
    kept(store, mention("1"), mention("2", url="https://example.org/2"), mention("3", text="x" * 900), mention("4"))
    waiting = store.unscored_mentions(10)
    tones = [sentiment(unsure=False)] + [sentiment(unsure=True, negative=n) for n in (0.58, 0.51, 0.55)]
    store.save_sentiments({m.id: one for m, one in zip(waiting, tones, strict=True) if m.id}, NOW)
    found = week(store).unsure
    assert [text.mention_id for text in found] == [3, 4, 2]
    assert [len(text.text or "") for text in found] == [300, 10, 10]
    assert (found[2].url, found[2].label) == ("https://example.org/2", Label.NEGATIVE)


def test_crawls_are_counted_by_entry_with_what_was_left_unread(store: Store) -> None:
    def crawled(at: datetime, status: CrawlStatus, new: int = 0) -> None:
        odd = status is CrawlStatus.CHANGED
        store.save_crawl(
            Crawl(source="hackernews", entry="hn", started_at=at, ended_at=at, status=status, new=new, suspicious=odd)
        )

    for at in (MONDAY - HOUR, MONDAY, NOW, NEXT):
        crawled(at, CrawlStatus.OK, new=2)
    crawled(NOW, CrawlStatus.CHANGED)
    filled = store.save_hole(Hole(source="hackernews", entry="hn", where={"page": 1}, noticed_at=MONDAY))
    store.save_hole(Hole(source="hackernews", entry="hn", where={"page": 2}, noticed_at=NOW))
    store.save_hole(Hole(source="hackernews", entry="hn", where={"page": 3}, noticed_at=NEXT))
    store.save_hole(Hole(source="mastodon", entry="masto", where={"page": 1}, noticed_at=NOW))
    store.fill_hole(filled.id or 0, NOW)
    assert week(store).crawls == (
        CrawlCount(source="hackernews", entry="hn", crawls=3, refused=1, suspicious=1, new=4, holes=1),
        CrawlCount(source="mastodon", entry="masto", crawls=0, holes=1),
    )


def test_a_digest_is_kept_once_and_sent_once(store: Store, second: Store) -> None:
    made = Digest(brand="Acme", week="2026-W47", made_at=NOW, figures={"mentions": 3, "name": "Łódź"})
    store.save_digest(made)
    assert store.claim_digest("Acme", "2026-W47", "digest-1")
    assert not second.claim_digest("Acme", "2026-W47", "digest-2")
    store.save_digest(replace(made, made_at=NOW + DAY, figures={"mentions": 4}))
    again = Digest(brand="Acme", week="2026-W47", made_at=NOW + DAY, figures={"mentions": 4}, sent_key="digest-1")
    assert store.digest_of("Acme", "2026-W47") == again
    assert store.digests() == [again]
