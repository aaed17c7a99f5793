"""Next questions after an answer: from the corpus, about what was just said, and not asked before.

Knows items and the conversation; nothing of how an answer is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.dialogue import exchanges
from tutor.lexical import plain_words
from tutor.records import FollowUp, Item, Question

SUGGESTIONS = 3


def suggestions(item: Item, question: Question, items: Mapping[str, Item]) -> tuple[FollowUp, ...]:
    """Up to three next questions that ``items`` answer; none whose item the conversation has spoken of, and none that
    was asked or offered before, as long as there are others."""
    past = exchanges(question.history)
    spoken_of = {each.item for each in past} | {item.id}
    asked = {plain_words(each.asked) for each in past} | {plain_words(question.text)}
    offered = {plain_words(offer.question) for each in past for offer in each.offered}
    near = [*item.follow_ups, *(FollowUp(items[id].title, id) for id in item.related if id in items)]
    fresh: dict[str, FollowUp] = {}
    for each in near:
        if each.item in items and each.item not in spoken_of and plain_words(each.question) not in asked:
            fresh.setdefault(each.item, each)
    ranked = sorted(fresh.values(), key=lambda each: plain_words(each.question) in offered)
    return tuple(ranked[:SUGGESTIONS])
