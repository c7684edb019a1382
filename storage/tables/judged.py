"""Tables of what is concluded: sentiments, verdicts, people's labels and mutes, tombstones."""

from __future__ import annotations

from sqlalchemy import Double, Index, Integer, Table, UniqueConstraint

from storage.columns import Json, Moment
from storage.tables.base import flag, index_where, maybe, metadata, needed, numbered, of, when

sentiments = Table(
    "sentiments",
    metadata,
    of("mention_id", "mentions", primary_key=True, autoincrement=False),
    needed("label"),
    needed("negative", Double),
    needed("neutral", Double),
    needed("positive", Double),
    needed("model"),
    maybe("language"),
    needed("topics", Json),
    when("scored_at"),
    # Set to the same time where the model was unsure.
    maybe("unsure_at", Moment),
)
# Newest texts the model was unsure of, for the daily list.
index_where("ix_sentiments_unsure", sentiments.c.unsure_at, where=sentiments.c.unsure_at.is_not(None))

verdicts = Table(
    "verdicts",
    metadata,
    of("thread", "threads", primary_key=True, autoincrement=False),
    when("judged_at"),
    flag("is_negative"),
    needed("severity", Integer),
    needed("score", Double),
    needed("reasons", Json),
    needed("topics", Json),
    maybe("rule"),
    # When it first turned negative; stays when it calms down.
    maybe("negative_since", Moment),
    # Set while it is negative and nobody was told; empty otherwise.
    maybe("untold_since", Moment),
    # Why the policy told nobody: muted, paused, too old ...
    maybe("passed_over"),
)
# Which negative threads has nobody been told of?
index_where("ix_verdicts_untold", verdicts.c.untold_since, where=verdicts.c.untold_since.is_not(None))
# Threads that turned negative in a time.
index_where("ix_verdicts_negative", verdicts.c.negative_since, where=verdicts.c.negative_since.is_not(None))

labels = Table(
    "labels",
    metadata,
    numbered(),
    of("mention_id", "mentions"),
    needed("label"),
    when("at"),
    # Empty where nobody in particular said it: a NULL would escape the uniqueness.
    needed("by"),
    UniqueConstraint("mention_id", "by"),
)
Index("ix_labels_at", labels.c.at)

mutes = Table(
    "mutes",
    metadata,
    numbered(),
    needed("scope"),
    needed("value"),
    maybe("source"),
    maybe("brand"),
    when("created_at"),
    maybe("until", Moment),
    maybe("by"),
)

tombstones = Table(
    "tombstones",
    metadata,
    numbered(),
    needed("source"),
    # A hash of who must not come back: the name itself is forgotten.
    needed("who"),
    when("at"),
    UniqueConstraint("source", "who"),
)
