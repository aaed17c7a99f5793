"""Guided mode: the tutor asks, one question a turn, and leads the learner to an item's key points.

Everything it knows of a lesson stands in the conversation: what was asked and what the learner wrote. Each turn grades
all of it anew, answers what was just said, and asks for the heaviest point that is still open. Knows the grader;
nothing of retrieval or pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.grading import Grade, PointGrade
from tutor.records import Item, KeyPoint, PointReached, Turn
from tutor.teaching import hints

TRIES = 2
"""Times a point is asked for before it is told."""

Grader = Callable[[Item, str], Grade]

_OPENING = "Let us work it out. I ask, you answer in your own words; say “stop” for the answer at any time."

_LEAVES = re.compile(
    r"^\W*(?:stop|quit|exit|leave|cancel|enough|that'?s enough|no more)\b|\bi give up\b"
    r"|\b(?:tell|give|show) me the (?:whole |full |model )?answer\b|\bwhat(?:'s| is) the answer\b"
    r"|^\W*(?:the )?answer\W*$",
    re.IGNORECASE,
)
_PASSES = re.compile(
    r"^\W*(?:skip|pass|next|idk|i (?:do(?:n'?t| not)|have no) (?:know|idea)|no idea|dunno|not sure|no clue)\b"
    r"[\w ,.!']{0,20}$",
    re.IGNORECASE,
)
_WANTS_HINT = re.compile(r"\b(?:hint|clue|nudge|help)\b", re.IGNORECASE)
_QUESTION = re.compile(r"\?\s*$|^\W*(?:what|how|why|when|which|who|explain|compare|define|difference)\b", re.IGNORECASE)
HELPS = ("A hint, please", "I do not know", "Tell me the answer")
"""What is offered to a learner at each step."""

SHORT = 6
"""Words: a short message that asks for a hint is no answer."""


@dataclass(frozen=True)
class Step:
    """What the tutor says next, and how far the learner is. ``over``: the lesson ends with this."""

    text: str
    points: tuple[PointReached, ...]
    over: bool


def goes_on(message: str, history: Sequence[Turn]) -> str:
    """The id of the item whose lesson ``message`` answers; "" where there is none or the learner leaves it."""
    last = next((turn for turn in reversed(history) if turn.role == "assistant"), None)
    if last is None or last.style != "guided" or not last.item:
        return ""
    stays = not _QUESTION.search(message) or _PASSES.search(message) or _LEAVES.search(message)
    return last.item if stays else ""


def leaves(message: str) -> bool:
    """Whether the learner wants the answer now."""
    return bool(_LEAVES.search(message))


def begin(item: Item, history: Sequence[Turn]) -> Step:
    """The first question about ``item``, or the next one where its lesson was begun before."""
    ask = _probe(item, _open_points(item, (), _asked_for(item, history)))
    if ask is None:
        return Step(item.body, (), True)
    return Step(f"{_OPENING}\n\n**{item.title}** {ask}", _unreached(item), False)


def answer(message: str, item: Item, history: Sequence[Turn], grade: Grader) -> Step:
    """What the tutor says to ``message``, an answer within the lesson of ``item``."""
    before = _said(item, history)
    asked_for = _asked_for(item, history)
    current = asked_for[-1] if asked_for else None
    if _WANTS_HINT.search(message) and len(message.split()) <= SHORT:
        return Step(_hint(item, history, current), _reached(item, grade(item, before).points), False)
    passes = bool(_PASSES.search(message))
    earlier = grade(item, before).points if before.strip() else ()
    now = grade(item, before if passes else f"{before}\n{message}").points
    reply = _told(current) if passes and current else _reply(now, earlier, current, asked_for)
    told = current is not None and (passes or _was_told(current, now, asked_for))
    waiting = [*asked_for, current] if told and current else asked_for
    ask = _probe(item, _open_points(item, now, waiting))
    points = _reached(item, now)
    if ask is None:
        reached = sum(point.verdict == "covered" for point in points)
        end = f"You reached {reached} of {len(points)} points yourself. The model answer:"
        return Step(f"{reply}\n\n{end}\n\n{item.body}", points, True)
    return Step(f"{reply}\n\n{ask}", points, False)


def _reply(
    now: Sequence[PointGrade], earlier: Sequence[PointGrade], current: KeyPoint | None, asked_for: Sequence[KeyPoint]
) -> str:
    """To what the learner wrote: each point reached by it, what was wrong in it, or that the point is not there yet."""
    was = {point.text: point.verdict for point in earlier}
    fresh = [point for point in now if point.verdict == "covered" and was.get(point.text) != "covered"]
    wrong = [point for point in now if point.verdict == "contradicted" and was.get(point.text) != "contradicted"]
    lines = [f"Yes: you said “{point.evidence}”. {point.text}" for point in fresh]
    lines += [f"Not quite: you said “{point.evidence}”. {point.text}" for point in wrong]
    if lines or current is None:
        return "\n\n".join(lines) or "Thank you."
    graded = next((point for point in now if point.text == current.text), None)
    if graded and graded.verdict == "covered":
        return "Yes, you have that point already."
    if _was_told(current, now, asked_for):
        return _told(current)
    if graded and graded.verdict == "partly":
        return f"Partly: “{graded.evidence}” goes in the right direction."
    return "That is not the point yet."


def _told(point: KeyPoint) -> str:
    return f"The point was: {point.text}"


def _was_told(current: KeyPoint, now: Sequence[PointGrade], asked_for: Sequence[KeyPoint]) -> bool:
    """Whether the point that was asked for is told now: it was asked for often enough, or the opposite was said."""
    verdict = next((point.verdict for point in now if point.text == current.text), "missing")
    return verdict == "contradicted" or (verdict != "covered" and asked_for.count(current) >= TRIES)


def _hint(item: Item, history: Sequence[Turn], current: KeyPoint | None) -> str:
    ladder = hints(item)
    given = sum(turn.style == "guided" and any(hint in turn.text for hint in ladder) for turn in history)
    hint = ladder[min(given, len(ladder) - 1)] if ladder else "Think of what the question names first."
    return f"A hint: {hint}\n\n{_question_for(item, current)}" if current else f"A hint: {hint}"


def _open_points(item: Item, now: Sequence[PointGrade], asked_for: Sequence[KeyPoint]) -> list[KeyPoint]:
    """Points to ask for, heaviest first: neither reached, nor contradicted and told, nor asked for too often."""
    done = {point.text for point in now if point.verdict in ("covered", "contradicted")}
    still = [point for point in item.key_points if point.text not in done and asked_for.count(point) < TRIES]
    return sorted(still, key=lambda point: (-asked_for.count(point), -point.weight))


def _probe(item: Item, points: Sequence[KeyPoint]) -> str | None:
    return _question_for(item, points[0]) if points else None


def _question_for(item: Item, point: KeyPoint) -> str:
    """An item without probes is asked for as a whole."""
    return point.probe or f"What else belongs to the answer? (point {item.key_points.index(point) + 1})"


def _lesson(item: Item, history: Sequence[Turn]) -> list[tuple[Turn, Turn | None]]:
    """The tutor's guided turns about ``item``, each with the message that answered it."""
    turns = list(history)
    return [
        (turn, turns[place + 1] if place + 1 < len(turns) and turns[place + 1].role == "user" else None)
        for place, turn in enumerate(turns)
        if turn.role == "assistant" and turn.style == "guided" and turn.item == item.id
    ]


def _asked_for(item: Item, history: Sequence[Turn]) -> list[KeyPoint]:
    """The points that were asked for so far, in order, with repeats; a question repeated after a hint counts once."""
    asked = []
    for turn, _ in _lesson(item, history):
        found = [point for point in item.key_points if turn.text.endswith(_question_for(item, point))]
        if found and not turn.text.startswith("A hint:"):
            asked.append(found[0])
    return asked


def _said(item: Item, history: Sequence[Turn]) -> str:
    """What the learner wrote in the lesson so far."""
    replies = [reply.text for _, reply in _lesson(item, history) if reply is not None]
    return "\n".join(text for text in replies if not _PASSES.search(text) and not _LEAVES.search(text))


def _reached(item: Item, graded: Sequence[PointGrade]) -> tuple[PointReached, ...]:
    verdicts = {point.text: point.verdict for point in graded}
    return tuple(
        PointReached(point.text if verdicts.get(point.text) == "covered" else "", verdicts.get(point.text, "missing"))
        for point in item.key_points
    )


def _unreached(item: Item) -> tuple[PointReached, ...]:
    return tuple(PointReached("", "missing") for _ in item.key_points)
