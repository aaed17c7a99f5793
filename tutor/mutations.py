"""Makes wrong sentences out of right ones, to measure how many of them the check of generated sentences catches.

Each mutation changes one thing so that the sentence says something else than its item. What might stay true is left
out: a condition that is denied, a hedge, one of two things that are said of both. Its words are lists of their own,
not those of the check. Knows nothing of how sentences are checked.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from tutor.lexical import terms
from tutor.mutation_words import (
    ANTONYMS,
    COMPLEXITIES,
    FIXED_PHRASE,
    NEW_NAMES,
    NO_SUBJECT,
    PREFIXED,
    REMOVALS,
    RIVALS,
    VERBS,
)
from tutor.records import Item
from tutor.sentences import plain_text, sentences

MutationKind = Literal[
    "number", "negation", "antonym", "swapped names", "new name", "invented citation", "joined clauses"
]
PER_KIND = 3
"""Mutations of one kind made of one sentence, at most."""


@dataclass(frozen=True)
class Mutation:
    """A wrong sentence and in what way it is wrong."""

    kind: MutationKind
    text: str


@dataclass(frozen=True)
class MutationRow:
    """Of ``count`` sentences of a kind, the share that the check dropped."""

    kind: str
    count: int
    caught: float


Check = Callable[[str, Item, str], bool]
"""Whether a sentence is supported by an item, as an answer to a question."""


def mutate(sentence: str, item: Item, rng: random.Random) -> Iterator[Mutation]:
    """Wrong sentences made of ``sentence``, which is right by ``item``; the same ones for the same ``rng``."""
    makers: dict[MutationKind, Callable[[str, Item, random.Random], Iterable[str]]] = {
        "number": _numbers,
        "negation": lambda text, _item, _rng: _negations(text),
        "antonym": lambda text, _item, _rng: _antonyms(text),
        "swapped names": lambda text, item, _rng: _swapped_names(text, item),
        "new name": _new_names,
        "invented citation": lambda text, _item, rng: [f"{text} [{rng.choice((0, 2, 7, 12))}]"],
        "joined clauses": _joined_clauses,
    }
    if sentence.rstrip().endswith("?"):
        return
    for kind in get_args(MutationKind):
        wrong = sorted({text for text in makers[kind](sentence, item, rng) if text != sentence})
        for text in rng.sample(wrong, min(PER_KIND, len(wrong))):
            yield Mutation(kind, text)


def mutation_table(
    right: Iterable[tuple[Item, str, str]], check: Check, seed: int = 0
) -> tuple[list[MutationRow], MutationRow]:
    """What ``check`` catches of mutations of ``right`` (item, question, sentence), by kind, and its false alarms."""
    outcomes: defaultdict[str, list[bool]] = defaultdict(list)
    for item, question, sentence in right:
        outcomes["false alarms"].append(not check(sentence, item, question))
        for mutation in mutate(sentence, item, random.Random(f"{seed} {item.id} {sentence}")):
            outcomes[mutation.kind].append(not check(mutation.text, item, question))
    rows = [MutationRow(kind, len(caught), sum(caught) / len(caught)) for kind, caught in outcomes.items()]
    alarms = next((row for row in rows if row.kind == "false alarms"), MutationRow("false alarms", 0, 0.0))
    order = get_args(MutationKind)
    return sorted((row for row in rows if row != alarms), key=lambda row: order.index(row.kind)), alarms


# --- numbers ----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.,^_{\\-])\d+(?:[.,]\d+)*(?![\w]|[.,]?\d|-[a-z])")
_EXAMPLE = re.compile(r"(?:such as|e\.g\.,?|say|like|or so)\s+(?:\w+\s+)?$", re.I)
_COUNTS = "two three four five six seven eight nine ten".split()
_ORDINALS = "second third fourth fifth sixth seventh".split()
_WORD_NUMBER = re.compile(rf"(?<!the )(?<!The )(?<!these )\b({'|'.join(_COUNTS + _ORDINALS)})\b(?=\s+[a-z])", re.I)


def _numbers(sentence: str, item: Item, rng: random.Random) -> Iterator[str]:
    here = {match[0] for match in _NUMBER.finditer(sentence)}
    elsewhere = sorted({match[0] for match in _NUMBER.finditer(plain_text(item.body))})
    for match in _NUMBER.finditer(sentence):
        if _EXAMPLE.search(sentence[: match.start()]):
            continue
        known = [number for number in elsewhere if _value(number) != _value(match[0])]
        others = [number for number in known if number in here] or known
        for number in [*_other_digit(match[0], here, rng), *rng.sample(others, min(1, len(others)))]:
            yield sentence[: match.start()] + number + sentence[match.end() :]
    for match in _WORD_NUMBER.finditer(sentence):
        row = _COUNTS if match[0].lower() in _COUNTS else _ORDINALS
        other = rng.choice([word for word in row if word != match[0].lower()])
        yield sentence[: match.start()] + _cased(other, match[0]) + sentence[match.end() :]
    for known_class, rivals in COMPLEXITIES.items():
        if known_class in sentence:
            yield sentence.replace(known_class, rng.choice(rivals), 1)


def _value(number: str) -> float:
    try:
        return float(number.replace(",", ""))
    except ValueError:
        return -1.0


def _other_digit(number: str, taken: set[str], rng: random.Random) -> list[str]:
    """``number`` with one digit changed, where that gives none of those in the sentence."""
    changed = {
        number[:place] + digit + number[place + 1 :]
        for place, char in enumerate(number)
        for digit in "123456789"
        if char.isdigit() and digit != char
    }
    return rng.sample(sorted(changed - taken), min(1, len(changed - taken)))


# --- negations --------------------------------------------------------------------------------------------------------

_CONDITION = re.compile(
    r"^\W*(?:and |or |even |only |so |but )?(?:if|when|whenever|whether|unless|until|where|what|how|than|as|that is)\b",
    re.I,
)
_CLAUSE = re.compile(r"[,;:–]\s+|\s+(?=(?:if|when|whether|unless|until|where|because|what|how|than)\b)")
_AUXILIARY = re.compile(r"\b(is|are|was|were|does|do|can|will|should|must)\b(?!\s+(?:not|no|never|only|n't)\b)")
_DENIED = re.compile(r"\b(?:not|no|never|cannot|without|neither|nor|none|nothing|nobody|rarely|hardly)\b|n't", re.I)
_VERB = re.compile(rf"(?<=[a-z0-9)*] )({'|'.join(VERBS)})\b(?=\s+(?:[a-z]|[A-Z]|\d))")
_NOUN_BEFORE = re.compile(
    r"\b(?:the|a|an|of|and|or|its|their|in|by|to|on|with|for|these|those|such|two|both)\s+$", re.I
)


def _negations(sentence: str) -> Iterator[str]:
    for start, clause in _clauses(sentence):
        end = start + len(clause)
        if _CONDITION.match(clause) or _DENIED.search(clause):
            continue
        if match := _AUXILIARY.search(clause):
            denied = "cannot" if match[0] == "can" else f"{match[0]} not"
            yield sentence[:start] + clause[: match.start()] + denied + clause[match.end() :] + sentence[end:]
        elif (match := _VERB.search(clause)) and not _NOUN_BEFORE.search(clause[: match.start()]):
            denied = f"does not {_base(match[0])}"
            yield sentence[:start] + clause[: match.start()] + denied + clause[match.end() :] + sentence[end:]
    for pattern, positive in REMOVALS:
        if pattern.search(sentence):
            yield pattern.sub(positive, sentence, count=1)
    for word, opposite in PREFIXED:
        yield from _exchanged(sentence, word, opposite)


def _clauses(sentence: str) -> Iterator[tuple[int, str]]:
    start = 0
    for cut in [*_CLAUSE.finditer(sentence), None]:
        stop = cut.end() if cut else len(sentence)
        yield start, sentence[start:stop]
        start = stop


def _base(verb: str) -> str:
    """The infinitive of a verb's third person."""
    return verb[:-2] if re.search(r"(?:ch|sh|ss|x)es$", verb) else verb[:-1]


