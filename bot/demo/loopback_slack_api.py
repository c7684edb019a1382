"""The Web API methods the loopback Slack answers, with Slack's own error names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.demo.loopback_slack_rules import cut, edit_fault, message_fault
from bot.demo.loopback_slack_state import Message, PlayedFile, PlayedRoom, PlayedWorkspace

Answer = dict[str, Any]
Arguments = dict[str, Any]

_NEEDED_SCOPE = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.join": "channels:join",
    "reactions.get": "reactions:read",
    "users.info": "users:read",
    "usergroups.list": "usergroups:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
}


def answer(workspace: PlayedWorkspace, method: str, token: str, arguments: Arguments, base: str) -> Answer:
    """Slack's answer to one call; `base` is our own address, for the links it hands out."""
    if method == "apps.connections.open":
        return _connection(workspace, token, base)
    if token != workspace.token:
        return _no("invalid_auth" if token else "not_authed")
    if workspace.broken:
        return _no(workspace.broken)
    needed = _NEEDED_SCOPE.get(method)
    if needed and needed not in workspace.scopes:
        return _no("missing_scope", needed=needed, provided=",".join(workspace.scopes))
    if method == "files.getUploadURLExternal":
        return _upload_url(workspace, arguments, base)
    call = _METHODS.get(method)
    return call(workspace, arguments) if call else _no("unknown_method")


def _no(error: str, **more: Any) -> Answer:
    return {"ok": False, "error": error, **more}


def _connection(workspace: PlayedWorkspace, token: str, base: str) -> Answer:
    if token != workspace.app_token:
        return _no("invalid_auth")
    ticket = workspace.number("ticket")
    return {"ok": True, "url": f"{base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id=A0LOOPBACK"}


def _auth(workspace: PlayedWorkspace, _: Arguments) -> Answer:
    return {
        "ok": True,
        "url": "https://loopback.slack.example/",
        "team": "Loopback",
        "team_id": workspace.team_id,
        "user": "repwatch",
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
    }


def _writable(workspace: PlayedWorkspace, arguments: Arguments) -> PlayedRoom | str:
    room = workspace.room(str(arguments.get("channel", "")))
    if room is None or (room.is_private and not room.is_member):
        return "channel_not_found"
    if room.is_archived:
        return "is_archived"
    return room if room.is_member else "not_in_channel"


def _readable(workspace: PlayedWorkspace, arguments: Arguments) -> PlayedRoom | str:
    room = workspace.rooms.get(str(arguments.get("channel", "")))
    if room is None:
        return "channel_not_found"
    return room if room.is_member else "not_in_channel"


