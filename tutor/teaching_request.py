"""Whether a message asks to be told the same in another way: simpler, by an example, as a hint, in one sentence.

Works on the words of one message; which item is meant is for the conversation and the retrieval to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.lexical import terms
from tutor.records import Style

LONGEST = 14
"""Words: a longer message is a question that happens to hold such a word."""

GO_ON_WITH_LESSON = "Go on with the guided questions"
"""What the way back to a lesson says, and what is understood as it."""

KEEP_GOING = r"go on|continue|keep going"

_LAYMAN = (
    r"(?:recruiter|manager|boss|customer|client|hr|grandm\w+|grandpa\w*|mom|mum|mother|dad|kid|child|friend|layman|"
    r"stakeholders?|non[- ](?:technical|tech|expert)(?: (?:person|people|manager|audience))?)"
)

_ASKING_FOR = (
    r"(?:(?:please|pls|plz|can|could|would|will|you|for|me|now|ok|okay|and|then|a bit|bit|way|words?|terms?)\b[ ,]*)*"
)

_WISHES: dict[Style, tuple[str, ...]] = {
    "guided": (
        r"quiz me|test me|guide me|ask me (?:questions?|something)|socratic(?:ally)?",
        rf"teach me (?:step by step|by asking)|{GO_ON_WITH_LESSON}",
    ),
    "hint": (
        r"(?:a |another |one more |next |small )?hints?\b(?:[ ,]*(?:please|pls|not the answer|only))?",
        r"do(?:n'?t| not) tell (?:me )?the answer",
    ),
    "sentence": (
        r"(?:in|as|with|give me|to) (?:just )?(?:one|a single|1) (?:sentence|line|liner)(?! of)",
        r"one[- ](?:sentence|liner|line)(?! of)(?: answer| version)?|elevator pitch",
    ),
    "summary": (
        r"(?:summari[sz]e|recap|sum up)(?: (?:of )?(?:our|the|this|whole|conversation|chat|discussion|session|so far|"
        r"what|we|have|talked|discussed|said|about|everything))*",
        r"sum (?:it|this|that|everything)? ?up|tl;?dr|(?:a |the )?(?:short )?summary",
    ),
    "analogy": (
        r"(?:an? |another |real[- ]life )?(?:analogy|metaphor)",
        r"(?:like|compare it to) something (?:from|in) (?:daily|real|everyday) life",
    ),
    "simpler": (
        r"(?:in |use )?(?:simple|plain|easy|normal|layman'?s?) (?:words?|terms?|english|language(?! models?))",
        r"eli ?5|(?:like|as if) i(?:'?m| am| were) (?:a )?(?:5|five|ten|10|child|kid|beginner|new)\w*(?: years? old)?",
        rf"(?:like|as if) (?:i (?:was|were|am) )?(?:to )?(?:an? |my |the )?{_LAYMAN}(?: (?:would|could|can))?",
        rf"(?:explain|tell|put) (?:it|this|that) (?:to|for) (?:an? |my |the )?{_LAYMAN}",
        rf"^{_ASKING_FOR}simplify",
        r"i (?:still )?(?:do(?:n'?t| not)|did ?n'?t) (?:get (?=it|this|that|how|why|what)|understand)",
    ),
    "example": (
        r"(?:(?:an?|another|one more|some|any|real|concrete|small|worked|real[- ](?:life|world)) )*examples?"
        r"(?: with (?:small |real )?numbers)?",
        r"for instance",
    ),
    "deeper": (
        r"(?:go |dig )?(?:deeper|in depth|in more (?:detail|depth))|more (?:details?|depth|advanced)|elaborate",
        r"(?:tell me|show me|explain|know) more|expand on (?:it|this|that)",
    ),
}
_ALONE: dict[Style, tuple[str, ...]] = {
    "guided": (r"(?:let me|i want to) (?:try|work it out)(?: myself)?",),
    "hint": (r"do(?:n'?t| not) tell(?: me)?|a (?:clue|nudge)|nudge me",),
    "sentence": (r"short(?:er)?|too long|brief(?:ly|er)?",),
    "simpler": (
        r"(?:more )?simpl(?:er|y)|easier|dumb it down|too (?:complicated|complex|hard|difficult|technical)",
        r"(?:i )?(?:still )?(?:do(?:n'?t| not)|did ?n'?t) (?:get|understand)(?: anything)?",
    ),
    "deeper": (rf"{KEEP_GOING}|^more",),
}
"""Those that ask for it only where the message says nothing else: a tree may be "too complex"."""

WITH_A_TOPIC: tuple[Style, ...] = ("guided", "hint", "sentence", "analogy", "simpler")
"""Those that change how a question is answered that stands by itself; "examples of regression" is a question."""


def _compiled(wishes: Mapping[Style, Sequence[str]]) -> dict[Style, re.Pattern[str]]:
    return {style: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) for style, words in wishes.items()}


_PATTERNS, _ALONE_PATTERNS = _compiled(_WISHES), _compiled(_ALONE)
_SIMPLER_AT_AN_END = re.compile(
    rf"^(?:more )?simpl(?:er|y)\b|(?<!\bis )(?<!\bare )(?<!\bbe )\b(?:more )?simpl(?:er|y)(?=[ ,]*{_ASKING_FOR}\W*$)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:(?:and|but|so|then|ok)\W+)*(?:which|why|when|who|where|is|are|was|were|does|do(?! not\b)|did|should|"
    r"how (?!(?:would|could|can|do) (?:you|i|u) (?:explain|tell|say|put|describe)))\b",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"\b(?:(?:it|that|this)'s|can|could|would|will|you|u|please|pls|plz|give|show|tell|say|explain|put|make|do|me|us|"
    r"it|this|that|the|a|an|i|"
    r"want|need|one|some|just|ok|okay|so|now|and|but|then|with|in|for|to|of|on|about|more|again|yes|no|thanks|still|get|"
    r"how|what|is|be|have|got|any|like|words?|version|answer|same|there|way|interviews?)\b",
    re.IGNORECASE,
)

_LEADING = re.compile(r"^\W*(?:(?:please|pls|give me|can you|for|on|of|about|to|with)\b\s*)+", re.IGNORECASE)


IN_FULL: dict[Style, str] = {
    "simpler": "Explain in the simplest words: {}",
    "example": "Give an example: {}",
    "analogy": "Give an analogy: {}",
    "sentence": "Answer in one sentence: {}",
    "deeper": "Explain in more depth: {}",
    "summary": "Summarise: {}",
    "hint": "Give a hint, not the answer: {}",
    "guided": "Ask me about: {}",
}
"""What a request means as a question that stands by itself."""


@dataclass(frozen=True)
class TeachingRequest:
    """The way of telling that is asked for; ``topic`` is what the message says besides, "" where it names nothing.
    ``item`` is the id of the item that it is about, where the person pointed at one."""

    style: Style
    topic: str
    item: str = ""


def teaching_request(message: str) -> TeachingRequest | None:
    """What a cleaned message asks for, None where it is an ordinary question."""
    if len(message.split()) > LONGEST:
        return None
    for style, pattern in _PATTERNS.items():
        if pattern.search(message):
            return TeachingRequest(style, _topic(style, pattern.sub(" ", message)))
    if _QUESTION.match(message):
        return None
    if _SIMPLER_AT_AN_END.search(message):
        return TeachingRequest("simpler", _topic("simpler", _SIMPLER_AT_AN_END.sub(" ", message)))
    alone = (style for style, pattern in _ALONE_PATTERNS.items() if pattern.search(message))
    return next((TeachingRequest(style, "") for style in alone if not _topic(style, message)), None)


def _topic(style: Style, rest: str) -> str:
    """What ``rest`` names, without the words that ask for a ``style``."""
    said = _ALONE_PATTERNS[style].sub(" ", rest) if style in _ALONE_PATTERNS else rest
    named = terms(_FILLERS.sub(" ", said))
    return _LEADING.sub("", " ".join(rest.split())).strip(" ,.:;?!-") if named else ""


def topic_told(style: Style, standalone: str) -> str:
    """What a message asked about that was understood as ``standalone``, without the way of telling it asked for."""
    return standalone.removeprefix(IN_FULL[style].format("")) if style in IN_FULL else standalone
