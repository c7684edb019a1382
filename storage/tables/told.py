"""Tables of what is told: alerts, their events and deadlines, the outbox, digests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, Index, Integer, Table, UniqueConstraint

from storage.columns import Json, Moment
from storage.tables.base import flag, index_where, maybe, metadata, needed, numbered, of, when

alerts = Table(
    "alerts",
    metadata,
    numbered(),
    of("thread_id", "threads"),
    needed("brand"),
    needed("team"),
    needed("key"),
    needed("workspace"),
    needed("channel"),
    needed("state"),
    needed("severity", Integer),
    when("opened_at"),
    # Of the present deadline; the whole of it is the newest row of deadlines.
    when("growth_deadline"),
    when("answer_by"),
    maybe("deadline_id", BigInteger),
    needed("missed", Integer),
    maybe("taken_by"),
    maybe("taken_at", Moment),
    maybe("snoozed_until", Moment),
    maybe("answered_at", Moment),
    maybe("answered_by"),
    maybe("closed_at", Moment),
    maybe("closed_why"),
    maybe("turned_round_at", Moment),
    needed("told_replies", Integer),
    needed("reminded", Json),
    maybe("carried_by"),
    # Counts each writing, for callers that must not overwrite another's.
    needed("revision", Integer),
    # Set while the clock runs: equal to answer_by.
    maybe("live_until", Moment),
    # When a crawl last saw something new or edited in its thread.
    maybe("changed_at", Moment),
    UniqueConstraint("key"),
    # One alert a thread, whoever comes first.
    UniqueConstraint("thread_id"),
    sqlite_autoincrement=True,
)
# Live alerts, soonest deadline first.
index_where("ix_alerts_live", alerts.c.live_until, where=alerts.c.live_until.is_not(None))
# Alerts whose thread changed lately.
index_where("ix_alerts_changed", alerts.c.changed_at, where=alerts.c.changed_at.is_not(None))
# What is listed on this card?
index_where("ix_alerts_carried", alerts.c.carried_by, where=alerts.c.carried_by.is_not(None))
# The week's alerts of a brand, by opening, by answer, by closing.
Index("ix_alerts_brand_opened", alerts.c.brand, alerts.c.opened_at)
Index("ix_alerts_opened", alerts.c.opened_at)
index_where("ix_alerts_answered", alerts.c.answered_at, where=alerts.c.answered_at.is_not(None))
index_where("ix_alerts_closed", alerts.c.closed_at, where=alerts.c.closed_at.is_not(None))

alert_events = Table(
    "alert_events",
    metadata,
    numbered(),
    of("alert_id", "alerts", index=True),
    when("at"),
    needed("what"),
    maybe("by"),
    needed("numbers", Json),
)
Index("ix_alert_events_at", alert_events.c.at)

deadlines = Table(
    "deadlines",
    metadata,
    numbered(),
    of("alert_id", "alerts", index=True),
    when("decided_at"),
    maybe("foreseen_at", Moment),
    when("growth_deadline"),
    when("answer_by"),
    flag("is_growing"),
    flag("is_late"),
    flag("is_about"),
    needed("expected_more", Double),
    needed("expected_more_low", Double),
    needed("expected_more_high", Double),
    needed("expected_final", Double),
    needed("p_double", Double),
    needed("p_10_more_24h", Double),
    maybe("milestone", Integer),
    maybe("milestone_at", Moment),
    needed("milestone_chance", Double),
    needed("similar", Integer),
    needed("similar_grew", Integer),
    needed("damage_share", Double),
    needed("basis"),
    needed("reason"),
    needed("model_version"),
    needed("notes", Json),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    numbered(),
    needed("key"),
    needed("kind"),
    needed("workspace"),
    needed("channel"),
    needed("payload", Json),
    maybe("alert_id", BigInteger),
    maybe("under"),
    # What keeps its order: the card it belongs to, itself where it is one.
    needed("card"),
    needed("state"),
    when("created_at"),
    maybe("not_before", Moment),
    needed("attempts", Integer),
    maybe("claimed_at", Moment),
    maybe("sent_at", Moment),
    maybe("channel_id"),
    maybe("ts"),
    maybe("error"),
    # Set while it is pending or sending.
    maybe("waiting_since", Moment),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
# What waits, oldest first; is something older of this card waiting?
index_where("ix_outbox_waiting", outbox.c.id, where=outbox.c.waiting_since.is_not(None))
index_where("ix_outbox_waiting_card", outbox.c.card, outbox.c.id, where=outbox.c.waiting_since.is_not(None))
# Dead letters, unknown ones.
Index("ix_outbox_state", outbox.c.state, outbox.c.id)
# All that was said about one alert.
index_where("ix_outbox_alert", outbox.c.alert_id, where=outbox.c.alert_id.is_not(None))

digests = Table(
    "digests",
    metadata,
    needed("brand", primary_key=True),
    needed("week", primary_key=True),
    when("made_at"),
    needed("figures", Json),
    maybe("sent_key"),
)
