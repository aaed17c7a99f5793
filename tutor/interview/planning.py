"""Chooses what an interview asks: a pool of items at its start, then one item after the other.

The chosen kinds take turns; within a kind comes what the candidate is weak at, where that was asked for, then what fits
the level, which rises after a good answer and falls after a poor one. Pure; the seed decides where nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from random import Random

from tutor.errors import PracticeError
from tutor.interview.records import Interview, Role, Setup
from tutor.interview.scoring import net_score
from tutor.quiz.making import multiple_choice
from tutor.quiz.records import QuizQuestion
from tutor.records import Item, Kind, Level

LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced")
KINDS: tuple[Kind, ...] = ("concept", "scenario", "coding", "mcq")
MIXED = "mixed"
"""The name for all kinds."""

MAX_NUMBER, MAX_MINUTES = 20, 180
RISES_FROM, FALLS_BELOW = 0.75, 0.4
MINUTES_EACH: dict[Kind, float] = {"concept": 4, "scenario": 6, "coding": 20, "mcq": 1.5, "guide": 4, "faq": 4}
"""The time that a question of a kind is given, before the clock warns."""

UNKNOWN = 0.5
"""The mastery of a topic without evidence: neither weak nor known."""

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
    topics = setup.topics or (() if setup.weak or setup.items else ROLE_TOPICS[setup.role])
    named = [item for item in items if not setup.items or item.id in setup.items]
    able = [item for item in named if item.kind in setup.kinds and is_askable(item)]
    fitting = [item for item in able if not topics or set(item.topics) & set(topics)]
    if not fitting:
        raise PracticeError(
            f"The corpus has no {' or '.join(setup.kinds)} question on {', '.join(topics) or 'any topic'}",
            "topics and kinds with at least one question",
            "choose more topics or more kinds",
        )
    order = Random(seed).sample(fitting, len(fitting))
    known = dict(mastery or {}) if setup.weak else {}
    order.sort(key=lambda item: _least_mastery(item, known))
    pool = tuple(_spread(order, setup))
    return Interview(setup, seed, pool, now, notes=tuple(_notes(setup, able, pool, known)), mastery=known)


def is_askable(item: Item) -> bool:
    """Whether an answer to the item can be judged; a program only by cases of the corpus."""
    if item.kind == "mcq":
        return item.choices is not None
    if item.kind == "coding":
        return item.exercise is not None and item.source == "corpus"
    return bool(item.key_points)


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

    def rank(item: Item) -> tuple[int, float, int, int, int]:
        kinds = sum(item.kind == other.kind for other in before)
        topics = sum(bool(set(item.topics) & set(other.topics)) for other in before)
        distance = abs(LEVELS.index(item.level) - wanted)
        return kinds, _least_mastery(item, interview.mastery), distance, topics, interview.pool.index(item)

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


def chosen_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds that were chosen by name; ``MIXED`` is all of them."""
    return tuple(kind for kind in KINDS if kind in names or MIXED in names)


def _least_mastery(item: Item, mastery: Mapping[str, float]) -> float:
    return min((mastery.get(topic, UNKNOWN) for topic in item.topics), default=UNKNOWN)


def _spread(order: Sequence[Item], setup: Setup) -> list[Item]:
    """Up to ``number`` items of each kind and level, so that the level can rise and fall all the way."""
    groups = [[item for item in order if (item.kind, item.level) == each] for each in product(setup.kinds, LEVELS)]
    return [item for group in groups for item in group[: setup.number]]


def _notes(setup: Setup, able: Sequence[Item], pool: Sequence[Item], mastery: Mapping[str, float]) -> list[str]:
    notes = []
    if setup.weak and not mastery:
        notes.append("Nothing was practised yet, so what you are weak at is not known. Any topic may be asked.")
    without = [kind for kind in setup.kinds if not any(item.kind == kind for item in pool)]
    if without:
        notes.append(f"The corpus has no {' or '.join(without)} question on these topics.")
    covered = {topic for item in able for topic in item.topics}
    empty = [topic for topic in setup.topics if topic not in covered]
    if empty:
        notes.append(f"The corpus has no question of these kinds on: {', '.join(empty)}.")
    if len(pool) < setup.number:
        notes.append(f"Only {len(pool)} questions fit this set-up.")
    return notes
