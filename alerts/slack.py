"""SlackChannel: one workspace, spoken to with a bot token."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from alerts.delivering.slack_calls import call, put_bytes, web_client
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.delivering.slack_place import Posted

if TYPE_CHECKING:
    from slack_sdk import WebClient

__all__ = ["Identity", "Posted", "Room", "SlackChannel", "SlackError", "Trouble"]

EVENT_TYPE = "repwatch_message"
# What the program needs, and for what; `repwatch check` compares.
SCOPES = {
    "chat:write": "to post and edit cards",
    "channels:read": "to find public channels by name",
    "channels:history": "to ask whether a message arrived before sending it again",
    "groups:read": "the same for private channels",
    "groups:history": "the same for private channels",
    "files:write": "to attach the weekly digest, and to delete it for an author who is forgotten",
    "reactions:read": "to read reactions as buttons where there is no app token",
}
_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
# Slack's clock against ours, and messages in the making.
_MARGIN = timedelta(minutes=5)
_PAGE = 200
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose token it is."""

    team: str
    team_id: str
    user_id: str
    bot_id: str | None
    url: str
    scopes: frozenset[str]

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        return tuple(scope for scope in SCOPES if scope not in self.scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A Slack channel as `conversations.list` shows it."""

    id: str
    name: str
    is_member: bool
    is_archived: bool
    is_private: bool


@dataclass(slots=True)
class SlackChannel:
    """Speaks to one workspace. Every method raises SlackError and tries once."""

    client: WebClient
    _rooms: dict[str, Room] = field(default_factory=dict)
    _identity: Identity | None = None

    @classmethod
    def open(cls, token: str, base_url: str | None = None, *, timeout: float = 10.0) -> SlackChannel:
        """`timeout` in seconds is how long an answer may take; nothing is sent yet."""
        return cls(web_client(token, base_url, timeout))

    def send(self, channel: str, payload: Mapping[str, Any], key: str, *, thread_ts: str | None = None) -> Posted:
        """Posts a new message that carries our key; under `thread_ts` if given."""
        under = {"thread_ts": thread_ts} if thread_ts else {}
        answer = call(
            self.client.chat_postMessage, channel=channel, metadata=_metadata(key), **_arguments(payload), **under
        )
        return Posted(channel=str(answer.get("channel", channel)), ts=str(answer["ts"]))

    def update(self, channel: str, ts: str, payload: Mapping[str, Any], key: str) -> Posted:
        """Replaces a message of ours; safe to repeat."""
        arguments = {name: value for name, value in _arguments(payload).items() if not name.startswith("unfurl")}
        room = self.room_id(channel)
        call(self.client.chat_update, channel=room, ts=ts, metadata=_metadata(key), **arguments)
        return Posted(channel=room, ts=ts)

    def find(
        self, channel: str, keys: Collection[str], since: datetime, *, thread_ts: str | None = None
    ) -> dict[str, Posted]:
        """Which of our keys stand in the channel (or under a message of it) since then; the rest are not there."""
        room = self.room_id(channel)
        found: dict[str, Posted] = {}
        for message in self._messages(room, since, thread_ts):
            key = _key_of(message)
            if key in keys and self._is_ours(message):
                found.setdefault(key, Posted(channel=room, ts=str(message["ts"])))
                if len(found) == len(keys):
                    break
        return found

    def upload(
        self, channel: str, name: str, content: bytes, key: str, *, title: str, thread_ts: str | None = None
    ) -> Posted:
        """Puts a file into the channel (files upload v2); found again by its name, which carries the key."""
        room, filename = self.room_id(channel), file_name(name, key)
        place = call(self.client.files_getUploadURLExternal, filename=filename, length=len(content))
        self._put(str(place["upload_url"]), content)
        under = {"thread_ts": thread_ts} if thread_ts else {}
        files = [{"id": place["file_id"], "title": title}]
        call(self.client.files_completeUploadExternal, files=files, channel_id=room, **under)
        return Posted(channel=room, ts=str(place["file_id"]))

    def find_upload(
        self, channel: str, name: str, key: str, since: datetime, *, thread_ts: str | None = None
    ) -> Posted | None:
        """The file, if it arrived."""
        room, filename = self.room_id(channel), file_name(name, key)
        for message in self._messages(room, since, thread_ts):
            for file in message.get("files", ()):
                if file.get("name") == filename:
                    return Posted(channel=room, ts=str(file.get("id")))
        return None

    def delete_file(self, file: str) -> None:
        """Takes an upload out of Slack; one that is gone already is well."""
        try:
            call(self.client.files_delete, file=file)
        except SlackError as error:
            if error.code not in ("file_not_found", "file_deleted"):
                raise

    def identity(self) -> Identity:
        """Whose token it is and what it may do."""
        answer = call(self.client.auth_test)
        headers = {str(name).lower(): value for name, value in answer["headers"].items()}
        scopes = headers.get("x-oauth-scopes", "")
        scopes = scopes[0] if isinstance(scopes, list) else scopes
        self._identity = Identity(
            team=str(answer.get("team", "")),
            team_id=str(answer.get("team_id", "")),
            user_id=str(answer.get("user_id", "")),
            bot_id=answer.get("bot_id"),
            url=str(answer.get("url", "")),
            scopes=frozenset(part.strip() for part in str(scopes).split(",") if part.strip()),
        )
        return self._identity

    def rooms(self) -> dict[str, Room]:
        """All channels the bot can see, by name."""
        self._rooms = {room.name: room for room in self._list_rooms()}
        return self._rooms

    def room_id(self, channel: str) -> str:
        """Slack's id of a channel given by "#name" or id; SlackError names one that is not there."""
        if _ID.fullmatch(channel):
            return channel
        name = channel.removeprefix("#")
        room = self._rooms.get(name) or self.rooms().get(name)
        if room is None:
            mend = f"{channel} is not there or the bot can't see it: check the name, invite the bot with /invite"
            raise SlackError(Trouble.CHANNEL, "channel_not_found", mend)
        return room.id

    def is_member(self, channel: str, user: str) -> bool:
        """Is this person in the channel?"""
        return any(user in page.get("members", ()) for page in self._pages(self.client.conversations_members, channel))

    def reactions(self, channel: str, ts: str) -> list[tuple[str, str]]:
        """(emoji, user) pairs on one message, the bot's own left out."""
        answer = call(self.client.reactions_get, channel=self.room_id(channel), timestamp=ts, full=True)
        reactions = answer.get("message", {}).get("reactions", ())
        own = self._me().user_id
        return [(str(r["name"]), str(user)) for r in reactions for user in r.get("users", ()) if user != own]

    def replies(self, channel: str, ts: str) -> list[tuple[str, str, str]]:
        """(ts, user, text) of what people wrote under a message; what bots say there is left out."""
        pages = self._pages(self.client.conversations_replies, self.room_id(channel), ts=ts, limit=_PAGE)
        every = (message for page in pages for message in page.get("messages", ()))
        said = (m for m in every if m.get("ts") != ts and m.get("user") and not m.get("bot_id"))
        return [(str(m["ts"]), str(m["user"]), str(m.get("text") or "")) for m in said]

    def _messages(self, room: str, since: datetime, thread_ts: str | None) -> Iterator[dict[str, Any]]:
        oldest = f"{(since - _MARGIN).timestamp():.6f}"
        arguments: dict[str, Any] = {"oldest": oldest, "include_all_metadata": True, "limit": _PAGE}
        if thread_ts:
            pages = self._pages(self.client.conversations_replies, room, ts=thread_ts, **arguments)
        else:
            pages = self._pages(self.client.conversations_history, room, **arguments)
        for page in pages:
            yield from page.get("messages", ())

    def _pages(self, method: Any, channel: str | None, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            page = call(method, channel=channel, **arguments, **more)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
        raise SlackError(Trouble.MESSAGE, "history_too_long", "too many messages since then to look through")

    def _list_rooms(self) -> Iterator[Room]:
        kinds = "public_channel,private_channel"
        for page in self._pages(self.client.conversations_list, None, types=kinds, limit=1000, exclude_archived=False):
            for room in page.get("channels", ()):
                yield Room(
                    id=str(room["id"]),
                    name=str(room.get("name", "")),
                    is_member=bool(room.get("is_member")),
                    is_archived=bool(room.get("is_archived")),
                    is_private=bool(room.get("is_private")),
                )

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        """Another app could write our key into its metadata; only our own bot's messages count."""
        mine = self._me().bot_id
        return mine is None or message.get("bot_id") in (None, mine)

    def _me(self) -> Identity:
        return self._identity or self.identity()

    def _put(self, url: str, content: bytes) -> None:
        put_bytes(url, content, float(self.client.timeout))


def file_name(name: str, key: str) -> str:
    """ "digest.html" → "digest-1a2b3c4d.html": the key's mark makes it findable."""
    path = PurePath(name)
    return f"{path.stem}-{sha256(key.encode()).hexdigest()[:8]}{path.suffix}"


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get("key", ""))


def _arguments(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Only what we mean to send: a row's payload can't name a channel or a time of its own."""
    known = ("text", "blocks", "attachments", "unfurl_links", "unfurl_media", "reply_broadcast")
    return {name: payload[name] for name in known if name in payload}
