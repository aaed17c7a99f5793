"""Checks what a model wrote, sentence by sentence, before anyone reads it.

A first form: the passage a sentence cites must exist, enough of the sentence's content words must stand in it, one of
its sentences must carry the claim, numbers and technical names must be the passage's own, and what is said in nearly
the words of one sentence must be said of the same numbers and names, and denied as often. Similarity of meaning is not
used: "5 days" and "3 days" are .97 alike to an embedder. Knows nothing of where sentences come from or what happens to
the dropped ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutor.evidence import best_sentence, overlap
from tutor.lexical import terms
from tutor.records import Citation, Item
from tutor.sentences import Sentence, can_end, strip_marks

PASSAGE_COVERAGE = 0.7
"""Share of a sentence's content words that its passage must hold."""

SENTENCE_COVERAGE = 0.4
"""Share that one sentence of the passage must hold."""

MIN_TERMS = 2
MIN_OPPOSITE = 5

_MARK = re.compile(r"\s*\[(\d{1,3})\](?:\.$)?")
_NUMBER = re.compile(r"(?<![\w.])(?:\d+(?:[.,]\d+)*(?:e[+-]?\d+)?|\.\d+)")
_NAME = re.compile(r"\b(?:[A-Za-z_]+\d\w*(?:\.\d+)*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]?\w*|[a-z]+[A-Z]\w*)\b")
_PREFIXES = ("un", "non", "in", "im", "ir", "dis")
_NEGATION = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|without|hardly|\w+n['’]t)\b", re.I)
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
    if said and said <= set(terms(question)):
        return Verdict("", reason="it only repeats the question")
    numbers = list(dict.fromkeys(cited)) or list(range(1, len(passages) + 1))
    outcomes = [_support(plain, set(terms(question)), number, passages[number - 1]) for number in numbers]
    citation = next((outcome for outcome in outcomes if isinstance(outcome, Citation)), None)
    return Verdict(f"{claim} [{citation.number}]", citation) if citation else Verdict("", reason=str(outcomes[0]))


def _support(claim: str, question: set[str], number: int, item: Item) -> Citation | str:
    """The sentence of ``item`` that carries ``claim``, or why there is none."""
    whole = f"{item.title}\n{item.question}\n{item.body}"
    held = set(terms(whole))
    turned = [term for term in terms(claim) if term not in held and _opposites(term) & held]
    if turned:
        return f"the passage says the opposite of {turned[0]}"
    asked = {term for term in terms(claim) if term in held or term not in question}
    if len(asked) < MIN_TERMS:
        return "it says nothing that could be checked"
    missing_numbers = set(_NUMBER.findall(claim)) - set(_NUMBER.findall(whole))
    if missing_numbers:
        return f"the passage does not hold the number {min(missing_numbers)}"
    missing_names = {name for name in _NAME.findall(claim) if _flat(name) not in _flat(whole)}
    if missing_names:
        return f"the passage does not name {min(missing_names)}"
    if len(asked & held) < PASSAGE_COVERAGE * len(asked):
        return "too few of its words stand in the passage"
    best = best_sentence(asked, item, claim)
    if best is None or overlap(asked, best) < SENTENCE_COVERAGE:
        return "no sentence of the passage carries it"
    return _clash(claim, best) or Citation(number, item.id, item.body[best.start : best.end])


def _clash(claim: str, best: Sentence) -> str:
    """In what ``claim`` differs from a sentence of nearly the same words; empty where it does not."""
    if not _alike(claim, best):
        return ""
    if len(_NEGATION.findall(claim)) != len(_NEGATION.findall(best.text)):
        return "the passage says the opposite"
    said, held = _particulars(claim), _particulars(best.text)
    if said - held and held - said:
        return f"the passage says it of {min(held - said)}, not of {min(said - held)}"
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


def _boundary(text: str) -> re.Match[str] | None:
    """The first end of a sentence or a line; the full stop of "e.g." or of a list's number is none."""
    ends = _BOUNDARY.finditer(text)
    return next((end for end in ends if "\n" in end[0] or end[1] or can_end(text[: end.start()])), None)


def _opposites(term: str) -> set[str]:
    """What a word becomes with a denying prefix, or without its own: supervised, unsupervised. None for short words,
    where a prefix makes another word: put, input."""
    if len(term) < MIN_OPPOSITE:
        return set()
    stripped = {term.removeprefix(prefix) for prefix in _PREFIXES if term.startswith(prefix)}
    return {prefix + term for prefix in _PREFIXES} | {word for word in stripped if len(word) >= MIN_OPPOSITE}


def _flat(text: str) -> str:
    """``x_1`` in a formula is ``x1`` in a sentence."""
    return text.lower().replace("_", "")


def _particulars(text: str) -> set[str]:
    """Numbers and technical names, the latter in the singular."""
    return {*_NUMBER.findall(text), *(_flat(name).rstrip("s") for name in _NAME.findall(text))}


def _alike(claim: str, best: Sentence) -> bool:
    """Whether they share most of their words both ways, numbers and technical names aside."""
    asked, held = (set(terms(_NAME.sub("", _NUMBER.sub("", text)))) for text in (claim, best.text))
    return len(asked & held) >= 0.75 * max(len(asked), len(held))
