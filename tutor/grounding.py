"""Checks what a model wrote, sentence by sentence, before anyone reads it.

A first form: the passage a sentence cites must exist, enough of the sentence's content words must stand in it, one of
its sentences must carry the claim, numbers and technical names must be the passage's own, and a denial must be denied
there too. Similarity of meaning is not used: "5 days" and "3 days" are .97 alike to an embedder. Knows nothing of
where sentences come from or what happens to the dropped ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutor.lexical import terms
from tutor.records import Citation, Item
from tutor.sentences import Sentence, sentences

PASSAGE_COVERAGE = 0.7
"""Share of a sentence's content words that its passage must hold."""

SENTENCE_COVERAGE = 0.4
"""Share that one sentence of the passage must hold."""

MIN_TERMS = 2

_MARK = re.compile(r"\s*\[(\d{1,3})\](?:\.$)?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
_NAME = re.compile(r"\b(?:[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]?\w*|[a-z]+[A-Z]\w*)\b")
_NEGATION = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|without|hardly|isn't|aren't|doesn't|don't|can't|won't)\b", re.I)
_BOUNDARY = re.compile(r"""(?<=[.!?])((?:\s*\[\d{1,3}\]\.?)*)(?:\s+(?=[A-Z"'(*$`\d-])|\s*\n)|\n+""")


@dataclass(frozen=True)
class Verdict:
    """``text`` is the sentence with its right mark, empty where it was dropped; ``reason`` says why it was."""

    text: str
    citation: Citation | None = None
    reason: str = ""

    @property
    def supported(self) -> bool:
        return self.citation is not None


def check_sentence(sentence: str, passages: Sequence[Item]) -> Verdict:
    """Whether ``sentence`` rests on one of ``passages``, which are numbered from 1. Puts the right mark behind it."""
    cited = [int(number) for number in _MARK.findall(sentence)]
    claim = _MARK.sub("", sentence).strip()
    if any(not 1 <= number <= len(passages) for number in cited):
        return Verdict("", reason="it cites a passage that was not given")
    asked = set(terms(claim))
    if len(asked) < MIN_TERMS:
        return Verdict("", reason="it says nothing that could be checked")
    numbers = list(dict.fromkeys(cited)) or list(range(1, len(passages) + 1))
    verdicts = [_check(claim, asked, number, passages[number - 1]) for number in numbers]
    return next((verdict for verdict in verdicts if verdict.supported), verdicts[0])


def _check(claim: str, asked: set[str], number: int, item: Item) -> Verdict:
    whole = f"{item.title}\n{item.question}\n{item.body}"
    missing_numbers = set(_NUMBER.findall(claim)) - set(_NUMBER.findall(whole))
    if missing_numbers:
        return Verdict("", reason=f"the passage does not hold the number {min(missing_numbers)}")
    missing_names = {name for name in _NAME.findall(claim) if name.lower() not in whole.lower()}
    if missing_names:
        return Verdict("", reason=f"the passage does not name {min(missing_names)}")
    if len(asked & set(terms(whole))) < PASSAGE_COVERAGE * len(asked):
        return Verdict("", reason="too few of its words stand in the passage")
    best = best_sentence(asked, item)
    if best is None or _overlap(asked, best) < SENTENCE_COVERAGE:
        return Verdict("", reason="no sentence of the passage carries it")
    if _denies_otherwise(claim, asked, best):
        return Verdict("", reason="the passage says the opposite")
    return Verdict(f"{claim} [{number}]", Citation(number, item.id, item.body[best.start : best.end]))


def best_sentence(asked: set[str], item: Item) -> Sentence | None:
    """The sentence of an item's answer that shares most of the stemmed words ``asked``; the shorter one of equals."""
    candidates = sentences(item.body)
    return max(candidates, key=lambda each: (_overlap(asked, each), -len(each.text)), default=None)


def says_again(sentence: str, kept: Iterable[str]) -> bool:
    """Whether one of the sentences kept so far already holds all the content words of ``sentence``."""
    said = set(terms(sentence))
    return any(said <= set(terms(earlier)) for earlier in kept)


def complete_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Joins streamed ``pieces`` and gives back each sentence, or line, as soon as it is complete.

    Line ends are kept at the end of what they close, so that lists stay lists.
    """
    waiting = ""
    for piece in pieces:
        waiting += piece
        while match := _BOUNDARY.search(waiting):
            end = match.end(1) if match.group(1) is not None else match.start()
            space = waiting[end : match.end()]
            yield waiting[:end] + ("\n" if "\n" in space else "")
            waiting = waiting[match.end() :]
    if waiting.strip():
        yield waiting


def _overlap(asked: set[str], sentence: Sentence) -> float:
    return len(asked & set(terms(sentence.text))) / max(len(asked), 1)


def _denies_otherwise(claim: str, asked: set[str], best: Sentence) -> bool:
    """One denies and the other does not, though they share most of their words both ways."""
    held = set(terms(best.text))
    alike = len(asked & held) >= 0.75 * max(len(asked), len(held))
    return alike and bool(_NEGATION.search(claim)) != bool(_NEGATION.search(best.text))
