"""What a generation of the search index says about itself, and its snapshot of the items.

Knows nothing of vectors or of which generation is in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tutor.errors import SearchIndexError
from tutor.records import Item

FORMAT = 4
"""Goes up whenever the files of a generation, or the passages that are cut from an item, change."""

MANIFEST, ITEMS = "manifest.json", "items.json"

_ITEMS = TypeAdapter(list[Item])


@dataclass(frozen=True)
class Manifest:
    """What a generation holds, to notice a damaged or a foreign one. ``items`` maps ids to digests.

    ``reader`` is the fingerprint of what read the item files. ``base`` is the generation in whose folder the vectors
    are, this one or an earlier one; ``replaced`` are the items whose vectors there count no longer, ``replaced_rows``
    how many vectors these are. ``passages`` counts those that are searched.
    """

    format: int
    embedder: str
    reader: str
    items: dict[str, str]
    items_digest: str
    passages: int
    base: str
    replaced: tuple[str, ...] = ()
    replaced_rows: int = 0


def write_items(home: Path, items: Sequence[Item]) -> str:
    """Writes the snapshot and returns its digest."""
    content = _ITEMS.dump_json(list(items))
    (home / ITEMS).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def read_items(home: Path, manifest: Manifest) -> bytes:
    """The snapshot, unread, because not everyone needs it. Raises SearchIndexError where it is damaged."""
    try:
        content = (home / ITEMS).read_bytes()
    except OSError as error:
        raise damaged(home / ITEMS) from error
    if hashlib.sha256(content).hexdigest() != manifest.items_digest:
        raise damaged(home / ITEMS)
    return content


def parse_items(home: Path, content: bytes) -> dict[str, Item]:
    """The items by their ids. Raises SearchIndexError where they are not of the form of today."""
    try:
        return {item.id: item for item in _ITEMS.validate_json(content)}
    except ValidationError as error:
        raise damaged(home / ITEMS) from error


def write_manifest(home: Path, manifest: Manifest) -> None:
    (home / MANIFEST).write_text(json.dumps(asdict(manifest)), encoding="utf-8")


def read_manifest(home: Path) -> Manifest:
    """Raises SearchIndexError where it is missing, damaged or of another format."""
    try:
        data = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        found = data["format"]
        manifest = Manifest(**(data | {"replaced": tuple(data["replaced"])})) if found == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged(home / MANIFEST) from error
    if manifest is None:
        raise SearchIndexError(f"The search index in {home} has the format {found}", f"{FORMAT}", "python ingest.py")
    return manifest


def damaged(path: Path) -> SearchIndexError:
    return SearchIndexError(f"{path} is missing or damaged", "a whole index", "python ingest.py")
