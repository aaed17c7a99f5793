"""Interviews and quizzes on a terminal: a whole talk typed by a script, a pause, wrong words, the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from interview_fakes import ITEMS, Clock, grade_by_names, make_item
from web_fakes import curated

from tutor.errors import PracticeError
from tutor.interview.conducting import Interviews, Opened
from tutor.interview.planning import KINDS
from tutor.interview.records import CodeResult, Interview, Setup
from tutor.interview.terminal import conduct
from tutor.practice_commands import setup_from
from tutor.quiz import QuizSetup
from tutor.quiz.keeping import Quizzes
from tutor.quiz.terminal import run_quiz
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER


def typing(*lines: str) -> Callable[[], str]:
    left: Iterator[str] = iter(lines)

    def read() -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return read


def judge(interview: Interview, source: str) -> CodeResult:
    return CodeResult(source, "pass", 4, 4, "")


@pytest.fixture
def interviews(tmp_path: Path) -> Interviews:
    return Interviews(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), grade_by_names, Clock())


def talk(interviews: Interviews, opened: Opened, *lines: str) -> tuple[Opened, str]:
    said: list[str] = []
    return conduct(interviews, opened, typing(*lines), said.append, judge), "\n".join(said)


def test_a_whole_interview_is_typed_and_ends_with_its_scorecard(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    names = [point.text.split()[-1] for point in opened.interview.item(opened.interview.current).key_points]
    done, said = talk(
        interviews, opened, f"It holds {names[0]}", "and more", "", "/hint", f"also {names[1]}", "", "/skip", "60"
    )
    assert done.interview.standing == "finished"
    assert "What about the beta part?" in said
    assert "Here is a hint. Look left." in said
    assert "Less 10% for 1 hint." in said
    assert "| Concepts | 73% | 1 | 1 |" in said
    assert "You predicted 60%." in said


def test_the_end_of_the_input_pauses_and_the_interview_goes_on_later(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    left, said = talk(interviews, opened)
    assert left.interview.standing == "paused"
    assert f"tutor interview --resume {opened.id}" in said
    done, said = talk(interviews, left, "/skip")
    assert done.interview.standing == "finished"
    assert "Please tell me what" in said


def test_a_program_is_handed_in_by_its_path(interviews: Interviews, tmp_path: Path) -> None:
    program = tmp_path / "mine.py"
    program.write_text("def f(x): return x", encoding="utf-8")
    opened = interviews.start(Setup(kinds=("coding",), number=1), (make_item("c1", kind="coding"),), seed=1)
    done, said = talk(interviews, opened, "no/such/file.py", str(program), "")
    assert done.interview.current.code is not None
    assert "4 of 4 cases pass." in said
    assert "No such file" in said


def test_an_option_is_chosen_by_its_number_and_another_word_is_refused_in_a_sentence(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("mcq",), number=1), (make_item("m1", kind="mcq"),), seed=1)
    quiz = opened.interview.current.quiz
    assert quiz is not None
    done, said = talk(interviews, opened, "the second", str(quiz.key + 1), "")
    assert "There is no such option" in said
    assert done.interview.questions[0].choice == quiz.key


def test_a_quiz_counts_right_answers_and_says_why(tmp_path: Path) -> None:
    quizzes = Quizzes(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), Clock())
    opened = quizzes.start(QuizSetup(number=2), curated(), seed=1)
    said: list[str] = []
    keys = [str(question.key + 1) for question in opened.quiz.questions]
    run_quiz(quizzes, opened, typing("nonsense", *keys), said.append)
    assert "2 of 2 answers are right." in said[-1]
    assert any("There is no option" in each for each in said)


def test_a_quiz_told_at_its_end_tells_nothing_before(tmp_path: Path) -> None:
    quizzes = Quizzes(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), Clock())
    opened = quizzes.start(QuizSetup(number=2, immediate=False), curated(), seed=1)
    said: list[str] = []
    run_quiz(quizzes, opened, typing("1", "1"), said.append)
    assert not any("Right." in each or "Wrong." in each for each in said[:2])
    assert sum("Right." in each or "Wrong." in each for each in said) == 2


@pytest.mark.parametrize("word", [{"role": "wizard"}, {"level": "guru"}, {"kinds": ("riddle",)}])
def test_a_word_that_is_not_known_is_answered_with_the_known_ones(word: dict[str, object]) -> None:
    given = {"role": "custom", "level": "beginner", "topics": (), "kinds": (), "number": 1, "minutes": 0}
    with pytest.raises(PracticeError, match="one of: "):
        setup_from(**{**given, "coached": True, "weak": False, **word})  # type: ignore[arg-type]


def test_mixed_is_every_kind_and_no_kind_is_the_usual_ones() -> None:
    def kinds(*names: str) -> tuple[str, ...]:
        return setup_from("custom", "beginner", (), names, 1, 0, coached=True, weak=False).kinds

    assert kinds("mixed") == KINDS
    assert kinds("MCQ", "coding") == ("coding", "mcq")
    assert kinds() == Setup().kinds


def test_the_command_line_holds_a_quiz(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tutor", "quiz", "--number", "1", "--seed", "1"],
        input="1\n", capture_output=True, text=True, check=True, env=os.environ | {"TUTOR_HOME": str(tmp_path)},
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert "of 1 answers are right." in ran.stdout
