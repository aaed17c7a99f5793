"""Compares the reading of a claim with the sentences of a passage.

A word's place is what stands near it. Where a sentence of the passage fits the claim better with another number, name
or side of an axis in that place, the claim says it of the wrong one. What is denied must be denied there too. Knows
nothing of models or of citations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tutor.claims import Reading, Word
from tutor.ground import Evidence
from tutor.opposites import LIGHT_WORDS

MARGIN = 0.1
"""By how much another place must fit better."""

SAME_SENTENCE_MARGIN = 0.25
"""The same for a name that the claim leaves out of the sentence in which its own name stands."""

SUBJECT_WORDS = 2
PREDICATE_WORDS = 8
SUBJECT_MARGIN = 0.35
"""By how much more of a predicate a sentence must hold that does not hold its subject."""

TOPIC_MARGIN = 0.6

COMMON = 0.2
"""What a word tells that stands near all places alike."""

MIN_FIT = 0.3
"""How well another place must fit at all."""

MAX_WORDS = 60
"""Longer claims are compared by these first words: the check runs while a person waits."""


@dataclass(frozen=True)
class _Place:
    word: Word
    denied: bool
    near: dict[str, float]
    beside: frozenset[str]
    sentence: int


def misplaced(claim: Reading, pool: Sequence[Reading], ground: Evidence) -> tuple[str, str] | None:
    """A word of the claim, and the one that the passage has in its place; None where all stand rightly."""
    for kind in sorted({word.kind for word in claim.words if word.kind}):
        found = _wrong_place(list(_places([claim], kind)), list(_places(pool, kind)), ground)
        if found:
            return found
    return None


def wrong_subject(claim: Reading, question: Reading, ground: Evidence) -> str:
    """A word that the claim begins with, where the passage says what follows only of something else.

    What the passage or the question is about may go unnamed in a sentence, so more must speak against it.
    """
    if len(claim.words) < SUBJECT_WORDS + 2:
        return ""
    topic = ground.heading.forms | question.forms
    for word in claim.words[:SUBJECT_WORDS]:
        if word.kind not in ("", "name") or word.text.lower() in LIGHT_WORDS:
            continue
        said = frozenset(other.form for other in claim.words[SUBJECT_WORDS : SUBJECT_WORDS + PREDICATE_WORDS])
        shares = [(ground.share(said - {word.form}, reading.forms), reading) for _, reading in ground.sentences]
        own = [share for (share, _), held in zip(shares, ground.labelled, strict=True) if word.form in held]
        best, source = max(shares, key=lambda each: each[0], default=(0.0, Reading((), ())))
        margin = TOPIC_MARGIN if word.form in topic else SUBJECT_MARGIN
        if own and best > max(own) + margin and source.words[0].form not in claim.forms:
            return word.text
    return ""


def wrongly_turned(claim: Reading, pool: Sequence[Reading], ground: Evidence) -> str:
    """A word that the claim has with a denying prefix and the passage without, or the other way round."""
    prefixed = {word.form for reading in (claim, *pool) for word in reading.words if word.denied}
    for form in sorted(prefixed & claim.forms):
        held = list(_places(pool, "", form))
        weights = _telling(held, ground)
        for mine in _places([claim], "", form):
            fits = {
                denied: max((_fit(mine, other, weights) for other in held if other.denied == denied), default=0.0)
                for denied in (True, False)
            }
            if fits[not mine.denied] > fits[mine.denied] + 0.02:
                return mine.word.text
    return ""


def wrongly_denied(claim: Reading, pool: Sequence[Reading], question: Reading) -> str:
    """What the claim denies and the passage does not, or the other way round; empty where they agree.

    What the question denies may be taken up again.
    """
    repeated = {question.words[place].form for denial in question.denials for place in denial}
    free = [[reading.words[place].form for place in denial] for reading in pool for denial in reading.denials]
    free += [[word.form] for reading in pool for word in reading.words if word.denied]
    prefixed = {word.form for word in claim.words if word.denied}
    free = [denial for denial in free if not (len(denial) == 1 and denial[0] in prefixed)]
    said = set(prefixed)
    for places in claim.denials:
        own = [claim.words[place].form for place in places]
        said.update(own)
        if own[0] in repeated:
            continue
        match = max(free, key=lambda other: (other[0] == own[0], len(set(other) & set(own))), default=None)
        if match is None or not set(match) & set(own):
            return claim.words[places[0]].text
        free.remove(match)
    for number, reading in enumerate(pool):
        for places in reading.denials:
            forms = {reading.words[place].form for place in places}
            if forms <= claim.forms and not said & forms and len(forms) > (number > 0):
                return reading.words[places[0]].text
    return ""


def _places(readings: Sequence[Reading], kind: str, form: str = "") -> Iterator[_Place]:
    for number, reading in enumerate(readings):
        words = reading.words[:MAX_WORDS]
        for place, word in enumerate(words):
            if word.form == form if form else word.kind == kind:
                beside = frozenset(other.form for other in words[max(place - 1, 0) : place + 2])
                yield _Place(word, reading.denied[place], reading.nearness[place], beside, number)


def _wrong_place(said: list[_Place], held: list[_Place], ground: Evidence) -> tuple[str, str] | None:
    weights = _telling(held, ground)
    fits = [[_fit(mine, other, weights) for other in held] for mine in said]
    own = _assign(said, held, fits)
    seats = {seat: place for place, seat in own.items()}
    for mine, row in enumerate(fits):
        kept = row[own[mine]] if mine in own else 0.0
        for other, fit in enumerate(row):
            if _agree(said[mine].word, held[other].word) or fit < MIN_FIT or _aliases(said[mine], held[other]):
                continue
            gain, margin = fit - kept, MARGIN
            if other in seats:
                rival = seats[other]
                if _agree(said[rival].word, said[mine].word):
                    continue
                gain += (fits[rival][own[mine]] if mine in own else 0.0) - fits[rival][other]
            elif said[mine].word.kind == "name" and mine in own and held[own[mine]].sentence == held[other].sentence:
                margin = SAME_SENTENCE_MARGIN
            if gain > margin:
                return said[mine].word.text, held[other].word.text
    return None


def _telling(held: list[_Place], ground: Evidence) -> dict[str, float]:
    """How much a word tells about which of the places it stands near."""
    spread: dict[str, float] = {}
    for form in {form for place in held for form in place.near}:
        near = [place.near.get(form, 0.0) for place in held]
        spread[form] = ground.weight(form) * (COMMON + max(near) - (min(near) if len(near) > 1 else 0.0))
    return spread


def _fit(mine: _Place, other: _Place, weights: Mapping[str, float]) -> float:
    """Share of what stands near one word that stands near the other too."""
    total = sum(nearness * weights.get(form, COMMON) for form, nearness in mine.near.items())
    shared = sum(
        min(nearness, other.near[form]) * weights.get(form, COMMON)
        for form, nearness in mine.near.items()
        if form in other.near
    )
    return shared / total if total else 0.0


def _assign(said: list[_Place], held: list[_Place], fits: list[list[float]]) -> dict[int, int]:
    """For places of the claim those of the passage that hold the same thing, one to one, the best fits first."""
    pairs = sorted(
        (-fits[mine][other], mine, other)
        for mine in range(len(said))
        for other in range(len(held))
        if _agree(said[mine].word, held[other].word)
    )
    own: dict[int, int] = {}
    for _, mine, other in pairs:
        if mine not in own and other not in own.values():
            own[mine] = other
    return own


def _agree(one: Word, other: Word) -> bool:
    """Whether two words of a kind name the same: also a name whose words are among the other's."""
    if one.form == other.form:
        return True
    mine, theirs = set(one.form.split()), set(other.form.split())
    return one.kind == "name" and (mine <= theirs or theirs <= mine)


def _aliases(mine: _Place, other: _Place) -> bool:
    """Whether the passage puts one name beside the other, as in a short form behind the long one."""
    return mine.word.kind == "name" and mine.word.form in other.beside
