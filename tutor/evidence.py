"""Which sentences of an item a question or a claim is about. Works on words alone; knows nothing of models."""

from __future__ import annotations

from itertools import pairwise

from tutor.lexical import terms
from tutor.records import Citation, Item
from tutor.sentences import Sentence, sentences


def overlap(asked: set[str], sentence: Sentence) -> float:
    """Share of the stemmed words ``asked`` that stand in ``sentence``."""
    return len(asked & set(terms(sentence.text))) / max(len(asked), 1)


def best_sentence(asked: set[str], item: Item, claim: str = "") -> Sentence | None:
    """The sentence of an item's answer that shares most of the stemmed words ``asked``.

    Of equals the one that has them in the order of ``claim`` (a false negative is a positive case, a false positive
    is a negative case), then the shorter one.
    """
    pairs = _pairs(claim)
    return max(
        sentences(item.body),
        key=lambda each: (overlap(asked, each), len(pairs & _pairs(each.text)), -len(each.text)),
        default=None,
    )


def quote(question: str, number: int, item: Item) -> Citation:
    """The sentence of an item that says most of what the question asks; of equals the first, where answers begin."""
    asked = set(terms(question))
    best = max(sentences(item.body), key=lambda each: overlap(asked, each), default=None)
    return Citation(number, item.id, item.body[best.start : best.end] if best else item.title)


def excerpt(question: str, item: Item, characters: int) -> str:
    """The sentences that share most words with ``question``, in their order, and the first one in any case."""
    asked = set(terms(question))
    candidates = sentences(item.body)
    wanted = sorted(range(len(candidates)), key=lambda place: (place > 0, -overlap(asked, candidates[place]), place))
    chosen: set[int] = set()
    for place in wanted:
        characters -= len(candidates[place].text)
        if characters < 0 and chosen:
            break
        chosen.add(place)
    return " ".join(candidates[place].text for place in sorted(chosen))


def _pairs(text: str) -> set[tuple[str, str]]:
    """Content words that follow each other."""
    return set(pairwise(terms(text)))
