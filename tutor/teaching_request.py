"""Whether a message asks to be told the same in another way: simpler, by an example, as a hint, in one sentence.

Works on the words of one message; which item is meant is for the conversation and the retrieval to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.lexical import terms
from tutor.records import Style

LONGEST = 14
"""Words: a longer message is a question that happens to hold such a word."""

_LAYMAN = (
    r"(?:recruiter|manager|boss|customer|client|hr|grandm\w+|grandpa\w*|mom|mum|mother|dad|kid|child|friend|layman|"
    r"stakeholders?|non[- ](?:technical|tech|expert)(?: (?:person|people|manager|audience))?)"
)

_WISHES: dict[Style, tuple[str, ...]] = {
    "guided": (
        r"quiz me|test me|guide me|ask me (?:questions?|something)|socratic(?:ally)?",
        r"teach me (?:step by step|by asking)|go on with the guided questions",
        r"(?:let me|i want to) (?:try|work it out)(?: myself)?",
    ),
    "hint": (
        r"(?:a |another |one more |next |small )?hints?\b(?:[ ,]*(?:please|pls|not the answer|only))?",
        r"do(?:n'?t| not) tell(?: me)?(?: the answer)?|a (?:clue|nudge)|nudge me",
    ),
    "sentence": (
        r"(?:in|as|with|give me|to) (?:just )?(?:one|a single|1) (?:sentence|line|liner)",
        r"one[- ](?:sentence|liner|line)(?: answer| version)?|elevator pitch",
    ),
    "summary": (r"summari[sz]e|sum (?:it|this|that|everything)? ?up|tl;?dr|recap|(?:a |the )?(?:short )?summary",),
    "analogy": (
        r"(?:an? |another |real[- ]life )?(?:analogy|metaphor)",
        r"(?:like|compare it to) something (?:from|in) (?:daily|real|everyday) life",
    ),
    "simpler": (
        r"(?:more )?simpl(?:er|y)|(?:in |use )?(?:simple|plain|easy|normal|layman'?s?) "
        r"(?:words?|terms?|english|language)",
        r"eli ?5|(?:like|as if) i(?:'?m| am| were) (?:a )?(?:5|five|ten|10|child|kid|beginner|new)\w*(?: years? old)?",
        rf"(?:like|as if) (?:i (?:was|were|am) )?(?:to )?(?:an? |my |the )?{_LAYMAN}(?: (?:would|could|can))?",
        rf"(?:explain|tell|put) (?:it|this|that) (?:to|for) (?:an? |my |the )?{_LAYMAN}",
        r"easier|dumb it down|too (?:complicated|complex|hard|difficult|technical|long)",
        r"(?:i )?(?:still )?(?:do(?:n'?t| not)|did ?n'?t) (?:get|understand)(?: it| this| that| anything)?",
    ),
    "example": (
        r"(?:(?:an?|another|one more|some|any|real|concrete|small|worked|real[- ](?:life|world)) )*examples?"
        r"(?: with (?:small |real )?numbers)?",
        r"for instance",
    ),
    "deeper": (
        r"(?:go |dig )?(?:deeper|in depth|in more (?:detail|depth))|more (?:details?|depth|advanced)|elaborate",
        r"(?:tell me|explain|know) more|expand on (?:it|this|that)",
    ),
}
WITH_A_TOPIC: tuple[Style, ...] = ("guided", "hint", "sentence", "analogy", "simpler")
"""Those that change how a question is answered that stands by itself; "examples of regression" is a question."""

_PATTERNS = {style: re.compile(rf"\b(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) for style, words in _WISHES.items()}
_FILLERS = re.compile(
    r"\b(?:can|could|would|will|you|u|please|pls|plz|give|show|tell|say|explain|put|make|do|me|us|it|this|that|the|a|an|i|"
    r"want|need|one|some|just|ok|okay|so|now|and|but|then|with|in|for|to|of|on|about|more|again|yes|no|thanks|still|get|"
    r"how|what|is|be|have|got|any|like|words?|version|answer|same|there|way|interviews?)\b",
    re.IGNORECASE,
)

_LEADING = re.compile(r"^\W*(?:(?:please|pls|give me|can you|for|on|of|about|to|with)\b\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class TeachingRequest:
    """The way of telling that is asked for; ``topic`` is what the message says besides, "" where it names nothing."""

    style: Style
    topic: str


def teaching_request(message: str) -> TeachingRequest | None:
    """What a cleaned message asks for, None where it is an ordinary question."""
    if len(message.split()) > LONGEST:
        return None
    for style, pattern in _PATTERNS.items():
        if pattern.search(message):
            topic = " ".join(pattern.sub(" ", message).split())
            named = terms(_FILLERS.sub(" ", topic))
            return TeachingRequest(style, _LEADING.sub("", topic).strip(" ,.:;?!-") if named else "")
    return None
