"""Everything one browser tab has: its conversation as it is shown, the stream it watches, the model it chose.

Knows neither gradio nor HTML; lives in that tab's ``gr.State`` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tutor.dialogue import exchange
from tutor.records import ChatModelChoice, Turn
from tutor.store.records import Ticket
from tutor.web.running_turn import RunningTurn
from tutor.web.turns import ShownTurn


@dataclass(eq=False)
class Session:
    """``conversation`` is its id in the store, "" for one that nothing was asked in; ``shown`` the turn whose evidence
    the panel shows, -1 for none; ``choice`` the model this tab asked for; ``running`` the turn it watches.

    ``owed`` are finished turns that the store could not take; ``said_unkept`` that the person was told. ``query`` is
    what the list of conversations is searched for.
    """

    turns: list[ShownTurn] = field(default_factory=list)
    shown: int = -1
    choice: ChatModelChoice | None = None
    running: RunningTurn | None = None
    conversation: str = ""
    owed: list[tuple[Ticket, ShownTurn]] = field(default_factory=list)
    said_unkept: bool = False
    query: str = ""

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self.running is not None and not self.running.over

    def history(self, before: int | None = None) -> tuple[Turn, ...]:
        """The finished messages, those before turn ``before`` or all, as the tutor takes them; of an answer that was
        stopped also what it was about."""
        asked = [turn for turn in self.turns[:before] if turn.said or _item(turn)]
        return tuple(message for turn in asked for message in _messages(turn))

    def stop(self) -> None:
        if self.running:
            self.running.stop()

    def forget(self) -> None:
        """A new conversation: the model that was chosen stays."""
        self.stop()
        self.turns, self.shown, self.running, self.conversation = [], -1, None, ""
        self.owed, self.said_unkept = [], False


def _messages(turn: ShownTurn) -> tuple[Turn, Turn]:
    if turn.answer is None or turn.declined:
        return Turn("user", turn.question, turn.standalone), Turn("assistant", turn.said, item=_item(turn))
    message, answer = exchange(turn.question, turn.answer)
    return message, replace(answer, text=turn.said)


def _item(turn: ShownTurn) -> str:
    """The id of the item that an answer, finished or stopped, rests on; "" where there is none."""
    return turn.hits[0].item_id if turn.decision == "answer" and not turn.declined and turn.hits else ""
