"""Records → Slack messages, in the team's language: one function a message, all pure.

Every function returns Slack arguments without channel, ts and metadata: what `OutboxRow.payload` holds. Functions in
the plural return one message and what must stand under it (in its Slack thread) when one is too small for all.
"""

from __future__ import annotations

from alerts.cards.card import AuthorHistory, Card, MessageSettings, Payload, Place, SourceTrouble, Spike
from alerts.cards.lists import (
    campaign_messages,
    moved_message,
    review_list_messages,
    rollup_messages,
    stale_messages,
)
from alerts.cards.main_card import alert_message
from alerts.cards.news import health_message, spike_message, taken_back_message, thanks_message, win_message
from alerts.cards.past import backfill_messages
from alerts.cards.under_card import (
    escalation_message,
    follow_up_message,
    reminder_message,
    reply_lines_message,
)

__all__ = [
    "AuthorHistory",
    "Card",
    "MessageSettings",
    "Payload",
    "Place",
    "SourceTrouble",
    "Spike",
    "alert_message",
    "backfill_messages",
    "campaign_messages",
    "escalation_message",
    "follow_up_message",
    "health_message",
    "moved_message",
    "reminder_message",
    "reply_lines_message",
    "review_list_messages",
    "rollup_messages",
    "spike_message",
    "stale_messages",
    "taken_back_message",
    "thanks_message",
    "win_message",
]
