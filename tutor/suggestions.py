"""Next questions after an answer: from the corpus, about what was just said, and not asked before.

Knows items and the conversation; nothing of how an answer is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.guided import open_lesson
from tutor.lexical import plain_words
from tutor.records import FollowUp, Item, Question
from tutor.teaching_request import GO_ON_WITH_LESSON

SUGGESTIONS = 3


def suggestions(item: Item, question: Question, items: Mapping[str, Item]) -> tuple[FollowUp, ...]:
    """Up to three next questions: the way back to the lesson that the question broke into, then new ones."""
    lesson = open_lesson(question.history)
    way_back = (FollowUp(GO_ON_WITH_LESSON, lesson),) if lesson else ()
    return (*way_back, *new_questions(item, question, items))[:SUGGESTIONS]


def new_questions(item: Item, question: Question, items: Mapping[str, Item]) -> tuple[FollowUp, ...]:
    """Up to three next questions that ``items`` answer; none whose item the conversation has spoken of, and none that
    was asked or offered before."""
    spoken_of = {turn.item for turn in question.history} | {item.id}
    asked = {plain_words(turn.text) for turn in question.history if turn.role == "user"} | {plain_words(question.text)}
    offered = {plain_words(offer.question) for turn in question.history for offer in turn.offered}
    near = [*item.follow_ups, *(FollowUp(items[id].title, id) for id in item.related if id in items)]
    fresh: dict[str, FollowUp] = {}
    for each in near:
        if each.item in items and each.item not in spoken_of and plain_words(each.question) not in asked | offered:
            fresh.setdefault(each.item, each)
    return tuple(fresh.values())[:SUGGESTIONS]