# --- opposites --------------------------------------------------------------------------------------------------------

_TRAINING = re.compile(r"\btraining (?=(?:data|set|part|folds?|rows|error|score|points|examples|records)\b)")


def _antonyms(sentence: str) -> Iterator[str]:
    for word, opposite in ANTONYMS:
        yield from _exchanged(sentence, word, opposite)
    for match in _TRAINING.finditer(sentence):
        if "test" not in sentence:
            yield sentence[: match.start()] + "test " + sentence[match.end() :]


def _exchanged(sentence: str, word: str, opposite: str) -> Iterator[str]:
    """``sentence`` with one ``word`` made its opposite, unless both are said, or it is part of a fixed phrase."""
    pairs = (
        rf"\b{one}(?:\s+\w+)?\s+(?:and|or|to)\s+(?:\w+\s+)?{two}\b" for one, two in ((word, opposite), (opposite, word))
    )
    if any(re.search(pair, sentence, re.I) for pair in pairs):
        return
    fixed = [range(*match.span()) for match in FIXED_PHRASE.finditer(sentence)]
    for match in re.finditer(rf"(?<![\w-]){word}(?![\w-])", sentence, re.I):
        if not any(match.start() in span for span in fixed) and not _in_condition(sentence, match.start()):
            before = re.sub(
                r"\b(a)n?(?= $)", r"\1n" if opposite[0] in "aeiou" else r"\1", sentence[: match.start()], flags=re.I
            )
            yield before + _cased(opposite, match[0]) + sentence[match.end() :]


