"""Quizzes made from the corpus: multiple choice, true or false, choose the right statement, fill the missing point.

``records`` holds the shapes, ``making`` writes the questions, ``answering`` takes the answers and counts. Knows nothing
of where a quiz is kept or shown.
"""

from tutor.quiz.answering import answer, evidence_of, finish, score
from tutor.quiz.making import make_quiz
from tutor.quiz.records import FORMS, Form, Quiz, QuizQuestion, QuizSetup

__all__ = [
    "FORMS",
    "Form",
    "Quiz",
    "QuizQuestion",
    "QuizSetup",
    "answer",
    "evidence_of",
    "finish",
    "make_quiz",
    "score",
]
