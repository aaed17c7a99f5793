"""The messages of one session's turns, each made once: an answer that comes makes none of those before it again.

Knows turns and how they read on the page; nothing of gradio's events.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.records import Item
from tutor.web.messages import messages
from tutor.web.turns import ShownTurn


class Transcript:
    """The messages that were made last, by the place of their turn."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[ShownTurn, bool, list[dict[str, str]]]] = {}
        self._items: Sequence[Item] = ()
        self._titles: dict[str, str] = {}

    def messages(self, turns: Sequence[ShownTurn], items: Sequence[Item], can_remember: bool) -> list[dict[str, str]]:
        """The turns as messages of the chat. ``items`` are those of the index; ``can_remember`` says that a chat model
        could answer from its memory."""
        if items is not self._items:
            self._made, self._items, self._titles = {}, items, {item.id: item.title for item in items}
        return [each for number, turn in enumerate(turns) for each in self._of(number, turn, can_remember)]

    def _of(self, number: int, turn: ShownTurn, can_remember: bool) -> list[dict[str, str]]:
        made = self._made.get(number)
        if made is None or made[0] is not turn or made[1] is not can_remember:
            made = turn, can_remember, messages([turn], self._titles, number, can_remember)
            self._made[number] = made
        return made[2]
