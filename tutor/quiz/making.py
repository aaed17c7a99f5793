"""Writes quiz questions from items, with one right option each, by rules and a seed; no model is asked.

What makes the other options wrong is known from the corpus: misconceptions are wrong everywhere, and a key point of an
item on other topics is no point of this answer. Knows nothing of how a quiz goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from random import Random

from tutor.errors import PracticeError
from tutor.lexical import terms
from tutor.quiz.records import Form, Quiz, QuizQuestion, QuizSetup
from tutor.records import Item

MAX_NUMBER = 50
OPTIONS = 4
MAX_SHARED_TERMS = 0.3
"""A point of another item is no distractor where it shares more of its terms with a point of this one."""


def make_quiz(setup: QuizSetup, items: Sequence[Item], seed: int, now: datetime) -> Quiz:
    """A quiz of at most ``setup.number`` questions; the same seed gives the same one.

    No two questions are on one item before every item had its turn. Raises PracticeError where nothing can be asked.
    """
    chance = Random(seed)
    if not setup.forms or not 1 <= setup.number <= MAX_NUMBER:
        raise PracticeError(
            f"The quiz asks for {setup.number} questions of {len(setup.forms)} kinds",
            f"1 to {MAX_NUMBER} questions and at least one kind",
            "choose them in the set-up",
        )
    wanted = [item for item in items if not setup.topics or set(item.topics) & set(setup.topics)]
    questions = _draw(setup, wanted, items, chance)
    if not questions:
        topics = ", ".join(setup.topics) or "the corpus"
        raise PracticeError(
            f"Nothing in {topics} gives a question of these kinds", "a topic with key points", "choose other topics"
        )
    notes: tuple[str, ...] = ()
    if len(questions) < setup.number:
        notes = (f"Only {len(questions)} questions can be made from these topics and kinds.",)
    empty = (None,) * len(questions)
    return Quiz(setup, tuple(_balanced(questions, chance)), empty, empty, now, notes=notes)


def multiple_choice(item: Item, chance: Random) -> QuizQuestion | None:
    """A multiple-choice item with its options in an order that ``chance`` gives; None for other items."""
    if not item.choices:
        return None
    letters = chance.sample(sorted(item.choices.options), len(item.choices.options))
    options = tuple(item.choices.options[letter] for letter in letters)
    why = tuple(item.choices.distractors.get(letter, item.body) for letter in letters)
    key = letters.index(item.choices.key)
    return QuizQuestion(item.id, item.title, item.topics, "multiple choice", item.question, options, key, why)


def _draw(setup: QuizSetup, wanted: Sequence[Item], items: Sequence[Item], chance: Random) -> list[QuizQuestion]:
    """Goes round the forms, so that a quiz is mixed, and through the items in a random order."""
    left = {form: chance.sample(list(wanted), len(wanted)) for form in setup.forms}
    forms = chance.sample(list(setup.forms), len(setup.forms))
    drawn: list[QuizQuestion] = []
    asked: dict[str, int] = {}
    truths: list[bool] = []
    while len(drawn) < setup.number and any(left.values()):
        for form in forms:
            left[form].sort(key=lambda item: asked.get(item.id, 0))
            while left[form] and len(drawn) < setup.number:
                item = left[form].pop(0)
                truths = truths or chance.sample([True, False], 2)
                made = _made(form, item, items, truths[-1], chance)
                if made:
                    truths = truths[:-1] if form == "true or false" else truths
                    drawn.append(made)
                    asked[item.id] = asked.get(item.id, 0) + 1
                    break
    return drawn


def _balanced(questions: Sequence[QuizQuestion], chance: Random) -> list[QuizQuestion]:
    """Shuffles the options so that over the quiz the right one stands equally often in each place."""
    places: dict[int, list[int]] = {}
    shuffled = []
    for question in questions:
        count = len(question.options)
        if question.form == "true or false":
            shuffled.append(question)
            continue
        if not places.get(count):
            places[count] = chance.sample(range(count), count)
        key = places[count].pop()
        others = [place for place in range(count) if place != question.key]
        order = chance.sample(others, len(others))
        order.insert(key, question.key)
        options, why = tuple(question.options[at] for at in order), tuple(question.why[at] for at in order)
        shuffled.append(replace(question, options=options, why=why, key=key))
    return shuffled


def _made(form: Form, item: Item, items: Sequence[Item], truth: bool, chance: Random) -> QuizQuestion | None:
    if form == "multiple choice":
        return multiple_choice(item, chance)
    if form == "true or false":
        return _true_or_false(item, truth, chance)
    return _choose(item, items, chance) if form == "choose" else _fill(item, items, chance)


def _true_or_false(item: Item, truth: bool, chance: Random) -> QuizQuestion | None:
    """A key point, which is true, or a misconception, which is false."""
    if not item.key_points or not item.misconceptions or item.choices:
        return None
    if truth:
        claim = chance.choice(item.key_points).text
        why = ("The claim is right: it is part of the model answer.", "The claim is part of the model answer.")
    else:
        wrong = chance.choice(item.misconceptions)
        claim, why = wrong.claim, (wrong.why, wrong.why)
    key = 0 if truth else 1
    prompt = f"True or false? {claim}"
    about = _about(item)
    return QuizQuestion(item.id, item.title, item.topics, "true or false", prompt, ("True", "False"), key, why, about)


def _choose(item: Item, items: Sequence[Item], chance: Random) -> QuizQuestion | None:
    """A key point among misconceptions of this item and of items on its topics: wrong claims, wherever they stand."""
    if not item.key_points or item.choices:
        return None
    right = chance.choice(item.key_points)
    near = [other for other in items if other.id != item.id and set(other.topics) & set(item.topics)]
    wrong = list(item.misconceptions)
    more = [each for other in chance.sample(near, len(near)) for each in other.misconceptions]
    more.sort(key=lambda each: abs(len(each.claim) - len(right.text)))
    wrong = (wrong + more)[: OPTIONS - 1]
    if len(wrong) < OPTIONS - 1:
        return None
    options = (right.text, *(each.claim for each in wrong))
    why = (f"Right: it is part of the answer to “{item.title}”", *(each.why for each in wrong))
    prompt = "Which of these statements is right?"
    return QuizQuestion(item.id, item.title, item.topics, "choose", prompt, options, 0, why, _about(item))


def _fill(item: Item, items: Sequence[Item], chance: Random) -> QuizQuestion | None:
    """An answer with one key point taken out, among a misconception of the item and points of other answers."""
    if len(item.key_points) < 3 or not item.misconceptions or item.choices:
        return None
    heavy = [point for point in item.key_points if point.weight > 1] or list(item.key_points)
    right = chance.choice(heavy)
    shown = [point.text for point in item.key_points if point != right][:3]
    wrong = chance.choice(item.misconceptions)
    foreign = _foreign_points(item, items, chance)[: OPTIONS - 2]
    if len(foreign) < OPTIONS - 2:
        return None
    options = (right.text, wrong.claim, *(text for text, _ in foreign))
    why = (
        f"Right: it belongs to the answer to “{item.title}”",
        wrong.why,
        *(f"This is true, but it answers another question: “{title}”" for _, title in foreign),
    )
    context = "\n".join(f"- {text}" for text in shown) + "\n- …"
    prompt = f"Somebody answers “{item.title}” with these points. Which point is missing?"
    return QuizQuestion(item.id, item.title, item.topics, "fill", prompt, options, 0, why, context)


def _foreign_points(item: Item, items: Sequence[Item], chance: Random) -> list[tuple[str, str]]:
    """Key points, each with its item's title, of items that neither share a topic with this one nor are named by it."""
    named = {item.id, *item.related, *(follow_up.item for follow_up in item.follow_ups)}
    own = [_terms(point.text) for point in item.key_points]
    found = []
    for other in chance.sample(list(items), len(items)):
        if other.id in named or item.id in other.related or set(other.topics) & set(item.topics) or other.choices:
            continue
        points = [point.text for point in other.key_points if not _shared(_terms(point.text), own)]
        if points:
            found.append((chance.choice(points), other.title))
    return found


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _shared(point: frozenset[str], own: Sequence[frozenset[str]]) -> bool:
    return any(len(point & each) > MAX_SHARED_TERMS * max(len(point), 1) for each in own)


def _about(item: Item) -> str:
    return f"About: {item.title}"
