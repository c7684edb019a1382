"""What can go wrong between us and Slack, sorted by what the delivery does next, with the mend in plain words."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """One value per different reaction."""

    # Slack refuses this message for good: dead letter, everything else passes it.
    MESSAGE = "message"
    # Nothing can be said in this channel until a person mends it: its rows wait.
    CHANNEL = "channel"
    # Nothing can be said in this workspace until a person mends it: its rows wait.
    WORKSPACE = "workspace"
    # Certainly not accepted; try again later (`retry_after`).
    LATER = "later"
    # No answer: it may have arrived. Ask the channel before anything is sent again.
    UNCLEAR = "unclear"


class SlackError(Exception):
    """A call that did not go well; `str()` is a sentence with the mend, without tokens or texts."""

    def __init__(self, trouble: Trouble, code: str, mend: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(f"Slack says {code}: {mend}" if mend else f"Slack says {code}")
        self.trouble = trouble
        self.code = code
        # Seconds Slack asks us to wait.
        self.retry_after = retry_after

    @property
    def permanent(self) -> bool:
        """Trying again as it is will not help."""
        return self.trouble in (Trouble.MESSAGE, Trouble.CHANNEL, Trouble.WORKSPACE)


def refused(code: str, channel: str | None = None, needed: str | None = None) -> SlackError:
    """Slack's own `error` code as a SlackError; an unknown one counts against the message only."""
    if code in _LATER:
        return SlackError(Trouble.LATER, code)
    if code in _UNCLEAR:
        return SlackError(Trouble.UNCLEAR, code)
    if code in _WORKSPACE:
        return SlackError(Trouble.WORKSPACE, code, _WORKSPACE[code].format(needed=needed or "the missing scope"))
    if code in _CHANNEL:
        return SlackError(Trouble.CHANNEL, code, _CHANNEL[code].format(channel=channel or "the channel"))
    return SlackError(Trouble.MESSAGE, code, _MESSAGE.get(code, "Slack refuses this message as it is"))


_NEW = "make a new token (Slack app → OAuth & Permissions → Reinstall) and set SLACK_BOT_TOKEN"
_WORKSPACE = {
    "invalid_auth": f"the token is not valid; {_NEW}",
    "not_authed": "no token was sent; set SLACK_BOT_TOKEN",
    "account_inactive": f"the app was removed from the workspace; install it again, {_NEW}",
    "token_revoked": f"the token was revoked; {_NEW}",
    "token_expired": f"the token has expired; {_NEW}",
    "no_permission": f"the token may not do this; {_NEW}",
    "missing_scope": "add {needed} under OAuth & Permissions → Bot Token Scopes and reinstall the app",
    "not_allowed_token_type": "this is not a bot token; SLACK_BOT_TOKEN must begin with xoxb-",
    "access_denied": "an administrator of the workspace has to allow the app",
    "team_access_not_granted": "an administrator of the organisation has to allow the app in this workspace",
    "org_login_required": "the workspace is being moved by Slack; it comes back by itself",
    "ekm_access_denied": "the workspace's own encryption keys are suspended; ask its administrator",
    "team_not_found": "the workspace is gone; check the token",
    "enterprise_is_restricted": "the organisation does not let the app post; ask its administrator",
}
_CHANNEL = {
    "channel_not_found": "{channel} is not there or the bot can't see it: check the name, invite the bot with /invite",
    "not_in_channel": "the bot is not in {channel}: invite it there with /invite",
    "is_archived": "{channel} is archived: unarchive it or name another in repwatch.toml",
    "restricted_action": "only some people may post in {channel}: let the app post there",
    "restricted_action_read_only_channel": "{channel} is read-only: let the app post there",
    "restricted_action_non_threadable_channel": "{channel} allows no threads: name another in repwatch.toml",
    "restricted_action_thread_only_channel": "{channel} allows posts in threads only: name another in repwatch.toml",
    "is_inactive": "{channel} is frozen: name another in repwatch.toml",
    "cannot_reply_to_message": "{channel} allows no replies to this message",
}
_MESSAGE = {
    "invalid_blocks": "a block of the message breaks one of Slack's rules",
    "invalid_blocks_format": "the blocks are not valid JSON",
    "msg_blocks_too_long": "the blocks are longer than Slack takes",
    "msg_too_long": "the text is longer than Slack takes",
    "no_text": "the message is empty",
    "invalid_attachments": "an attachment breaks one of Slack's rules",
    "too_many_attachments": "there are more than 100 attachments",
    "metadata_too_large": "our key in the message's metadata is too long",
    "invalid_metadata_format": "our key in the message's metadata is not accepted",
    "message_not_found": "the card was deleted in Slack",
    "thread_not_found": "the card this stands under was deleted in Slack",
    "cant_update_message": "the message is not ours to edit",
    "edit_window_closed": "the workspace allows edits for a short time only; ask its administrator",
    "block_mismatch": "the message was changed by another app",
    "file_not_found": "the uploaded file is gone",
    "posting_to_channel_denied": "Slack does not let the file into the channel",
}
_LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited", "service_unavailable"})
_UNCLEAR = frozenset({"internal_error", "fatal_error", "request_timeout"})
