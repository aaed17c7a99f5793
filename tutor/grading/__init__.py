"""Grades an answer against an item's key points: what is covered, partly, missing or contradicted, with quotes.

``answer_text`` cuts the answer and ``screening`` says what of it can be judged; ``presence`` and ``opposition`` compare
it with what ``item_reading`` knows, ``agreement`` asks a chat model about the whole, ``verdicts`` decides, ``scoring``
adds up, ``grader`` runs it all: ``from tutor.grading.grader import grade``. The records alone are here, because pages
name them at their start and the grader brings in half of what answers.
"""

from tutor.grading.records import Grade, PointGrade, PointVerdict, RubricMark, SaidMisconception

__all__ = ["Grade", "PointGrade", "PointVerdict", "RubricMark", "SaidMisconception"]
