"""The JSON Web Tokens that stores ask for instead of a password (RFC 7519): what is signed, and the token of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping


def unsigned(head: Mapping[str, object], claims: Mapping[str, object]) -> bytes:
    """What has to be signed."""
    return b".".join(_part(json.dumps(dict(one)).encode()) for one in (head, claims))


def signed(what: bytes, signature: bytes) -> str:
    """The token."""
    return b".".join((what, _part(signature))).decode()


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
