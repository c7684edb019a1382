"""The signed token App Store Connect asks for: a JWT of twenty minutes, ES256."""

from __future__ import annotations

from datetime import datetime, timedelta

from spiders.sources import _jwt

_LIFE = timedelta(minutes=20)


def make(key: str, key_id: str, issuer_id: str, now: datetime) -> str:
    """A token for the text of a .p8 key. ValueError says when the key can't be read.

    Form: developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests
    """
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        private = serialization.load_pem_private_key(key.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("REPWATCH_APPSTORE_KEY: not the text of a .p8 key from App Store Connect") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(
            "REPWATCH_APPSTORE_KEY: not an elliptic-curve key; App Store Connect makes .p8 keys of that kind"
        )
    head = {"alg": "ES256", "kid": key_id, "typ": "JWT"}
    claims = {
        "iss": issuer_id,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFE).timestamp()),
        "aud": "appstoreconnect-v1",
    }
    said = _jwt.unsigned(head, claims)
    r, s = decode_dss_signature(private.sign(said, ec.ECDSA(hashes.SHA256())))
    return _jwt.signed(said, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
