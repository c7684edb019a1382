"""The digest's page and the served ones in a real browser: three widths, light and dark, accessible, silent."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestServer

from alerts.catalogue import LANGUAGES
from bot.config import load_config
from bot.serve.app import build_app
from storage.store import open_store
from tests.alerts.test_weekly_told import page as digest_page_of
from tests.bot.test_serve import NOW, TOML, fill

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.chromium

WIDTHS = {"phone": 390, "tablet": 768, "desk": 1280}
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if place is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine: install the system's package chromium")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=place, args=_QUIET)
        yield running
        running.close()


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("digest") / "digest.html"
    file.write_text(digest_page_of("en"), "utf-8")
    return file


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The served pages on loopback, with one open thread of hostile texts, in Slovene."""
    file = tmp_path_factory.mktemp("served") / "repwatch.toml"
    file.write_text(f'[bot]\nlanguage = "sl"\n\n{TOML}', "utf-8")
    config = load_config(file, {})
    with open_store(config.store.url, clock=lambda: NOW) as store:
        fill(store)
        served: Queue[str] = Queue()
        is_over = threading.Event()

        async def serve() -> None:
            async with TestServer(build_app(config, store, lambda: NOW)) as server:
                served.put(str(server.make_url("/")).rstrip("/"))
                await asyncio.to_thread(is_over.wait)

        # A thread of its own: the browser's driver has taken this one's event loop.
        thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        try:
            yield served.get(timeout=30)
        finally:
            is_over.set()
            thread.join(30)


def opened(browser: Browser, place: Path | str, width: int, scheme: str) -> tuple[Page, list[str]]:
    """The page, and everything it complained of or asked for beside itself."""
    address = place.as_uri() if isinstance(place, Path) else place
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url) if request.url != address else None)
    page.goto(address)
    return page, noise


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_digest_fits_and_is_silent(browser: Browser, digest: Path, width: int, scheme: str) -> None:
    page, noise = opened(browser, digest, width, scheme)
    assert noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").inner_text().startswith("Velora")
    page.context.close()


def barriers(browser: Browser, address: str, scheme: str, width: int = 1280) -> list[str]:
    """What axe finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    # axe puts a script of its own into the page, which our policy would refuse.
    context = browser.new_context(
        bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(address)
    found = Axe().run(page).response["violations"]
    context.close()
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("width", [WIDTHS["phone"], WIDTHS["desk"]], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_digest_has_no_serious_barrier(browser: Browser, digest: Path, scheme: str, width: int) -> None:
    assert barriers(browser, digest.as_uri(), scheme, width) == []


def test_a_table_stays_a_table_on_a_phone(browser: Browser, digest: Path) -> None:
    page, _ = opened(browser, digest, WIDTHS["phone"], "light")
    table = page.get_by_role("region", name="What customers complain about").get_by_role("table")
    assert table.get_by_role("rowheader").first.inner_text() == "delivery"
    assert table.get_by_role("columnheader").count() == 6
    page.context.close()


# The width of A4 between margins of 15 mm, in CSS pixels.
A4 = 680


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_digest_prints_on_a4(browser: Browser, tmp_path: Path, language: str) -> None:
    file = tmp_path / "digest.html"
    file.write_text(digest_page_of(language), "utf-8")
    page, _ = opened(browser, file, A4, "dark")
    page.emulate_media(media="print")
    # Black on white whatever the screen was set to, and nothing beside the paper.
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("document.documentElement.scrollWidth") <= A4
    page.context.close()


def test_everything_is_reached_by_keyboard(browser: Browser, digest: Path) -> None:
    page, _ = opened(browser, digest, 1280, "light")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    there = "[...document.querySelectorAll('main a, main summary, main [tabindex]')]"
    wanted = page.evaluate(f"{there}.length")
    reached = set()
    for _ in range(wanted + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(f"{there}.indexOf(document.activeElement)"))
    assert wanted > 2 and set(range(wanted)) <= reached
    page.context.close()


# The served pages.

SERVED = ("/", "/thread/1", "/sources", "/digests", "/digests/Velora/2026-W47", "/thread/999")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("path", SERVED)
def test_a_served_page_fits_and_is_silent(browser: Browser, site: str, path: str, width: int, scheme: str) -> None:
    page, noise = opened(browser, site + path, width, scheme)
    # A browser notes on its console that a page was not found.
    missing = "Failed to load resource: the server responded with a status of 404 (Not Found)"
    assert [one for one in noise if (path, one) != ("/thread/999", missing)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == "sl"
    assert page.locator("h1").count() == 1
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", SERVED)
def test_a_served_page_has_no_serious_barrier(browser: Browser, site: str, path: str, scheme: str) -> None:
    assert barriers(browser, site + path, scheme) == []


def test_the_first_tab_skips_to_the_content_and_the_focus_is_seen(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site + "/", 1280, "light")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    box = skip.bounding_box()
    assert skip.evaluate("one => one === document.activeElement")
    assert box is not None and box["x"] >= 0, "it is seen once it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/thread/1"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.context.close()


def test_pages_are_walked_by_keyboard_in_reading_order(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site + "/", 1280, "light")
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert order == ["#main", "/", "/sources", "/digests"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/digests")
    assert page.locator("nav [aria-current=page]").inner_text() == "Povzetki"
    page.context.close()
