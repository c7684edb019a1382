"""Addresses a card may carry: http and https only, shown with the host they really lead to."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

# Slack's limit for a button's url (docs.slack.dev, Block Kit).
_LONGEST = 3000


def safe_url(url: str | None) -> str | None:
    """The address with everything but plain ASCII percent-encoded; None if it is not a web address of a real host."""
    if not url or len(url) > _LONGEST or any(ord(char) < 33 for char in url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        ascii_host = (host or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not _is_host(ascii_host):
        return None
    # Without user and password: "https://bank.example@evil.example" leads to the second.
    place = f"{ascii_host}:{port}" if port else ascii_host
    encoded = urlunsplit((parts.scheme, place, _quoted(parts.path), _quoted(parts.query), _quoted(parts.fragment)))
    return encoded if len(encoded) <= _LONGEST else None


def host_of(url: str) -> str:
    """The host as it goes over the wire: a look-alike name in another script shows as xn--…"""
    return urlsplit(url).netloc.removeprefix("www.")


def filled(pattern: str, **values: str) -> str | None:
    """An address pattern of the configuration with its values percent-encoded; None if that is no safe address."""
    return safe_url(pattern.format_map({name: quote(value, safe="") for name, value in values.items()}))


def _is_host(host: str) -> bool:
    return bool(host) and all(char.isalnum() or char in ".-" for char in host)


def _quoted(part: str) -> str:
    # "%" stays: what is encoded already must not be encoded twice. "|", "<", ">" would end a Slack link.
    return quote(part, safe="%/?:@!$&'()*+,;=~-._[]")
