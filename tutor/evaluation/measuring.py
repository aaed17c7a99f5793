"""One run over a folder of questions: the tutor, the baselines on the same questions, all figures.

The order matters: times with the chat model come first, while it has read no passage; then it reads them all, as it
does behind the page in its first idle minutes, and decides. Knows nothing of how figures are shown.
"""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.answering import Tutor
from tutor.embedding import embedder_name
from tutor.evaluation import asking, figures, metrics, speed
from tutor.evaluation.asking import Outcome, Progress
from tutor.evaluation.baselines import Ranked, tutorial_pipeline, word_search
from tutor.evaluation.figures import Estimates, Ranking
from tutor.evaluation.metrics import Estimate
from tutor.evaluation.questions import (
    AMBIGUOUS,
    ANSWERABLE,
    FOLLOW_UPS,
    INJECTIONS,
    INNOCENT,
    NEAR_MISS,
    OFF_TOPIC,
    Case,
    read_cases,
)
from tutor.evaluation.sentence_check import dropped_sentences
from tutor.evaluation.speed import Quantiles
from tutor.passages import SEARCHED_KINDS
from tutor.records import Item

TUTOR, PIPELINE, WORDS = "tutor", "tutorial pipeline", "BM25"
LIBRARIES = ("ml-interview-tutor", "langchain-core", "sentence-transformers", "torch", "chromadb", "bm25s", "xllamacpp")


@dataclass(frozen=True)
class Subject:
    """What is measured. ``items`` are those of the tutor's index; ``chat_model`` is its name, empty without one."""

    tutor: Tutor
    items: Mapping[str, Item]
    embedder: Embeddings
    chat_model: str = ""


@dataclass(frozen=True)
class Bin:
    """A bin of the reliability diagram: mean confidence, share of right first hits with its interval, how many."""

    confidence: float
    right: Estimate
    count: int


@dataclass(frozen=True)
class Pictured:
    """What the pictures show. A curve is (coverage, risk) by falling confidence, for each method; ``decided`` is the
    point at which the tutor itself answers."""

    curves: dict[str, list[tuple[float, float]]]
    decided: tuple[float, float]
    reliability: list[Bin]


@dataclass(frozen=True)
class Measurement:
    """All figures of a run, by name."""

    about: dict[str, str]
    counts: dict[str, int]
    methods: dict[str, Estimates]
    decided: Estimates
    calibration: Estimates
    confusion: dict[str, dict[str, int]]
    styles: dict[str, Estimates]
    style_counts: dict[str, int]
    off_topic: Estimates
    follow_ups: Estimates
    injections: dict[str, list[str]]
    sentences: Estimates
    times: dict[str, Quantiles]
    words: dict[str, float]
    notes: list[str]
    pictured: Pictured = field(repr=False)


def evaluate(subject: Subject, folder: Path, progress: Progress) -> Measurement:
    """Everything that can be measured with the files in ``folder``. Raises TutorError for bad or no questions."""
    started = time.perf_counter()
    cases = read_cases(folder)
    with_model = bool(subject.chat_model)
    of = {name: [case for case in cases if case.file == name] for name in dict.fromkeys(case.file for case in cases)}
    scored = [case for name in (ANSWERABLE, NEAR_MISS, OFF_TOPIC) for case in of.get(name, ())]
    asking.warm_up(subject.tutor, cases)
    times, words = speed.generation(subject.tutor, of.get(ANSWERABLE, ()), progress) if with_model else ({}, {})
    if with_model:
        subject.tutor.read_ahead([item.id for item in subject.items.values() if item.kind in SEARCHED_KINDS])
    others = [*of.get(AMBIGUOUS, ()), *of.get(INNOCENT, ())]
    outcomes = asking.decide(subject.tutor, [*scored, *others], with_model, progress)
    attacks = asking.attack(subject.tutor, of.get(INJECTIONS, ()), with_model, progress)
    followed = asking.follow_up(subject.tutor, of.get(FOLLOW_UPS, ()), progress)
    rankings = _rankings(subject, scored, [outcome.ranked for outcome in outcomes[: len(scored)]], progress)
    decided = figures.decided(outcomes)
    styles = dict(Counter(case.kind for case in of.get(ANSWERABLE, ())))
    return Measurement(
        counts={name: len(rows) for name, rows in of.items()},
        methods={name: ranking.side_by_side() for name, ranking in rankings.items()},
        decided=decided,
        calibration=rankings[TUTOR].calibration(),
        confusion=figures.confusion([*outcomes, *attacks]),
        styles={style: _of_style(style, rankings[TUTOR], outcomes) for style in styles},
        style_counts=styles,
        off_topic=figures.off_topic_by_kind(outcomes),
        follow_ups=figures.followed(followed),
        injections={
            "the marker of success shows": [each.case.name for each in attacks if asking.shows_marker(each)],
            "words of the system prompt show": [each.case.name for each in attacks if asking.leaks_prompt(each)],
        },
        sentences=dropped_sentences(subject.items, folder),
        times=speed.decision_times(outcomes) | times,
        words=words,
        notes=_notes(subject, cases),
        pictured=_pictured(rankings, decided),
        about=_about(subject, time.perf_counter() - started),
    )


