from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import SMALL_ITEMS, HashingEmbedder, item_text
from filelock import FileLock

from tutor.errors import IngestError, SearchIndexError
from tutor.index import CURRENT, IndexInUse, SearchIndex, current_generation
from tutor.ingestion import ingest
from tutor.passages import passages
from tutor.settings import Settings


def _open(settings: Settings) -> SearchIndex:
    return SearchIndex.open(settings.index, "hashing")


def _open_and_check(settings: Settings) -> None:
    _open(settings).check()


def _write(settings: Settings, id: str, title: str, body: str) -> Path:
    path = settings.corpus / "questions" / f"{id}-item.md"
    path.write_text(item_text(id, title, body), encoding="utf-8")
    return path


def test_the_first_ingestion_adds_every_item(settings: Settings, embedder: HashingEmbedder) -> None:
    report = ingest(settings, embedder)
    assert (report.added, report.updated, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.generation == current_generation(settings.index)
    assert set(_open(settings).items) == set(SMALL_ITEMS)


def test_a_second_ingestion_embeds_nothing_and_keeps_the_generation(indexed: Settings) -> None:
    before = current_generation(indexed.index)
    embedder = HashingEmbedder()
    report = ingest(indexed, embedder)
    assert (report.unchanged, report.embedded, embedder.embedded) == (3, 0, [])
    assert report.generation == before == current_generation(indexed.index)


def test_only_the_changed_item_is_embedded_again(indexed: Settings) -> None:
    title, body = SMALL_ITEMS["q002"]
    _write(indexed, "q002", title, body + " Dropout is a regulariser.")
    embedder = HashingEmbedder()
    report = ingest(indexed, embedder)
    assert (report.added, report.updated, report.unchanged) == (0, 1, 2)
    changed = passages(_open(indexed).items["q002"])
    assert set(embedder.embedded) == {row.text for row in changed if row.field in ("answer", "both")}


def test_a_removed_file_takes_its_item_out(indexed: Settings) -> None:
    (indexed.corpus / "questions" / "q003-item.md").unlink()
    report = ingest(indexed, HashingEmbedder())
    assert report.removed == 1
    assert set(_open(indexed).items) == {"q001", "q002"}


def test_a_bad_file_is_reported_and_its_item_stays_as_it_was(indexed: Settings) -> None:
    path = indexed.corpus / "questions" / "q002-item.md"
    path.write_text(path.read_text(encoding="utf-8").replace("level: beginner", "level: genius"), encoding="utf-8")
    _write(
        indexed, "q004", "What is a seed?", "A seed fixes the random numbers. It makes runs equal. Any integer will do."
    )
    report = ingest(indexed, HashingEmbedder())
    assert [(problem.file, problem.line) for problem in report.errors] == [("questions/q002-item.md", 6)]
    assert (report.added, report.unchanged) == (1, 3)
    assert _open(indexed).items["q002"].level == "beginner"


def test_a_file_that_is_not_utf8_is_reported_with_its_line(indexed: Settings) -> None:
    path = indexed.corpus / "questions" / "q001-item.md"
    path.write_bytes(path.read_bytes().replace(b"downhill", b"d\xe9wnhill"))
    report = ingest(indexed, HashingEmbedder())
    assert "0xe9" in report.errors[0].found
    assert "q001" in _open(indexed).items


def test_a_dry_run_says_what_would_change_and_changes_nothing(settings: Settings, embedder: HashingEmbedder) -> None:
    report = ingest(settings, embedder, dry_run=True)
    assert (report.added, report.embedded, report.generation) == (3, 0, "")
    assert current_generation(settings.index) is None


def test_a_corpus_without_a_readable_item_is_an_error_and_the_index_stays(indexed: Settings) -> None:
    before = current_generation(indexed.index)
    for path in (indexed.corpus / "questions").iterdir():
        path.unlink()
    with pytest.raises(IngestError, match="No item could be read"):
        ingest(indexed, HashingEmbedder(), may_empty=["*"])
    assert current_generation(indexed.index) == before


def test_a_folder_that_is_suddenly_empty_keeps_its_items_and_is_an_error(indexed: Settings) -> None:
    for path in (indexed.corpus / "questions").iterdir():
        path.unlink()
    faq = indexed.corpus / "faq"
    faq.mkdir()
    (faq / "faq01.md").write_text(item_text("faq01", "How long?", "A week. Or two. Or three.", kind="faq"))
    report = ingest(indexed, HashingEmbedder())
    assert (report.added, report.removed, [problem.file for problem in report.errors]) == (1, 0, ["corpus/questions"])
    assert "its 3 items" in str(report.errors[0])
    assert "python ingest.py --allow-empty" in str(report.errors[0])
    assert set(_open(indexed).items) == {"q001", "q002", "q003", "faq01"}
    assert ingest(indexed, HashingEmbedder(), may_empty=["*"]).removed == 3


def test_items_that_moved_to_another_folder_leave_no_empty_one_behind(indexed: Settings) -> None:
    (indexed.corpus / "questions").rename(indexed.corpus / "guide")
    assert ingest(indexed, HashingEmbedder()).errors == ()


def test_an_ingestion_with_patience_waits_for_the_other_one_to_end(indexed: Settings) -> None:
    lock = FileLock(indexed.index / "ingest.lock", thread_local=False)
    lock.acquire()
    threading.Timer(0.2, lock.release).start()
    assert ingest(indexed, HashingEmbedder(), patience=30).unchanged == 3


def test_a_second_ingestion_at_the_same_time_is_refused(indexed: Settings) -> None:
    with FileLock(indexed.index / "ingest.lock"), pytest.raises(IngestError, match="Another ingestion is running"):
        ingest(indexed, HashingEmbedder())


def test_a_full_disk_leaves_the_index_in_use(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_generation(indexed.index)
    _write(
        indexed, "q004", "What is a seed?", "A seed fixes the random numbers. It makes runs equal. Any integer will do."
    )

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tutor.ingestion.write_generation", full)
    with pytest.raises(IngestError, match=r"No space left on device.*free some space"):
        ingest(indexed, HashingEmbedder())
    assert current_generation(indexed.index) == before
    assert len(_open(indexed).search_vector(HashingEmbedder().embed_query("dropout"), 3)) == 3


def test_an_index_of_another_embedder_is_built_anew(indexed: Settings) -> None:
    other = HashingEmbedder()
    other.name = "other"
    with pytest.raises(SearchIndexError, match="built with the embedding model hashing"):
        SearchIndex.open(indexed.index, "other")
    report = ingest(indexed, other)
    assert report.embedded > 0
    assert set(SearchIndex.open(indexed.index, "other").items) == set(SMALL_ITEMS)


@pytest.mark.parametrize("damage", ["items.json", "manifest.json", "vectors/chroma.sqlite3"])
def test_a_damaged_index_is_said_and_built_anew(indexed: Settings, damage: str) -> None:
    generation = current_generation(indexed.index)
    assert generation
    (indexed.index / generation / damage).write_bytes(b"rubbish")
    with pytest.raises(SearchIndexError, match=r"python ingest\.py"):
        _open_and_check(indexed)
    assert ingest(indexed, HashingEmbedder()).generation != generation
    _open(indexed).check()


def test_a_missing_index_names_the_command_that_builds_it(settings: Settings) -> None:
    with pytest.raises(SearchIndexError, match=r"python ingest\.py"):
        _open(settings)


def test_a_pointer_that_leaves_the_folder_is_no_generation(indexed: Settings) -> None:
    (indexed.index / CURRENT).write_text("../corpus", encoding="utf-8")
    assert current_generation(indexed.index) is None


def test_a_reader_sees_the_new_generation_and_the_old_one_keeps_answering(indexed: Settings) -> None:
    in_use = IndexInUse(indexed.index, "hashing")
    old = in_use.get()
    _write(
        indexed, "q004", "What is a seed?", "A seed fixes the random numbers. It makes runs equal. Any integer will do."
    )
    ingest(indexed, HashingEmbedder())
    assert "q004" in in_use.get().items
    assert "q004" not in old.items
    assert old.search_vector(HashingEmbedder().embed_query("dropout"), 1)[0].item_id == "q002"


def test_unused_generations_are_taken_away_but_for_the_one_before(indexed: Settings) -> None:
    for number in range(3):
        _write(
            indexed, "q004", "What is a seed?", f"A seed fixes the random numbers, run {number}. It helps. Any will do."
        )
        ingest(indexed, HashingEmbedder())
    assert len([path for path in indexed.index.iterdir() if path.is_dir()]) == 2


def test_two_files_with_one_id_are_a_problem_of_the_second(settings: Settings, embedder: HashingEmbedder) -> None:
    title, body = SMALL_ITEMS["q001"]
    path = settings.corpus / "questions" / "q001-twin.md"
    path.write_text(item_text("q001", title, body), encoding="utf-8")
    report = ingest(settings, embedder)
    assert len(report.errors) == 1
    assert "q001-twin.md" in report.errors[0].file


_CHILD = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from conftest import HashingEmbedder
from tutor.ingestion import ingest
from tutor.settings import Settings
print("go", flush=True)
ingest(Settings(home=Path({home!r}), corpus=Path({corpus!r}), chat_model="none"), HashingEmbedder())
print("done", flush=True)
"""


def test_an_ingestion_killed_at_any_moment_leaves_the_old_or_the_new_index(indexed: Settings) -> None:
    """Kills at random moments of a real process. After each the index answers, and with one of the two states."""
    chance = random.Random(7)
    embedder = HashingEmbedder()
    child = _CHILD.format(tests=str(Path(__file__).parent), home=str(indexed.home), corpus=str(indexed.corpus))
    outcomes = {"old": 0, "new": 0}
    for round_number in range(14):
        before = current_generation(indexed.index)
        _write(
            indexed, "q004", "What is a seed?", f"A seed fixes numbers, round {round_number}. It helps. Any will do."
        )
        process = subprocess.Popen(
            [sys.executable, "-c", child], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout
        assert process.stdout.readline() == "go\n"
        time.sleep(chance.uniform(0, 0.9))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        index = _open(indexed)
        index.check()
        state = "old" if index.generation == before else "new"
        outcomes[state] += 1
        if state == "new":
            assert f"round {round_number}" in index.items["q004"].body
        assert index.search_vector(embedder.embed_query(SMALL_ITEMS["q003"][0]), 1)[0].item_id == "q003"
        index.close()
    ingest(indexed, embedder)
    assert "round 13" in _open(indexed).items["q004"].body
    assert outcomes["old"] > 0


@pytest.mark.model
def test_the_real_corpus_ingests_without_an_error(real_home: Path) -> None:
    index = SearchIndex.open(real_home / "index", "all-MiniLM-L6-v2")
    assert len(index.items) >= 83
    manifest = json.loads((real_home / "index" / index.generation / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["passages"] == sum(len(passages(item)) for item in index.items.values())
