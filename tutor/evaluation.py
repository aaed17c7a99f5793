"""Measures retrieval, decisions and speed on a folder of questions whose answers are known.

Files, each optional: ``answerable.jsonl`` (question, gold ids or numbers), ``near_miss.jsonl`` (questions of the field
that the corpus does not answer), ``far_ood.jsonl`` (messages about something else). Knows nothing of how they were
written; measures the tutor as it is.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tutor.answering import Tutor
from tutor.batch import read_rows
from tutor.errors import TutorError
from tutor.records import Answer, Question

Progress = Callable[[str, int, int], None]
WARM_UP = 5
TIMED_QUESTIONS = 20
"""Questions asked with the chat model."""


def evaluate(tutor: Tutor, folder: Path, generate: bool, progress: Progress) -> dict[str, Any]:
    """All figures by name. Raises TutorError where ``folder`` holds no questions."""
    answerable = _rows(folder / "answerable.jsonl")
    near = _rows(folder / "near_miss.jsonl")
    far = _rows(folder / "far_ood.jsonl")
    if not answerable:
        raise TutorError(f"{folder} holds no answerable.jsonl", "questions with their gold items", "--questions DIR")
    golds = [_gold(row) for row in answerable]
    for row in answerable[:WARM_UP]:
        tutor.invoke(Question(row["question"], generate=False))
    answers = {
        name: _answer_all(tutor, name, rows, progress)
        for name, rows in (("answerable", answerable), ("near_miss", near), ("far_ood", far))
    }
    measured: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "questions": {name: len(rows) for name, rows in answers.items()},
        **retrieval_figures([[hit.item_id for hit in answer.hits] for answer in answers["answerable"]], golds),
        **_confidence_figures(answers),
        "decisions": {name: _shares([answer.decision for answer in rows]) for name, rows in answers.items() if rows},
        "retrieval_ms": _quantiles([answer.timings.retrieval_ms for answer in answers["answerable"]]),
    }
    if generate:
        measured["generation"] = _generation_figures(tutor, answerable, progress)
    return measured


def retrieval_figures(rankings: Sequence[Sequence[str]], golds: Sequence[set[str]]) -> dict[str, float]:
    """hit@1, recall@5 and MRR of ranked ids against sets of right ids; one right id is enough."""
    ranks = [
        next((place for place, id in enumerate(ranking, start=1) if id in gold), math.inf)
        for ranking, gold in zip(rankings, golds, strict=True)
    ]
    return {
        "hit@1": sum(rank == 1 for rank in ranks) / len(ranks),
        "recall@5": sum(rank <= 5 for rank in ranks) / len(ranks),
        "mrr": sum(1 / rank for rank in ranks) / len(ranks),
    }


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties counting one half (Mann and Whitney 1947)."""
    wins = sum((high > low) + 0.5 * (high == low) for high in positives for low in negatives)
    return wins / (len(positives) * len(negatives))


def as_table(measured: dict[str, Any]) -> str:
    """The figures as a Markdown table with date and machine."""
    lines = [f"{measured['date']}, {measured['machine']}", "", "| figure | value |", "|---|---|"]
    for name, value in measured.items():
        if name not in ("date", "machine"):
            lines += [f"| {label} | {_shown(each)} |" for label, each in _flat(name, value)]
    return "\n".join(lines)


def _flat(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{name}: {key}", inner)]
    return [(name, value)]


def _shown(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [row | {"question": row.get("question", row.get("text"))} for row in read_rows(path, "question", "text")]


def _answer_all(tutor: Tutor, name: str, rows: Sequence[dict[str, Any]], progress: Progress) -> list[Answer]:
    answers = []
    for done, row in enumerate(rows, start=1):
        answers.append(tutor.invoke(Question(row["question"], generate=False)))
        progress(name, done, len(rows))
    return answers


def _gold(row: dict[str, Any]) -> set[str]:
    golds = row.get("gold")
    if not isinstance(golds, list) or not golds or not all(isinstance(gold, str | int) for gold in golds):
        raise TutorError(f"The question {row['question'][:60]!r} has the gold {golds!r}", "a list of ids or numbers")
    return {gold if isinstance(gold, str) else f"q{gold:03}" for gold in golds}


def _confidence_figures(answers: dict[str, list[Answer]]) -> dict[str, float]:
    values = {name: [answer.confidence.value for answer in rows] for name, rows in answers.items()}
    return {
        f"auroc against {name}": auroc(values["answerable"], values[name])
        for name in ("near_miss", "far_ood")
        if values[name]
    }


def _generation_figures(tutor: Tutor, rows: Sequence[dict[str, Any]], progress: Progress) -> dict[str, Any]:
    """Milliseconds from the question to the model's first word and first checked sentence, and to the end.

    Questions spread over the file, each asked twice: before the model has read the item that answers it, and after.
    """
    questions = [row["question"] for row in rows][:: max(1, len(rows) // TIMED_QUESTIONS)][:TIMED_QUESTIONS]
    new, kept = [], []
    for done, question in enumerate(questions, start=1):
        new.append(tutor.invoke(Question(question)))
        tutor.read_ahead([hit.item_id for hit in new[-1].hits[:1]])
        kept.append(tutor.invoke(Question(question)))
        progress("generation", done, len(questions))
    return {
        f"{what} ms, passage {state}": _quantiles([getattr(answer.timings, name) for answer in answers])
        for state, answers in (("new", new), ("kept", kept))
        for what, name in (
            ("first token", "first_token_ms"),
            ("first checked sentence", "first_sentence_ms"),
            ("whole answer", "total_ms"),
        )
    } | {
        "answers with words of the model": _share_of_words(new + kept),
        "sentences dropped": sum(len(answer.dropped) for answer in new + kept),
    }


def _share_of_words(answers: Sequence[Answer]) -> float:
    return sum(bool(answer.tailored or answer.origin == "model") for answer in answers) / max(len(answers), 1)


def _shares(values: Sequence[str]) -> dict[str, float]:
    return {value: values.count(value) / len(values) for value in sorted(set(values))}


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of the values that were measured; 0 stands for none."""
    ordered = sorted(value for value in values if value)
    if not ordered:
        return {}
    return {
        "p50": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)],
    }
