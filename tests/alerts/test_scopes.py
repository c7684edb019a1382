"""The printed Slack manifest asks for the scopes of the calls we make: each is needed, none is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

from alerts.slack import SCOPES
from bot.setup.manifest import manifest

ROOM = Path(__file__).parents[2] / "alerts"
# What Slack's documentation asks for, method by method; a private channel needs the groups: twin.
NEEDED = {
    "auth_test": set[str](),
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "reactions_get": {"reactions:read"},
}


def called() -> set[str]:
    """Every Web API method the room calls."""
    texts = [file.read_text("utf-8") for file in ROOM.rglob("*.py")]
    return {name for text in texts for name in re.findall(r"self\.client\.(\w+_\w+)", text)}


def test_every_call_is_known_here() -> None:
    assert called() == set(NEEDED)


def test_the_scopes_are_those_of_the_calls_and_no_more() -> None:
    assert set().union(*NEEDED.values()) == set(SCOPES)


def test_the_manifest_says_them() -> None:
    told = json.loads(manifest())
    assert told["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert told["settings"]["socket_mode_enabled"] is True and told["settings"]["interactivity"]["is_enabled"] is True
