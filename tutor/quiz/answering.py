"""A quiz goes on: an answer is taken, the quiz is finished, the right ones are counted, evidence comes out.

Pure: each step gives a new quiz. Knows nothing of where a quiz is kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tutor.errors import PracticeError
from tutor.learner.records import Evidence
from tutor.quiz.records import Quiz


def answer(quiz: Quiz, place: int, choice: int, at: datetime) -> Quiz:
    """The quiz with one more answer. Until it is told, an answer may be changed. Raises PracticeError."""
    if not 0 <= place < len(quiz.questions) or not 0 <= choice < len(quiz.questions[place].options):
        raise PracticeError(
            f"There is no option {choice + 1} of question {place + 1}", "one of the options", "choose one that is shown"
        )
    if quiz.tells(place):
        raise PracticeError(f"Question {place + 1} was answered already", "one answer a question", "go to the next one")
    answers, times = list(quiz.answers), list(quiz.answered_at)
    answers[place], times[place] = choice, at
    answered = replace(quiz, answers=tuple(answers), answered_at=tuple(times))
    return finish(answered, at) if quiz.setup.immediate and answered.place is None else answered


def finish(quiz: Quiz, at: datetime) -> Quiz:
    """Ends the quiz; questions without an answer stay without one."""
    return quiz if quiz.finished else replace(quiz, finished=at)


def score(quiz: Quiz) -> tuple[int, int]:
    """How many answers are right, of how many that were given and may be told."""
    told = [place for place in range(len(quiz.questions)) if quiz.tells(place) and quiz.answers[place] is not None]
    return sum(quiz.answers[place] == quiz.questions[place].key for place in told), len(told)


def evidence_of(quiz: Quiz, id: str) -> tuple[Evidence, ...]:
    """A row for each answer that may be told; ``id`` is the quiz's."""
    rows = []
    for place, (question, given, at) in enumerate(zip(quiz.questions, quiz.answers, quiz.answered_at, strict=True)):
        if given is not None and at is not None and quiz.tells(place):
            right = float(given == question.key)
            note = f"{question.form}: {question.prompt}"
            key = f"quiz:{id}:{place}"
            rows.append(Evidence(key, "quiz", question.item, question.topics, right, at, note=note[:300]))
    return tuple(rows)