def _post(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _writable(workspace, arguments)
    if isinstance(room, str):
        return _no(room)
    fault = message_fault(arguments)
    if fault:
        return _no(fault[0], response_metadata={"messages": fault[1]})
    thread_ts = arguments.get("thread_ts")
    parent = room.messages.get(str(thread_ts)) if thread_ts else None
    if thread_ts and (parent is None or parent.get("thread_ts", thread_ts) != thread_ts):
        return _no("thread_not_found")
    message = _kept(workspace, arguments)
    if parent is not None:
        message["thread_ts"] = parent["thread_ts"] = thread_ts
    room.messages[message["ts"]] = message
    return {"ok": True, "channel": room.id, "ts": message["ts"], "message": message}


def _kept(workspace: PlayedWorkspace, arguments: Arguments) -> Message:
    names = ("text", "blocks", "attachments", "metadata", "unfurl_links", "unfurl_media", "reply_broadcast")
    said = {name: arguments[name] for name in names if name in arguments}
    return {
        "type": "message",
        "bot_id": workspace.bot_id,
        "user": workspace.bot_user,
        "ts": workspace.next_ts(),
        **said,
        "text": cut(said.get("text", "")),
    }


def _update(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = workspace.rooms.get(str(arguments.get("channel", "")))
    if room is None:
        return _no("channel_not_found")
    if room.is_archived:
        return _no("is_archived")
    message = room.messages.get(str(arguments.get("ts")))
    if message is None:
        return _no("message_not_found")
    if message.get("bot_id") != workspace.bot_id:
        return _no("cant_update_message")
    fault = edit_fault(arguments)
    if fault:
        return _no(fault[0], response_metadata={"messages": fault[1]})
    for name in ("text", "blocks", "attachments", "metadata"):
        if name in arguments:
            message[name] = arguments[name]
    message["edited"] = {"user": workspace.bot_user, "ts": workspace.next_ts()}
    return {"ok": True, "channel": room.id, "ts": message["ts"], "text": message.get("text", "")}


def _history(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _readable(workspace, arguments)
    if isinstance(room, str):
        return _no(room)
    top = [m for m in room.in_order if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("reply_broadcast")]
    return _paged(list(reversed(top)), arguments)


def _replies(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _readable(workspace, arguments)
    if isinstance(room, str):
        return _no(room)
    parent = str(arguments.get("ts"))
    if parent not in room.messages:
        return _no("thread_not_found")
    return _paged(
        [m for m in room.in_order if m["ts"] == parent or m.get("thread_ts") == parent], arguments, keep=parent
    )


def _paged(messages: list[Message], arguments: Arguments, keep: str | None = None) -> Answer:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    chosen = [m for m in messages if m["ts"] == keep or oldest < float(m["ts"]) < latest]
    limit, start = int(arguments.get("limit") or 100), int(arguments.get("cursor") or 0)
    with_metadata = str(arguments.get("include_all_metadata", "")).lower() in ("1", "true")
    page = [
        m if with_metadata else {k: v for k, v in m.items() if k != "metadata"} for m in chosen[start : start + limit]
    ]
    more = start + limit < len(chosen)
    cursor = str(start + limit) if more else ""
    return {"ok": True, "messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _list(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    rooms = [room.shown() for room in workspace.rooms.values() if room.is_member or not room.is_private]
    limit, start = int(arguments.get("limit") or 100), int(arguments.get("cursor") or 0)
    cursor = str(start + limit) if start + limit < len(rooms) else ""
    return {"ok": True, "channels": rooms[start : start + limit], "response_metadata": {"next_cursor": cursor}}


def _info(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = workspace.rooms.get(str(arguments.get("channel", "")))
    return {"ok": True, "channel": room.shown()} if room else _no("channel_not_found")


def _join(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = workspace.rooms.get(str(arguments.get("channel", "")))
    if room is None or room.is_private:
        return _no("channel_not_found")
    if room.is_archived:
        return _no("is_archived")
    room.is_member = True
    return {"ok": True, "channel": room.shown()}


def _members(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _readable(workspace, arguments)
    if isinstance(room, str):
        return _no(room)
    return {"ok": True, "members": list(room.members), "response_metadata": {"next_cursor": ""}}


def _reactions(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _readable(workspace, arguments)
    if isinstance(room, str):
        return _no(room)
    message = room.messages.get(str(arguments.get("timestamp")))
    return {"ok": True, "type": "message", "message": message} if message else _no("message_not_found")


def _user(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    user = str(arguments.get("user"))
    name = workspace.people.get(user)
    return {"ok": True, "user": {"id": user, "name": name, "real_name": name}} if name else _no("user_not_found")


def _groups(workspace: PlayedWorkspace, _: Arguments) -> Answer:
    groups = [{"id": group, "handle": handle} for group, handle in workspace.groups.items()]
    return {"ok": True, "usergroups": groups}


def _ended(_: PlayedWorkspace, __: Arguments) -> Answer:
    return _no("method_deprecated")


def _upload_url(workspace: PlayedWorkspace, arguments: Arguments, base: str) -> Answer:
    file = PlayedFile(id=workspace.number("F0"), name=str(arguments["filename"]), length=int(arguments["length"]))
    workspace.files[file.id] = file
    return {"ok": True, "upload_url": f"{base}/upload/{file.id}", "file_id": file.id}


def _complete(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    room = _writable(workspace, {"channel": arguments.get("channel_id", "")})
    if isinstance(room, str):
        return _no(room)
    asked = arguments["files"]
    asked = json.loads(asked) if isinstance(asked, str) else asked
    files = [workspace.files.get(str(file["id"])) for file in asked]
    if any(file is None or file.content is None or len(file.content) != file.length for file in files):
        return _no("file_not_found")
    shown = [{"id": f.id, "name": f.name, "title": a.get("title")} for f, a in zip(files, asked, strict=True) if f]
    message: Message = {"type": "message", "bot_id": workspace.bot_id, "ts": workspace.next_ts(), "files": shown}
    if thread_ts := str(arguments.get("thread_ts") or ""):
        parent = room.messages.get(thread_ts)
        if parent is None or parent.get("thread_ts", thread_ts) != thread_ts:
            return _no("invalid_thread_ts")
        message["thread_ts"] = parent["thread_ts"] = thread_ts
    room.messages[message["ts"]] = message
    return {"ok": True, "files": shown}


def _delete_file(workspace: PlayedWorkspace, arguments: Arguments) -> Answer:
    if workspace.files.pop(str(arguments["file"]), None) is None:
        return _no("file_not_found")
    for room in workspace.rooms.values():
        for message in room.messages.values():
            message["files"] = [one for one in message.get("files", ()) if one["id"] != arguments["file"]]
    return {"ok": True}


_METHODS: dict[str, Callable[[PlayedWorkspace, Arguments], Answer]] = {
    "auth.test": _auth,
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "conversations.list": _list,
    "conversations.info": _info,
    "conversations.join": _join,
    "conversations.members": _members,
    "reactions.get": _reactions,
    "users.info": _user,
    "usergroups.list": _groups,
    "files.completeUploadExternal": _complete,
    "files.delete": _delete_file,
    # Ended on 12 November 2025.
    "files.upload": _ended,
}
