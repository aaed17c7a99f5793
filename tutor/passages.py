"""Cuts an item into the passages that get vectors of their own: question, answer, both, and each of its asks.

Several vectors an item beat one, because the best field changes from question to question (BERT-FAQ, Sakata et al.
2019). Paraphrases are vectors of their own; appended to the text they hurt (arXiv 2510.09557). Knows no vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.records import Item, Passage
from tutor.sentences import sentences

WORDS_PER_PIECE = 110
"""An answer is cut at sentence ends into pieces of about this many words: the embedder reads 256 tokens at most."""

SEARCHED_KINDS = ("concept", "scenario", "coding", "guide", "faq")


def passages(item: Item) -> tuple[Passage, ...]:
    """The passages of ``item``; none for multiple choice, which is for quizzes."""
    if item.kind not in SEARCHED_KINDS:
        return ()
    return tuple(_passages(item))


def _passages(item: Item) -> Iterator[Passage]:
    yield Passage(f"{item.id}/question/0", item.id, "question", item.title)
    if item.question != item.title:
        yield Passage(f"{item.id}/question/1", item.id, "question", item.question)
    for number, piece in enumerate(_pieces(item.body)):
        yield Passage(f"{item.id}/answer/{number}", item.id, "answer", piece)
        if number == 0:
            yield Passage(f"{item.id}/both/0", item.id, "both", f"{item.title} {piece}")
    for number, ask in enumerate(item.asks):
        yield Passage(f"{item.id}/ask/{number}", item.id, "ask", ask)


def lexical_text(item: Item) -> str:
    """All the words of an item, for BM25."""
    return " ".join([item.title, item.question, *item.asks, *points_text(item), item.body, *_code_words(item)])


def points_text(item: Item) -> list[str]:
    return [point.text for point in item.key_points]


def _code_words(item: Item) -> Iterable[str]:
    return [item.exercise.function.replace("_", " "), item.exercise.function] if item.exercise else []


def _pieces(body: str) -> Iterator[str]:
    piece: list[str] = []
    count = 0
    for sentence in sentences(body):
        words = len(sentence.text.split())
        if piece and count + words > WORDS_PER_PIECE:
            yield " ".join(piece)
            piece, count = [], 0
        piece.append(sentence.text)
        count += words
    if piece:
        yield " ".join(piece)
