"""Writes generations of the search index: whole ones, and ones that patch an earlier one; moves the pointer.

Nothing reads a generation before ``publish``. Knows nothing of files of the corpus or of how texts become vectors.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tutor.durable import sync
from tutor.errors import SearchIndexError
from tutor.index import CURRENT, PATCH, WORDS, SearchIndex
from tutor.lexical import LexicalIndex
from tutor.manifest import FORMAT, Manifest, read_manifest, write_items, write_manifest
from tutor.passages import SEARCHED_KINDS, lexical_text, passages
from tutor.patch import Patch
from tutor.records import Item, Passage
from tutor.vector_store import VectorRows, VectorStore


def write_generation(
    folder: Path,
    generation: str,
    items: Sequence[Item],
    rows: Sequence[Passage],
    vectors: VectorRows,
    embedder: str,
    chroma_url: str = "",
    reader: str = "",
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Writes a whole new generation beside the one in use; ``vectors`` are unit rows, one for each of ``rows``.

    Nothing reads it before ``publish``. A write that fails leaves a folder that ``remove_unused`` takes away.
    """
    home = folder / generation
    home.mkdir(parents=True)
    digest = write_items(home, items)
    searched = [item for item in items if is_searched(item)]
    LexicalIndex.build([lexical_text(item) for item in searched], [item.id for item in searched]).save(home / WORDS)
    store = VectorStore(home, chroma_url)
    store.write(rows, vectors, progress)
    store.close()
    digests = {item.id: item.digest for item in items}
    write_manifest(home, Manifest(FORMAT, embedder, reader, digests, digest, len(rows), generation))
    _sync_tree(home)


def write_patched(
    folder: Path,
    generation: str,
    items: Sequence[Item],
    changed: Collection[str],
    patch: Patch,
    before: SearchIndex,
    reader: str,
) -> None:
    """Writes a generation that reads the vectors of the one before: ``changed`` are the ids of the items that were
    added, changed or removed since, ``patch`` has the passages of those that are there. Otherwise as
    ``write_generation``."""
    home = folder / generation
    home.mkdir(parents=True)
    digest = write_items(home, items)
    searched = [item for item in items if is_searched(item)]
    _updated_words(before.words, searched, changed).save(home / WORDS)
    whole = before.patch.without(changed).joined(patch)
    whole.save(home / PATCH)
    gone = [item_id for item_id in sorted(changed) if before.in_base(item_id)]
    gone_rows = sum(len(passages(before.items[item_id])) for item_id in gone)
    old = before.manifest
    manifest = Manifest(
        FORMAT,
        old.embedder,
        reader,
        {item.id: item.digest for item in items},
        digest,
        old.passages - len(before.patch.ids) - gone_rows + len(whole.ids),
        old.base,
        (*old.replaced, *gone),
        old.replaced_rows + gone_rows,
    )
    write_manifest(home, manifest)
    _sync_tree(home)


def _updated_words(before: LexicalIndex, items: Sequence[Item], changed: Collection[str]) -> LexicalIndex:
    known = set(before.item_ids) - set(changed)
    ids = [item.id for item in items]
    try:
        return before.update({item.id: lexical_text(item) for item in items if item.id not in known}, ids)
    except ValueError:  # what was kept is damaged
        return LexicalIndex.build([lexical_text(item) for item in items], ids)


def is_searched(item: Item) -> bool:
    """Whether an item has passages."""
    return item.kind in SEARCHED_KINDS


def publish(folder: Path, generation: str) -> None:
    """Moves the pointer in one step: before it the old generation is in use, after it the new one."""
    beside = folder / (CURRENT + ".new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(generation)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(folder / CURRENT)
    sync(folder)


def remove_unused(folder: Path, keep: Iterable[str], chroma_url: str = "") -> None:
    """Takes away every generation, half-written ones too, but for ``keep`` and those whose vectors these read."""
    kept = set(keep)
    for generation in tuple(kept):
        with suppress(SearchIndexError):
            kept.add(read_manifest(folder / generation).base)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in kept:
            if chroma_url:
                VectorStore(path, chroma_url).drop()
            shutil.rmtree(path, ignore_errors=True)


def _sync_tree(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        sync(path)
