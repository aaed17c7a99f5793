"""Checks what a model wrote, sentence by sentence, before anyone reads it.

The passage a sentence cites must exist; its numbers and technical names must be the passage's own and stand beside the
words they stand beside there; enough of its words must stand in the passage, and one sentence of the passage must
carry it; direction and denial must be the same. Similarity of meaning is not used: "5 days" and "3 days" are .97 alike
to an embedder. Knows nothing of where sentences come from or what happens to the dropped ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutor.alignment import misplaced, wrong_subject, wrongly_denied, wrongly_turned
from tutor.claims import Reading, Word, read
from tutor.evidence import best_sentence, overlap
from tutor.ground import Evidence, evidence
from tutor.lexical import terms
from tutor.opposites import LIGHT_WORDS
from tutor.records import Citation, Item
from tutor.sentences import can_end, strip_marks

PASSAGE_COVERAGE = 0.7
"""Share of a sentence's content words that its passage must hold."""

SENTENCE_COVERAGE = 0.4
"""Share that one sentence of the passage must hold."""

LIST_COVERAGE = 0.75
"""Share that sentences on end must hold together where no single one does: a sentence may sum up a list."""

MIN_TERMS = 2

_MARK = re.compile(r"\s*\[(\d{1,3})\](?:\.$)?")
_ALTERNATIVES = re.compile(r"\bor\b|\bvs\b|\bversus\b", re.I)
_ENDING = re.compile(r"""[.!?…](?=["'”’)*`$]*(?:\s*\[\d{1,3}\]\.?)*\s*$)""")
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


def check_sentence(sentence: str, passages: Sequence[Item], question: str = "") -> Verdict:
    """Whether ``sentence`` rests on one of ``passages``, which are numbered from 1. Puts the right mark behind it.

    Words that merely take up the ``question`` again need no support; what is said about them does.
    """
    cited = [int(number) for number in _MARK.findall(sentence)]
    claim = _MARK.sub("", sentence).strip()
    if any(not 1 <= number <= len(passages) for number in cited):
        return Verdict("", reason="it cites a passage that was not given")
    plain = strip_marks(claim)
    said = set(terms(plain))
    if said and said <= set(terms(question)) and not _ALTERNATIVES.search(question):
        return Verdict("", reason="it only repeats the question")
    numbers = list(dict.fromkeys(cited)) or list(range(1, len(passages) + 1))
    outcomes = [_support(plain, question, number, passages[number - 1]) for number in numbers]
    citation = next((outcome for outcome in outcomes if isinstance(outcome, Citation)), None)
    return Verdict(f"{claim} [{citation.number}]", citation) if citation else Verdict("", reason=str(outcomes[0]))


def _support(claim: str, question: str, number: int, item: Item) -> Citation | str:
    """The sentence of ``item`` that carries ``claim``, or why there is none."""
    said, ground = read(claim), evidence(item)
    asked = set(terms(claim)) - (set(terms(question)) - ground.terms)
    if len(asked) < MIN_TERMS:
        return "it says nothing that could be checked"
    if strange := next((word for word in said.words if word.kind == "number" and word.form not in ground.forms), None):
        return f"the passage does not hold the number {strange.text}"
    if strange := next((word for word in said.words if word.kind == "name" and _is_strange(word, ground)), None):
        return f"the passage does not name {strange.text}"
    if _coverage(said, read(question), ground) < PASSAGE_COVERAGE:
        return "too few of its words stand in the passage"
    best = best_sentence(asked, item, claim)
    if best is None or (
        overlap(asked, best) < SENTENCE_COVERAGE and ground.listed(said.forms - read(question).forms) < LIST_COVERAGE
    ):
        return "no sentence of the passage carries it"
    return _clash(said, read(question), ground) or Citation(number, item.id, item.body[best.start : best.end])


def _coverage(said: Reading, question: Reading, ground: Evidence) -> float:
    """Share of a claim's words that the passage holds; words of the question that it lacks do not count."""
    asked = [word for word in said.words if word.text.lower() not in LIGHT_WORDS]
    held = [
        word.form in ground.forms or word.kind in ground.axes or ground.terms.issuperset(terms(word.text))
        for word in asked
        if word.form in ground.forms or word.form not in question.forms
    ]
    return sum(held) / max(len(held), 1)


def _is_strange(word: Word, ground: Evidence) -> bool:
    """Whether a name stands nowhere in the passage, however it is written there."""
    return word.form not in ground.forms and _flat(word.form) not in _flat(ground.text)


def _clash(said: Reading, question: Reading, ground: Evidence) -> str:
    """In what a claim differs from the sentences that it rests on; empty where it does not."""
    pool = ground.pool(said)
    if pair := misplaced(said, pool, ground):
        return f"the passage says it of {pair[1]}, not of {pair[0]}"
    if word := wrongly_turned(said, pool, ground) or wrongly_denied(said, pool, question):
        return f"the passage says the opposite about {word}"
    if word := wrong_subject(said, question, ground):
        return f"the passage does not say it of {word}"
    return ""


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
        while match := _boundary(waiting):
            end = match.end(1) if match[1] is not None else match.start()
            if waiting[:end].strip():
                yield waiting[:end] + ("\n" if "\n" in waiting[end : match.end()] else "")
            waiting = waiting[match.end() :]
    if waiting.strip():
        yield waiting


def is_whole(sentence: str) -> bool:
    """Whether a sentence or line of ``complete_sentences`` was written to its end; only the last one may not be."""
    ending = _ENDING.search(sentence)
    return sentence.endswith("\n") or (ending is not None and can_end(sentence[: ending.end()]))


def _boundary(text: str) -> re.Match[str] | None:
    """The first end of a sentence or a line; the full stop of "e.g." or of a list's number is none."""
    ends = _BOUNDARY.finditer(text)
    return next((end for end in ends if "\n" in end[0] or end[1] or can_end(text[: end.start()])), None)


def _flat(text: str) -> str:
    """``x_1`` in a formula is ``x1`` in a sentence, K-means is k means."""
    return re.sub(r"[\s_^-]", "", text.lower())
