"""Guided mode: the tutor asks, one question a turn, and leads the learner to an item's key points.

Everything it knows of a lesson stands in the conversation: what was asked and what the learner wrote. Each turn grades
all of it anew, answers what was just said, and asks for the heaviest point that is still open. Knows the grader;
nothing of retrieval or pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.acts import clean, passes
from tutor.grading import Grade, PointGrade
from tutor.records import Item, KeyPoint, PointReached, Turn
from tutor.teaching import hints
from tutor.teaching_request import KEEP_GOING

TRIES = 2
"""Times a point is asked for before it is told."""

Grader = Callable[[Item, str], Grade]

_OPENING = "Let us work it out. I ask, you answer in your own words; say “stop” for the answer at any time."

_ASIDE = (
    r"(?:ok(?:ay)?|so|well|hmm+|please|pls|plz|just|now|here|really|sorry|thanks|it|this|that|the|a|an|one|i|i'?m|me|"
    r"to|with|for|at all|can|could|may|you|we|give|need|want|would like|have|get|another|more|point|question|lesson|"
    r"quiz|yet|then|right|whole|full|model)"
)


def _says_only(words: str) -> re.Pattern[str]:
    """Matches a message that says ``words`` and nothing else but asides: an answer may hold any of them too."""
    return re.compile(rf"^\W*(?:{_ASIDE}\W+)*(?:{words})(?:\W+(?:{words}|{_ASIDE}))*\W*$", re.IGNORECASE)


_LEAVES = _says_only(
    r"stop|quit|exit|leave|cancel|enough|that'?s enough|no more|give up|(?:tell|show) me|solution|"
    rf"what(?:'s| is) {_ASIDE}(?: {_ASIDE})*(?= (?:answer|solution))|answer"
)
_GOES_ON = _says_only(KEEP_GOING)
_WANTS_HINT = _says_only(r"hints?|clue|nudge|help|not the answer|do(?:n'?t| not) tell(?: me)?")
_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?|wait)\W+)*(?:(?:what|how|why|when|which|who|where|is|are|was|does|do|did|can|could|"
    r"should|would|will)\b.*\?\s*$"
    r"|(?:what|how|why|when|which|who|where)(?:'s| (?:is|are|was|do|does|did|can|could|should|would|will|to|about))\b|"
    r"explain\b|compare\b|define\b|describe\b|(?:tell|give|show|quiz|test|teach|ask) me\b|"
    r"(?:the )?difference between\b)",
    re.IGNORECASE,
)
_REQUESTS = (_LEAVES, _GOES_ON, _WANTS_HINT)
"""What a learner says that is no answer."""

HELPS = ("A hint, please", "I do not know", "Tell me the answer")
"""What is offered to a learner at each step."""


@dataclass(frozen=True)
class Step:
    """What the tutor says next, and how far the learner is. ``over``: the lesson ends with this."""

    text: str
    points: tuple[PointReached, ...]
    over: bool


def goes_on(message: str, history: Sequence[Turn]) -> str:
    """The id of the item whose lesson ``message`` answers; "" where there is none or the learner leaves it."""
    return open_lesson(history) if _stays(message) else ""


def open_lesson(history: Sequence[Turn]) -> str:
    """The id of the item whose lesson the last answer belongs to; "" where there is none."""
    last = next((turn for turn in reversed(history) if turn.role == "assistant"), None)
    return last.item if last and last.style == "guided" else ""


def is_request(message: str) -> bool:
    """Whether the learner asks, within the lesson, to leave it, to pass or for a hint."""
    return passes(message) or any(request.match(message) for request in _REQUESTS)


def leaves(message: str) -> bool:
    """Whether the learner wants the answer now."""
    return bool(_LEAVES.match(message))


def begin(item: Item, history: Sequence[Turn], grade: Grader) -> Step:
    """The first question about ``item``, or the next one where its lesson was begun before."""
    said = _said(item, history)
    reached = grade(item, said).points if said.strip() else ()
    points = _reached(item, reached)
    ask = _probe(item, _open_points(item, reached, _asked_for(item, history)))
    if ask is None:
        return Step(item.body, (), True)
    return Step(f"{_OPENING}\n\n**{item.title}** {ask}", points, False)


def answer(message: str, item: Item, history: Sequence[Turn], grade: Grader) -> Step:
    """What the tutor says to ``message``, an answer within the lesson of ``item``."""
    before = _said(item, history)
    asked_for = _asked_for(item, history)
    current = asked_for[-1] if asked_for else None
    if _WANTS_HINT.match(message):
        return Step(_hint(item, history, current), _reached(item, grade(item, before).points), False)
    passed = passes(message) or bool(_GOES_ON.match(message))
    earlier = grade(item, before).points if before.strip() else ()
    now = grade(item, before if passed else f"{before}\n{message}").points
    reply = _told(current) if passed and current else _reply(now, earlier, current, asked_for)
    told = current is not None and (passed or _was_told(current, now, asked_for))
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
    replies = [clean(reply.text) for _, reply in _lesson(item, history) if reply is not None]
    return "\n".join(text for text in replies if _stays(text) and not is_request(text))


def _stays(message: str) -> bool:
    """Whether the message belongs to the lesson; a question of the learner's own leads out of it."""
    return is_request(message) or not _ASKS.search(message)


def _reached(item: Item, graded: Sequence[PointGrade]) -> tuple[PointReached, ...]:
    verdicts = {point.text: point.verdict for point in graded}
    return tuple(
        PointReached(point.text if verdicts.get(point.text) == "covered" else "", verdicts.get(point.text, "missing"))
        for point in item.key_points
    )