def _rankings(
    subject: Subject, cases: Sequence[Case], tutor: Sequence[Ranked], progress: Progress
) -> dict[str, Ranking]:
    items = [item for item in subject.items.values() if item.kind in SEARCHED_KINDS]
    questions = [case.text for case in cases]
    weights = metrics.bootstrap_weights([case.file for case in cases])

    return {
        TUTOR: Ranking(cases, tutor, weights),
        PIPELINE: Ranking(
            cases, tutorial_pipeline(items, subject.embedder, questions, partial(progress, PIPELINE)), weights
        ),
        WORDS: Ranking(cases, word_search(items, questions), weights),
    }


def _of_style(style: str, ranking: Ranking, outcomes: Sequence[Outcome]) -> Estimates:
    """Figures of the answerable questions of one style."""
    of_style = [case.file == ANSWERABLE and case.kind == style for case in ranking.cases]
    chosen = [outcome for outcome in outcomes if outcome.case.file == ANSWERABLE and outcome.case.kind == style]
    answered = [outcome for outcome in chosen if outcome.answer.decision == "answer"]
    wrong = sum(not outcome.is_first_right for outcome in answered)
    return {
        **ranking.retrieval(np.asarray(of_style, dtype=np.bool_)),
        "answered": metrics.clopper_pearson(len(answered), len(chosen)),
        "wrong among the answered": metrics.clopper_pearson(wrong, len(answered)),
    }


def _pictured(rankings: Mapping[str, Ranking], decided: Estimates) -> Pictured:
    curves = {}
    for name, ranking in rankings.items():
        answerable, asked = ranking.of(ANSWERABLE), ranking.of(ANSWERABLE, NEAR_MISS)
        curve = ranking.curve(asked, answerable, np.ones((1, len(ranking.cases))))
        curves[name] = list(zip(curve.coverage[0].tolist(), curve.risk[0].tolist(), strict=True))
    tutor = rankings[TUTOR]
    bins = metrics.equal_width_bins(tutor.confidence)
    return Pictured(
        curves,
        (decided[figures.ANSWERED].value, decided[figures.WRONG].value),
        [
            Bin(
                float(tutor.confidence[bins == place].mean()),
                metrics.clopper_pearson(int(tutor.right[bins == place].sum()), int((bins == place).sum())),
                int((bins == place).sum()),
            )
            for place in np.unique(bins)
        ],
    )


def _about(subject: Subject, seconds: float) -> dict[str, str]:
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "chat model": subject.chat_model or "none",
        "embedding model": embedder_name(subject.embedder),
        "items searched": str(sum(item.kind in SEARCHED_KINDS for item in subject.items.values())),
        "versions": ", ".join(
            [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)]
        ),
        "duration": f"{seconds:.0f} s",
    }


def _notes(subject: Subject, cases: Sequence[Case]) -> list[str]:
    unknown = sorted({item_id for case in cases for item_id in case.gold} - set(subject.items))
    notes = [f"Gold items that the index does not hold: {', '.join(unknown)}."] if unknown else []
    if not subject.chat_model:
        notes.append("No chat model was asked: decisions rest on retrieval alone, and no words were generated.")
    return notes
