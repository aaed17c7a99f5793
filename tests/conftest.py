"""What all tests share: loopback only, a clean environment, a small corpus, an embedder that a hand can check."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import hypothesis
import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from tutor.calibration.record import Calibration, Fit
from tutor.ingestion import ingest
from tutor.prompts import fingerprint
from tutor.settings import Settings, default_corpus, keep_libraries_offline, read_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

keep_libraries_offline()
hypothesis.settings.register_profile("no deadline", deadline=None)  # the first example reads what the others find read
hypothesis.settings.load_profile("no deadline")
REAL_WEIGHTS = read_settings().weights
DESK = (1280, 800)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NetworkBlockedError(OSError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Connections to other machines fail, whatever library makes them."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: object) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise NetworkBlockedError(f"blocked in tests: {address}")

    def guarded(self: socket.socket, address: object) -> None:
        check(address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_ex(self: socket.socket, address: object) -> int:
        check(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches them, and nothing they write reaches that person."""
    for name in [name for name in os.environ if name.startswith("TUTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "home"))


class HashingEmbedder(Embeddings):
    """Bag of words: each word counts in the dimension that its letters name. Texts of the same words are equal."""

    name = "hashing"
    dimensions = 256

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [self._embed(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._embed(text)

    def _embed(self, text: str) -> list[float]:
        row = np.zeros(self.dimensions)
        for word in re.findall(r"[a-z]+", text.lower()):
            row[sum(ord(char) * 31**place for place, char in enumerate(word)) % self.dimensions] += 1
        norm = np.linalg.norm(row)
        return list(row / norm) if norm else [1.0] + [0.0] * (self.dimensions - 1)


SURE_BY_WORDS = Fit({"words": 40.0}, -2.0, 0.1, 0.5, 0.99, 0.2)
"""Made by hand for the small corpus: a question that shares no word with the first hit is not answered (0.12), one
that shares a rare one is (0.88 from a word score of 0.1 on), with two or three of them highly so."""


def hand_made(
    without_model: Fit = SURE_BY_WORDS,
    with_model: Fit | None = None,
    chat_model: str = "fake",
    embedder: str = "hashing",
    prompts: str = "",
    items: tuple[str, ...] = ("q001", "q002", "q003"),
) -> Calibration:
    """A calibration for the small corpus."""
    return Calibration("2026-01-01", embedder, prompts or fingerprint(), chat_model, items, without_model, with_model)


def item_text(
    id: str, title: str, body: str, asks: tuple[str, ...] = (), related: tuple[str, ...] = (), kind: str = "concept"
) -> str:
    """An item file that follows the schema of a curated item."""
    asks = asks or tuple(f"{title.lower().rstrip('?')} variant {number}" for number in range(8))
    points = body.split(". ")[:3] + [body] * 3
    lines = [
        "---",
        f"id: {id}",
        f'title: "{title}"',
        "section: basic",
        f"kind: {kind}",
        "level: beginner",
        "topics: [foundations]",
        "asks:",
        *[f'  - "{ask}"' for ask in asks],
        "key_points:",
        *[f'  - text: "{point.strip()}"\n    weight: 2' for point in points[:3]],
        "misconceptions:",
        '  - claim: "Wrong."\n    why: "Because."',
        "follow_ups:",
        *[f'  - question: "Next {number}?"\n    item: q00{number}' for number in (1, 2, 3)],
        f"related: [{', '.join(related)}]",
        "---",
        body,
    ]
    return "\n".join(lines) + "\n"


SMALL_ITEMS = {
    "q001": (
        "What is gradient descent?",
        "Gradient descent follows the slope of the loss downhill. "
        "The learning rate sets the step. A step of 0.1 is common.",
    ),
    "q002": (
        "What is dropout?",
        "Dropout switches random neurons off during training. "
        "It does not act at prediction time. A rate of 50 percent is usual.",
    ),
    "q003": (
        "What is a confusion matrix?",
        "A confusion matrix counts predictions by true class. Rows are the truth. Columns are the prediction.",
    ),
}


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """Three items in ``questions/``."""
    folder = tmp_path / "corpus" / "questions"
    folder.mkdir(parents=True)
    for id, (title, body) in SMALL_ITEMS.items():
        (folder / f"{id}-item.md").write_text(item_text(id, title, body), encoding="utf-8")
    return folder.parent


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def settings(tmp_path: Path, small_corpus: Path) -> Settings:
    """Settings of a home of its own, over the small corpus, without a chat model."""
    return Settings(home=tmp_path / "home", corpus=small_corpus, chat_model="none")


@pytest.fixture
def indexed(settings: Settings, embedder: HashingEmbedder) -> Settings:
    """The small corpus, ingested with the embedder a hand can check."""
    ingest(settings, embedder)
    return settings


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the real weights, which ``make test`` has fetched, and the real corpus indexed."""
    from tutor.assembly import sentence_embedder

    home = tmp_path_factory.mktemp("real-home")
    (home / "weights").symlink_to(REAL_WEIGHTS, target_is_directory=True)
    settings = Settings(home=home, corpus=default_corpus(), chat_model="none")
    ingest(settings, sentence_embedder(settings))
    return home


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for a module, not for all tests: while Playwright runs, nothing else can run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=system, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser of its own. At the end: nothing left this machine, failed or popped up."""
    contexts: list[BrowserContext] = []
    left: list[str] = []
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if request.url.startswith("http") and not _is_loopback(urlsplit(request.url).hostname or ""):
            left.append(request.url)

    def popped_up(dialog: Dialog) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def opened(address: str, size: tuple[int, int] = DESK, scheme: Literal["light", "dark"] = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.on("request", watch)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", popped_up)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert left == []
    assert wrong == []


@pytest.fixture(scope="session")
def page_url(real_home: Path) -> Iterator[str]:
    """The page over the real corpus, index and embedder, without a chat model."""
    from browsing import serve_real

    yield from serve_real(Settings(home=real_home, corpus=default_corpus(), chat_model="none"))


@pytest.fixture
def open_page(browse: Callable[..., Page], page_url: str) -> Callable[..., Page]:
    """Opens the chat, of ``page_url`` where no ``url`` is given."""
    from playwright.sync_api import expect

    def opened(size: tuple[int, int] = DESK, url: str = page_url, scheme: str = "light") -> Page:
        page = browse(url, size, scheme)
        expect(page.locator(".example").first).to_be_visible(timeout=15_000)
        return page

    return opened
