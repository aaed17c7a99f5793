"""What words point at without naming it: "the second one" of a list, "the other one" of two, the two sides of a
comparison.

Works on words alone; knows nothing of conversations, retrieval or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.lexical import plain_words, terms

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_PLACE_WORD = "(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|former|latter|last|other)"
_NO_NOUN = (
    r"(?=\W*$|\W*[,.;:?!]| (?:is|are|was|were|do(?:es)?|did|has|have|can|could|will|would|should|may|might|need|needs|"
    r"and|or|but|if|in|on|at|as|of|for|with|without|to|from|by|than|vs|so|again|more|better|instead|please|pls|first|"
    r"differ\w*|work\w*|mean\w*|use\w*|help\w*|handle\w*|give\w*|take\w*|over ?fit\w*|under ?fit\w*)\b)"
)
"""What may stand behind "the last" where no noun follows: "the last layer" is no place in a list."""
ORDINAL = re.compile(
    rf"\b(?:(?:the )?{_PLACE_WORD} (?:one|option|type|"
    r"method|kind|way|point|item|part|technique|thing|question)"
    rf"|the {_PLACE_WORD}{_NO_NOUN}|^\W*(?:yes\W+)?{_PLACE_WORD}(?= pl\w+\W*$|\W*$)"
    r"|(?:number|option|step|no\.?|#) ?([1-9]))\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"^\W*(?:number |option |#)?([1-5])\W*$", re.IGNORECASE)

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
_POINTER = r"(?:it|this|that|them|they|these|those)(?: one)?"
_ONE_SIDE = re.compile(
    r"^(?:\W*(?:and|so|ok(?:ay)?|but|please|pls|(?:can|could) you)\b)*\W*"
    rf"(?:compare (?:{_POINTER} )?(?:to|with|against)"
    rf"|(?:how|what) (?:is|are|does|do|makes) {_POINTER} (?:different|differ|compare) (?:from|to|with|than)"
    r"|(?:what(?:'s| is| are) )?(?:the )?differences? (?:to|from|with)|vs\.?|versus|compared (?:to|with))"
    rf"\s+{_SIDE}\s*(?:[?.,;:]|$)"
    rf"|^(?:\W*(?:and|so)\b)*\W*how (?:is|are|does|do) {_SIDE} (?:different|differ|compare) (?:from|to|with|than) "
    rf"{_POINTER}\W*$"
    rf"|^{_SIDE}\s+(?:vs\.?|versus) {_POINTER}\W*$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"^\s*(?:[-*+]|\d+[.)])\s+(?:\*\*(.+?)\*\*|([^:.–—]{2,60}?)(?=[:.–—]|\s+(?:is|are|means)\b))", re.M
)


def is_bare_number(message: str) -> bool:
    """Whether ``message`` is a number and nothing else: "2"."""
    return bool(_BARE_NUMBER.match(message))


def is_only_place(message: str) -> bool:
    """Whether ``message`` names a place and nothing else: "the second one", "2"."""
    return is_bare_number(message) or (bool(ORDINAL.search(message)) and not terms(ORDINAL.sub(" ", message)))


def place(message: str, count: int, spoken_of: int | None = None) -> int | None:
    """Which of ``count`` things "the second one" or "2" points at, from 0; None where it points at none of them. "The
    other one" is the one not ``spoken_of``, the second where none was."""
    if bare := _BARE_NUMBER.match(message):
        found = int(bare[1]) - 1
    elif ordinal := ORDINAL.search(message):
        word = next(filter(None, ordinal.groups())).lower()
        other = 0 if spoken_of else 1
        named = {"former": 0, "latter": 1, "other": other, "last": count - 1}
        numbered = int(word[0]) - 1 if word[0].isdigit() else None
        found = named[word] if word in named else _ORDINALS.index(word) if numbered is None else numbered
    else:
        return None
    return found if 0 <= found < count else None


def mentioned(names: Sequence[str], text: str) -> int | None:
    """The place of the one of ``names`` that ``text`` mentions; None where it mentions none or several."""
    words = f" {plain_words(text)} "
    found = [number for number, name in enumerate(names) if f" {plain_words(name)} " in words]
    return found[0] if len(found) == 1 else None


def entries(answer: str) -> list[str]:
    """The names in the list that an answer holds, in order; none where it holds no list."""
    return [(bold or plain).strip(" :.") for bold, plain in _LISTED.findall(answer)]


def sides(message: str) -> tuple[str, ...]:
    """The two things that ``message`` sets side by side, where it does: X and Y of "X versus Y"."""
    found = _VERSUS.search(message) or _BETWEEN.search(message)
    both = tuple(side.strip() for side in found.groups()) if found else ()
    return () if any(re.fullmatch(_POINTER, side, re.IGNORECASE) for side in both) else both


def other_side(message: str) -> str:
    """What ``message`` sets beside the topic it does not name: Y of "compare it to Y", "" where there is none."""
    found = _ONE_SIDE.search(message)
    other = next(filter(None, found.groups()), "") if found else ""
    return "" if re.fullmatch(_POINTER, other, re.IGNORECASE) else other


def compares(message: str) -> bool:
    """Whether ``message`` asks about two things side by side."""
    return bool(_COMPARES.search(message))
