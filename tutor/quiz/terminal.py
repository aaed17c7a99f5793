"""A quiz on a terminal: prints a question with its options, reads a number, says why each option is wrong or right."""

from __future__ import annotations

from collections.abc import Callable

from tutor.errors import PracticeError, StaleError
from tutor.quiz.answering import score
from tutor.quiz.keeping import OpenedQuiz, Quizzes
from tutor.quiz.records import Quiz


def run_quiz(quizzes: Quizzes, opened: OpenedQuiz, read: Callable[[], str], say: Callable[[str], None]) -> OpenedQuiz:
    """Asks until every question has an answer, then says the result; the end of the input ends the quiz."""
    while not opened.quiz.finished:
        place = opened.quiz.place
        if place is None:
            opened = quizzes.finish(opened.id, opened.revision)
            break
        say(_asked(opened.quiz, place))
        try:
            opened = quizzes.answer(opened.id, opened.revision, place, option_named(read()))
        except PracticeError as error:
            say(str(error))
            continue
        except StaleError as error:
            say(str(error))
            opened = quizzes.open(opened.id)
            continue
        except EOFError:
            opened = quizzes.finish(opened.id, opened.revision)
            break
        if opened.quiz.setup.immediate:
            say(_told(opened.quiz, place))
    if not opened.quiz.setup.immediate:
        for place in range(len(opened.quiz.questions)):
            say(f"\n{place + 1}. {opened.quiz.questions[place].prompt}\n{_told(opened.quiz, place)}")
    right, given = score(opened.quiz)
    say(f"\n{right} of {given} answers are right.")
    return opened


def option_named(line: str) -> int:
    """The place, from 0, of the option whose number was typed; -1 where it is no number."""
    try:
        return int(line) - 1
    except ValueError:
        return -1


def _asked(quiz: Quiz, place: int) -> str:
    question = quiz.questions[place]
    lines = [f"\n{place + 1} of {len(quiz.questions)}. {question.prompt}"]
    lines += [question.context] if question.context else []
    return "\n".join([*lines, *(f"  {number}. {text}" for number, text in enumerate(question.options, start=1))])


def _told(quiz: Quiz, place: int) -> str:
    question, given = quiz.questions[place], quiz.answers[place]
    verdict = "Not answered." if given is None else "Right." if given == question.key else "Wrong."
    lines = [verdict]
    for number, why in enumerate(question.why):
        lines.append(f"  {number + 1}. {'right' if number == question.key else 'wrong'}: {why}")
    return "\n".join(lines)
