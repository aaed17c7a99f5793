"""`tutor calibrate --grader`: fits the grader's numbers on answers of known worth that measure nothing.

Their writers had seen the items and none of the answers in ``tests/answers``, and somebody else checked the partial,
excellent, wrong and paraphrased ones. "short" ones say the main points in a sentence, "poor" ones are long and say next
to nothing; for these and for partial and excellent ones ``said`` tells how much of each key point they say. Knows
nothing of where the result is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any, Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.calibration.fitting import Logistic, Vector, cross_fit, mix_weights
from tutor.grading.agreement import agreement
from tutor.grading.answer_text import Piece, answer_sentences
from tutor.grading.item_reading import item_reading
from tutor.grading.opposition import Opposition, opposition
from tutor.grading.presence import Presence, presences
from tutor.grading.screening import judged_sentences
from tutor.grading.vectors import Vectors, vectors_of
from tutor.grading.verdicts import Fit, Fits, GraderFits
from tutor.json_lines import read_rows
from tutor.records import Item

ANSWERS = Path(__file__).parent / "answers" / "answers.jsonl"
ELSEWHERE = (7, 17, 29)
"""Each item is also compared with excellent answers to items so many places further on: they say none of its points."""

Said = Literal["full", "part", "no"]
EVERYWHERE: Mapping[str, Said] = {"paraphrase": "full", "elsewhere": "no"}
"""How much of every key point answers of these levels say."""

RIGHT_OR_WRONG = ("excellent", "partial", "paraphrase", "wrong")
"""The levels that show what speaks against an answer; short and poor ones say too little."""

CREDIT: Mapping[Said, float] = {"full": 1.0, "part": 0.5, "no": 0.0}
POINT_MIX = {"full": 0.5, "no": 0.25, "off topic": 0.25, "part": 0.0}
"""How much points count in the fit; what was said in part is neither."""

CREDIT_MIX: Mapping[Said, float] = {"full": 0.4, "part": 0.2, "no": 0.4}
STEPS = 80
"""Thresholds that are tried."""

WITH_VECTORS, WORDS_ONLY = ("meaning", "lift", "mine", "about", "together", "own"), ("mine", "about", "together", "own")
"""The signals of a point's presence that each way to grade uses."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Given:
    """An answer: ``judged`` are its sentences that count. ``said``: how much of each key point it says by a person's
    word, empty where nobody told."""

    item: Item
    level: str
    said: tuple[Said, ...]
    judged: tuple[Piece, ...]


@dataclass(frozen=True)
class Seen:
    """An answer's signals; ``yes`` is a chat model's log-odds of its being right."""

    given: Given
    presences: tuple[Presence, ...]
    opposition: Opposition
    yes: float


def fit_grader(
    items: Mapping[str, Item], embedder: Embeddings, chat_model: BaseChatModel, progress: Progress
) -> tuple[GraderFits, list[str]]:
    """The fits, and a sentence on how well each tells right answers from wrong ones it was not fitted on. Raises
    TutorError where an answer cannot be read."""
    told = [row for row in read_rows(ANSWERS, "answer") if row["item"] in items]
    told.sort(key=lambda row: row["item"])
    known = [given for given in (_given(row, items) for row in told) if given.judged]
    asked = [place for place, given in enumerate(known) if given.level in RIGHT_OR_WRONG]
    replies: dict[int, float] = {}
    for done, place in enumerate(asked, start=1):
        given = known[place]
        said = " ".join(piece.text for piece in given.judged)
        replies[place] = agreement(given.item, said, chat_model) or 0.0
        progress("chat model's word", done, len(asked))
    known += [_given(row, items) for row in _elsewhere(told, items)]
    made, sentences = [], []
    for name, vectors, signals in (
        ("words and vectors", vectors_of(embedder), WITH_VECTORS),
        ("words", None, WORDS_ONLY),
    ):
        seen = [_seen(given, vectors, replies.get(place, 0.0)) for place, given in enumerate(known)]
        fits, words = _fits(seen, signals)
        made.append(fits)
        sentences.append(f"{name}: {words}")
    return GraderFits(*made), sentences


