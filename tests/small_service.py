"""A small tutor for the tests of the trainers' desk, and questions that were sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import HashingEmbedder, hand_made
from desk_help import have_turn

from tutor.answering import Tutor
from tutor.desk.updating import update_index
from tutor.events import Event
from tutor.index import IndexInUse
from tutor.records import ChatModelChoice, Item, Question, Status
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.feedback import Feedback
from tutor.store.records import LOCAL_USER


@dataclass
class SmallService:
    """A tutor over the small corpus with everything ready and no chat model."""

    settings: Settings
    database: Database
    embedder: HashingEmbedder

    def tutor(self) -> Tutor:
        return Tutor(IndexInUse(self.settings.index, "hashing"), self.embedder, calibration=hand_made())

    def items(self) -> tuple[Item, ...]:
        return tuple(IndexInUse(self.settings.index, "hashing").get().items.values())

    def status(self) -> Status:
        return Status("", "", "", True, True, False)

    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]:
        yield from self.tutor().stream(question)

    @classmethod
    def of(cls, home: Path, corpus: Path) -> SmallService:
        settings = Settings(home=home / "home", corpus=corpus, chat_model="none")
        made = cls(settings, Database.open(settings.database), HashingEmbedder())
        update_index(settings, made.embedder, made.database, "desk")
        return made


def send(service: SmallService, *questions: str) -> list[int]:
    feedback = Feedback(service.database, LOCAL_USER)
    return [feedback.escalate(have_turn(service.database, question)) for question in questions]
