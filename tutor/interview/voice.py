"""The interviewer's own words around questions and probes. Knows nothing of scores.

Which of several ways of saying a thing is used depends on the seed and the place, so that a replay says the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.markdown_text import code_block
from tutor.records import Item

_FIRST = ("Let us begin.", "Good to meet you. Here is my first question.", "Thanks for coming. Let us start.")
_NEXT = ("Next question.", "Let us move on.", "Now something else.", "Here is another one.")
_SCENARIO = "Take a moment to think about this situation."
_CODE = "Please write this as code. It is judged by its cases."
_PROBES = ("Let me ask a bit further.", "I would like to hear more on one part.", "One thing is still open for me.")
_RETRY = "Please try once more, in a few full sentences."
_NOT_KNOWN = "That is all right, and it is good that you say so. Let us go on."
_HINTS = ("Here is a hint.", "A further hint.", "The last hint.")
_THANKS = ("Thank you.", "All right, thank you.", "Good, I have noted that.")


def question(item: Item, place: int, seed: int) -> str:
    """The question as the interviewer asks it, in Markdown; of a function to write, its signature and a sample call."""
    lead = _one_of(_FIRST if place == 0 else _NEXT, place, seed)
    extra = {"scenario": f" {_SCENARIO}", "coding": f" {_CODE}"}.get(item.kind, "")
    call = f"\n\n{code_block(item.exercise.usage)}" if item.exercise else ""
    return f"{lead}{extra}\n\n{item.question}{call}"


def probe(text: str, place: int, seed: int) -> str:
    """A follow-up question with its lead-in."""
    return f"{_one_of(_PROBES, place, seed)} {text}"


def retry(reason: str) -> str:
    """What the interviewer says to an answer that cannot be judged."""
    return f"I could not make enough of that. {reason.rstrip()} {_RETRY}"


def not_known() -> str:
    """What the interviewer says to a candidate who does not know the answer at all."""
    return _NOT_KNOWN


def hint(text: str, number: int) -> str:
    """The hint with its lead-in; ``number`` counts from 0."""
    return f"{_HINTS[min(number, len(_HINTS) - 1)]} {text}"


def thanks(place: int, seed: int) -> str:
    """What ends a question."""
    return _one_of(_THANKS, place, seed)


def _one_of(ways: Sequence[str], place: int, seed: int) -> str:
    return ways[(seed + place) % len(ways)]
