"""The outbox keeps of a digest only which part of which week it is: a kept page could not be searched for an author."""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_outbox = sa.table("outbox", sa.column("id"), sa.column("key"), sa.column("kind"), sa.column("payload"))
_FILE = re.compile(r"digest-\d{4}-W\d\d(?:-(?P<chart>.+)\.png|\.(?P<form>html|csv))")
_KEY = re.compile(r"digest:(?P<brand>.*):(?P<week>\d{4}-W\d\d)(:file\d+)?", re.DOTALL)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # Pages that are freed by this are overwritten: they hold quotes.
        connection.execute(sa.text("PRAGMA secure_delete=ON"))
    numbers = sa.select(_outbox.c.id).where(_outbox.c.kind.in_(("digest", "upload")), _outbox.c.key.like("digest:%"))
    for number in connection.execute(numbers).scalars().all():
        # One at a time: a row may hold a megabyte.
        mine = _outbox.c.id == number
        key, payload = connection.execute(sa.select(_outbox.c.key, _outbox.c.payload).where(mine)).one()
        by_name = json.dumps(_by_name(key, json.loads(payload)), ensure_ascii=False, separators=(",", ":"))
        connection.execute(sa.update(_outbox).where(mine).values(payload=by_name))


def _by_name(key: str, payload: dict[str, object]) -> dict[str, object]:
    """ "digest:BRAND:2026-W47" is a message, with ":file1" behind it a file; a brand may hold colons."""
    named: dict[str, object] = {name: payload[name] for name in ("filename", "title") if name in payload}
    found = _KEY.fullmatch(key)
    if found is None or not payload:
        return named
    return {**named, "digest": {"brand": found["brand"], "week": found["week"], "part": _part(named.get("filename"))}}


def _part(filename: object) -> str:
    found = _FILE.fullmatch(str(filename))
    if found is None:
        return "message"
    return f"chart:{found['chart']}" if found["chart"] else {"html": "page", "csv": "csv"}[found["form"]]
