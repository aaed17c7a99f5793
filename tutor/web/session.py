"""Everything one browser tab has: its conversation as it is shown, the stream it watches, the model it chose.

Knows neither gradio nor HTML; lives in that tab's ``gr.State`` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tutor.dialogue import exchange
from tutor.records import ChatModelChoice, Turn
from tutor.web.running_turn import Watch
from tutor.web.transcript import Transcript
from tutor.web.turns import ShownTurn


@dataclass(eq=False)
class Session:
    """``conversation`` is its id in the store, "" for one that nothing was asked in; ``shown`` the turn whose evidence
    the panel shows, -1 for none; ``choice`` the model this tab asked for; ``watch`` its look at the answer on its way.

    ``query`` is what the list of conversations is searched for; ``transcript`` has the messages that were made so far.
    """

    turns: list[ShownTurn] = field(default_factory=list)
    shown: int = -1
    choice: ChatModelChoice | None = None
    watch: Watch | None = None
    conversation: str = ""
    query: str = ""
    transcript: Transcript = field(default_factory=Transcript)

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self.watch is not None and not self.watch.over

    def history(self, before: int | None = None) -> tuple[Turn, ...]:
        """The finished messages, those before turn ``before`` or all, as the tutor takes them; of an answer that was
        stopped also what it was about."""
        asked = [turn for turn in self.turns[:before] if turn.said or _item(turn)]
        return tuple(message for turn in asked for message in _messages(turn))

    def stop(self) -> None:
        if self.watch:
            self.watch.stop()

    def forget(self) -> None:
        """A new conversation: the model that was chosen stays, and an answer on its way goes on unwatched."""
        watch, self.watch = self.watch, None
        if watch:
            watch.leave()
        self.turns, self.shown, self.conversation = [], -1, ""

    def begin_anew(self) -> None:
        """What is shown becomes a conversation that the store does not have yet."""
        self.conversation = ""
        self.turns = [replace(turn, id="", siblings=()) for turn in self.turns]


def _messages(turn: ShownTurn) -> tuple[Turn, Turn]:
    if turn.answer is None or turn.declined:
        return Turn("user", turn.question, turn.standalone), Turn("assistant", turn.said, item=_item(turn))
    message, answer = exchange(turn.question, turn.answer)
    return message, replace(answer, text=turn.said)


def _item(turn: ShownTurn) -> str:
    """The id of the item that an answer, finished or stopped, rests on; "" where there is none."""
    return turn.hits[0].item_id if turn.decision == "answer" and not turn.declined and turn.hits else ""
