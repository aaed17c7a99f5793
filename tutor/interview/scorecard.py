"""Sums an interview up: the verdict, each competence, each question with what made its score and what to do next.

Reads a finished interview and nothing else. What was not asked and what was not answered have no score; neither is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.interview.records import Asked, Interview
from tutor.interview.scoring import net_score, reasons
from tutor.lexical import terms
from tutor.records import Citation, Item, Kind
from tutor.sentences import sentences
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
    """``score`` in [0, 1] is the mean over the judged questions; None where none was judged."""

    name: str
    group: Group
    score: float | None
    asked: int
    judged: int

    @property
    def words(self) -> str:
        """The score, or why there is none."""
        if self.score is not None:
            return f"{self.score:.0%}"
        return "not answered" if self.asked else "not asked"


@dataclass(frozen=True)
class PointResult:
    """A key point, whether it was said, the candidate's exact words for it, and whether it came after a follow-up."""

    text: str
    weight: int
    verdict: str
    quote: str
    probed: bool


@dataclass(frozen=True)
class QuestionResult:
    """One question. ``score`` in [0, 1] is None where nothing could be judged; ``state`` says which it is.
    ``sources`` are the sentences of the model answer for the points that are missing. ``drill`` is what to do next, and
    ``drill_item`` the item that it names."""

    place: int
    item: str
    title: str
    kind: str
    level: str
    topics: tuple[str, ...]
    state: Literal["scored", "not answered", "not enough to judge"]
    score: float | None
    reasons: tuple[str, ...]
    points: tuple[PointResult, ...]
    misconceptions: tuple[str, ...]
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


@dataclass(frozen=True)
class Scorecard:
    """The whole result, the verdict first. ``predicted`` and ``actual`` are means over the questions that have both."""

    verdict: Verdict
    sentence: str
    score: float | None
    competences: tuple[Competence, ...]
    questions: tuple[QuestionResult, ...]
    predicted: float | None
    actual: float | None
    not_answered: int
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
    verdict = _verdict(judged, len(results))
    return Scorecard(
        verdict,
        _sentence(verdict, judged, results),
        _mean(judged),
        tuple(_competences(interview, results)),
        results,
        _mean([predicted for predicted, _ in pairs]),
        _mean([score for _, score in pairs]),
        sum(result.state == "not answered" for result in results),
        interview.setup.role,
        interview.setup.level,
        interview.started.isoformat(timespec="seconds"),
        interview.notes,
    )


def question_result(interview: Interview, place: int, limit: float = 0.0) -> QuestionResult:
    """What came of one question; the candidate may see it once ``interview.tells`` it."""
    asked = interview.questions[place]
    item, score = interview.item(asked), net_score(asked)
    answered = asked.grade is not None or asked.code is not None or asked.choice is not None
    points = _points(asked)
    missed = [point for point in points if point.verdict != "covered"]
    drill, drill_item = _drill(item, missed)
    return QuestionResult(
        place,
        item.id,
        item.title,
        item.kind,
        item.level,
        item.topics,
        "scored" if score is not None else "not enough to judge" if answered else "not answered",
        score,
        reasons(asked),
        points,
        tuple(f"{each.claim} {each.why}" for each in asked.grade.misconceptions) if asked.grade else (),
        "\n\n".join(line.text for line in asked.lines if line.speaker == "candidate" and line.kind != "skip"),
        item.body,
        tuple(_sources(item, missed)),
        drill,
        drill_item,
        asked.predicted,
        asked.hints,
        round(asked.seconds / 60, 1),
        bool(limit) and asked.seconds > limit,
        asked.objection,
    )


def _points(asked: Asked) -> tuple[PointResult, ...]:
    if asked.grade is None or not asked.grade.enough:
        return ()
    return tuple(
        PointResult(point.text, point.weight, point.verdict, point.evidence, point.text in asked.probed)
        for point in asked.grade.points
    )


def _sources(item: Item, missed: Sequence[PointResult]) -> Iterable[Citation]:
    """For each missed point the sentence of the model answer that says it, each sentence once."""
    found = sentences(item.body)
    quoted: list[str] = []
    for point in missed:
        wanted = set(terms(point.text))
        best = max(found, key=lambda each: len(wanted & set(terms(each.text))), default=None)
        if best and wanted & set(terms(best.text)) and best.text not in quoted:
            quoted.append(best.text)
    return (Citation(number, item.id, quote) for number, quote in enumerate(quoted, start=1))


def _drill(item: Item, missed: Sequence[PointResult]) -> tuple[str, str]:
    """What to do next, and the item it names: the heaviest missed point, else the item's first follow-up."""
    probes = {point.text: point.probe for point in item.key_points}
    heaviest = max(missed, key=lambda point: point.weight, default=None)
    if heaviest and probes.get(heaviest.text):
        return f"Read the model answer, then answer this aloud: {probes[heaviest.text]}", item.id
    if item.follow_ups:
        return f"Go one step further: {item.follow_ups[0].question}", item.follow_ups[0].item
    return f"Answer it once more tomorrow, in your own words: {item.title}", item.id


def _verdict(judged: Sequence[float], asked: int) -> Verdict:
    if len(judged) < MIN_JUDGED or len(judged) * 2 < asked:
        return "Not enough to judge"
    mean = sum(judged) / len(judged)
    if mean >= READY_FROM and len(judged) == asked:
        return "Ready"
    return "Nearly ready" if mean >= NEARLY_FROM else "Not ready yet"


def _sentence(verdict: Verdict, judged: Sequence[float], results: Sequence[QuestionResult]) -> str:
    if verdict == "Not enough to judge":
        found = f"{len(judged)} of {len(results)} questions have a score."
        return f"{found} A verdict needs at least {MIN_JUDGED}, and half of those asked."
    unanswered = sum(result.state == "not answered" for result in results)
    left = f" {unanswered} of {len(results)} questions were not answered." if unanswered else ""
    best = max((each for each in results if each.score is not None), key=lambda each: each.score or 0.0)
    worst = min((each for each in results if each.score is not None), key=lambda each: each.score or 0.0)
    words = f"The mean score is {sum(judged) / len(judged):.0%}.{left} Strongest: {best.title} ({best.score:.0%})."
    return words if best is worst else f"{words} Weakest: {worst.title} ({worst.score:.0%})."


def _competences(interview: Interview, results: Sequence[QuestionResult]) -> Iterable[Competence]:
    for kind in interview.setup.kinds:
        yield _competence(KIND_NAMES[kind], "kind", [each for each in results if each.kind == kind])
    asked = [topic for result in results for topic in result.topics]
    for topic in dict.fromkeys([*interview.setup.topics, *asked]):
        if topic_name(topic) in KIND_NAMES.values():
            continue  # the kind says it already
        yield _competence(topic_name(topic), "topic", [each for each in results if topic in each.topics])


def _competence(name: str, group: Group, results: Sequence[QuestionResult]) -> Competence:
    judged = [result.score for result in results if result.score is not None]
    return Competence(name, group, _mean(judged), len(results), len(judged))


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
