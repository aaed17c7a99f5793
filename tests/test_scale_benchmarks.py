"""The benchmarks say what is missing and go on; made-up items are what their files say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import peer
from benchmarks.distractors import Sentences, made_up_items, write_item
from benchmarks.figures import Row, table
from benchmarks.places import Places
from tutor.corpus import read_library
from tutor.passages import passages

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_shows_medians_ratios_and_what_is_missing() -> None:
    rows = [
        Row("answers", "first words", "tutor", "ms", (10.0, 20.0, 30.0), target="at most 600 ms"),
        Row("answers", "first words", "a peer", "ms", (200.0,)),
        Row("answers", "first words", "another", "ms", missing="pip failed"),
        Row("search", "retrieval", "tutor", "ms", tuple(float(n) for n in range(101)), 95),
    ]
    lines = table(rows).splitlines()
    assert "| first words | tutor | 20 ms, median | 15 to 25 | 3 |  | at most 600 ms |" in lines
    assert "| first words | a peer | 200 ms |  | 1 | 10.00 |  |" in lines
    assert "| first words | another | missing: pip failed | | 0 | |  |" in lines
    assert "| retrieval | tutor | 95 ms, p95 | 25 to 75 | 101 |  |  |" in lines
    assert [line for line in lines if "**" in line] == [f"| **{part}** | | | | | | |" for part in ("answers", "search")]


def test_a_made_up_item_reads_as_it_was_written(tmp_path: Path) -> None:
    vectors = np.eye(8, dtype=np.float32)
    sentences = Sentences(tuple(f"The estimator number {n}: it's fitted, so to say." for n in range(8)), vectors)
    made = list(made_up_items(sentences, 5))
    (tmp_path / "made-up").mkdir()
    for item, rows in made:
        write_item(item, tmp_path / "made-up")
        assert rows.shape == (len(passages(item)), 8)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    shelf = read_library(tmp_path)
    assert shelf.problems == ()
    assert [passages(item) for item in shelf.items] == [passages(item) for item, _ in made]
    assert [item.id for item, _ in made_up_items(sentences, 5)] == [item.id for item, _ in made]


def test_a_part_that_fails_is_named_in_the_table_and_the_run_goes_on(tmp_path: Path) -> None:
    environment = {**os.environ, "TUTOR_HOME": str(tmp_path / "home")}
    arguments = ["--quick", "--only", "search corpus", "--only", "search 10k", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    text = (tmp_path / "out" / "table.md").read_text(encoding="utf-8")
    assert text.count("The embedding model is not in") == 2
    assert "Not measured: start-up, throughput, answers" in text


def test_what_was_measured_before_an_interruption_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    (tmp_path / "rows").mkdir()
    kept = [{"part": "p", "what": "w", "whose": "tutor", "unit": "s", "values": [1.0], "missing": ""}]
    (tmp_path / "rows" / "start-up.json").write_text(json.dumps(kept), encoding="utf-8")
    command._run("start-up", places)
    assert "measured before" in capsys.readouterr().err
    head = command._head(places, fresh=False)
    assert not (tmp_path / "rows" / "start-up.json").exists()  # nothing says of which commit it was
    (tmp_path / "rows" / "start-up.json").write_text(json.dumps(kept), encoding="utf-8")
    assert command._head(places, fresh=False) == head
    command._write(places, head, tmp_path / "table.md")
    assert "| w | tutor | 1 s |" in (tmp_path / "table.md").read_text(encoding="utf-8")
    command._head(places, fresh=True)
    assert not (tmp_path / "rows" / "start-up.json").exists()


def test_a_peer_that_cannot_be_installed_is_missing_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements-broken.txt").write_text("broken @ file:///nowhere/broken.whl\n", encoding="utf-8")
    monkeypatch.setattr(peer, "FOLDER", tmp_path)
    with pytest.raises(peer.PeerMissingError, match="pip failed"):
        peer.install("broken", tmp_path)
