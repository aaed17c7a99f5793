"""What a message asks, once the conversation before it is taken into account: its possible readings, as questions that
stand by themselves.

Works on words alone; which reading is meant is for the retrieval to say. Knows nothing of indexes or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.acts import MEMORY_WISH, act, clean
from tutor.assent import AGREES, CORRECTS, GOES_ON, OFFERING, REJECTS
from tutor.lexical import plain_words, terms
from tutor.pointing import ORDINAL, entries, is_bare_number, is_only_place, mentioned, other_side, place, sides
from tutor.records import Answer, FollowUp, Turn
from tutor.teaching_request import topic_told

REMEMBERED_EXCHANGES = 12
"""How far back a conversation is looked at: what a message costs does not grow with the number of turns."""

FEW_TERMS = 2
NO_CUE_LEAD = 0.1
NEVER_ALONE = 1.0
"""The lead of a message that names one side of a comparison: "compare it to boosting" matches boosting's own item."""

SHORT_MESSAGE = 14
SHORT_SUBJECT = 4

_OPENERS = re.compile(
    r"^(?:(?:ok(?:ay)?|yes|yeah|no|hm+|oh|right|sorry|thanks|cool|great)[ ,.!]+)*"
    r"(?:and|but|so|or|also|then|why|how so|what about|how about|what if)\b|^(?:what|which) (?:one|of)\b",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"\b(?:it|its|it's|they|them|their|that|this|those|these(?! days)|one|ones|he|she|there)\b"
    r"|\bthe (?:first|second|third|fourth|last|other|former|latter|same)\b",
    re.IGNORECASE,
)
_ASKS_MORE = re.compile(r"\b(?:example|more|simpler|shorter|deeper|again|instead|else|mention(?:ed)?|said)\b", re.I)
_FILLERS = re.compile(r"\b(?:tho(?:ugh)?|u|ur|pls|plz|btw|lol|hmm+|ok(?:ay)?|get|mean(?:t)?|dont|don't)\b", re.I)
_PRONOUN = re.compile(r"\b(?:it|they|them|this|that|these|those)\b(?! (?:true|possible|ok|okay|better|wise)\b)", re.I)
_POSSESSIVE = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_OTHER = re.compile(r"\bother\b", re.IGNORECASE)
_RETURNS = re.compile(
    r"\b(?:(?:going |let'?s (?:go )?|can we go |coming |go )?back to|returning to|return to|earlier (?:you|we|i)|"
    r"as for|(?:about |on )?the (?:first|earlier|previous) (?:thing|topic|question)|for (?:the )?[\w -]{2,30} again)\b",
    re.IGNORECASE,
)
_AT_FIRST = re.compile(
    r"\bfirst (?:thing|topic|question)\b|\b(?:back|return|returning) to (?:the first one|what (?:i|we) asked first)\b",
    re.I,
)
_ASKING = re.compile(
    r"^(?:(?:so|and|but|ok(?:ay)?|hi|hello|please|pls|can you|could you|tell me|explain|describe|define|show me|"
    r"give me|wh?at(?:'?s| is| are| does| do)?|how (?:do(?:es)?|to|is|are|would (?:you|u)|should (?:i|we)|can i|do i)|"
    r"why (?:is|are|do(?:es)?)|is|are|the|a|an|about|i|we|you|u|me|types of|difference between|code(?: for)?|write|"
    r"mean(?:ing)?(?: of)?|(?:implement|handle|choose|prevent|build)(?= \w))\b[ ,]*)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:\b(?:works?|mean|differ|do|used for|code|please|pls|exactly|to me|in (?:ml|machine learning))\b|\W)+$"
    r"|,? (?:how|what|why|when|which)\b.*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Exchange:
    """A question of the person and what the tutor made of it. ``asked`` is the message as typed, ``question`` what it
    was understood as; ``item`` is what the answer rests on, "" for none."""

    asked: str
    question: str
    answer: str
    item: str
    offered: tuple[FollowUp, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A way to understand a message: ``text`` is a question that stands by itself. ``item`` is meant for certain where
    it is given; ``not_item`` is the one the person did not mean. ``added`` are the terms that the message adds to the
    conversation. ``lead`` is the score by which it must find more than the message as it stands: what does not sound
    like a follow-up may be one all the same. ``likely`` is the item that its topic was answered from. ``rejects`` says
    that the person only turned down the answer, or the choices, before it."""

    text: str
    item: str = ""
    not_item: str = ""
    added: tuple[str, ...] = ()
    lead: float = 0.0
    likely: str = ""
    rejects: Literal["", "answer", "choices"] = ""


def exchange(message: str, answer: Answer) -> tuple[Turn, Turn]:
    """A finished turn as the two messages that the next turn's history holds of it."""
    offered = answer.suggestions or tuple(FollowUp("", item_id) for item_id in answer.choices)
    item = answer.hits[0].item_id if answer.hits and answer.decision == "answer" else ""
    said = "" if answer.origin == "memory" else "\n\n".join(filter(None, [answer.text, answer.tailored]))
    return (
        Turn("user", message, standalone=answer.standalone),
        Turn("assistant", said, item=item, offered=offered, style=answer.style),
    )


def exchanges(history: Sequence[Turn]) -> list[Exchange]:
    """The last questions that asked something, each with its answer, oldest first."""
    return _all_exchanges(list(history)[-2 * REMEMBERED_EXCHANGES :])


def _all_exchanges(turns: Sequence[Turn]) -> list[Exchange]:
    found = []
    for number, turn in enumerate(turns):
        if turn.role != "user" or act(clean(turn.text)) != "question":
            continue
        answered = number + 1 < len(turns) and turns[number + 1].role == "assistant"
        after = turns[number + 1] if answered else Turn("assistant", "")
        asked = clean(turn.text)
        question = topic_told(after.style, clean(turn.standalone)) or asked
        found.append(Exchange(asked, question, after.text, after.item, after.offered))
    return found


def last_exchange(history: Sequence[Turn]) -> Exchange | None:
    """The last question that asked something, None where there was none."""
    return next(reversed(exchanges(history)), None)


def item_spoken_of(history: Sequence[Turn]) -> str:
    """The id of the item that the answer to the last question rests on, "" where it rests on none."""
    last = last_exchange(history)
    return last.item if last else ""


def readings(message: str, history: Sequence[Turn]) -> list[Reading]:
    """What ``message`` may mean, the message as it stands first; one reading alone where there is no doubt."""
    asked = _all_exchanges(history) if _RETURNS.search(message) else exchanges(history)
    if not asked:
        return [Reading(message)]
    last = asked[-1]
    if offer := offer_taken(message, asked):
        return [offer]
    if REJECTS.match(message):
        rejected: Literal["answer", "choices"] = "answer" if last.item else "choices"
        return [Reading(_topic(_root(asked, last)), not_item=last.item, rejects=rejected)]
    rest = CORRECTS.sub("", message, count=1).strip() or message
    corrected = rest != message
    returned = _returned_to(rest, asked)
    about = returned or last
    lead = 0.0 if corrected or returned or leans_on_history(rest) else NO_CUE_LEAD
    topic = _topic(_root(asked, about))
    pointed = rest if returned and _AT_FIRST.search(rest) else _with_entry(rest, about, asked)
    not_item = last.item if corrected and is_only_place(rest) else ""
    other = "" if sides(topic) else other_side(rest)
    if other:
        texts = [f"What is the difference between {subject_of(topic)} and {other}?"]
    elif pointed == rest:
        texts = [rest, f"{topic} {rest}", _naming(rest, topic)]
    else:
        texts = [f"{topic} {pointed}", _naming(pointed, topic), pointed]
    known = {term for each in asked for term in terms(each.asked)}
    added = tuple(term for term in terms(_without_pointers(pointed)) if term not in known)
    likely = about.item if about.item != not_item else ""
    in_context = [Reading(text, "", not_item, added, lead, likely) for text in dict.fromkeys(texts) if text != rest]
    return [Reading(rest, not_item=not_item, lead=NEVER_ALONE if other else 0.0), *in_context]


def leans_on_history(message: str) -> bool:
    """Whether ``message`` may need the questions before it to be understood."""
    few = len(set(terms(message))) <= FEW_TERMS
    cue = any(each.search(message) for each in (_OPENERS, _POINTERS, ORDINAL, _ASKS_MORE, _RETURNS))
    return few or (cue and len(message.split()) <= SHORT_MESSAGE)


def subject_of(question: str) -> str:
    """What a question is about, in its own words: "PCA" of "What is PCA?"."""
    return _TRAILING.sub("", _ASKING.sub("", question)).strip() or question.strip(" ?.!")


def _root(asked: Sequence[Exchange], about: Exchange) -> Exchange:
    """The question that opened the topic of ``about``: the last one up to it that leans on none before, or that took
    one thing out of several."""
    number = asked.index(about)
    while number > 0 and _stays_with(asked[number], asked[number - 1]):
        number -= 1
    return asked[number]


def _stays_with(each: Exchange, before: Exchange) -> bool:
    return leans_on_history(each.asked) and not is_only_place(each.asked) and each.item in ("", before.item)


def _topic(root: Exchange) -> str:
    """The words that name a topic: those it was asked in, or what they were understood as where they name none."""
    pointed = _POINTERS.search(root.asked) or ORDINAL.search(root.asked)
    named = not pointed and plain_words(root.asked) in plain_words(root.question)
    return root.asked if named and terms(_without_pointers(root.asked)) else _without_aside(root.question)


def _without_aside(question: str) -> str:
    """``question`` without the topic that was put behind it in parentheses."""
    return re.sub(r" \([^()]*\)(?=\?$)", "", question)


def offer_taken(message: str, asked: Sequence[Exchange]) -> Reading | None:
    """The question that the tutor offered and the person takes: by its words, a yes, its number or its place. A yes to
    "is it one of these?" takes none of several."""
    last, words = asked[-1], plain_words(message)
    named = [offer for each in reversed(asked) for offer in each.offered if plain_words(offer.question) == words]
    if named and words:
        return Reading(named[0].question, item=named[0].item)
    if not last.offered:
        return None
    asks_back = not last.offered[0].question
    number: int | None = None
    if AGREES.match(message):
        number = 0 if not asks_back or len(last.offered) == 1 else None
    elif GOES_ON.match(message):
        number = 0 if last.offered[0].item == last.item else None
    elif is_bare_number(message) or not terms(OFFERING.sub(" ", ORDINAL.sub(" ", message))):
        chooses = asks_back and not _OTHER.search(message)
        meant = chooses or OFFERING.search(message) or not _listed(last, asked)
        number = place(message, len(last.offered)) if meant else None
    return Reading(last.offered[number].question, item=last.offered[number].item) if number is not None else None


def _listed(about: Exchange, asked: Sequence[Exchange]) -> list[str]:
    """What "the second one" may point at: the sides of the comparison that ``about`` goes on with, or the entries of
    the list in its answer."""
    for each in reversed(asked[: asked.index(about) + 1]):
        if compared := sides(each.asked) or sides(each.question):
            return list(compared)
        if each.question == each.asked:
            break
    return entries(about.answer)


def _with_entry(message: str, about: Exchange, asked: Sequence[Exchange]) -> str:
    """``message`` with "the second one" as what stands there."""
    listed = _listed(about, asked)
    spoken_of = (mentioned(listed, _without_aside(each.question)) for each in reversed(asked[: asked.index(about) + 1]))
    number = place(message, len(listed), next((each for each in spoken_of if each is not None), None))
    if number is None:
        return message
    named = listed[number]
    return f"What is {named}?" if is_only_place(message) else ORDINAL.sub(lambda _: named, message, count=1)


def _without_pointers(message: str) -> str:
    for pointer in (ORDINAL, _RETURNS, _ASKS_MORE, _POINTERS, _FILLERS):
        message = pointer.sub(" ", message)
    return message


def _naming(message: str, question: str) -> str:
    """``message`` with its pronoun as what ``question`` is about, or with that behind it: where the message itself says
    before the pronoun what that may stand for. What is too long for a name is left in the question's own words."""
    subject = subject_of(question)
    if len(subject.split()) > SHORT_SUBJECT:
        return f"{message.rstrip(' ?.!')} ({question.rstrip(' ?.!')})?"
    for pronoun, name in ((_POSSESSIVE, f"{subject}'s"), (_PRONOUN, subject)):
        found = pronoun.search(message)
        if found and not terms(_FILLERS.sub(" ", message[: found.start()])):
            return f"{message[: found.start()]}{name}{message[found.end() :]}"
    return f"{message.rstrip(' ?.!')} ({subject})?"


def _returned_to(message: str, asked: Sequence[Exchange]) -> Exchange | None:
    """The earlier exchange that the person goes back to, by its place or by its words."""
    if len(asked) < 2:
        return None
    if _RETURNS.search(message) and _AT_FIRST.search(message):
        return asked[0]
    own = set(terms(message))
    if _RETURNS.search(message):
        shared = [len(own & set(terms(f"{each.asked} {each.question}"))) for each in asked]
        best = max(range(len(asked)), key=lambda number: (shared[number], number))
        return asked[best] if shared[best] and best < len(asked) - 1 else None
    subjects = [set(terms(subject_of(_topic(each)))) for each in asked]
    named = [number for number, subject in enumerate(subjects) if subject and subject <= own]
    return asked[named[-1]] if named and not own & set(terms(f"{asked[-1].asked} {asked[-1].question}")) else None


def without_memory_words(message: str, history: Sequence[Turn]) -> str:
    """What is asked of the model's memory: ``message`` itself, or the question before it where it says no more than
    "answer from memory"."""
    rest = MEMORY_WISH.sub(" ", message).strip(" ,.:;?")
    asked = exchanges(history)
    return message if len(rest.split()) > 3 or not asked else asked[-1].question
