"""Chooses what an interview asks: a pool of items at its start, then one item after the other at a fitting level.

The level rises after a good answer and falls after a poor one. Pure; the seed decides where nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from tutor.errors import PracticeError
from tutor.interview.records import Interview, Role, Setup
from tutor.interview.scoring import net_score
from tutor.quiz.making import multiple_choice
from tutor.quiz.records import QuizQuestion
from tutor.records import Item, Kind, Level

LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced")
KINDS: tuple[Kind, ...] = ("concept", "scenario", "coding", "mcq")
MAX_NUMBER, MAX_MINUTES = 20, 180
RISES_FROM, FALLS_BELOW = 0.75, 0.4
MINUTES_EACH: dict[Kind, float] = {"concept": 4, "scenario": 6, "coding": 20, "mcq": 1.5, "guide": 4, "faq": 4}
"""The time that a question of a kind is given, before the clock warns."""

ROLE_TOPICS: dict[Role, tuple[str, ...]] = {
    "ML engineer": ("deep-learning", "mlops", "feature-engineering", "evaluation", "ensembles", "nlp-llm", "coding"),
    "data scientist": ("evaluation", "probability", "linear-models", "imbalanced-data", "data-preparation", "ensembles",
                       "time-series", "unsupervised-learning", "coding"),
    "researcher": ("deep-learning", "nlp-llm", "probability", "regularization", "privacy", "explainability",
                   "svm-kernels", "dimensionality-reduction", "coding"),
    "custom": (),
}  # fmt: skip


def begin(
    setup: Setup, items: Sequence[Item], seed: int, now: datetime, mastery: Mapping[str, float] | None = None
) -> Interview:
    """An interview with its pool and without a question yet. ``mastery`` is in [0, 1] by topic, as far as known.

    Raises PracticeError where nothing can be asked.
    """
    _check(setup)
    topics = setup.topics or (() if setup.weak else ROLE_TOPICS[setup.role])
    able = [item for item in items if item.kind in setup.kinds and is_askable(item)]
    fitting = [item for item in able if not topics or set(item.topics) & set(topics)]
    if not fitting:
        raise PracticeError(
            f"The corpus has no {' or '.join(setup.kinds)} question on {', '.join(topics) or 'any topic'}",
            "topics and kinds with at least one question",
            "choose more topics or more kinds",
        )
    order = Random(seed).sample(fitting, len(fitting))
    if setup.weak:
        order.sort(key=lambda item: min((mastery or {}).get(topic, 0.5) for topic in item.topics))
    pool = tuple(_spread_over_levels(order, setup.number))
    return Interview(setup, seed, pool, now, notes=tuple(_notes(setup, able, pool)))


def is_askable(item: Item) -> bool:
    """Whether an answer to the item can be judged."""
    if item.kind == "mcq":
        return item.choices is not None
    return item.exercise is not None if item.kind == "coding" else bool(item.key_points)


def next_item(interview: Interview) -> Item | None:
    """The next item to ask; None where the interview is over: by number, by time, or because the pool is empty."""
    asked = [question.item for question in interview.questions]
    left = [item for item in interview.pool if item.id not in asked]
    setup = interview.setup
    spent = sum(question.seconds for question in interview.questions)
    if not left or len(asked) >= setup.number or (setup.minutes and spent >= setup.minutes * 60):
        return None
    before = [item for item in interview.pool if item.id in asked]
    wanted = LEVELS.index(level_now(interview))

    def rank(item: Item) -> tuple[int, int, int, int]:
        topics = sum(bool(set(item.topics) & set(other.topics)) for other in before)
        kinds = sum(item.kind == other.kind for other in before)
        return abs(LEVELS.index(item.level) - wanted), kinds, 0 if setup.weak else topics, interview.pool.index(item)

    return min(left, key=rank)


def level_now(interview: Interview) -> Level:
    """The level to ask at: the chosen one, one up for each good answer and one down for each poor one."""
    place = LEVELS.index(interview.setup.level)
    for question in interview.questions:
        score = net_score(question)
        if score is not None:
            step = 1 if score >= RISES_FROM else -1 if score < FALLS_BELOW else 0
            place = min(max(place + step, 0), len(LEVELS) - 1)
    return LEVELS[place]


def shuffled_choices(item: Item, seed: int) -> QuizQuestion | None:
    """A multiple-choice item's options in an order of the interview's own; None for other items."""
    return multiple_choice(item, Random(f"{seed}{item.id}"))


def _check(setup: Setup) -> None:
    if not 1 <= setup.number <= MAX_NUMBER or not 0 <= setup.minutes <= MAX_MINUTES:
        raise PracticeError(
            f"The interview asks for {setup.number} questions in {setup.minutes} minutes",
            f"1 to {MAX_NUMBER} questions, and at most {MAX_MINUTES} minutes",
            "choose a number between them",
        )
    if not setup.kinds:
        raise PracticeError("No kind of question was chosen", f"one of {', '.join(KINDS)}", "choose at least one kind")


def _spread_over_levels(order: Sequence[Item], number: int) -> list[Item]:
    """Up to ``number`` items of each level, so that the level can rise and fall all the way."""
    return [item for level in LEVELS for item in [each for each in order if each.level == level][:number]]


def _notes(setup: Setup, able: Sequence[Item], pool: Sequence[Item]) -> list[str]:
    notes = []
    covered = {topic for item in able for topic in item.topics}
    empty = [topic for topic in setup.topics if topic not in covered]
    if empty:
        notes.append(f"The corpus has no question of these kinds on: {', '.join(empty)}.")
    if len(pool) < setup.number:
        notes.append(f"Only {len(pool)} questions fit this set-up.")
    return notes
