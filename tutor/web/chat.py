"""The chat's adaptor: a question goes in, views of the page come out, one for each event of the tutor.

Knows the service's stream and the session; knows no gradio component, so that tests read its views directly.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tutor.errors import StoreError, TutorError
from tutor.events import Event, EvidenceEvent
from tutor.judging import Judge
from tutor.records import ChatModelChoice, Item, Question, Status
from tutor.settings import Settings
from tutor.store.records import Ticket, Versions
from tutor.web import evidence
from tutor.web.feedback import Reactions
from tutor.web.keeping import Keeping, with_items
from tutor.web.messages import examples, placeholder
from tutor.web.models import can_generate
from tutor.web.retelling_view import ASKED
from tutor.web.running_turn import RunningTurn, RunningTurns, Watch, failed
from tutor.web.session import Session
from tutor.web.turns import ShownTurn, advance, declined

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from tutor.grading import Grade
    from tutor.store.database import Database


class Service(Protocol):
    """What the page needs of a running tutor."""

    @property
    def settings(self) -> Settings: ...
    @property
    def judge(self) -> Judge: ...
    @property
    def database(self) -> Database: ...
    @property
    def embedder(self) -> Embeddings: ...
    def versions(self) -> Versions: ...
    def start(self) -> None: ...
    def close(self) -> None: ...
    def items(self) -> tuple[Item, ...]: ...
    def grade(self, item: Item, answer: str) -> Grade: ...
    def status(self) -> Status: ...
    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]: ...
    def check_model(self, choice: ChatModelChoice) -> str: ...


@dataclass(frozen=True)
class View:
    """What the page shows: the chat's messages, the evidence panel as HTML, whether an answer is on its way, and the
    id of the conversation, "" for one in which nothing was asked."""

    messages: Sequence[dict[str, str]]
    panel: str
    busy: bool
    conversation: str = ""


class Chat:
    """Answers questions for any number of sessions. Of them it keeps only which kept turns are being answered, so that
    a page that was reloaded goes on watching its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.keeping = Keeping(service)
        self._running = RunningTurns()
        self._reactions = Reactions(service)

    def ask(self, session: Session, text: str, request: str = "") -> Iterator[View]:
        """One view at once, one for each event, the last one with ``busy`` False. Raises nothing.

        ``request`` is a name that the page gave this question: one that arrives twice is asked once.
        """
        yield from self._ask(session, ShownTurn(_whole(text), id=request))

    def choose(self, session: Session, item_id: str) -> Iterator[View]:
        """Asks for the item that the person clicked: it is answered from that item, whatever its score."""
        title = next((item.title for item in self._service.items() if item.id == item_id), "")
        yield from self._ask(session, ShownTurn(title, chosen=item_id))

    def remember(self, session: Session, number: int) -> Iterator[View]:
        """Asks a turn's question, as it was understood, of the chat model's memory, which nothing verifies."""
        if 0 <= number < len(session.turns):
            turn = session.turns[number]
            yield from self._ask(session, ShownTurn(turn.standalone or turn.question, from_memory=True))

    def tell(self, session: Session, number: int, style: str) -> Iterator[View]:
        """Has the item that a turn's answer rests on told in another way."""
        answer = session.turns[number].answer if 0 <= number < len(session.turns) else None
        known = next((each for each in ASKED if each == style), None)
        if answer and answer.hits and known:
            yield from self._ask(session, ShownTurn(ASKED[known], chosen=answer.hits[0].item_id, style=known))

    def retry(self, session: Session, number: int) -> Iterator[View]:
        """Asks the question of a turn again, as another version of it; what followed the old one stays with that."""
        if 0 <= number < len(session.turns):
            turn = session.turns[number]
            again = ShownTurn(turn.question, turn.chosen, turn.from_memory, style=turn.style)
            yield from self._ask(session, again, number)

    def edit(self, session: Session, number: int, text: str) -> Iterator[View]:
        """Asks another question in the place of a turn's, as another version of it."""
        if 0 <= number < len(session.turns):
            yield from self._ask(session, ShownTurn(_whole(text)), number)

    def go_on(self, session: Session, number: int) -> Iterator[View]:
        """Answers an interrupted turn, as the same turn."""
        if session.busy or not 0 <= number < len(session.turns) or not session.turns[number].interrupted:
            return
        turn = session.turns[number]
        try:
            ticket = self.keeping.conversations().continue_turn(turn.id)
        except StoreError as error:
            session.turns[number] = replace(turn, error=str(error))
            yield self.view(session)
            return
        again = ShownTurn(turn.question, turn.chosen, turn.from_memory, style=turn.style)
        again = replace(again, id=turn.id, siblings=turn.siblings)
        yield from self._answer(session, number, again, ticket)

    def decline(self, session: Session, number: int) -> View | None:
        """None of a turn's choices is meant. Nothing is searched again; None where there is nothing to decline."""
        if session.busy or not 0 <= number < len(session.turns):
            return None
        session.turns[number] = declined(session.turns[number])
        self.keeping.decline(session.turns[number])
        session.shown = number
        return self.view(session)

    def rate(self, session: Session, number: int, verdict: str, note: str) -> View | None:
        """Keeps what the person thinks of an answer. None where there is no such turn."""
        return self._react(session, number, lambda turn: self._reactions.rate(turn, verdict, note))

    def escalate(self, session: Session, number: int, note: str) -> View | None:
        """Sends a turn to the trainers. None where there is no such turn."""
        return self._react(session, number, lambda turn: self._reactions.escalate(turn, note))

    def _react(self, session: Session, number: int, react: Callable[[ShownTurn], ShownTurn]) -> View | None:
        if not 0 <= number < len(session.turns) or not session.turns[number].finished:
            return None
        session.turns[number] = react(session.turns[number])
        return self.view(session)

    def open(self, session: Session, conversation: str) -> Iterator[View]:
        """Shows a kept conversation and goes on watching its answer where one is on its way. Raises StoreError where
        it cannot be opened; the session stays as it was then."""
        self._load(session, conversation)
        found = self._running_turn(session)
        if found is None and any(turn.interrupted for turn in session.turns):
            self._load(session, conversation)  # it may have ended after it was read
            found = self._running_turn(session)
        if found:
            yield from self._watch(session, *found)
        else:
            yield self.view(session)

    def show_version(self, session: Session, number: int, step: int) -> Iterator[View]:
        """Shows the version of a turn that stands ``step`` places after the one that is shown. Raises StoreError."""
        turn = session.turns[number] if 0 <= number < len(session.turns) and not session.busy else None
        if turn is None or turn.id not in turn.siblings:
            return
        place = turn.siblings.index(turn.id) + step
        if 0 <= place < len(turn.siblings):
            conversation = self.keeping.conversations().show_turn(turn.siblings[place])
            yield from self.open(session, conversation)

    def show(self, session: Session, number: int, opened: int = 0) -> str:
        """Brings the evidence of a turn back. Returns the panel."""
        if 0 <= number < len(session.turns):
            session.shown = number
        turn = session.turns[session.shown] if 0 <= session.shown < len(session.turns) else None
        return evidence.panel(self._with_nearest(turn) if turn else None, opened)

    def empty(self, session: Session) -> View:
        """A new conversation. An answer on its way goes on and is kept."""
        self.keeping.leave(session)
        return View([], evidence.panel(None), False)

    def view(self, session: Session) -> View:
        """The session as it stands."""
        return View(self._messages(session), self.show(session, session.shown), session.busy, session.conversation)

    def refresh(self, session: Session) -> View | None:
        """The session's view again, once the items of turns that were opened before them are there; else None."""
        known = self._known()
        missing = [n for n, turn in enumerate(session.turns) if not turn.items and turn.hits and not turn.declined]
        if session.busy or not known or not missing:
            return None
        turns = [with_items(session.turns[number], known) for number in missing]
        if not any(turn.items for turn in turns):
            return None
        for number, turn in zip(missing, turns, strict=True):
            session.turns[number] = turn
        return self.view(session)

    def welcome(self) -> str:
        """The empty chat's own text, with questions of the corpus to begin with."""
        items = self._service.items()
        return placeholder(examples(items), items)

    def _ask(self, session: Session, asked: ShownTurn, number: int | None = None) -> Iterator[View]:
        """Asks after the last turn, or as another version of turn ``number``."""
        if not asked.question.strip() or session.busy or any(asked.id and asked.id == t.id for t in session.turns):
            return
        number = len(session.turns) if number is None else number
        turn, ticket = self.keeping.begin(session, asked, number)
        earlier = session.turns[number].siblings or (session.turns[number].id,) if number < len(session.turns) else ()
        if ticket and not ticket.fresh:  # the page sent it twice: what there is of it is shown
            yield from self.open(session, session.conversation)
            return
        siblings = tuple(id for id in (*earlier, turn.id) if id) if turn.id else ()
        yield from self._answer(session, number, replace(turn, siblings=siblings), ticket)

    def _answer(self, session: Session, number: int, asked: ShownTurn, ticket: Ticket | None) -> Iterator[View]:
        history = session.history(number)
        later = session.turns[number + 1 :] if asked.id and _same(session.turns, number, asked) else []
        session.turns[number:] = [asked, *later]
        session.shown = number
        running = RunningTurn(asked)
        watch = session.watch = running.watch(0)
        turns = self._turns(asked, asked.to_ask(history), session.choice, running)
        self._running.start(asked.id, running, self.keeping.kept(session, turns, ticket))
        yield from self._watch(session, number, watch)

    def _load(self, session: Session, conversation: str) -> None:
        self.keeping.load(session, conversation, self._known())
        session.turns = self._reactions.recalled(session.turns)

    def _running_turn(self, session: Session) -> tuple[int, Watch] | None:
        """The place of the turn that is being answered, and the session's watch of it."""
        for number, turn in enumerate(session.turns):
            if running := self._running.get(turn.id):
                session.watch = running.watch()
                return number, session.watch
        return None

    def _watch(self, session: Session, number: int, watch: Watch) -> Iterator[View]:
        """Views of the turn until it ends, or until the session turns to something else."""
        for turn in watch.turns():
            if session.watch is not watch:
                return
            known = session.turns[number]
            session.turns[number] = replace(turn, siblings=known.siblings, reaction=known.reaction)
            shown = session.turns[session.shown] if 0 <= session.shown < len(session.turns) else turn
            yield View(self._messages(session), evidence.panel(shown), True, session.conversation)
        if session.watch is watch:
            session.watch = None
            yield self.view(session)

    def _turns(
        self, turn: ShownTurn, question: Question, choice: ChatModelChoice | None, running: RunningTurn
    ) -> Generator[ShownTurn, None, None]:
        try:
            with closing(running.interruption.read(self._service.stream(question, choice))) as events:
                for event in events:
                    turn = advance(turn, event)
                    if isinstance(event, EvidenceEvent):
                        turn = self._with_nearest(turn)
                    yield turn
        except TutorError as error:
            yield replace(turn, error=str(error))
            return
        except Exception as error:
            yield failed(turn, error)
            return
        if not turn.answer:
            yield replace(turn, stopped=True)

    def _known(self) -> dict[str, Item]:
        return {item.id: item for item in self._service.items()}

    def _messages(self, session: Session) -> list[dict[str, str]]:
        can_remember = can_generate(self._service.status(), session.choice)
        return session.transcript.messages(session.turns, self._service.items(), can_remember)

    def _with_nearest(self, turn: ShownTurn) -> ShownTurn:
        """Where nothing is cited the events carry hits only; the panel shows their items as what comes nearest."""
        return turn if turn.items or not turn.hits else with_items(turn, self._known())


def _same(turns: Sequence[ShownTurn], number: int, asked: ShownTurn) -> bool:
    return number < len(turns) and turns[number].id == asked.id


def _whole(text: str) -> str:
    """``text`` without halves of surrogate pairs, which a browser can send and nothing can write."""
    return text.encode("utf-8", "replace").decode("utf-8")
