"""Interviews and quizzes in the database: kills, two tabs, items that change, drafts, objections.

A hundred kills in every run; `python tests/kill_interviews.py DATABASE 500` does more.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from interview_fakes import ITEMS, START, Clock, all_of, grade_by_names
from web_fakes import curated

from tutor.errors import ExerciseError, PracticeError, StaleError, StoreError, TutorError
from tutor.exercises import find_exercise
from tutor.grading.records import Grade
from tutor.interview.conducting import Interviews, Opened, scorecard
from tutor.interview.programs import judge_program
from tutor.interview.records import Answer, AskHint, End, Object, Predict, Proceed, Setup, Skip
from tutor.judging import Judge
from tutor.learner import learner_state
from tutor.learner.advice import weakest
from tutor.quiz import QuizSetup
from tutor.quiz.keeping import Quizzes
from tutor.records import Item
from tutor.settings import default_corpus
from tutor.store.database import Database
from tutor.store.feedback import Feedback
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER

SETUP = Setup(kinds=("concept",), number=3)
CODING = Setup(kinds=("coding",), number=1)
KILLS = 100
KILLER = Path(__file__).with_name("kill_interviews.py")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "tutor.db")


@pytest.fixture
def practice(database: Database) -> Practice:
    return Practice(database, LOCAL_USER)


@pytest.fixture
def interviews(practice: Practice) -> Interviews:
    return Interviews(practice, grade_by_names, Clock())


def answer_all(interviews: Interviews, opened: Opened) -> Opened:
    text = all_of(opened.interview.item(opened.interview.current))
    return interviews.act(opened.id, opened.revision, Answer(text))


def test_who_sets_an_older_state_aside_pauses_it_and_keeps_the_draft_of_the_newer_one(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("concept",)), ITEMS, seed=1)
    newer = interviews.act(opened.id, opened.revision, AskHint())
    kept = interviews.pause_and_leave(opened.id, "of the newer", newer.revision)
    assert (kept.interview.standing, kept.draft) == ("paused", "of the newer")
    assert interviews.pause_and_leave(opened.id, "of the older", opened.revision).draft == "of the newer"


@pytest.mark.timeout(900)
def test_kills_lose_no_confirmed_answer_and_every_interview_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "tutor.db"
    Database.open(path).close()
    ran = subprocess.run(
        [sys.executable, str(KILLER), str(path), str(KILLS)],
        cwd=KILLER.parents[1], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(KILLER.parents[1])},
    )  # fmt: skip
    confirmed = [line.split(" ", 1) for line in json.loads(ran.stdout)]
    practice = Practice(Database.open(path), LOCAL_USER)
    interviews = Interviews(practice, grade_by_names)
    said: dict[str, list[str]] = {}
    for row in practice.newest("interview", "running", "paused", "finished"):
        opened = interviews.open(row.id)
        said[row.id] = [line.text for asked in opened.interview.questions for line in asked.lines]
        if opened.interview.standing == "running":
            phase = opened.interview.current.phase
            interviews.act(row.id, opened.revision, Proceed() if phase == "told" else End())
    assert confirmed, "no answer was confirmed: the machine is too slow for the moments of these kills"
    assert [text for id, text in confirmed if id in said and said[id].count(text) != 1] == []
    assert len(said) == 50 or all(id in said for id, _ in confirmed)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_interview_read_again_is_the_same_to_the_letter(interviews: Interviews) -> None:
    opened = answer_all(interviews, interviews.start(SETUP, curated(), seed=1))
    assert interviews.open(opened.id) == opened


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
@pytest.mark.parametrize("changed", ["cases.py", "solution.py", "question.md", ""])
def test_a_program_is_judged_by_the_exercise_that_the_interview_began_with(
    interviews: Interviews, tmp_path: Path, changed: str
) -> None:
    folder, item = copied_exercise(tmp_path)
    opened = interviews.start(CODING, (item,), seed=1)
    if changed:
        (folder / changed).write_text("def cases(rng): return []", encoding="utf-8")
    else:
        shutil.rmtree(folder)
    again = interviews.open(opened.id).interview
    assert item.exercise is not None
    with Judge(tmp_path) as judge:
        assert judge_program(judge, again, item.exercise.solution).verdict == "pass"
        assert judge_program(judge, again, "def rolling_window_mean(x, k): return x").verdict == "fail"


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
def test_an_interview_saved_before_copies_held_cases_goes_on_with_those_of_the_corpus(
    practice: Practice, interviews: Interviews, tmp_path: Path
) -> None:
    folder, item = copied_exercise(tmp_path)
    saved = practice.load(interviews.start(CODING, (item,), seed=1).id)
    pool = json.loads(saved.material)
    del pool[0]["exercise"]["cases"]
    old = interviews.open(practice.start("interview", json.dumps(pool), saved.state, "running", START)).interview
    assert item.exercise is not None
    with Judge(tmp_path) as judge:
        assert judge_program(judge, old, item.exercise.solution).verdict == "pass"
        shutil.rmtree(folder)
        with pytest.raises(ExerciseError, match="q041 was taken out of the corpus"):
            judge_program(judge, old, item.exercise.solution)


def copied_exercise(corpus: Path) -> tuple[Path, Item]:
    folder = corpus / "coding" / "q041-rolling-window-mean"
    shutil.copytree(default_corpus() / "coding" / folder.name, folder)
    return folder, find_exercise("q041", corpus)


def test_an_answer_that_a_crash_left_ungraded_is_graded_when_the_interview_is_opened(practice: Practice) -> None:
    def crash(item: Item, answer: str) -> Grade:
        raise KeyboardInterrupt

    crashing = Interviews(practice, crash, Clock())
    opened = crashing.start(SETUP, ITEMS, seed=1)
    with pytest.raises(KeyboardInterrupt):
        answer_all(crashing, opened)
    again = Interviews(practice, grade_by_names, Clock()).open(opened.id)
    assert again.interview.current.phase == "predicting"
    assert again.interview.current.lines[1].text == all_of(again.interview.item(again.interview.current))


def test_of_two_tabs_that_answer_the_same_question_the_slower_one_is_told_and_changes_nothing(
    interviews: Interviews,
) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    first = answer_all(interviews, opened)
    with pytest.raises(PracticeError, match="another tab"):
        interviews.act(opened.id, opened.revision, Answer("the slower tab"))
    assert interviews.open(opened.id) == first


def test_two_saves_over_one_state_cannot_both_win(practice: Practice) -> None:
    now = datetime.now(UTC)
    id = practice.start("quiz", "[]", "{}", "running", now)
    practice.save(id, 0, "first", "running", now)
    with pytest.raises(StaleError):
        practice.save(id, 0, "second", "running", now)
    assert practice.load(id).state == "first"


def test_reading_the_clock_is_no_step_and_gives_way_to_one(practice: Practice) -> None:
    clock = Clock()
    interviews = Interviews(practice, grade_by_names, clock)
    opened = interviews.start(SETUP, ITEMS, seed=1)
    clock.move(seconds=40)
    interviews.read_clock(opened.id, opened.revision)
    read = interviews.open(opened.id)
    assert (read.revision, read.interview.current.seconds, read.interview.current.on_page) == (0, 40, True)
    clock.move(minutes=90)
    hinted = interviews.act(opened.id, opened.revision, AskHint())
    assert hinted.interview.current.seconds == 40
    practice.keep_state(opened.id, opened.revision, "late")
    interviews.read_clock(opened.id, opened.revision)
    assert interviews.open(opened.id) == hinted


def test_reading_the_clock_gives_what_it_saved_and_saves_nothing_where_the_clock_stands(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    interviews = Interviews(practice, grade_by_names, clock)
    opened = interviews.start(SETUP, ITEMS, seed=1)
    clock.move(seconds=40)
    assert interviews.read_clock(opened.id, opened.revision) == interviews.open(opened.id) != opened
    paused = interviews.pause_and_leave(opened.id)
    assert interviews.read_clock(opened.id, opened.revision) is None
    monkeypatch.setattr(practice, "keep_state", lambda *saved: pytest.fail("saved what did not change"))
    assert interviews.read_clock(opened.id, paused.revision) == paused


def test_a_draft_outlives_the_process_and_goes_with_the_answer(tmp_path: Path, interviews: Interviews) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER).keep_draft(opened.id, opened.revision, "half a sentence")
    hinted = interviews.act(opened.id, opened.revision, AskHint())
    assert interviews.open(opened.id).draft == "half a sentence"
    assert answer_all(interviews, hinted).draft == ""


def test_a_draft_that_comes_after_its_answer_is_not_kept(practice: Practice, interviews: Interviews) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    answer_all(interviews, opened)
    practice.keep_draft(opened.id, opened.revision, "the answer, once more")
    assert interviews.open(opened.id).draft == ""


def test_an_answer_is_graded_once_for_all_who_wait_for_it(practice: Practice) -> None:
    graded: list[str] = []
    begun, held = Event(), Event()

    def slow(item: Item, answer: str) -> Grade:
        graded.append(answer)
        begun.set()
        assert held.wait(10)
        return grade_by_names(item, answer)

    interviews = Interviews(practice, slow, Clock())
    opened = interviews.start(SETUP, ITEMS, seed=1)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(answer_all, interviews, opened)
        assert begun.wait(10)
        second = threads.submit(interviews.open, opened.id)
        held.set()
        assert first.result() == second.result()
    assert len(graded) == 1
    assert first.result().interview.current.phase == "predicting"


def test_a_grade_that_another_process_saved_first_is_taken(practice: Practice) -> None:
    other = Interviews(practice, grade_by_names, Clock())

    def overtaken(item: Item, answer: str) -> Grade:
        other.open(opened.id)
        return grade_by_names(item, answer)

    interviews = Interviews(practice, overtaken, Clock())
    opened = interviews.start(SETUP, ITEMS, seed=1)
    assert answer_all(interviews, opened) == other.open(opened.id)


def test_half_a_character_in_an_answer_or_an_objection_is_replaced(interviews: Interviews) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    opened = interviews.act(opened.id, opened.revision, Answer("half of a pair: \ud800"))
    opened = interviews.act(opened.id, opened.revision, End())
    opened = interviews.act(opened.id, opened.revision, Object(0, "\udc00 unfair"))
    assert interviews.open(opened.id) == opened
    assert opened.interview.questions[0].lines[1].text == "half of a pair: ?"


def test_an_interview_goes_on_with_the_items_it_began_with(practice: Practice) -> None:
    interviews = Interviews(practice, grade_by_names, Clock())
    opened = interviews.start(SETUP, ITEMS, seed=1)
    words = opened.interview.item(opened.interview.current)
    later = Interviews(practice, grade_by_names, Clock())  # knows no corpus at all
    assert later.open(opened.id).interview.item(opened.interview.current) == words
    assert later.act(opened.id, opened.revision, Skip()).interview.current.phase == "told"


def test_a_coached_score_becomes_evidence_at_once_and_a_real_one_at_the_end(practice: Practice) -> None:
    for coached, before in ((True, 1), (False, 0)):
        interviews = Interviews(practice, grade_by_names, Clock())
        opened = answer_all(interviews, interviews.start(Setup(kinds=("concept",), coached=coached), ITEMS, seed=1))
        opened = interviews.act(opened.id, opened.revision, Predict(0.7))
        mine = [row for row in practice.evidence() if opened.id in row.key]
        assert len(mine) == before
        interviews.act(opened.id, opened.revision, End())
        rows = [row for row in practice.evidence() if opened.id in row.key]
        assert [(row.score, row.predicted) for row in rows] == [(1.0, 0.7)]


def test_a_skipped_question_counts_as_not_known_and_has_no_score_on_the_scorecard(
    practice: Practice, interviews: Interviews
) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    opened = interviews.act(opened.id, opened.revision, Skip())
    item = opened.interview.item(opened.interview.current)
    rows = practice.evidence()
    assert [(row.item, row.score, row.predicted) for row in rows] == [(item.id, 0.0, None)]
    assert "You passed it over, so it counts as not known" in rows[0].note
    state = learner_state(rows, ITEMS, rows[0].at + timedelta(days=3))
    assert [due.item for due in state.due] == [item.id]
    assert [topic.topic for topic in weakest(state)] == ["trees"]
    card = scorecard(interviews.act(opened.id, opened.revision, End()).interview)
    assert (card.questions[0].state, card.questions[0].score, card.score) == ("not answered", None, None)


def test_a_question_that_the_end_cut_short_gives_no_evidence(practice: Practice, interviews: Interviews) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    interviews.act(opened.id, opened.revision, End())
    assert practice.evidence() == ()


def test_an_objection_reaches_the_trainers_desk_with_what_was_judged(
    database: Database, interviews: Interviews
) -> None:
    opened = answer_all(interviews, interviews.start(SETUP, ITEMS, seed=1))
    opened = interviews.act(opened.id, opened.revision, Predict(None))
    interviews.act(opened.id, opened.revision, Object(0, "I meant the other one."))
    inquiry = Feedback(database, LOCAL_USER).inquiries()[0]
    assert (inquiry.kind, inquiry.note) == ("objection", "I meant the other one.")
    assert "Score: 100%. Counted by names. Judged by rules." in inquiry.exchange.answered


def test_evidence_can_be_set_aside_and_taken_back(practice: Practice, interviews: Interviews) -> None:
    opened = answer_all(interviews, interviews.start(SETUP, ITEMS, seed=1))
    interviews.act(opened.id, opened.revision, Predict(None))
    key = practice.evidence()[0].key
    practice.set_aside(key, True)
    assert practice.evidence()[0].set_aside
    practice.set_aside(key, False)
    assert not practice.evidence()[0].set_aside


def test_one_persons_practice_is_hidden_from_another(database: Database, practice: Practice) -> None:
    opened = Interviews(practice, grade_by_names, Clock()).start(SETUP, ITEMS, seed=1)
    other = Practice(database, "somebody else")
    with pytest.raises(StoreError, match="not there any more"):
        other.load(opened.id)
    assert (other.newest("interview", "running"), other.evidence()) == ([], ())


def test_a_quiz_is_saved_after_each_answer_and_gives_its_evidence_once(practice: Practice) -> None:
    quizzes = Quizzes(practice, Clock())
    opened = quizzes.start(QuizSetup(number=2), curated(), seed=1)
    opened = quizzes.answer(opened.id, opened.revision, 0, opened.quiz.questions[0].key)
    assert quizzes.open(opened.id) == opened
    with pytest.raises(TutorError):
        quizzes.answer(opened.id, 0, 1, 0)
    opened = quizzes.answer(opened.id, opened.revision, 1, 0)
    assert opened.quiz.finished
    assert len(practice.evidence()) == 2
    assert practice.load(opened.id).standing == "finished"


@pytest.mark.parametrize("immediate", [True, False])
def test_of_two_tabs_that_answer_one_quiz_question_the_slower_one_is_told_and_changes_nothing(
    practice: Practice, immediate: bool
) -> None:
    first = Quizzes(practice, Clock())
    opened = first.start(QuizSetup(number=2, immediate=immediate), curated(), seed=1)
    second = Quizzes(practice, Clock())
    answered = first.answer(opened.id, opened.revision, 0, 0)
    with pytest.raises(StaleError, match="This quiz went on in another tab or window"):
        second.answer(opened.id, opened.revision, 0, 1)
    with pytest.raises(StaleError, match="another tab"):
        second.finish(opened.id, opened.revision)
    assert second.open(opened.id) == answered


def test_the_scorecard_of_nothing_answered_gives_no_score(interviews: Interviews) -> None:
    opened = interviews.start(SETUP, ITEMS, seed=1)
    card = scorecard(interviews.act(opened.id, opened.revision, End()).interview)
    assert (card.verdict, card.score) == ("Not enough to judge", None)
    assert card.questions[0].state == "not answered"


def test_the_records_of_interviews_need_neither_a_judge_nor_a_sandbox() -> None:
    asks = "import sys, tutor.interview.records; print(*[n for n in sys.modules if n.startswith('tutor.')])"
    ran = subprocess.run(
        [sys.executable, "-c", asks],
        cwd=KILLER.parents[1], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(KILLER.parents[1])},
    )  # fmt: skip
    assert not {"tutor.verdicts", "tutor.comparison", "tutor.run_problems", "tutor.sandbox"} & set(ran.stdout.split())
