"""The outbox on its way to Slack."""
