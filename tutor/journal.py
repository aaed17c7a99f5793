"""Vectors that an ingestion has made, on disk at once, so that one that is interrupted goes on where it stopped.

One file: a line that names the embedding model and the dimensions, then records of digest and vector. Keeps the memory
of an ingestion bounded too: vectors are read back as they are needed. Knows nothing of items or of Chroma.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector

DIGEST_BYTES = 16
CHECKED_AT_ONCE = 10_000
ROUNDING = 1e-2


class VectorJournal:
    """Vectors of one embedding model by the digest of their text (32 hexadecimal digits)."""

    def __init__(self, path: Path, embedder: str) -> None:
        self._path, self._embedder = path, embedder
        self._places: dict[str, int] = {}
        self._count = 0
        self._records: Any = None
        self._kind: np.dtype[Any] | None = None
        self._start = 0
        self._reopen()

    def __contains__(self, digest: str) -> bool:
        return digest in self._places

    def add(self, found: Mapping[str, FloatVector]) -> None:
        """Appends those unit vectors that are not in the journal, and hands them to the system."""
        new = {digest: vector for digest, vector in found.items() if digest not in self}
        if not new:
            return
        vectors = np.stack(list(new.values()))
        if self._kind is None:
            self._begin(vectors.shape[1])
        assert self._kind is not None
        records = np.empty(len(new), dtype=self._kind)
        records["digest"] = np.frombuffer(bytes.fromhex("".join(new)), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
        records["vector"] = vectors
        with self._path.open("ab") as out:
            out.write(records.tobytes())
        self._places.update(zip(new, range(self._count, self._count + len(new)), strict=True))
        self._count += len(new)
        self._records = None

    def rows(self, digests: Sequence[str]) -> JournalRows:
        """The vectors of texts that are in the journal, in their order, read as they are needed."""
        return JournalRows(self, tuple(digests))

    def read(self, digests: Sequence[str]) -> FloatMatrix:
        """The vectors of texts that are in the journal, in their order."""
        if not digests:
            return np.empty((0, 0), dtype=np.float32)
        if self._records is None:
            assert self._kind is not None
            self._records = np.memmap(self._path, dtype=self._kind, mode="r", offset=self._start)
        return np.asarray(self._records["vector"][[self._places[digest] for digest in digests]], dtype=np.float32)

    def remove(self) -> None:
        self._records = None
        self._path.unlink(missing_ok=True)

    def _begin(self, dimensions: int) -> None:
        head = json.dumps({"embedder": self._embedder, "dimensions": dimensions}).encode() + b"\n"
        self._path.write_bytes(head)
        self._start, self._kind = len(head), _record(dimensions)

    def _reopen(self) -> None:
        """Takes up what an interrupted ingestion left: whole records of this model, up to the first damaged one."""
        try:
            with self._path.open("rb") as file:
                head = file.readline(1000)
            told = json.loads(head)
            if told["embedder"] != self._embedder:
                return
            kind = _record(int(told["dimensions"]))
        except (OSError, ValueError, TypeError, KeyError):
            return
        self._start, self._kind = len(head), kind
        count = (self._path.stat().st_size - self._start) // kind.itemsize
        self._count = self._read_digests(kind, count) if count else 0
        with self._path.open("r+b") as file:
            file.truncate(self._start + self._count * kind.itemsize)

    def _read_digests(self, kind: np.dtype[Any], count: int) -> int:
        records = np.memmap(self._path, dtype=kind, mode="r", offset=self._start, shape=(count,))
        for start in range(0, count, CHECKED_AT_ONCE):
            part = records[start : start + CHECKED_AT_ONCE]
            lengths = np.linalg.norm(part["vector"], axis=1)
            bad = np.flatnonzero(~(np.abs(lengths - 1) < ROUNDING))
            good = len(part) if not len(bad) else int(bad[0])
            for place, digest in enumerate(part["digest"][:good], start=start):
                self._places[digest.tobytes().hex()] = place
            if good < len(part):
                return start + good
        return count


@dataclass(frozen=True)
class JournalRows:
    """A matrix of which only the rows that are asked for are in memory."""

    journal: VectorJournal
    digests: tuple[str, ...]

    def __getitem__(self, rows: slice, /) -> FloatMatrix:
        return self.journal.read(self.digests[rows])


def _record(dimensions: int) -> np.dtype[Any]:
    return np.dtype([("digest", np.uint8, DIGEST_BYTES), ("vector", np.float32, dimensions)])
