"""What was embedded before an interruption is found again, and nothing that was half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tutor.embedding import FloatMatrix
from tutor.journal import VectorJournal
from tutor.vector_store import text_digest

DIGESTS = [text_digest(text) for text in "abc"]


def _rows(count: int) -> FloatMatrix:
    return np.eye(4, dtype=np.float32)[:count]


def _journal(path: Path, count: int = 3) -> VectorJournal:
    journal = VectorJournal(path, "hashing")
    journal.add(dict(zip(DIGESTS, _rows(count), strict=False)))
    return journal


def test_vectors_come_back_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    rows = _journal(tmp_path / "journal").rows([DIGESTS[2], DIGESTS[0], DIGESTS[2]])
    assert np.array_equal(rows[:], _rows(3)[[2, 0, 2]])
    assert np.array_equal(rows[1:2], _rows(1))


def test_a_journal_goes_on_where_another_one_stopped(tmp_path: Path) -> None:
    _journal(tmp_path / "journal", 2)
    again = VectorJournal(tmp_path / "journal", "hashing")
    assert [digest in again for digest in DIGESTS] == [True, True, False]
    again.add({DIGESTS[2]: _rows(3)[2]})
    assert np.array_equal(VectorJournal(tmp_path / "journal", "hashing").rows(DIGESTS)[:], _rows(3))


@pytest.mark.parametrize("lost", [1, 15, 16, 31])
def test_a_record_that_was_half_written_is_left_out(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "journal"
    _journal(path)
    path.write_bytes(path.read_bytes()[:-lost])
    journal = VectorJournal(path, "hashing")
    assert [digest in journal for digest in DIGESTS] == [True, True, False]
    journal.add({DIGESTS[2]: _rows(3)[2]})
    assert np.array_equal(journal.rows(DIGESTS)[:], _rows(3))


def test_a_vector_that_lost_its_bytes_is_left_out_with_all_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _journal(path)
    content = bytearray(path.read_bytes())
    content[-48:-32] = bytes(16)  # of the second vector's record of 16 + 16 bytes
    path.write_bytes(content)
    assert [digest in VectorJournal(path, "hashing") for digest in DIGESTS] == [True, False, False]


def test_a_text_is_written_once(tmp_path: Path) -> None:
    journal = _journal(tmp_path / "journal")
    size = (tmp_path / "journal").stat().st_size
    journal.add(dict(zip(DIGESTS, _rows(3), strict=True)))
    assert (tmp_path / "journal").stat().st_size == size


@pytest.mark.parametrize(
    "content", [b"", b"rubbish\n", b"{}\n", b'{"embedder": "other", "dimensions": 4}\n' + bytes(32)]
)
def test_what_another_model_or_another_program_left_counts_for_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal").write_bytes(content)
    journal = VectorJournal(tmp_path / "journal", "hashing")
    assert not any(digest in journal for digest in DIGESTS)
    journal.add({DIGESTS[0]: _rows(1)[0]})
    assert np.array_equal(journal.rows(DIGESTS[:1])[:], _rows(1))


def test_a_journal_that_is_done_leaves_no_file(tmp_path: Path) -> None:
    journal = _journal(tmp_path / "journal")
    journal.remove()
    assert list(tmp_path.iterdir()) == []
