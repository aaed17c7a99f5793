"""What the tests in a real Chromium share: the page over a service, and what a person does on it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from playwright.sync_api import Locator, Page, expect
from web_fakes import FakeService

from tutor.service import Service
from tutor.settings import Settings
from tutor.web.server import start

PHONE = (390, 844)
Open = Callable[..., Page]
"""Opens the page at a size, (width, height) in pixels: `open_page` and `browse` of conftest."""


def serve(service: FakeService) -> Iterator[str]:
    service.settings = replace(service.settings, port=free_port())
    page, url = start(service)
    yield url
    page.close(verbose=False)


def serve_real(settings: Settings) -> Iterator[str]:
    """The page over the real service, with everything ready that the settings ask for."""
    service = Service(replace(settings, port=free_port()))
    page, url = start(service)
    service.start()
    end = time.monotonic() + 120
    while not (service.status().index_ready and service.status().embedder_ready):
        assert time.monotonic() < end, service.status()
        time.sleep(0.1)
    while settings.chat_model == "embedded" and not service.status().generating:
        assert time.monotonic() < end, service.status()
        time.sleep(0.1)
    yield url
    service.close()
    page.close(verbose=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def box(page: Page) -> Locator:
    return page.get_by_label("Your question")


def ask(page: Page, text: str, wait: bool = True) -> None:
    """Types a question, sends it with Enter and, unless told otherwise, waits for the end of its answer."""
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    finished = page.locator("#chat .do-retry").count()
    box(page).fill(text)
    box(page).press("Enter")
    if wait:
        expect(page.locator("#chat .do-retry")).to_have_count(finished + 1, timeout=30_000)


def bot(page: Page, number: int = -1) -> Locator:
    return page.locator("#chat [data-testid=bot]").nth(number)


def go(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def overflow(page: Page, *inside: str) -> int:
    """By how many pixels the page, or the elements with these selectors, are wider than what is seen of them."""
    return int(
        page.evaluate(
            "(inside) => Math.max(document.documentElement.scrollWidth - window.innerWidth, ...inside"
            ".map((each) => document.querySelector(each)).map((each) => each.scrollWidth - each.clientWidth))",
            list(inside),
        )
    )
