"""What the loopback Slack remembers: its one workspace, channels, messages, people and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]

ALL_SCOPES = (
    "chat:write",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "groups:history",
    "files:write",
    "reactions:read",
    "users:read",
    "usergroups:read",
)


@dataclass(slots=True)
class PlayedRoom:
    """A channel and everything in it."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    members: list[str] = field(default_factory=list)
    # By ts, in order.
    messages: dict[str, Message] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": True,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_member": self.is_member,
        }

    @property
    def in_order(self) -> list[Message]:
        return [self.messages[ts] for ts in sorted(self.messages, key=float)]


@dataclass(slots=True)
class PlayedFile:
    """An upload on its way."""

    id: str
    name: str
    length: int
    content: bytes | None = None


@dataclass(slots=True)
class PlayedWorkspace:
    """One workspace with one bot."""

    now: Callable[[], float]
    token: str = "xoxb-loopback"  # noqa: S105
    app_token: str = "xapp-loopback"  # noqa: S105
    team_id: str = "T0LOOPBACK"
    bot_id: str = "B0LOOPBACK"
    bot_user: str = "U0LOOPBOT"
    scopes: list[str] = field(default_factory=lambda: list(ALL_SCOPES))
    # Slack's own error for every call of this bot, when set: "token_revoked".
    broken: str | None = None
    rooms: dict[str, PlayedRoom] = field(default_factory=dict)
    files: dict[str, PlayedFile] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    _last_ts: float = 0.0
    _numbers: int = 0

    def add_room(self, name: str, **known: Any) -> PlayedRoom:
        room = PlayedRoom(id=self.number("C0ROOM"), name=name, **known)
        room.members.append(self.bot_user)
        self.rooms[room.id] = room
        return room

    def add_person(self, name: str, *rooms: PlayedRoom) -> str:
        """A new member, in these channels; gives the user id."""
        user = self.number("U0")
        self.people[user] = name
        for room in rooms:
            room.members.append(user)
        return user

    def room(self, asked: str) -> PlayedRoom | None:
        """By id, "#name" or name, as chat.postMessage takes it."""
        by_name = {room.name: room for room in self.rooms.values()}
        return self.rooms.get(asked) or by_name.get(asked.removeprefix("#"))

    def next_ts(self) -> str:
        """Slack's name for a message: its time, never the same twice."""
        self._last_ts = max(round(self.now(), 6), round(self._last_ts + 0.000001, 6))
        return f"{self._last_ts:.6f}"

    def number(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}{self._numbers:05d}"
