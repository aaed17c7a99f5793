"""What a message asks, once the conversation before it is taken into account: its possible readings, as questions that
stand by themselves.

Works on words alone; which reading is meant is for the retrieval to say. Knows nothing of indexes or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.acts import MEMORY_WISH, act, clean
from tutor.lexical import terms
from tutor.records import Answer, FollowUp, Turn

REMEMBERED_EXCHANGES = 12
"""How far back a conversation is looked at: what a message costs does not grow with the number of turns."""

FEW_TERMS = 2
NO_CUE_LEAD = 0.1
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
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_PLACE_WORD = "(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|former|latter|last|other)"
_ORDINAL = re.compile(
    rf"\b(?:(?:the )?{_PLACE_WORD} (?:one|option|type|"
    r"method|kind|way|point|item|part|technique|thing|question)"
    rf"|the {_PLACE_WORD}|^\W*(?:yes\W+)?{_PLACE_WORD}(?= pl\w+\W*$|\W*$)"
    r"|(?:number|option|step|no\.?|#) ?([1-9]))\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"^\W*(?:number |option |#)?([1-5])\W*$", re.IGNORECASE)
_YES = (
    r"(?:yes|yeah|yea|yep|yup|ya|sure|ok(?:ay)?|please|go on|go ahead|do it|of course|definitely|tell me|continue|"
    r"sounds good|show me|i(?:'d| would) like that|let'?s (?:go|do (?:it|that)))"
)
_AGREES = re.compile(
    rf"^\W*{_YES}(?:[ ,.!]+(?:{_YES}|thanks|that one|it|that|more|why not))*\W*$",
    re.IGNORECASE,
)
_OFFERING = re.compile(
    rf"\b(?:{_YES}|questions?|list(?:ed)?|offer(?:ed)?|suggest(?:ed|ions?)?|you|u|gave|show(?:ed|n)?)\b", re.IGNORECASE
)
_CORRECTS = re.compile(
    r"^(?:no+|nope|nah|not that(?: one)?|sorry|wait|actually|wrong|not [\w ]{2,24}(?=,))\b[ ,.!-]*"
    r"(?:(?:wrong|sorry|no)[ ,.!-]+)*"
    r"(?:(?:i|we) (?:meant?|was asking|asked|want(?:ed)?)(?: about)?)?[ ,]*"
    r"|^(?:i|we) (?:meant?|was asking(?: about)?)\b[ ,]*",
    re.IGNORECASE,
)
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

_COMPARES = re.compile(r"\b(?:vs|versus|differ\w*|compar\w*|better|rather|instead|or)\b", re.IGNORECASE)
_SIDE = r"([\w][\w' /+.-]{1,60}?)"
_VERSUS = re.compile(
    rf"^(?:.*\b(?:compare|is|use|about|choose|when|why|of|the)\s)?{_SIDE}\s+(?:vs\.?|versus)\s+{_SIDE}\s*(?:[?.,;:]|$)",
    re.I,
)
_BETWEEN = re.compile(
    rf"\b(?:difference|differences|choose|compare)\s+(?:between\s+)?{_SIDE}\s+(?:and|with|to)\s+{_SIDE}\s*(?:[?.,;:]|$)",
    re.I,
)
_LISTED = re.compile(
    r"^\s*(?:[-*+]|\d+[.)])\s+(?:\*\*(.+?)\*\*|([^:.–—]{2,60}?)(?=[:.–—]|\s+(?:is|are|means)\b))", re.M
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
    like a follow-up may be one all the same. ``likely`` is the item that its topic was answered from."""

    text: str
    item: str = ""
    not_item: str = ""
    added: tuple[str, ...] = ()
    lead: float = 0.0
    likely: str = ""


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
    """The questions so far that asked something, each with its answer, oldest first."""
    found = []
    turns = list(history)[-2 * REMEMBERED_EXCHANGES :]
    for place, turn in enumerate(turns):
        if turn.role != "user" or act(clean(turn.text)) != "question":
            continue
        after = (
            turns[place + 1] if place + 1 < len(turns) and turns[place + 1].role == "assistant" else Turn("user", "")
        )
        asked = clean(turn.text)
        found.append(Exchange(asked, clean(turn.standalone) or asked, after.text, after.item, after.offered))
    return found


def item_spoken_of(history: Sequence[Turn]) -> str:
    """The id of the item that the tutor's last answer with one rests on, "" where there is none."""
    return next((turn.item for turn in reversed(history) if turn.role == "assistant" and turn.item), "")


