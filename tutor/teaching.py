"""Tells what an item's answer tells in another way, in the corpus's own words: simpler, by an example, by a likeness,
in one sentence, as a hint, as a summary of what was spoken of.

Knows items and the conversation; nothing of retrieval, models or pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.records import FollowUp, Item, Style, Turn
from tutor.sentences import sentences

ESSENTIAL = 3
"""The weight of key points without which an answer fails."""

HINTS = ("A nudge", "The key idea", "A similar case")
_EXAMPLE_WORDS = ("example", "for instance", "such as", "suppose", "imagine")


def told(style: Style, item: Item, history: Sequence[Turn], items: Mapping[str, Item]) -> str:
    """``item`` told in a ``style``, as Markdown; "" where the corpus does not tell it so."""
    match style:
        case "simpler":
            return item.teaching.simpler if item.teaching else _points(item, ESSENTIAL)
        case "example":
            return _example(item, history)
        case "analogy":
            return item.teaching.analogy if item.teaching else ""
        case "sentence":
            return item.teaching.one_sentence if item.teaching else _heaviest(item)
        case "summary":
            return _summary(item, history, items)
        case "deeper":
            return _deeper(item, history)
        case "hint":
            return _hint(item, history)
    return ""


def offers(style: Style, item: Item, history: Sequence[Turn]) -> tuple[FollowUp, ...]:
    """What comes next by a "yes": after a hint the next one."""
    if style != "hint":
        return ()
    given = hints_given(item, history) + 1
    return (FollowUp("Give me another hint" if given < len(hints(item)) else "Tell me the answer", item.id),)


def hints(item: Item) -> tuple[str, ...]:
    """The ladder of an item: a nudge, the key idea, a similar case; none where it has none."""
    if item.exercise:
        return item.exercise.hints
    return item.teaching.hints if item.teaching else ()


def hints_given(item: Item, history: Sequence[Turn]) -> int:
    """How many hints to ``item`` the conversation has given since something else was asked."""
    count = 0
    for turn in reversed([turn for turn in history if turn.role == "assistant"]):
        if turn.style != "hint" or turn.item != item.id:
            break
        count += 1
    return count


def _hint(item: Item, history: Sequence[Turn]) -> str:
    """The next step of the ladder; after the last one the answer."""
    ladder = hints(item)
    step = hints_given(item, history)
    if step >= len(ladder):
        return item.body
    name = HINTS[step] if step < len(HINTS) else "Another hint"
    return f"**{name}** ({step + 1} of {len(ladder)}): {ladder[step]}"


def _example(item: Item, history: Sequence[Turn]) -> str:
    """The example of its own, then the one that the answer holds."""
    in_body = " ".join(each.text for each in sentences(item.body) if _shows(each.text))
    if item.teaching and not _was_told("example", item, history):
        return item.teaching.example
    return in_body


def _shows(sentence: str) -> bool:
    return any(word in sentence.lower() for word in _EXAMPLE_WORDS)


def _deeper(item: Item, history: Sequence[Turn]) -> str:
    """The whole answer where it was not shown yet, else what candidates get wrong and what an interviewer asks next."""
    if not any(turn.item == item.id and item.body[:80] in turn.text for turn in history):
        return item.body
    wrong = [f"- *{each.claim}* {each.why}" for each in item.misconceptions]
    asked = [f"- {question}" for question in (item.exercise.interviewer if item.exercise else ())]
    parts = ["**What candidates get wrong**", "\n".join(wrong)] if wrong else []
    parts += ["**What an interviewer asks next**", "\n".join(asked)] if asked else []
    return "\n\n".join(parts)


def _summary(item: Item, history: Sequence[Turn], items: Mapping[str, Item]) -> str:
    """A line for each item that was spoken of; of a single one its key points."""
    spoken = dict.fromkeys(turn.item for turn in history if turn.item in items)
    if len(spoken) < 2 or item.id not in spoken:
        return _points(item, 1)
    lines = [f"- **{items[id].title}** {told('sentence', items[id], (), items)}" for id in spoken]
    return "\n".join(lines)


def _points(item: Item, least: int) -> str:
    return "\n".join(f"- {point.text}" for point in item.key_points if point.weight >= least)


def _heaviest(item: Item) -> str:
    return max(item.key_points, key=lambda point: point.weight).text if item.key_points else ""


def _was_told(style: Style, item: Item, history: Sequence[Turn]) -> bool:
    return any(turn.style == style and turn.item == item.id for turn in history)
