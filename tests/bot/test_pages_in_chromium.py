"""The digest's page and the served ones in a real browser: three widths, light and dark, accessible, silent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.alerts.test_weekly_told import page as digest_page_of

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


def opened(browser: Browser, file: Path, width: int, scheme: str) -> tuple[Page, list[str]]:
    """The page, and everything it complained of or asked for beside itself."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(file.as_uri())
    return page, noise


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_digest_fits_and_is_silent(browser: Browser, digest: Path, width: int, scheme: str) -> None:
    page, noise = opened(browser, digest, width, scheme)
    assert noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").inner_text().startswith("Velora")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_digest_has_no_serious_barrier(browser: Browser, digest: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # axe puts a script of its own into the page, which our policy would refuse.
    context = browser.new_context(bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(digest.as_uri())
    found = Axe().run(page).response["violations"]
    serious = [f"{one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []
    context.close()


def test_the_digest_prints_on_a4(browser: Browser, digest: Path) -> None:
    page, _ = opened(browser, digest, 1280, "light")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    # Black on white whatever the screen was set to.
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "none"
    page.context.close()


def test_everything_is_reached_by_keyboard(browser: Browser, digest: Path) -> None:
    page, _ = opened(browser, digest, 1280, "light")
    links = page.locator("main a").count()
    reached = set()
    for _ in range(links + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
    assert sum(one.startswith("<a ") for one in reached) >= min(links, 1)
    assert sum("tabindex" in one for one in reached) >= 2
    page.context.close()
