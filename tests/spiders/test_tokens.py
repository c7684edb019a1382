"""Signed tokens: what a server that knows our public key would read in them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from spiders.plan import CrawlPlan
from spiders.registry import source_class
from spiders.sources import _appstore_token, _google_token

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SCOPE = "https://www.googleapis.com/auth/androidpublisher"


def pem(key: Any) -> str:
    form = serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def part(text: str) -> bytes:
    assert "=" not in text, "RFC 7515: no padding"
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Head, claims, what was signed, and the signature of a token."""
    head, claims, signature = token.split(".")
    return json.loads(part(head)), json.loads(part(claims)), f"{head}.{claims}".encode(), part(signature)


@pytest.mark.parametrize("escape", [False, True], ids=["as the file has it", "with its line ends written out"])
def test_app_store_connect_can_verify_our_token(escape: bool) -> None:
    text = pem(ELLIPTIC).replace("\n", "\\n") if escape else pem(ELLIPTIC)
    head, claims, signed, signature = opened(_appstore_token.make(text, "K3Y", "issuer-1", NOW))
    assert head == {"alg": "ES256", "kid": "K3Y", "typ": "JWT"}
    now = int(NOW.timestamp())
    assert claims == {"iss": "issuer-1", "iat": now, "exp": now + 1200, "aud": "appstoreconnect-v1"}
    # RFC 7518, 3.4: R and S, 32 bytes each, not the ASN.1 form that libraries make.
    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    ELLIPTIC.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


def test_a_request_to_app_store_connect_carries_the_token_and_never_the_key() -> None:
    plan = CrawlPlan(
        source="appstore", entry="a", now=NOW, options={"app": "1", "key_id": "K3Y", "issuer_id": "issuer-1"},
        secrets={"REPWATCH_APPSTORE_KEY": pem(ELLIPTIC)},
    )  # fmt: skip
    [request] = source_class("appstore")(plan).first_requests()
    scheme, token = (request.headers.get("Authorization") or b"").decode().split(" ")
    assert scheme == "Bearer" and opened(token)[1]["iss"] == "issuer-1"
    assert shown(pem(ELLIPTIC), f"{request.headers} {request.url} {opened(token)[:2]}") == []


def shown(key: str, said: str) -> list[str]:
    """The lines of a key that stand in what was said."""
    return [line for line in key.splitlines() if line in said]


@pytest.mark.parametrize("key", ["", "s3cret", pem(RSA)], ids=["empty", "not PEM", "of another kind"])
def test_a_key_of_another_kind_is_named_by_its_variable_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="REPWATCH_APPSTORE_KEY") as refused:
        _appstore_token.make(key, "K3Y", "issuer-1", NOW)
    assert shown(key, str(refused.value)) == []


def account(**more: Any) -> str:
    return json.dumps(
        {
            "type": "service_account", "client_email": "reader@velora.iam.gserviceaccount.com", "private_key_id": "pk1",
            "private_key": pem(RSA), **more,
        }
    )  # fmt: skip


def test_google_can_verify_the_assertion_of_a_service_account() -> None:
    form = parse_qs(_google_token.token_request(account(), "REPWATCH_GOOGLEPLAY_KEY", SCOPE, NOW).decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signed, signature = opened(form["assertion"][0])
    assert head == {"alg": "RS256", "typ": "JWT", "kid": "pk1"}
    now = int(NOW.timestamp())
    assert claims == {
        "iss": "reader@velora.iam.gserviceaccount.com", "scope": SCOPE, "aud": "https://oauth2.googleapis.com/token",
        "iat": now, "exp": now + 3600,
    }  # fmt: skip
    RSA.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_a_persons_consent_is_asked_with_its_refresh_token() -> None:
    consent = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    form = parse_qs(_google_token.token_request(json.dumps(consent), "X_KEY", SCOPE, NOW).decode())
    assert form == {"grant_type": ["refresh_token"], "client_id": ["c"], "client_secret": ["s"], "refresh_token": ["r"]}


WRONG = [
    ("no JSON", "{s3cret", "X_KEY: not the JSON"),
    ("another kind", '{"private_key": "s3cret"}', 'must say "type"'),
    ("no key in it", account(private_key=None), "private_key is no key"),
    ("not PEM", account(private_key="s3cret"), "private_key is no key"),
    ("an elliptic key", account(private_key=pem(ELLIPTIC)), "no RSA key"),
    ("no client", '{"type": "authorized_user", "refresh_token": "s3cret"}', "client_id, client_secret is missing"),
]


@pytest.mark.parametrize(("what", "key", "said"), WRONG, ids=[case[0] for case in WRONG])
def test_a_key_google_could_not_use_is_named_by_its_variable_and_not_shown(what: str, key: str, said: str) -> None:
    with pytest.raises(ValueError, match="X_KEY") as refused:
        _google_token.token_request(key, "X_KEY", SCOPE, NOW)
    assert said in str(refused.value)
    assert shown(f"s3cret\n{pem(ELLIPTIC)}", str(refused.value)) == []