def _in_condition(sentence: str, place: int) -> bool:
    clause = next(text for start, text in _clauses(sentence) if start <= place < start + len(text))
    return bool(_CONDITION.match(clause)) and not clause.lower().startswith(("than", "as "))


def _cased(word: str, like: str) -> str:
    return word.capitalize() if like[:1].isupper() else word


# --- names ------------------------------------------------------------------------------------------------------------

_CONTRAST = re.compile(r",? (?:while|whereas|but|though|although) |, and |; ")
_BOTH = re.compile(r"\b(?:both|between|versus|either|neither|mean of|together|alike|as well as)\b", re.I)


def _swapped_names(sentence: str, item: Item) -> Iterator[str]:
    whole = plain_text(item.body).lower()
    for one, other in RIVALS:
        for name, rival in ((one, other), (other, one)):
            places, rivals = _places(sentence, name), _places(sentence, rival)
            if len(places) == 1 and not rivals and rival.lower() in whole and not _BOTH.search(sentence):
                yield _put(sentence, [(places[0], rival)])
        firsts, seconds = _places(sentence, one), _places(sentence, other)
        if len(firsts) == len(seconds) == 1 and not _BOTH.search(sentence):
            earlier, later = sorted((firsts[0], seconds[0]), key=lambda match: match.start())
            between = sentence[earlier.end() : later.start()]
            if _CONTRAST.search(between) and len(between.split()) > 2:
                yield _put(sentence, [(firsts[0], other), (seconds[0], one)])


def _places(sentence: str, name: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", sentence, re.I))


def _put(sentence: str, changes: list[tuple[re.Match[str], str]]) -> str:
    for match, word in sorted(changes, key=lambda change: -change[0].start()):
        word = word[:1].upper() + word[1:] if match[0][:1].isupper() else word
        sentence = sentence[: match.start()] + word + sentence[match.end() :]
    return sentence


def _new_names(sentence: str, item: Item, rng: random.Random) -> Iterator[str]:
    whole = f"{item.title} {item.body}".lower()
    fresh = [name for name in NEW_NAMES if name.lower() not in whole]
    end = re.search(r"[a-z)](?=[.!]?$)", sentence)
    if not end or not fresh:
        return
    stem, stop = sentence[: end.end()], sentence[end.end() :]
    for pattern in ("{stem} using {name}{stop}", "{stem}, as in {name}{stop}", "According to {name}, {whole}"):
        lowered = sentence if re.match(r"[A-Z]{2}|\w+[A-Z\d]|[A-Z]-", sentence) else sentence[:1].lower() + sentence[1:]
        yield pattern.format(stem=stem, stop=stop, whole=lowered, name=rng.choice(fresh))


# --- clauses ----------------------------------------------------------------------------------------------------------

_SPLIT = re.compile(rf"^((?:[A-Z][\w*-]*)(?: [\w*-]+){{0,5}}?) ((?:is|are|can|cannot|does|has|{'|'.join(VERBS)})\b.+)$")


def _joined_clauses(sentence: str, item: Item, rng: random.Random) -> Iterator[str]:
    parts = _SPLIT.match(sentence)
    if not parts or NO_SUBJECT.match(sentence):
        return
    own = set(terms(parts[1]))
    for other in sentences(item.body):
        match = _SPLIT.match(other.text)
        if not match or NO_SUBJECT.match(other.text) or own & set(terms(other.text)) or len(terms(match[2])) < 4:
            continue
        if _is_singular(parts[2]) == _is_singular(match[2]) and not set(terms(match[1])) & set(terms(sentence)):
            yield f"{parts[1]} {match[2]}"


def _is_singular(predicate: str) -> bool:
    return not predicate.startswith(("are ", "can ", "cannot "))
