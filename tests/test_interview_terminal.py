"""Interviews and quizzes on a terminal: a whole talk typed by a script, a pause, wrong words, the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from interview_fakes import ITEMS, Clock, all_of, grade_by_names, make_item
from web_fakes import curated

from tutor.case_records import CaseResult
from tutor.commands.practice_assembly import hold_interview, hold_quiz, setup_from
from tutor.errors import PracticeError
from tutor.grading.records import Grade
from tutor.interview.conducting import Interviews, Opened
from tutor.interview.planning import KINDS
from tutor.interview.records import CodeResult, Interview, Setup
from tutor.interview.terminal import conduct
from tutor.judging import Execution
from tutor.quiz import QuizSetup
from tutor.quiz.keeping import Quizzes
from tutor.quiz.terminal import run_quiz
from tutor.records import Item
from tutor.settings import Settings, default_corpus
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER

QUOKKA = """---
id: notes-001
title: What is a quokka split?
section: notes
kind: concept
level: beginner
topics: [imported]
key_points:
  - {text: A quokka split keeps every marsupial in one fold., weight: 3}
misconceptions:
  - {claim: It is a bird., why: It is none.}
  - {claim: It is a fish., why: It is none.}
  - {claim: It is a tree., why: It is none.}
---
A quokka split keeps every marsupial in one fold.
"""


def typing(*lines: str, then: type[BaseException] = EOFError) -> Callable[[], str]:
    left: Iterator[str] = iter(lines)

    def read() -> str:
        try:
            return next(left)
        except StopIteration:
            raise then from None

    return read


class FakePrograms:
    def sampled(self, interview: Interview, source: str) -> Execution:
        return Execution("c1", source, "f(1)", 7, "7", "printed\x1b[2J\n", 1.0, "")

    def judged(self, interview: Interview, source: str) -> CodeResult:
        wrong = CaseResult("zero", "fail", "f(0)", "0", "1", "Zero counts.", "Expected 0, got\x1b 1.")
        right = CaseResult("one", "pass", "f(1)", "1", "1", "One counts.")
        return CodeResult(source, "fail", 1, 2, "zero: Expected 0, got\x1b 1.", (wrong, right))


@pytest.fixture
def interviews(tmp_path: Path) -> Interviews:
    return Interviews(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), grade_by_names, Clock())


def talk(interviews: Interviews, opened: Opened, *lines: str) -> tuple[Opened, str]:
    said: list[str] = []
    return conduct(interviews, opened, typing(*lines), said.append, FakePrograms()), "\n".join(said)


def test_a_whole_interview_is_typed_and_ends_with_its_scorecard(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    names = [point.text.split()[-1] for point in opened.interview.item(opened.interview.current).key_points]
    done, said = talk(
        interviews, opened, f"It holds {names[0]}", "and more", "", "/hint", f"also {names[1]}", "", "/skip", "60"
    )
    assert done.interview.standing == "finished"
    told = said[: said.index("# Interview")]
    item = opened.interview.current.item
    assert f"- covered: The alpha of it is alpha{item} [1] You said: “alpha{item}”" in told
    assert f"[1] {item}: The alpha of it is alpha{item}." in told
    assert "What about the beta part?" in said
    assert "Here is a hint. Look left." in said
    assert "Less 10% for 1 hint. Judged by rules." in said
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


@pytest.mark.parametrize("leaves", [KeyboardInterrupt, EOFError], ids=["ctrl-c", "ctrl-d"])
def test_leaving_in_the_middle_of_an_answer_keeps_its_lines_as_the_draft(
    interviews: Interviews, leaves: type[BaseException]
) -> None:
    opened = interviews.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    said: list[str] = []
    left = conduct(interviews, opened, typing("It holds", "two lines", then=leaves), said.append, FakePrograms())
    assert (left.interview.standing, left.draft) == ("paused", "It holds\ntwo lines")
    assert said[-1] == f"The interview is paused. To go on: tutor interview --resume {opened.id}"
    assert [line.speaker for line in left.interview.current.lines] == ["interviewer"]
    done, words = talk(interviews, left, "and a third", "", "/skip", "/skip", "")
    assert "It holds\ntwo lines" in words
    assert done.interview.questions[0].lines[1].text == "It holds\ntwo lines\nand a third"


def test_a_command_typed_after_a_draft_is_a_command(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    left = conduct(interviews, opened, typing("half a line"), lambda text: None, FakePrograms())
    done, _ = talk(interviews, left, "/skip")
    assert done.interview.current.skipped


def test_ctrl_c_while_an_answer_is_graded_pauses_and_the_answer_is_graded_later(tmp_path: Path) -> None:
    rows = Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER)

    def interrupted(item: Item, answer: str) -> Grade:
        raise KeyboardInterrupt

    slow = Interviews(rows, interrupted, Clock())
    opened = slow.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    answer = all_of(opened.interview.item(opened.interview.current))
    left, said = talk(slow, opened, answer, "")
    assert left.interview.standing == "paused"
    assert f"tutor interview --resume {opened.id}" in said
    done, said = talk(Interviews(rows, grade_by_names, Clock()), left, "")
    assert done.interview.current.grade is not None
    assert "| Concepts | 100% | 1 | 1 |" in said


def test_an_error_while_grading_is_said_and_no_other_tab_is_blamed(tmp_path: Path) -> None:
    failures = [PracticeError("The grader stumbled")]

    def stumbling(item: Item, answer: str) -> Grade:
        if failures:
            raise failures.pop()
        return grade_by_names(item, answer)

    stumbles = Interviews(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), stumbling, Clock())
    opened = stumbles.start(Setup(kinds=("concept",), number=1), ITEMS, seed=1)
    answer = all_of(opened.interview.item(opened.interview.current))
    done, said = talk(stumbles, opened, answer, "", "")
    assert done.interview.standing == "finished"
    assert "The grader stumbled." in said
    assert "another tab" not in said


def test_without_weights_an_interview_is_graded_by_words_and_says_so_once(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home", default_corpus(), chat_model="embedded")
    said: list[str] = []
    setup = setup_from("custom", "beginner", (), ("concept",), 1, 0, True, False)
    sentence = "It is a model that learns from labelled examples and predicts the labels of new ones."
    hold_interview(settings, setup, "", typing(sentence, "", "Also a validation set.", "", "/skip", ""), said.append)
    assert sum("graded by their words alone" in each for each in said) == 1
    assert sum("graded without the chat model" in each for each in said) == 1
    assert not any("another tab" in each for each in said)
    with closing(Database.open(settings.database)) as database:
        saved = Practice(database, LOCAL_USER).newest("interview", "running", "paused", "finished")
    assert '"grader":"words"' in saved[0].state


def test_the_terminal_asks_imported_items_too(tmp_path: Path) -> None:
    settings = Settings(tmp_path, default_corpus(), chat_model="none")
    source = settings.library / "notes"
    source.mkdir(parents=True)
    (source / "notes-001.md").write_text(QUOKKA, encoding="utf-8")
    said: list[str] = []
    setup = setup_from("custom", "beginner", ("imported",), ("concept",), 1, 0, True, False)
    hold_interview(settings, setup, "", typing("/skip"), said.append)
    assert any("quokka split" in each for each in said)
    hold_quiz(settings, 1, ("imported",), True, 1, typing("1"), said.append)
    assert any("of 1 answers are right." in each for each in said)


def test_a_program_is_handed_in_by_its_path(interviews: Interviews, tmp_path: Path) -> None:
    program = tmp_path / "mine.py"
    program.write_text("def f(x):\n\treturn x  #\xa0\x1b[2J", encoding="utf-8")
    opened = interviews.start(Setup(kinds=("coding",), number=1), (make_item("c1", kind="coding"),), seed=1)
    done, said = talk(interviews, opened, "no/such/file.py", str(program), "")
    assert done.interview.current.code is not None
    assert "1 of 2 cases pass." in said
    told = said[: said.index("# Interview")]
    assert "- fail: zero. Expected 0, got� 1. Input: f(0) Expected: 0 Got: 1\n- pass: one." in told
    assert "No such file" in said
    assert "\treturn x  #\xa0�[2J" in said
    assert "\x1b" not in said


def test_an_interview_begun_on_the_page_is_timed_as_on_a_terminal_once_it_goes_on_there(tmp_path: Path) -> None:
    clock = Clock()
    timed = Interviews(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), grade_by_names, clock)
    opened = timed.start(Setup(kinds=("mcq",), number=1), (make_item("m1", kind="mcq"),), seed=1)
    clock.move(minutes=1)
    timed.read_clock(opened.id, opened.revision)
    clock.move(hours=3)

    def think() -> str:
        clock.move(minutes=20)
        return "1"

    said: list[str] = []
    done = conduct(timed, timed.open(opened.id), think, said.append, FakePrograms())
    assert "Time: 21.0 minutes" in "\n".join(said)
    assert done.interview.notes == (
        "The page was closed, the computer slept or the clock jumped; that time is not counted.",
    )


def test_a_program_is_tried_on_the_sample_before_it_is_handed_in(interviews: Interviews, tmp_path: Path) -> None:
    program = tmp_path / "mine.py"
    program.write_text("def f(x): return x", encoding="utf-8")
    opened = interviews.start(Setup(kinds=("coding",), number=1), (make_item("c1", kind="coding"),), seed=1)
    left, said = talk(interviews, opened, f"/sample {program}", "/sample no/such.py")
    assert "f(x)\n\nf(1)" in said
    assert "```" not in said
    assert ">>> f(1)\nprinted�[2J\n7" in said
    assert "No such file" in said
    assert (left.interview.standing, left.interview.current.code) == ("paused", None)


def test_an_option_is_chosen_by_its_number_and_another_word_is_refused_in_a_sentence(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("mcq",), number=1), (make_item("m1", kind="mcq"),), seed=1)
    quiz = opened.interview.current.quiz
    assert quiz is not None
    done, said = talk(interviews, opened, "the second", "²", "9" * 5000, str(quiz.key + 1), "")
    assert said.count("There is no such option") == 3
    assert done.interview.questions[0].choice == quiz.key


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (2, "Time: 2.0 minutes, more than the 1.5 that it is given. The 2 minutes of the interview are over"),
        (9, "Time: 2.0 minutes, more than the 1.5 that it is given. 7.0 of 9 minutes are left."),
        (0, "Time: 2.0 minutes, more than the 1.5 that it is given."),
    ],
)
def test_after_an_answer_the_time_it_took_and_the_time_left_are_said(tmp_path: Path, minutes: int, words: str) -> None:
    clock = Clock()
    timed = Interviews(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), grade_by_names, clock)
    setup = Setup(kinds=("mcq",), number=1, minutes=minutes)
    opened = timed.start(setup, (make_item("m1", kind="mcq"),), seed=1)
    clock.move(minutes=2)
    _, said = talk(timed, opened, "1", "")
    assert words in said


def test_a_wrong_option_is_told_with_the_reason_and_the_right_one(interviews: Interviews) -> None:
    opened = interviews.start(Setup(kinds=("mcq",), number=2), (make_item("m1", kind="mcq"),), seed=1)
    quiz = opened.interview.current.quiz
    assert quiz is not None
    _, said = talk(interviews, opened, str(2 - quiz.key), "")
    told = said[said.index("Score: 0%") : said.index("# Interview")]
    assert "You chose “one”, which is wrong: It is not one." in told
    assert "Right is: two" in told


def test_a_quiz_counts_right_answers_and_says_why(tmp_path: Path) -> None:
    quizzes = Quizzes(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), Clock())
    opened = quizzes.start(QuizSetup(number=2), curated(), seed=1)
    said: list[str] = []
    keys = [str(question.key + 1) for question in opened.quiz.questions]
    run_quiz(quizzes, opened, typing("nonsense", "²", *keys), said.append)
    assert "2 of 2 answers are right." in said[-1]
    assert sum("There is no option" in each for each in said) == 2


def test_a_quiz_that_went_on_in_another_tab_goes_on_from_there(tmp_path: Path) -> None:
    quizzes = Quizzes(Practice(Database.open(tmp_path / "tutor.db"), LOCAL_USER), Clock())
    opened = quizzes.start(QuizSetup(number=2), curated(), seed=1)
    quizzes.answer(opened.id, opened.revision, 0, opened.quiz.questions[0].key)
    said: list[str] = []
    run_quiz(quizzes, opened, typing("1", str(opened.quiz.questions[1].key + 1)), said.append)
    assert sum("another tab" in each for each in said) == 1
    assert said[-1] == "\n2 of 2 answers are right."


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
