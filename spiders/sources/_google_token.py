"""Access to Google's APIs: what a service account or a person's consent has to send for a token."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from spiders.shapes import decode_json, words
from spiders.sources import _jwt

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_LIFE = timedelta(hours=1)


def token_request(key: str, variable: str, scope: str, now: datetime) -> bytes:
    """The form body that asks for an access token. ValueError names `variable` where its JSON can't be used.

    `key` is the JSON of a service account (type service_account) or of a person's consent (type authorized_user).
    Form: developers.google.com/identity/protocols/oauth2/service-account and /web-server#offline
    """
    try:
        account = decode_json(key)
    except ValueError:
        raise ValueError(f"{variable}: not the JSON of a Google service account or authorized user") from None
    kind = words(account, "type")
    if kind == "service_account":
        grant = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": _signed(account, variable, scope, now),
        }
    elif kind == "authorized_user":
        wanted = ("client_id", "client_secret", "refresh_token")
        grant = {"grant_type": "refresh_token", **{name: words(account, name) or "" for name in wanted}}
        if missing := [name for name in wanted if not grant[name]]:
            raise ValueError(f"{variable}: {', '.join(missing)} is missing in the JSON")
    else:
        raise ValueError(f'{variable}: its JSON must say "type": "service_account" or "authorized_user"')
    return urlencode(grant).encode()


def _signed(account: object, variable: str, scope: str, now: datetime) -> str:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        pem = (words(account, "private_key") or "").encode()
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise ValueError(f"{variable}: private_key is no key of a service account") from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError(f"{variable}: private_key is no RSA key, which service accounts have")
    claims = {
        "iss": words(account, "client_email"),
        "scope": scope,
        "aud": TOKEN_URL,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFE).timestamp()),
    }
    head = {"alg": "RS256", "typ": "JWT", "kid": words(account, "private_key_id")}
    said = _jwt.unsigned(head, claims)
    return _jwt.signed(said, private.sign(said, padding.PKCS1v15(), hashes.SHA256()))