def readings(message: str, history: Sequence[Turn]) -> list[Reading]:
    """What ``message`` may mean, the message as it stands first; one reading alone where there is no doubt."""
    asked = exchanges(history)
    if not asked:
        return [Reading(message)]
    last = asked[-1]
    if offer := offer_taken(message, last):
        return [offer]
    rest = _CORRECTS.sub("", message, count=1).strip() if _CORRECTS.search(message) else message
    corrected = rest != message and bool(rest)
    returned = _returned_to(rest, asked)
    about = returned or last
    lead = 0.0 if corrected or returned or leans_on_history(rest) else NO_CUE_LEAD
    root = _root(asked, about)
    pointed = rest if returned and _AT_FIRST.search(rest) else _with_entry(rest, about, root)
    not_item = last.item if corrected and _is_only_ordinal(rest) else ""
    known = {term for each in asked for term in terms(each.asked)}
    added = tuple(term for term in terms(_without_pointers(pointed)) if term not in known)
    texts = [pointed, f"{root.asked} {pointed}", _naming(pointed, root.asked)]
    likely = about.item if about.item != not_item else ""
    in_context = [Reading(text, "", not_item, added, lead, likely) for text in dict.fromkeys(texts) if text != rest]
    return [Reading(rest, not_item=not_item), *in_context]


def leans_on_history(message: str) -> bool:
    """Whether ``message`` may need the questions before it to be understood."""
    few = len(set(terms(message))) <= FEW_TERMS
    cue = any(each.search(message) for each in (_OPENERS, _POINTERS, _ORDINAL, _ASKS_MORE, _RETURNS))
    return few or (cue and len(message.split()) <= SHORT_MESSAGE)


def subject_of(question: str) -> str:
    """What a question is about, in its own words: "PCA" of "What is PCA?"."""
    return _TRAILING.sub("", _ASKING.sub("", question)).strip() or question.strip(" ?.!")


def _root(asked: Sequence[Exchange], about: Exchange) -> Exchange:
    """The question that opened the topic of ``about``: the last one up to it that leans on none before."""
    place = asked.index(about)
    while place > 0 and leans_on_history(asked[place].asked) and asked[place].item in ("", asked[place - 1].item):
        place -= 1
    return asked[place]


def offer_taken(message: str, last: Exchange) -> Reading | None:
    """The question that the tutor offered and the person takes: by a yes, its number or its place in the list. A yes to
    "is it one of these?" takes none of several."""
    if not last.offered:
        return None
    place: int | None = None
    if _AGREES.match(message):
        place = 0 if last.offered[0].question or len(last.offered) == 1 else None
    elif (_BARE_NUMBER.match(message) or not terms(_OFFERING.sub(" ", _ORDINAL.sub(" ", message)))) and (
        not _entries(last.answer) or _OFFERING.search(message)
    ):
        place = _place(message, len(last.offered))
    if place is None or not 0 <= place < len(last.offered):
        return None
    offer = last.offered[place]
    return Reading(offer.question or message, item=offer.item)


def _place(message: str, count: int) -> int | None:
    """Which of ``count`` things "the second one" or "2" points at, from 0."""
    if bare := _BARE_NUMBER.match(message):
        return int(bare[1]) - 1
    found = _ORDINAL.search(message)
    if not found:
        return None
    word = next(filter(None, found.groups())).lower()
    if word.isdigit() or word[0].isdigit():
        return int(word[0]) - 1
    if word in _ORDINALS:
        return _ORDINALS.index(word)
    return {"former": 0, "latter": 1, "other": 1, "last": count - 1}[word]


def _with_entry(message: str, about: Exchange, root: Exchange) -> str:
    """``message`` with "the second one" as what stands there: the second side of a comparison, or the second entry of
    the list in the answer."""
    listed = list(sides(root.asked)) or _entries(about.answer)
    place = _place(message, len(listed))
    if place is None or not 0 <= place < len(listed):
        return message
    named = listed[place]
    return f"What is {named}?" if _is_only_ordinal(message) else _ORDINAL.sub(lambda _: named, message, count=1)


def _without_pointers(message: str) -> str:
    for pointer in (_ORDINAL, _RETURNS, _ASKS_MORE, _POINTERS, _FILLERS):
        message = pointer.sub(" ", message)
    return message


def _is_only_ordinal(message: str) -> bool:
    return bool(_BARE_NUMBER.match(message)) or (
        bool(_ORDINAL.search(message)) and not terms(_ORDINAL.sub(" ", message))
    )


def _entries(answer: str) -> list[str]:
    """The names in the list that an answer holds, in order; none where it holds no list."""
    return [(bold or plain).strip(" :.") for bold, plain in _LISTED.findall(answer)]


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
    shared = [(len(own & set(terms(f"{each.asked} {each.question}"))), place) for place, each in enumerate(asked)]
    best, place = max(shared)
    returns = best and place < len(asked) - 1 and (_RETURNS.search(message) or not shared[-1][0])
    return asked[place] if returns else None


def sides(message: str) -> tuple[str, ...]:
    """The two things that ``message`` sets side by side, where it does: X and Y of "X versus Y"."""
    found = _VERSUS.search(message) or _BETWEEN.search(message)
    return tuple(side.strip() for side in found.groups()) if found else ()


def compares(message: str) -> bool:
    """Whether ``message`` asks about two things side by side."""
    return bool(_COMPARES.search(message))


def without_memory_words(message: str, history: Sequence[Turn]) -> str:
    """What is asked of the model's memory: ``message`` itself, or the question before it where it says no more than
    "answer from memory"."""
    rest = MEMORY_WISH.sub(" ", message).strip(" ,.:;?")
    asked = exchanges(history)
    return message if len(rest.split()) > 3 or not asked else asked[-1].question
