"""What to practise now, in a few sentences: what is due, then what is weak, then what is new.

Knows the learner's state; nothing of pages or of interviews.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.learner.records import LearnerState, TopicMastery
from tutor.topics import PRACTISED, topic_name

AT_ONCE = 5
WEAK = 0.6


@dataclass(frozen=True)
class Advice:
    """``text`` is plain Markdown for a person; ``items`` are the ids to practise, the first one first."""

    text: str
    items: tuple[str, ...]


def what_to_practise(state: LearnerState) -> Advice:
    """Up to ``AT_ONCE`` items, and why these."""
    parts, chosen = [], []
    due = [review.item for review in state.due if review.item in state.titles]
    if due:
        verb = "item is" if len(due) == 1 else "items are"
        parts.append(f"{len(due)} {verb} due for review. The first: {_titles(state, due[:3])}.")
        chosen += due[:AT_ONCE]
    weak = weakest(state)
    for topic in weak[:2]:
        assert topic.value is not None
        parts.append(f"{topic_name(topic.topic)} is weak so far: {topic.value:.0%}, from {_rows(topic)}.")
    for name in [topic.topic for topic in weak] or _untouched(state):
        chosen += [item for item in state.new_items.get(name, ()) if item not in chosen][:2]
    chosen = chosen[:AT_ONCE]
    if not state.evidence:
        parts = ["Nothing was practised yet, so I cannot tell what is weak. A short mixed interview shows it."]
    elif not parts:
        parts = ["Nothing is due and no topic is weak. Try something new."]
    fresh = [item for item in chosen if item not in due]
    if fresh:
        parts.append(f"Not tried yet: {_titles(state, fresh[:3])}.")
    return Advice("\n\n".join(parts), tuple(chosen))


def weakest(state: LearnerState) -> list[TopicMastery]:
    """Topics with evidence below ``WEAK``, the weakest first."""
    weak = [topic for topic in state.topics if topic.value is not None and topic.value < WEAK]
    return sorted(weak, key=lambda topic: (topic.value, topic.topic))


def _untouched(state: LearnerState) -> list[str]:
    return [topic.topic for topic in state.topics if topic.value is None and topic.topic in PRACTISED]


def _titles(state: LearnerState, items: list[str]) -> str:
    return "; ".join(f"“{state.titles[item]}”" for item in items)


def _rows(topic: TopicMastery) -> str:
    count = sum(not row.set_aside for row in topic.evidence)
    return "1 piece of evidence" if count == 1 else f"{count} pieces of evidence"
