"""Tells a refusal from content: status codes, consent and block pages, HTML where JSON was asked for."""

from __future__ import annotations

import re

from scrapy.http import Response

from storage.records import CrawlStatus

_BLOCKING = frozenset({401, 403, 407, 429, 451, 503, 507, 509, 999})
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
# Words of block, consent and login pages, looked for in titles and in markup only such pages have.
_BLOCK_TITLE = re.compile(
    r"just a moment|attention required|access (?:to this page (?:has been )?)?denied|are you (?:a )?(?:human|robot)|"
    r"verif(?:y|ying) (?:you|that)|captcha|robot check|blocked|pardon our interruption|security check|forbidden|"
    r"too many requests|before you continue|unusual traffic|consent|ddos|checking your browser|log ?in|sign ?in|"
    r"over 18|age (?:check|verification)|whoa there|доступ ограничен|проверка|заблокирован|dostęp zablokowany|"
    r"weryfikacja|dostop zavrnjen|acces interzis|verificare",
    re.IGNORECASE,
)
_BLOCK_SIGNS = (
    b"_cf_chl_opt", b"cf-browser-verification", b"/cdn-cgi/challenge-platform", b"px-captcha", b"captcha-delivery.com",
    b"consent.google.", b"consent.youtube.", b"consent.yahoo.", b"Request unsuccessful. Incapsula", b"smartcaptcha",
    b"showcaptcha", b"whoa there, pardner", b"blocked by network security", b"network policy", b"awswaf",
    b"/_sec/cp_challenge",
)  # fmt: skip
# A form on an ordinary page has these too; on a small page without content they are the page.
_CAPTCHA_SIGNS = (b"g-recaptcha", b"h-captcha", b"hcaptcha.com", b"captcha")
_SMALL_PAGE = 20_000


def refusal(status: int) -> tuple[CrawlStatus, str] | None:
    """What a status code alone says; None for one that carries content."""
    if status == 304:
        return CrawlStatus.OK, "not modified"
    if 200 <= status < 300:
        return None
    if status in _BLOCKING:
        return CrawlStatus.BLOCKED, f"HTTP {status}"
    return CrawlStatus.FAILED, f"HTTP {status}"


def looks_blocked(response: Response) -> str | None:
    """Why a page without content looks like a wall (consent, captcha, login); None where it does not."""
    head = response.body[:200_000]
    title = _TITLE.search(head)
    shown = title[1].decode("utf-8", "replace").strip() if title else ""
    if shown and _BLOCK_TITLE.search(shown):
        return f'page titled "{shown[:80]}"'
    signs = _BLOCK_SIGNS + (_CAPTCHA_SIGNS if is_html(response) and len(response.body) < _SMALL_PAGE else ())
    sign = next((sign for sign in signs if sign in head), None)
    if sign:
        return f"page with {sign.decode()}"
    if re.match(r"https?://(?:consent|login|accounts|auth)\.", response.url):
        return "redirected to a consent or login page"
    return None


def is_html(response: Response) -> bool:
    """The body is HTML, whatever the content type says."""
    head = response.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<!--"))
