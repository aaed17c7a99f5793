"""Measures the grader on answers of known worth, on two halves of the items.

The grader is fitted on none of these answers, but those to even-numbered items were looked at while it was made. What
it can do shows on the odd-numbered ones; both are reported. Knows nothing of how answers are graded.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.evaluation.cheats import cheats
from tutor.grading.batch import item_called
from tutor.grading.grader import grade
from tutor.json_lines import read_rows
from tutor.records import Item

Half = Literal["looked at", "held out"]
LEVELS = ("excellent", "partial", "wrong", "off_topic")
NEAR_ZERO = 0.1
"""A score that is as good as none."""

FULL = 0.85
"""The share of full marks that a paraphrase of all key points deserves."""


@dataclass(frozen=True)
class HalfFigures:
    """Shares in [0, 1] on one half of the items. ``means`` are mean scores by level; ``paraphrase_mean`` that of
    paraphrases, ``paraphrase_full`` the share of them that get ``FULL``."""

    half: Half
    items: int
    pairs: float
    excellent_above_wrong: float
    short_above_long: float
    paraphrase_mean: float
    paraphrase_full: float
    means: Mapping[str, float]


@dataclass(frozen=True)
class GradingFigures:
    """All figures. ``cheats`` are shares near zero by kind, with ``cheats_each`` answers of a kind; ``same_twice`` the
    share of answers that get the same grade again; times are seconds an answer."""

    grader: str
    halves: tuple[HalfFigures, ...]
    cheats: Mapping[str, float]
    cheats_each: int
    same_twice: float
    median_seconds: float
    slowest_seconds: float


Scorer = Callable[[Item, str], float]
Progress = Callable[[str, int, int], None]


def half(item_id: str) -> Half:
    """Which half an item belongs to."""
    return "held out" if int("".join(filter(str.isdigit, item_id)) or 0) % 2 else "looked at"


def measure_grading(
    items: Mapping[str, Item],
    folder: Path,
    embedder: Embeddings,
    chat_model: BaseChatModel | None,
    progress: Progress,
) -> GradingFigures:
    """Grades ``levels.jsonl``, ``short_long.jsonl`` and ``paraphrases.jsonl`` of ``folder``, and cheats
    made for each of their items. Raises TutorError for a row that cannot be read."""
    levels = list(read_rows(folder / "levels.jsonl", "answer"))
    pairs = list(read_rows(folder / "short_long.jsonl", "short", "long"))
    paraphrases = list(read_rows(folder / "paraphrases.jsonl", "answer"))
    tested = {row["item"]: item_called(items, row["item"]) for row in [*levels, *pairs, *paraphrases]}
    whole = len(levels) + 2 * len(pairs) + len(paraphrases)
    seconds: list[float] = []
    grader = ""

    def scored(item: Item, answer: str) -> float:
        nonlocal grader
        start = time.perf_counter()
        given = grade(item, answer, embedder, chat_model)
        seconds.append(time.perf_counter() - start)
        grader = max(grader, given.grader, key=len)
        progress("answers", len(seconds), whole)
        return given.score

    by_level: dict[str, dict[str, float]] = defaultdict(dict)
    for row in levels:
        by_level[row["item"]][row["level"]] = scored(tested[row["item"]], row["answer"])
    short_long = {
        row["item"]: (scored(tested[row["item"]], row["short"]), scored(tested[row["item"]], row["long"]))
        for row in pairs
    }
    full = {row["item"]: scored(tested[row["item"]], row["answer"]) for row in paraphrases}
    halves = tuple(_half_figures(name, by_level, short_long, full) for name in get_args(Half))
    again = [
        grade(tested[row["item"]], row["answer"], embedder, chat_model).score == by_level[row["item"]][row["level"]]
        for row in levels[:20]
    ]
    shares, each = _cheats(list(tested.values()), lambda item, text: grade(item, text, embedder, chat_model).score)
    times = np.array(seconds)
    return GradingFigures(
        grader, halves, shares, each, float(np.mean(again)), float(np.median(times)), float(times.max())
    )


def _half_figures(
    name: Half,
    by_level: Mapping[str, Mapping[str, float]],
    short_long: Mapping[str, tuple[float, float]],
    full: Mapping[str, float],
) -> HalfFigures:
    own = {item: scores for item, scores in by_level.items() if half(item) == name}
    ranked = [right for scores in own.values() for right in ranked_right(scores)]
    above = [scores["excellent"] > scores["wrong"] for scores in own.values() if {"excellent", "wrong"} <= set(scores)]
    paraphrased = [score for item, score in full.items() if half(item) == name]
    lengths = [short > long for item, (short, long) in short_long.items() if half(item) == name]
    means = {level: _mean([scores[level] for scores in own.values() if level in scores]) for level in LEVELS}
    return HalfFigures(
        name,
        len(own),
        _mean(ranked),
        _mean(above),
        _mean(lengths),
        _mean(paraphrased),
        _mean([score >= FULL for score in paraphrased]),
        means,
    )


def ranked_right(scores: Mapping[str, float]) -> list[bool]:
    """For each pair of levels whether the better one scores more; both wrong levels near zero count as right."""
    found = []
    for better, worse in combinations([level for level in LEVELS if level in scores], 2):
        both_none = better == "wrong" and max(scores[better], scores[worse]) <= NEAR_ZERO
        found.append(both_none or scores[better] > scores[worse])
    return found


def _cheats(items: Sequence[Item], scored: Scorer) -> tuple[dict[str, float], int]:
    found: dict[str, list[bool]] = defaultdict(list)
    for item in items:
        for kind, text in cheats(item):
            found[kind].append(scored(item, text) <= NEAR_ZERO)
    return {kind: _mean(near) for kind, near in found.items()}, min(map(len, found.values()), default=0)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def grading_markdown(figures: GradingFigures) -> str:
    """The figures as a table."""
    rows: dict[str, Callable[[HalfFigures], float]] = {
        "pairs of levels ranked right": lambda each: each.pairs,
        "excellent above fluent but wrong": lambda each: each.excellent_above_wrong,
        "short right above long poor": lambda each: each.short_above_long,
        "paraphrases, mean score": lambda each: each.paraphrase_mean,
        f"paraphrases of at least {FULL}": lambda each: each.paraphrase_full,
    }
    lines = [
        "| | " + " | ".join(f"{each.half} ({each.items} items)" for each in figures.halves) + " |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {' | '.join(f'{shown(each):.3f}' for each in figures.halves)} |" for name, shown in rows.items()
    ]
    lines += [
        f"| mean score, {level} | {' | '.join(f'{each.means[level]:.3f}' for each in figures.halves)} |"
        for level in LEVELS
    ]
    lines += ["", f"Grader: {figures.grader}.", f"Cheats at most {NEAR_ZERO}, {figures.cheats_each} or more of each:"]
    lines += [f"- {kind}: {share:.3f}" for kind, share in figures.cheats.items()]
    lines.append(
        f"Same grade twice: {figures.same_twice:.3f}. Seconds an answer: median {figures.median_seconds:.3f}, slowest "
        f"{figures.slowest_seconds:.3f}."
    )
    return "\n".join(lines)


def grading_json(figures: GradingFigures) -> str:
    """The figures as one line of JSON."""
    return json.dumps(asdict(figures), ensure_ascii=False)
