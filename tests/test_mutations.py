"""Each mutation changes one thing and says something wrong; what might stay true is not made."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.corpus import read_corpus
from tutor.grounding import MIN_TERMS, check_sentence
from tutor.lexical import terms
from tutor.mutations import MutationKind, MutationRow, mutate, mutation_table
from tutor.records import Item
from tutor.sentences import sentences
from tutor.settings import default_corpus

Right = list[tuple[Item, str, str]]

ITEMS = {item.id: item for item in read_corpus(default_corpus()).items}


def made(sentence: str, kind: str, item: Item = ITEMS["q013"]) -> set[str]:
    """What comes out of many draws."""
    return {
        mutation.text
        for seed in range(30)
        for mutation in mutate(sentence, item, random.Random(seed))
        if mutation.kind == kind
    }


@pytest.mark.parametrize(
    ("id", "kind", "sentence", "wrong"),
    [
        ("q054", "number", "Five or 10 folds are usual.", "Five or 1,000 folds are usual."),
        ("q035", "number", "Two components keep 90% of it.", "Nine components keep 90% of it."),
        ("q045", "number", "Algorithm R takes O(n) time.", "Algorithm R takes O(n²) time."),
        ("q013", "negation", "Bagging combines its models.", "Bagging does not combine its models."),
        ("q013", "negation", "Bagging is stable.", "Bagging is not stable."),
        ("q013", "negation", "Bagging is stable.", "Bagging is unstable."),
        ("q053", "negation", "More data does not remove bias.", "More data does remove bias."),
        ("q004", "negation", "Clustering works without labels.", "Clustering works with labels."),
        ("q013", "antonym", "Bagging reduces variance.", "Bagging increases variance."),
        ("q052", "antonym", "Split the training data first.", "Split the test data first."),
        ("q013", "swapped names", "Bagging trains models in parallel.", "Boosting trains models in parallel."),
        (
            "q013",
            "swapped names",
            "Bagging mainly reduces variance, while boosting mainly reduces bias.",
            "Bagging mainly reduces bias, while boosting mainly reduces variance.",
        ),
        ("q013", "new name", "Bagging uses trees.", "Bagging uses trees, as in CIFAR-10."),
        ("q013", "invented citation", "Bagging uses trees.", "Bagging uses trees. [7]"),
    ],
)
def test_each_kind_makes_its_wrong_sentence(id: str, kind: str, sentence: str, wrong: str) -> None:
    assert wrong in made(sentence, kind, ITEMS[id])


def test_a_subject_gets_the_predicate_of_another_sentence() -> None:
    joined = made("XGBoost is a form of gradient boosting.", "joined clauses")
    assert "XGBoost combines its models with an equal vote or a plain average." in joined
    assert all(text.startswith("XGBoost ") for text in joined)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("swapped names", "Both bagging and boosting combine trees."),
        ("swapped names", "F1 is the harmonic mean of precision and recall."),
        ("antonym", "Positive and negative cases count alike."),
        ("antonym", "A false positive is an error."),
        ("negation", "If the data are few, stop."),
        ("number", "The two differ."),
    ],
)
def test_what_might_stay_true_is_not_made(kind: str, sentence: str) -> None:
    assert not made(sentence, kind, ITEMS["q034"])


def test_a_question_has_no_mutations() -> None:
    assert not list(mutate("Is bagging parallel?", ITEMS["q013"], random.Random(0)))


@settings(deadline=None)  # the time is the machine's, not the claim's
@given(st.text(max_size=120), st.integers(0, 99))
def test_any_text_is_mutated_the_same_way_twice_and_never_into_itself(text: str, seed: int) -> None:
    first, again = (list(mutate(text, ITEMS["q011"], random.Random(seed))) for _ in range(2))
    assert first == again
    assert all(mutation.text != text and mutation.kind in get_args(MutationKind) for mutation in first)


def test_the_table_counts_what_a_check_drops_and_its_false_alarms() -> None:
    right = [(ITEMS["q013"], "", "Bagging mainly reduces variance, while boosting mainly reduces bias.")]
    rows, alarms = mutation_table(right, lambda sentence, _item, _question: "not" not in sentence.split())
    shares = {row.kind: row.caught for row in rows}
    assert shares["negation"] == 1.0
    assert shares["antonym"] == 0.0
    assert alarms == MutationRow("false alarms", 1, 0.0)


# --- the goal, measured -----------------------------------------------------------------------------------------------

QUESTIONS = Path(__file__).parent / "questions"
BODY_STEP = 4
"""Every fourth sentence of the bodies, to stay fast."""


def _supported(sentence: str, item: Item, question: str) -> bool:
    return check_sentence(sentence, [item], question).supported


def _written() -> Right:
    rows = [json.loads(line) for line in (QUESTIONS / "right_sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(ITEMS[row["item"]], row["question"], row["sentence"]) for row in rows]


def _key_points() -> Right:
    return [(item, "", point.text) for item in ITEMS.values() for point in item.key_points]


def _bodies() -> Right:
    found = [(item, "", each.text) for item in ITEMS.values() for each in sentences(item.body)]
    return [(item, question, text) for item, question, text in found if len(set(terms(text))) >= MIN_TERMS][::BODY_STEP]


@cache
def _tables() -> dict[str, tuple[list[MutationRow], MutationRow]]:
    sources = {"written": _written(), "key points": _key_points(), "bodies": _bodies()}
    return {name: mutation_table(right, _supported) for name, right in sources.items()}


def _caught(*kinds: str) -> float:
    rows = [row for table, _ in _tables().values() for row in table if row.kind in kinds]
    return sum(row.caught * row.count for row in rows) / sum(row.count for row in rows)


@pytest.mark.parametrize(("source", "share"), [("written", 0.05), ("key points", 0.05), ("bodies", 0.02)])
def test_few_right_sentences_are_dropped(source: str, share: float) -> None:
    alarms = _tables()[source][1]
    assert alarms.count > 200
    assert alarms.caught <= share


@pytest.mark.parametrize("kind", ["number", "negation"])
def test_wrong_numbers_and_negations_are_caught(kind: str) -> None:
    assert _caught(kind) >= 0.97


def test_wrong_sentences_of_all_kinds_are_caught() -> None:
    kinds = [kind for kind in get_args(MutationKind) if kind != "joined clauses"]
    assert _caught(*kinds) >= 0.9
    assert min(_caught(kind) for kind in kinds) >= 0.9


def test_most_clauses_of_two_sentences_joined_to_one_are_caught() -> None:
    assert _caught("joined clauses") >= 0.8


def test_the_table_of_nothing_is_empty() -> None:
    assert mutation_table([], lambda *_: True) == ([], MutationRow("false alarms", 0, 0.0))
