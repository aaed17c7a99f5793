"""The turn in which an item is told in another way: the corpus's own words for it become events.

Knows the telling, guided mode and the answer's form; nothing of how an item was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tutor import dialogue, guided
from tutor.events import DecisionEvent, DoneEvent, Event, EvidenceEvent, TokenEvent
from tutor.evidence import quote
from tutor.index import SearchIndex
from tutor.records import HIDES_EVIDENCE, Answer, Confidence, FollowUp, Hit, Item, Question, Style, Timings
from tutor.suggestions import new_questions, suggestions
from tutor.teaching import offers, told
from tutor.teaching_request import IN_FULL, TeachingRequest, teaching_request

SPOKEN_OF = Confidence(0.99, "high", "this is what was spoken of last")
_UNTOLD: dict[Style, str] = {
    "example": "The corpus holds no further example of this, so here is its answer.",
    "analogy": "The corpus holds no analogy for this, so here is its answer.",
    "deeper": "The corpus holds no more on this, so here is its answer once more.",
}
_NO_OTHER_WAY = "The corpus tells this in one way only, so here is its answer."


def wish_of(question: Question, text: str) -> TeachingRequest | None:
    """The way of telling that a button, the words or a yes to an offer ask for, or a lesson that goes on; None for an
    ordinary question."""
    if question.style:
        return TeachingRequest(question.style, "", question.chosen)
    if question.chosen:
        return None
    lesson = guided.goes_on(text, question.history)
    if lesson and not _leaves_lesson(text):
        return TeachingRequest("guided", "", lesson)
    asked = dialogue.exchanges(question.history)
    offer = dialogue.offer_taken(text, asked) if asked else None
    wish = teaching_request(offer.text if offer else text)
    if wish is None or offer is None:
        return wish
    return None if wish.topic else replace(wish, item=offer.item)


def _leaves_lesson(text: str) -> bool:
    """Whether a message in a lesson asks to be told the item in another way. An answer may hold such words too, and a
    single word may be one."""
    wish = None if guided.is_request(text) else teaching_request(text)
    asks = wish is not None and wish.style != "hint" and not wish.topic
    return asks and (" " in text or text.endswith("?"))


def item_meant(question: Question, wish: TeachingRequest, index: SearchIndex) -> Item | None:
    """The item that a wish without a topic of its own is about: the one pointed at, or the one spoken of last. What was
    said so far is summed up from the last item, whatever was asked since."""
    if wish.topic:
        return None
    turns = question.history if wish.style == "summary" else ()
    last = next((turn.item for turn in reversed(turns) if turn.item), "")
    return index.items.get(wish.item or dialogue.item_spoken_of(question.history) or last)


def draft(
    style: Style, item: Item, question: Question, index: SearchIndex, confidence: Confidence = SPOKEN_OF
) -> Answer:
    """The answer that tells ``item`` in ``style``; its text is "" where the corpus has no words for it."""
    text = told(style, item, question.history, index.items)
    standalone = IN_FULL[style].format(item.title)
    next_ones = offers(style, item, question.history) or suggestions(item, question, index.items)
    hits = (Hit(item.id, 1.0, "question", item.title),)
    marks = () if style == "hint" else (quote(standalone, 1, item),)
    return Answer("answer", confidence, text, standalone, hits, marks, suggestions=next_ones, style=style)


def lesson(
    item: Item, question: Question, message: str, index: SearchIndex, confidence: Confidence, by: guided.Grader
) -> Answer:
    """The next step of guided mode about ``item``: its first question, or what follows from ``message``, an answer
    within it. Its last step, and what is said to somebody who leaves, is the item's answer."""
    goes_on = bool(message) and guided.goes_on(message, question.history) == item.id
    if goes_on and guided.leaves(message):
        return whole(item, question, index)
    step = guided.answer(message, item, question.history, by) if goes_on else guided.begin(item, question.history, by)
    if step.over:
        return replace(whole(item, question, index), text=step.text, points=step.points)
    hits = (Hit(item.id, 1.0, "question", item.title),)
    standalone = IN_FULL["guided"].format(item.title)
    helps = tuple(FollowUp(words, item.id) for words in guided.HELPS)
    return Answer(
        "answer", confidence, step.text, standalone, hits, suggestions=helps, style="guided", points=step.points
    )


def whole(item: Item, question: Question, index: SearchIndex) -> Answer:
    """The item's own answer, to somebody who wants it now."""
    hits, marks = (Hit(item.id, 1.0, "question", item.title),), (quote(item.title, 1, item),)
    offered = new_questions(item, question, index.items)
    return Answer("answer", SPOKEN_OF, item.body, item.title, hits, marks, suggestions=offered)


def retell(made: Answer, item: Item, timings: Timings) -> Iterator[Event]:
    """``made``, with the item's own answer where it has no text. A hint shows no evidence: that would be the answer."""
    if not made.text:
        notice = _UNTOLD.get(made.style, _NO_OTHER_WAY)
        made = replace(made, text=item.body, notices=(*made.notices, notice))
    yield evidence(made, item)
    yield DecisionEvent("answer", made.confidence, made.standalone)
    yield TokenEvent(made.text, "item")
    yield DoneEvent(replace(made, timings=timings))


def evidence(made: Answer, item: Item) -> EvidenceEvent:
    if made.style in HIDES_EVIDENCE:
        return EvidenceEvent((), (), ())
    return EvidenceEvent((item,), made.hits, made.citations)
