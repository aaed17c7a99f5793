"""Sums an interview up: the verdict, each competence with what to do next, each question with what made its score.

Reads a finished interview and nothing else. What was not asked and what was not answered have no score; neither is 0.
A verdict is on the whole plan: questions that the set-up asks for and that an early end left out weigh against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tutor.grading.records import Aspect
from tutor.interview.planning import next_item
from tutor.interview.records import Interview
from tutor.interview.results import QuestionResult, question_result
from tutor.records import Kind
from tutor.topics import topic_name

Verdict = Literal["Ready", "Nearly ready", "Not ready yet", "Not enough to judge"]
Group = Literal["kind", "topic"]
READY_FROM, NEARLY_FROM = 0.75, 0.55
MIN_JUDGED = 2
KIND_NAMES: dict[Kind, str] = {
    "concept": "Concepts",
    "scenario": "Scenarios",
    "coding": "Coding",
    "mcq": "Multiple choice",
    "guide": "Preparation",
    "faq": "Career",
}


@dataclass(frozen=True)
class Competence:
    """``score`` in [0, 1] is the mean over the judged questions; None where none was judged. ``drill`` is what to do
    next, after the weakest of them, and ``drill_item`` the item that it names; "" without a score."""

    name: str
    group: Group
    score: float | None
    asked: int
    judged: int
    drill: str
    drill_item: str

    @property
    def words(self) -> str:
        """The score, or why there is none."""
        if self.score is not None:
            return f"{self.score:.0%}"
        return "not answered" if self.asked else "not asked"


@dataclass(frozen=True)
class Scorecard:
    """The whole result, the verdict first. ``predicted`` and ``actual`` are means over the questions that have both.
    ``unjudged`` are the aspects that nobody marked beside a score; empty where there are no marks at all."""

    verdict: Verdict
    sentence: str
    score: float | None
    competences: tuple[Competence, ...]
    questions: tuple[QuestionResult, ...]
    predicted: float | None
    actual: float | None
    not_answered: int
    not_asked: int
    unjudged: tuple[Aspect, ...]
    role: str
    level: str
    started: str
    notes: tuple[str, ...]


def make_scorecard(interview: Interview, limits: dict[str, float]) -> Scorecard:
    """The scorecard of an interview that is over. ``limits`` are the seconds that each item was given."""
    results = tuple(
        question_result(interview, place, limits.get(asked.item, 0.0))
        for place, asked in enumerate(interview.questions)
    )
    judged = [result.score for result in results if result.score is not None]
    pairs = [(each.predicted, each.score) for each in results if each.predicted is not None and each.score is not None]
    planned = planned_number(interview)
    verdict = _verdict(judged, planned)
    return Scorecard(
        verdict,
        _sentence(verdict, judged, results, planned),
        _mean(judged),
        tuple(_competences(interview, results)),
        results,
        _mean([predicted for predicted, _ in pairs]),
        _mean([score for _, score in pairs]),
        sum(result.state == "not answered" for result in results),
        planned - len(results),
        _unjudged(results),
        interview.setup.role,
        interview.setup.level,
        interview.started.isoformat(timespec="seconds"),
        interview.notes,
    )


def planned_number(interview: Interview) -> int:
    """How many questions the set-up asks for: those that were asked, where its number, time or pool is used up."""
    if next_item(interview) is None:
        return len(interview.questions)
    return min(interview.setup.number, len(interview.pool))


def _verdict(judged: Sequence[float], planned: int) -> Verdict:
    if len(judged) < MIN_JUDGED or len(judged) * 2 < planned:
        return "Not enough to judge"
    mean = sum(judged) / len(judged)
    if mean >= READY_FROM and len(judged) == planned:
        return "Ready"
    return "Nearly ready" if mean >= NEARLY_FROM else "Not ready yet"


def _sentence(verdict: Verdict, judged: Sequence[float], results: Sequence[QuestionResult], planned: int) -> str:
    if verdict == "Not enough to judge":
        found = f"{len(judged)} of {planned} planned questions have a score."
        return f"{found} A verdict needs at least {MIN_JUDGED}, and half of those planned."
    unanswered = sum(result.state == "not answered" for result in results)
    left = f" {unanswered} of {planned} questions were not answered." if unanswered else ""
    left += f" {planned - len(results)} of {planned} questions were not asked." if planned > len(results) else ""
    best = max((each for each in results if each.score is not None), key=lambda each: each.score or 0.0)
    worst = min((each for each in results if each.score is not None), key=lambda each: each.score or 0.0)
    words = f"The mean score is {sum(judged) / len(judged):.0%}.{left} Strongest: {best.title} ({best.score:.0%})."
    return words if best is worst else f"{words} Weakest: {worst.title} ({worst.score:.0%})."


def _unjudged(results: Sequence[QuestionResult]) -> tuple[Aspect, ...]:
    marked = {mark.aspect for result in results for mark in result.rubric}
    return tuple(aspect for aspect in get_args(Aspect) if aspect not in marked) if marked else ()


def _competences(interview: Interview, results: Sequence[QuestionResult]) -> Iterable[Competence]:
    for kind in interview.setup.kinds:
        yield _competence(KIND_NAMES[kind], "kind", [each for each in results if each.kind == kind])
    asked = [topic for result in results for topic in result.topics]
    for topic in dict.fromkeys([*interview.setup.topics, *asked]):
        if topic_name(topic) in KIND_NAMES.values():
            continue  # the kind says it already
        yield _competence(topic_name(topic), "topic", [each for each in results if topic in each.topics])


def _competence(name: str, group: Group, results: Sequence[QuestionResult]) -> Competence:
    scored = [(result.score, result) for result in results if result.score is not None]
    score = _mean([score for score, _ in scored])
    _, weakest = min(scored, key=lambda each: each[0], default=(0.0, None))
    drill, drill_item = (weakest.drill, weakest.drill_item) if weakest else ("", "")
    return Competence(name, group, score, len(results), len(scored), drill, drill_item)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
