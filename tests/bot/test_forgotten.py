"""An author who asked to be forgotten, after everything was told: nothing of them is left in a table or in Slack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.digest import digest, send_digest
from alerts.weekly.week import last_full_week
from bot.config import Config
from bot.demo.loopback_slack import LoopbackSlack
from bot.digesting import digest_plans
from bot.settings.store import StoreSettings
from bot.steps import Steps
from bot.taking_back import take_back
from storage.records import HumanLabel, Label, Mute, OutboxKind, OutboxState, Skipped
from storage.store import Store
from storage.tables import metadata
from tests.bot.configured import GOOD, config_in
from tests.faults.house import SettableClock
from tests.storage.conftest import made_file, made_schema, postgres_server, store, url  # noqa: F401 - fixtures
from tests.storage.samples import judged, kept, mention, scored

# A Monday morning: the week that is over is the digest's.
MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
NAME, ID = "Zofia Wymyślona", "zofia77"
TEXT = 'My "parcel" of the <third> of May & its twin never came to Kraków, said o\'Connor'
ADDRESS = "https://forum.example/t/zofia/1"
MARKS = (NAME, ID, "third", "twin never came", ADDRESS)


class Office:
    """An installation with its Slack, and Monday's round."""

    def __init__(self, store: Store, config: Config, slack: LoopbackSlack, clock: SettableClock) -> None:  # noqa: F811
        self.store, self.config, self.slack, self.clock = store, config, slack, clock
        self.steps = Steps(config, store, clock.now, slack_clock=clock)

    def tells(self) -> None:
        self.steps.alert(self.clock.now())
        self.steps.deliver()

    def sends_digest(self) -> None:
        week = last_full_week(MONDAY, self.config.digest.weekly.zone)
        for plan in digest_plans(self.config):
            send_digest(self.store, plan, digest(self.store, plan, week, MONDAY), MONDAY)

    def in_tables(self) -> str:
        with self.store.reading() as connection:
            return "\n".join(
                str(row._mapping) for table in metadata.sorted_tables for row in connection.execute(select(table))
            )

    def in_slack(self) -> str:
        files = "".join(
            file.content.decode(errors="replace") for file in self.slack.workspace.files.values() if file.content
        )
        return str([room.messages for room in self.slack.workspace.rooms.values()]) + files


@pytest.fixture
def office(store: Store, url: str, tmp_path: Path) -> Iterator[Office]:  # noqa: F811
    clock = SettableClock(true=MONDAY)
    with LoopbackSlack(clock.slacks) as slack:
        slack.workspace.add_room("complaints")
        config = config_in(tmp_path, GOOD, {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url})
        made = Office(store, replace(config, store=StoreSettings(url=url)), slack, clock)
        _lived(made)
        yield made


def _lived(office: Office) -> None:
    """Zofia complained, wrote in Ben's thread, was edited, labelled, muted, skipped; cards and digest were made."""
    keep, friday = office.store, MONDAY - timedelta(days=3)
    zofia = {"author": NAME, "author_id": ID, "brand": "Nordika", "source": "discourse", "instance": "forum.example"}
    hers = mention("1", title="Lost: third parcel", text=TEXT, url=ADDRESS, published_at=friday, **zofia)
    ben = replace(hers, external_id="2", thread_id="2", author="Ben", author_id="ben1", text="And mine is broken",
                  title="Broken", url="https://forum.example/t/ben/2")  # fmt: skip
    reply = mention("3", "2", text="Same with me: third box!", url=f"{ADDRESS}?3", published_at=friday, **zofia)
    kept(keep, hers, ben, reply, now=friday)
    scored(keep, Label.NEGATIVE, now=friday)
    judged(keep, now=friday)
    keep.save_mention(replace(hers, text=TEXT + "!"), friday)
    scored(keep, Label.NEGATIVE, now=friday)
    judged(keep, now=friday)
    keep.save_label(HumanLabel(mention_id=1, label="not_a_complaint", at=friday, by=None))
    keep.keep_skipped([Skipped(source="discourse", entry="forum", at=friday, reason="odd", raw=f"<b>{NAME}</b>")])
    keep.save_mute(Mute(scope="author", value=ID, source="discourse", created_at=MONDAY + timedelta(days=3)))


def _forgotten(office: Office) -> list[str]:
    done = office.store.forget_author("discourse", ID, MONDAY)
    return take_back(office.config, office.store, done, MONDAY)


def test_after_everything_was_sent_nothing_is_left(office: Office) -> None:
    office.tells()
    office.sends_digest()
    files = [row.payload for row in office.store.outbox(OutboxState.PENDING) if row.kind is OutboxKind.UPLOAD]
    assert files and not any("content" in payload for payload in files), "what is in them is made when they are sent"
    office.steps.deliver()
    assert all(mark in office.in_tables() for mark in MARKS)
    assert all(mark in office.in_slack() for mark in ("third", "twin never came", ADDRESS))
    assert _forgotten(office) == []
    office.steps.deliver()
    assert [mark for mark in MARKS if mark in office.in_tables()] == []
    assert [mark for mark in MARKS if mark in office.in_slack()] == []
    assert "And mine is broken" in office.in_tables() and "Broken" in office.in_slack()
    pages = [file for file in office.slack.workspace.files.values() if file.name.endswith(".html")]
    assert len(pages) == 1 and b"Broken" in (pages[0].content or b"")


def test_forgotten_before_it_was_sent_the_digest_goes_out_without_them(office: Office) -> None:
    office.sends_digest()
    assert _forgotten(office) == []
    office.steps.deliver()
    assert [mark for mark in MARKS if mark in office.in_tables() + office.in_slack()] == []
    assert len(office.slack.messages("complaints")) >= 3
    assert set(office.store.outbox_counts()) == {OutboxState.SENT}


def test_what_could_not_be_taken_back_is_named(office: Office) -> None:
    office.tells()
    office.sends_digest()
    office.steps.deliver()
    office.slack.weather = lambda method, _: "error:internal_error" if method == "files.delete" else None
    left = _forgotten(office)
    files = [row for row in office.store.outbox(OutboxState.DROPPED) if row.key.startswith("digest:")]
    assert len(left) == len(files) >= 3
    assert all(line.startswith("still in Slack: #complaints F0") for line in left)
