"""An item's sentences as the check compares them: what each holds, and how telling a word is among them.

Knows nothing of verdicts.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from tutor.claims import Reading, read
from tutor.lexical import terms
from tutor.records import Item
from tutor.sentences import Sentence, sentences

POOL = 3
"""Sentences of a passage that a claim is compared with, at most."""

MIN_ADDED = 0.12
"""What a further sentence must add to the share of the claim that is held."""

LIST = 6
"""Sentences that one sentence may sum up."""

LABEL_WORDS = 3
"""A sentence of so few words is a label of the next one."""


@dataclass(frozen=True)
class Evidence:
    """The readable sentences of a passage in order, with what its title and question say beside them."""

    sentences: tuple[tuple[Sentence, Reading], ...]
    heading: Reading
    text: str

    @cached_property
    def forms(self) -> frozenset[str]:
        return self.heading.forms.union(*(reading.forms for _, reading in self.sentences))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.text))

    @cached_property
    def axes(self) -> frozenset[str]:
        readings = (self.heading, *(reading for _, reading in self.sentences))
        return frozenset(word.kind for reading in readings for word in reading.words if "/" in word.form)

    @cached_property
    def rarity(self) -> dict[str, float]:
        counts = Counter(form for _, reading in self.sentences for form in reading.forms)
        whole = 1 + len(self.sentences)
        return {form: 0.3 + math.log(whole / count) / math.log(whole) for form, count in counts.items()}

    @cached_property
    def labelled(self) -> tuple[frozenset[str], ...]:
        """The forms of each sentence with those of a label before it, as a list item begins with one."""
        readings = [Reading((), ()), *(reading for _, reading in self.sentences)]
        return tuple(
            own.forms | (before.forms if len(before.words) <= LABEL_WORDS else frozenset())
            for before, own in pairwise(readings)
        )

    def weight(self, form: str) -> float:
        return self.rarity.get(form, 1.0)

    def share(self, forms: frozenset[str], held: frozenset[str]) -> float:
        """Share of ``forms``, by how telling each is here, that ``held`` has."""
        total = sum(self.weight(form) for form in forms)
        return sum(self.weight(form) for form in forms & held) / total if total else 0.0

    def listed(self, forms: frozenset[str]) -> float:
        """The largest share of ``forms`` that a few sentences on end hold, as those of a list."""
        readings = [reading.forms for _, reading in self.sentences]
        return max(
            (self.share(forms, frozenset().union(*readings[start : start + LIST])) for start in range(len(readings))),
            default=0.0,
        )

    def pool(self, claim: Reading) -> list[Reading]:
        """The sentences that hold most of a claim: the best one, then those that hold more of the rest."""
        rest, chosen = claim.forms, list[Reading]()
        while len(chosen) < POOL and self.sentences:
            best = max(
                (reading for _, reading in self.sentences),
                key=lambda reading: (round(self.share(rest, reading.forms), 3), -len(reading.words)),
            )
            if chosen and self.share(claim.forms, rest & best.forms) < MIN_ADDED:
                break
            chosen.append(best)
            rest -= best.forms
        return chosen


def evidence(item: Item) -> Evidence:
    """The evidence in an item."""
    return _evidence(item.title, item.question, item.body)


@lru_cache(maxsize=256)
def _evidence(title: str, question: str, body: str) -> Evidence:
    readings = tuple((sentence, read(sentence.text)) for sentence in sentences(body))
    return Evidence(readings, read(f"{title}; {question}"), f"{title}\n{question}\n{body}")
