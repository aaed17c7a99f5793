"""Files that change while the tutor runs: live at once, a bad edit refused, an empty folder kept in the index."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import HashingEmbedder, item_text

from tutor.desk.updating import items_in_use, update_index
from tutor.errors import IngestError
from tutor.index import IndexInUse
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.inbox import Inbox
from tutor.watching import look, watch

LIVE_SECONDS = 5.0
NEW = item_text("q004", "What is a kernel?", "A kernel measures likeness. It is symmetric. It is positive definite.")


class Watched:
    """A watch that runs on a thread, and what it said."""

    def __init__(self, home: Path, corpus: Path) -> None:
        self.settings = Settings(home=home, corpus=corpus, chat_model="none")
        self.embedder, self.said = HashingEmbedder(), list[str]()
        self.database = Database.open(self.settings.database)
        update_index(self.settings, self.embedder, self.database, "desk")
        self.stop = threading.Event()
        arguments = (self.settings, self.embedder, self.database, self.said.append, self.stop)
        self.thread = threading.Thread(target=watch, args=arguments, daemon=True)
        self.thread.start()
        self.until(lambda: any(each.origin == "watch" for each in Inbox(self.database).updates()))

    def until(self, holds: Callable[[], bool]) -> float:
        """Seconds until something holds."""
        started = time.monotonic()
        while not holds():
            assert time.monotonic() - started < 60, self.said
            time.sleep(0.02)
        return time.monotonic() - started

    def body(self, id: str) -> str:
        items = items_in_use(self.settings, self.embedder)
        return items[id].body if id in items else ""

    @property
    def questions(self) -> Path:
        return self.settings.corpus / "questions"


@pytest.fixture
def watched(tmp_path: Path, small_corpus: Path) -> Iterator[Watched]:
    started = Watched(tmp_path / "home", small_corpus)
    yield started
    started.stop.set()
    started.thread.join(10)
    assert not started.thread.is_alive()


def test_a_new_file_is_live_within_seconds_while_questions_go_on(watched: Watched) -> None:
    index = IndexInUse(watched.settings.index, "hashing")
    (watched.questions / "q004.md").write_text(NEW)
    seconds = watched.until(lambda: "q004" in index.get().items)
    assert seconds < LIVE_SECONDS
    watched.until(lambda: any("1 added" in said for said in watched.said))


def test_an_edit_and_a_deletion_are_live(watched: Watched) -> None:
    (file,) = watched.questions.glob("q001*.md")
    file.write_text(file.read_text().replace("0.1", "0.3"))
    watched.until(lambda: "0.3" in watched.body("q001"))
    file.unlink()
    watched.until(lambda: not watched.body("q001"))


def test_a_bad_edit_is_refused_with_its_error_on_the_desk_and_the_old_item_stays(watched: Watched) -> None:
    (file,) = watched.questions.glob("q001*.md")
    good = file.read_text()
    file.write_text(good.replace("level: beginner", "level: wizard"))
    watched.until(lambda: bool(Inbox(watched.database).updates()[0].problems))
    (problem,) = Inbox(watched.database).updates()[0].problems
    assert f"{file.name}:6: found level = 'wizard'" in problem
    assert "0.1" in watched.body("q001")
    file.write_text(good)
    watched.until(lambda: not Inbox(watched.database).updates()[0].problems)


@pytest.mark.parametrize("whole", [False, True])
def test_a_folder_that_is_suddenly_empty_keeps_its_items_while_others_change(
    watched: Watched, whole: bool, tmp_path: Path
) -> None:
    away, notes = tmp_path / "away", watched.settings.library / "notes"
    shutil.copytree(watched.settings.corpus, away)
    for file in watched.questions.glob("*.md"):
        file.unlink()
    if whole:
        shutil.rmtree(watched.settings.corpus)
    watched.until(lambda: "suddenly empty" in "".join(Inbox(watched.database).updates()[0].problems))
    notes.mkdir(parents=True)
    (notes / "notes-001.md").write_text(NEW.replace("q004", "notes-001"))
    watched.until(lambda: bool(watched.body("notes-001")))
    assert watched.body("q001")
    assert "its 3 items" in Inbox(watched.database).updates()[0].problems[0]
    shutil.copytree(away, watched.settings.corpus, dirs_exist_ok=True)
    watched.until(lambda: not Inbox(watched.database).updates()[0].problems)


def test_an_empty_folder_empties_the_index_where_that_is_said(watched: Watched) -> None:
    watched.stop.set()
    watched.thread.join(10)
    library = watched.settings.library / "notes"
    library.mkdir(parents=True)
    (library / "notes-001.md").write_text(NEW.replace("q004", "notes-001"))
    update_index(watched.settings, watched.embedder, watched.database, "desk")
    (library / "notes-001.md").unlink()
    report = update_index(watched.settings, watched.embedder, watched.database, "desk")
    assert [problem.file for problem in report.errors] == ["library/notes"]
    assert watched.body("notes-001")
    update_index(watched.settings, watched.embedder, watched.database, "desk", may_empty=["*"])
    assert not watched.body("notes-001")


def test_the_same_refusal_is_said_and_recorded_once_however_often_it_is_tried_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = list[float]()

    def full(*args: object, **options: object) -> None:
        tries.append(time.monotonic())
        raise IngestError("The index could not be written (No space left on device)")

    monkeypatch.setattr("tutor.watching.AGAIN_SECONDS", 0.2)
    monkeypatch.setattr("tutor.desk.updating.ingest", full)
    (watched.questions / "q004.md").write_text(NEW)
    watched.until(lambda: len(tries) >= 3)
    assert len([each for each in Inbox(watched.database).updates() if each.refused]) == 1
    assert len([said for said in watched.said if "No space left" in said]) == 1


def test_an_edit_of_any_file_of_an_exercise_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "coding" / "q041-double"
    folder.mkdir(parents=True)
    seen = [look(Settings(home=tmp_path / "home", corpus=tmp_path))]
    for name in ("question.md", "solution.py", "cases.py"):
        (folder / name).write_text(name, encoding="utf-8")
        seen.append(look(Settings(home=tmp_path / "home", corpus=tmp_path)))
    assert len(set(seen)) == 4
