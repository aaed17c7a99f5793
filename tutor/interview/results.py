"""What came of one question of an interview: its score and what made it, points and quotes, the next drill.

Reads the interview and nothing else. What was skipped by its button or not answered has no score, which is not 0;
"I do not know" is an answer that says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.case_records import CaseResult
from tutor.grading.records import RubricMark, SaidMisconception
from tutor.interview.records import Asked, Interview
from tutor.interview.scoring import judged_by, net_score, reasons
from tutor.lexical import terms
from tutor.records import Citation, Item
from tutor.sentences import sentences


@dataclass(frozen=True)
class PointResult:
    """A key point, whether it was said, the candidate's exact words for it, and whether it came after a follow-up.
    ``cited`` is the number of the sentence of the model answer that says it, 0 for none."""

    text: str
    weight: int
    verdict: str
    quote: str
    probed: bool
    cited: int


@dataclass(frozen=True)
class ChoiceResult:
    """A choice among options. ``why`` says why the chosen one is wrong, "" where it is the right one."""

    chosen: str
    right: str
    why: str


@dataclass(frozen=True)
class QuestionResult:
    """One question. ``score`` in [0, 1] is None where nothing could be judged; ``state`` says which it is.
    ``grader`` is who gave it, ``rubric`` the marks beside it. ``cases`` are those of a program, ``printed`` what it
    printed; untrusted text. ``sources`` are the sentences of the model answer that
    say its points. ``drill`` is what to do next, and ``drill_item`` the item that it names."""

    place: int
    item: str
    title: str
    kind: str
    level: str
    topics: tuple[str, ...]
    state: Literal["scored", "not answered", "not enough to judge"]
    score: float | None
    grader: str
    reasons: tuple[str, ...]
    rubric: tuple[RubricMark, ...]
    points: tuple[PointResult, ...]
    misconceptions: tuple[SaidMisconception, ...]
    choice: ChoiceResult | None
    cases: tuple[CaseResult, ...]
    printed: str
    answer: str
    model_answer: str
    sources: tuple[Citation, ...]
    drill: str
    drill_item: str
    predicted: float | None
    hints: int
    minutes: float
    late: bool
    objection: str

    @property
    def score_words(self) -> str:
        """The score, or why there is none."""
        return self.state.capitalize() if self.score is None else f"{self.score:.0%}"

    @property
    def made_by(self) -> str:
        """What made the score, and who gave it."""
        by = f" Judged by {self.grader}." if self.grader else ""
        return f"{' '.join(self.reasons)}{by}"

    @property
    def rubric_words(self) -> str:
        """The marks beside the score; "" where there are none."""
        marks = [f"{mark.aspect} {mark.mark}{'' if mark.trusted else ' (unreliable)'}" for mark in self.rubric]
        by = " and ".join(dict.fromkeys(mark.by for mark in self.rubric))
        return f"Beside the score, computed from {by}: {', '.join(marks)}." if marks else ""


def question_result(interview: Interview, place: int, limit: float = 0.0) -> QuestionResult:
    """What came of one question; the candidate may see it once ``interview.tells`` it."""
    asked = interview.questions[place]
    item, score = interview.item(asked), net_score(asked)
    answered = asked.grade is not None or asked.code is not None or asked.choice is not None
    judged = asked.grade if asked.grade is not None and asked.grade.enough else None
    sources, points = _cited_points(item, asked)
    drill, drill_item = _drill(item, [point for point in points if point.verdict != "covered"])
    return QuestionResult(
        place,
        item.id,
        item.title,
        item.kind,
        item.level,
        item.topics,
        "scored" if score is not None else "not enough to judge" if answered else "not answered",
        score,
        judged_by(asked),
        reasons(asked),
        judged.rubric if judged else (),
        points,
        asked.grade.misconceptions if asked.grade else (),
        _choice(asked),
        asked.code.results if asked.code else (),
        asked.code.printed if asked.code else "",
        "\n\n".join(line.text for line in asked.lines if line.speaker == "candidate" and line.kind != "skip"),
        item.body,
        sources,
        drill,
        drill_item,
        asked.predicted,
        asked.hints,
        round(asked.seconds / 60, 1),
        bool(limit) and asked.seconds > limit,
        asked.objection,
    )


def _cited_points(item: Item, asked: Asked) -> tuple[tuple[Citation, ...], tuple[PointResult, ...]]:
    """The points of an answer that can be judged, each with the sentence of the model answer that says it, each
    sentence once."""
    quoted: list[str] = []
    points = []
    for point in asked.grade.points if asked.grade is not None and asked.grade.enough else ():
        source = _source(item, point.text)
        if source and source not in quoted:
            quoted.append(source)
        cited = quoted.index(source) + 1 if source else 0
        probed = point.text in asked.probed
        points.append(PointResult(point.text, point.weight, point.verdict, point.evidence, probed, cited))
    return tuple(Citation(number, item.id, quote) for number, quote in enumerate(quoted, start=1)), tuple(points)


def _source(item: Item, point: str) -> str:
    """The sentence of the model answer that shares most terms with a point; "" where none shares any."""
    wanted = set(terms(point))
    best = max(sentences(item.body), key=lambda each: len(wanted & set(terms(each.text))), default=None)
    return best.text if best and wanted & set(terms(best.text)) else ""


def _choice(asked: Asked) -> ChoiceResult | None:
    if asked.quiz is None or asked.choice is None:
        return None
    quiz, chosen = asked.quiz, asked.choice
    why = "" if chosen == quiz.key else quiz.why[chosen]
    return ChoiceResult(quiz.options[chosen], quiz.options[quiz.key], why)


def _drill(item: Item, missed: Sequence[PointResult]) -> tuple[str, str]:
    """What to do next, and the item it names: the heaviest missed point, else the item's first follow-up."""
    probes = {point.text: point.probe for point in item.key_points}
    heaviest = max(missed, key=lambda point: point.weight, default=None)
    if heaviest and probes.get(heaviest.text):
        return f"Read the model answer, then answer this aloud: {probes[heaviest.text]}", item.id
    if item.follow_ups:
        return f"Go one step further: {item.follow_ups[0].question}", item.follow_ups[0].item
    return f"Answer it once more tomorrow, in your own words: {item.title}", item.id