def _given(row: Mapping[str, Any], items: Mapping[str, Item]) -> Given:
    item, everywhere = items[row["item"]], EVERYWHERE.get(row["level"])
    said: Sequence[Said] = [everywhere] * len(item.key_points) if everywhere else row.get("said", ())
    judged = judged_sentences(answer_sentences(row["answer"]), f"{item.title} {item.question}")
    return Given(item, row["level"], tuple(said), judged)


def _elsewhere(rows: Sequence[Mapping[str, Any]], items: Mapping[str, Item]) -> Iterator[dict[str, Any]]:
    excellent = {row["item"]: row["answer"] for row in rows if row["level"] == "excellent"}
    ids = sorted(excellent)
    for place, item in enumerate(ids):
        for step in ELSEWHERE:
            other = ids[(place + step) % len(ids)]
            if not set(items[other].topics) & set(items[item].topics):
                yield {"item": item, "level": "elsewhere", "answer": excellent[other]}


def _seen(given: Given, vectors: Vectors | None, yes: float) -> Seen:
    known = item_reading(given.item)
    return Seen(given, presences(known, given.judged, vectors), opposition(known, given.judged, vectors), yes)


def _fits(seen: Sequence[Seen], signals: Sequence[str]) -> tuple[Fits, str]:
    points = [
        (word, {name: asdict(point)[name] for name in signals}, each)
        for each in seen
        for word, point in zip(each.given.said, each.presences, strict=bool(each.given.said))
    ]
    words = np.array([word for word, _, _ in points])
    off_topic = np.array([each.given.level == "elsewhere" for _, _, each in points])
    is_said, is_clear = words == "full", words != "part"
    weights = mix_weights([*np.where(off_topic, "off topic", words)], POINT_MIX)
    groups = [each.given.item.id for _, _, each in points]
    said, of_said = _logistic([row for _, row, _ in points], is_said, groups, weights)
    partly, covered = _thresholds(of_said.log_odds[~off_topic], words[~off_topic])
    own = [each for each in seen if each.given.level in RIGHT_OR_WRONG]
    wrong = np.array([each.given.level == "wrong" for each in own])
    groups = [each.given.item.id for each in own]
    weights = mix_weights([*np.where(wrong, "wrong", "right")], {"wrong": 0.5, "right": 0.5})
    against, alone = _logistic([asdict(each.opposition) for each in own], wrong, groups, weights)
    told = [{"against": float(odds), "yes": each.yes} for odds, each in zip(alone.log_odds, own, strict=True)]
    heard, both = _logistic(told, wrong, groups, weights)
    told_apart = (
        f"AUROC of a key point that is said, {_auroc(of_said.log_odds[is_clear], is_said[is_clear]):.3f}; "
        f"of wrong answers {_auroc(alone.log_odds, wrong):.3f}, with the model {_auroc(both.log_odds, wrong):.3f}"
    )
    return Fits(said, partly, covered, against, heard), told_apart


def _thresholds(log_odds: Vector, words: np.ndarray) -> tuple[float, float]:
    """From which log-odds on a point counts as said in part and in full, so that the credit given is nearest to what
    people gave; what is said in full weighs as much as what is not, what is said in part half as much."""
    credit = np.array([CREDIT[word] for word in words])
    weights = mix_weights([*words], CREDIT_MIX)
    tried = np.quantile(log_odds, np.linspace(0.0, 1.0, STEPS))

    def error(pair: tuple[float, float]) -> float:
        given = np.where(log_odds < pair[0], 0.0, np.where(log_odds < pair[1], 0.5, 1.0))
        return float(weights @ np.abs(given - credit))

    partly, covered = min(combinations_with_replacement(tried, 2), key=error)
    return float(partly), float(covered)


def _logistic(
    rows: Sequence[Mapping[str, float]], labels: np.ndarray, groups: Sequence[str], weights: Vector
) -> tuple[Fit, Logistic]:
    names = list(rows[0])
    made = cross_fit(np.array([[row[name] for name in names] for row in rows]), labels, groups, weights)
    return Fit(dict(zip(names, made.slopes, strict=True)), made.intercept), made


def _auroc(log_odds: Vector, labels: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, log_odds))
