"""Looks the installation over and says for each part what is there, or what is missing and the command that mends it.

Reads only; starts nothing that answers questions.
"""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from tutor import __version__
from tutor.chat_model import parse_spec
from tutor.corpus import read_corpus, read_library
from tutor.errors import TutorError
from tutor.index import SearchIndex
from tutor.passages import SEARCHED_KINDS
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL, Weights
from tutor.prompt_cache import kept_sizes, room_mib
from tutor.sandbox.selftest import choose_fences
from tutor.sandbox.workers import Limits
from tutor.settings import Settings
from tutor.space import available_mib, free_bytes
from tutor.warming import kept_bytes
from tutor.weights import is_fetched, verify

PACKAGES = ("langchain-core", "langchain-openai", "chromadb", "sentence-transformers", "torch", "gradio", "xllamacpp")
MIN_FREE_BYTES = 2_000_000_000
MIN_FREE_MIB = 2300
"""What the embedded chat model, the embedding model and the page need."""


@dataclass(frozen=True)
class Finding:
    """One part: whether it is well, what it is, and the command that mends it where it is not."""

    part: str
    well: bool
    words: str
    mend: str = ""


def examine(settings: Settings, whole_hashes: bool = False) -> Iterator[Finding]:
    """Findings, one a part. ``whole_hashes`` reads all weights again, which takes seconds."""
    yield Finding("tutor", True, f"{__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
    yield from (_package(name) for name in PACKAGES)
    yield _disk(settings)
    yield _attempt("corpus", lambda: _corpus(settings))
    yield _attempt("library", lambda: _library(settings))
    yield _weights("embedding model", EMBEDDING_MODEL, settings, whole_hashes)
    yield _attempt("chat model", lambda: _chat_model(settings, whole_hashes))
    if settings.chat_model.strip() == "embedded":
        yield _memory()
        yield _kept_passages(settings)
    yield _attempt("index", lambda: _index(settings))
    yield _attempt("database", lambda: _database(settings))
    yield _attempt("sandbox", _sandbox)
    yield _port(settings)


def _attempt(part: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except TutorError as error:
        return Finding(part, False, error.found, error.mend)


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed", f"pip install {name}")


def _disk(settings: Settings) -> Finding:
    free = free_bytes(settings.home)
    words = f"{settings.home}, {free / 1e9:.1f} GB free"
    return Finding("data", free > MIN_FREE_BYTES, words, "free some space, or set TUTOR_HOME to another disk")


def _corpus(settings: Settings) -> Finding:
    shelf = read_corpus(settings.corpus)
    words = f"{settings.corpus}, {len(shelf.items)} items, {len(shelf.problems)} files with errors"
    return Finding("corpus", bool(shelf.items) and not shelf.problems, words, "tutor lint")


def _library(settings: Settings) -> Finding:
    shelf = read_library(settings.library)
    sources = sorted({item.source for item in shelf.items})
    words = f"{len(shelf.items)} imported items" + (f" from {', '.join(sources)}" if sources else "")
    return Finding("library", not shelf.problems, words, f"mend the files in {settings.library}")


def _weights(part: str, weights: Weights, settings: Settings, whole_hashes: bool) -> Finding:
    if not is_fetched(weights, settings.weights):
        return Finding(part, False, f"{weights.title} is not fetched ({weights.size / 1e6:,.0f} MB)", "tutor fetch")
    if whole_hashes:
        try:
            verify(weights, settings.weights)
        except TutorError as error:
            return Finding(part, False, error.found, "tutor fetch")
    return Finding(part, True, f"{weights.title}, {weights.licence}" + (", SHA-256 right" if whole_hashes else ""))


def _chat_model(settings: Settings, whole_hashes: bool) -> Finding:
    spec = parse_spec(settings.chat_model)
    if spec.kind == "embedded":
        return _weights("chat model", CHAT_MODEL, settings, whole_hashes)
    words = "none: answers are the corpus's own words" if spec.kind == "none" else f"{spec.model} at {spec.url}"
    return Finding("chat model", True, words)


def _memory() -> Finding:
    free = available_mib()
    if free is None:
        return Finding("memory", True, "the system does not say how much is free")
    return Finding("memory", free > MIN_FREE_MIB, f"{free:,} MiB free", "end other programs")


def _kept_passages(settings: Settings) -> Finding:
    """The disk space for passages that were read ahead, beside what reading all of the corpus ahead needs."""
    items = [item for item in read_corpus(settings.corpus).items if item.kind in SEARCHED_KINDS]
    needed = sum(kept_bytes(item) for item in items) // 2**20
    sizes = kept_sizes(settings.prompt_cache)
    room = room_mib(settings.cache_mib, settings.prompt_cache)
    words = (
        f"{len(sizes)} in {sum(sizes) // 2**20} of {room} MiB on the disk, about {needed} hold all {len(items)} of the "
        "corpus"
    )
    if room < settings.cache_mib:
        words += f"; there is no room for the {settings.cache_mib} MiB of TUTOR_CACHE_MIB"
        return Finding("passages read ahead", False, words, "free some space, or set TUTOR_HOME to another disk")
    return Finding("passages read ahead", True, words if room else "none: TUTOR_CACHE_MIB is 0")


def _index(settings: Settings) -> Finding:
    index = SearchIndex.open(settings.index, EMBEDDING_MODEL.name, settings.chroma_url)
    index.check()
    corpus = {item.id: item.digest for item in read_corpus(settings.corpus).items}
    stale = sum(index.manifest.items.get(id) != digest for id, digest in corpus.items())
    words = f"generation {index.generation}, {len(index.items)} items, {index.manifest.passages} passages"
    index.close()
    if stale:
        return Finding("index", False, f"{words}; {stale} items of the corpus are newer", "python ingest.py")
    return Finding("index", True, words)


def _database(settings: Settings) -> Finding:
    if not settings.database.exists():
        return Finding("database", True, f"{settings.database} is made with the first conversation")
    from tutor.store.database import schema_of

    schema, size = schema_of(settings.database), settings.database.stat().st_size
    return Finding("database", True, f"{settings.database}, schema {schema}, {size / 1e6:.1f} MB")


def _sandbox() -> Finding:
    return Finding("sandbox", True, f"programs run behind {choose_fences(Limits())}")


def _port(settings: Settings) -> Finding:
    try:
        with socket.create_connection((settings.host, settings.port), timeout=1):
            taken = True
    except socket.gaierror as error:
        return Finding("address", False, f"{settings.host} is no address ({error.strerror})", "unset TUTOR_HOST")
    except OSError:
        taken = False
    words = f"{settings.host}:{settings.port} is " + (
        "in use (by this tutor, or by another program)" if taken else "free"
    )
    return Finding("address", not taken, words, "TUTOR_PORT=7861 tutor serve")
