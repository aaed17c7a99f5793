"""How a turn tells its item, as HTML: whose words they are, the other ways of telling to click, the points of a lesson.

Knows the turn's record and how it reads on the page; nothing of gradio's events.
"""

from __future__ import annotations

from tutor.records import HIDES_EVIDENCE, PointReached, Style
from tutor.web.labels import button
from tutor.web.safe_markdown import inline
from tutor.web.turns import ShownTurn

WAYS: dict[Style, str] = {
    "simpler": "Simpler",
    "example": "Example",
    "analogy": "Analogy",
    "sentence": "In one sentence",
    "summary": "Summarise",
    "deeper": "Deeper",
    "hint": "Hint only",
    "guided": "Quiz me on this",
}
ASKED: dict[Style, str] = {
    "simpler": "Explain it more simply",
    "example": "Give me an example",
    "analogy": "Give me an analogy",
    "sentence": "Say it in one sentence",
    "summary": "Summarise it",
    "deeper": "Go deeper",
    "hint": "Give me a hint, not the answer",
    "guided": "Quiz me on this",
}
"""What the person is shown to have said by a click."""

_WHOSE: dict[Style, str] = {
    "": "From the corpus, word for word",
    "simpler": "More simply, from the corpus",
    "example": "An example, from the corpus",
    "analogy": "An analogy, from the corpus",
    "sentence": "In one sentence, from the corpus",
    "summary": "In short, from the corpus",
    "deeper": "More, from the corpus",
    "hint": "A hint, from the corpus",
    "guided": "Guided: you find the answer yourself",
}

_SHOWN = {"covered": "", "partly": "Another one in half", "contradicted": "One the other way round"}
"""Points that are missing are only counted: a row for each would say nothing."""


def whose_words(turn: ShownTurn) -> str:
    """The line above the corpus's or the tutor's own words."""
    return _WHOSE[turn.answer.style if turn.answer else turn.style]


def ways(turn: ShownTurn, number: int) -> list[str]:
    """Buttons that have the item of an answer told in another way; none under a hint or within a lesson."""
    answer = turn.answer
    if answer is None or answer.decision != "answer" or not answer.hits or answer.run:
        return []
    if answer.style in HIDES_EVIDENCE:
        return []
    buttons = "".join(
        button("tell", f"{number}:{style}", label, "chip") for style, label in WAYS.items() if style != answer.style
    )
    return [f'<div class="next ways"><p class="lead">Tell it another way</p>{buttons}</div>']


def reached(turn: ShownTurn) -> list[str]:
    """How many points of a lesson the learner has reached, and which."""
    points = turn.answer.points if turn.answer else ()
    if not points:
        return []
    count = sum(point.verdict == "covered" for point in points)
    rows = "".join(f'<li class="{point.verdict}">{_point(point)}</li>' for point in points if point.verdict in _SHOWN)
    listed = f"<ul>{rows}</ul>" if rows else ""
    return [f'<div class="points"><p class="lead">Points reached: {count} of {len(points)}</p>{listed}</div>']


def next_heading(turn: ShownTurn) -> str:
    """What stands above the messages that are offered to click."""
    return "If you are stuck" if turn.answer and turn.answer.style == "guided" else "Ask next"


def _point(point: PointReached) -> str:
    return inline(point.text) if point.text else _SHOWN[point.verdict]
