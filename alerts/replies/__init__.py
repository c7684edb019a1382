"""The reply drafts, one TOML file a language, read by `alerts/cards/drafts.py`."""
