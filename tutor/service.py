"""A running tutor whose parts get ready in the background, so that a page can be up before them.

Each question is answered with the parts that are ready then; how they get ready is in ``parts``. Knows nothing of
pages.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from tutor.chat_model import check, connect, model_title, parse_spec
from tutor.errors import ChatModelError, SearchIndexError, StoreError
from tutor.events import DoneEvent, Event, WaitingEvent
from tutor.parts import Parts
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL
from tutor.records import Answer, ChatModelChoice, Item, Question, Status
from tutor.settings import Settings
from tutor.store.records import Versions

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from tutor.calibration.record import Calibration
    from tutor.embedding import SentenceEmbedder
    from tutor.grading import Grade
    from tutor.judging import Judge
    from tutor.learner import Advice
    from tutor.store.database import Database

_LOG = logging.getLogger(__name__)
ANSWERED_AT_ONCE = 2
"""Questions that the embedded chat model answers side by side."""


class Service:
    """A running tutor: parts that become ready one after the other, and questions from many people meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._parts = Parts(settings, self._asked_before)
        self._judge: Judge | None = None
        self._judge_lock = threading.Lock()
        self._database: Database | None = None
        self._database_lock = threading.Lock()
        self._calibration: tuple[float, Calibration | None, Sequence[str]] | None = None

    def start(self) -> None:
        """Gets everything ready on threads and returns at once."""
        self._parts.start()

    def close(self) -> None:
        """Ends what goes on in the background."""
        self._parts.close()
        with self._judge_lock:
            if self._judge:
                self._judge.close()
        with self._database_lock:
            if self._database:
                self._database.close()

    @property
    def judge(self) -> Judge:
        """Runs and judges programs. Made at its first use, and its sandbox gets ready behind."""
        with self._judge_lock:
            if self._judge is None:
                from tutor.judging import Judge

                self._judge = Judge(self.settings.corpus)
            return self._judge

    @property
    def database(self) -> Database:
        """What is kept of people, opened at its first use. Raises StoreError each time that this fails."""
        with self._database_lock:
            if self._database is None:
                from tutor.store.database import Database

                self._database = Database.open(self.settings.database)
            return self._database

    @property
    def embedder(self) -> SentenceEmbedder:
        """What makes vectors of texts, for the trainers' desk. Raises SearchIndexError until it is loaded."""
        embedder = self._parts.embedder
        if embedder is None:
            words = self._parts.embedder_part.words.rstrip(".")
            raise SearchIndexError(words, "the embedding model", "wait a few seconds")
        return embedder

    def versions(self) -> Versions:
        """What answers now, but for the chat model, which an answer names itself."""
        from tutor import __version__
        from tutor.prompts import fingerprint

        calibration, _ = self._calibration_in_use()
        return Versions(
            tutor=__version__,
            embedder="" if self._parts.embedder is None else EMBEDDING_MODEL.name,
            prompts=fingerprint(),
            calibration=calibration.date if calibration else "",
            index=self._parts.index.get().generation if self._parts.index else "",
        )

    def items(self) -> tuple[Item, ...]:
        """All items of the index in use, questions first; none while there is no index."""
        return self._parts.items()

    def status(self) -> Status:
        parts = self._parts
        return Status(
            index=parts.index_part.words,
            embedder=parts.embedder_part.words,
            model=" ".join(filter(None, [parts.model_part.words, self._queue()])),
            index_ready=parts.index_part.ready,
            embedder_ready=parts.embedder_part.ready,
            generating=parts.model_part.ready,
        )

    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]:
        """Answers with the parts that are ready now. ``model`` is this person's own choice, else the settings'.

        Raises SearchIndexError while there is no index.
        """
        parts = self._parts
        if parts.index is None:
            raise SearchIndexError(parts.index_part.words.rstrip("."), "an index", "wait a few seconds and ask again")
        from tutor.answering import Tutor

        choice = model or ChatModelChoice(self.settings.chat_model, self.settings.api_key)
        spec = parse_spec(choice.spec)
        chat_model: BaseChatModel | None = parts.embedded if spec.kind == "embedded" else None
        notices = []
        if spec.kind == "remote":
            chat_model = connect(spec.url, spec.model, choice.api_key)
        elif spec.kind == "embedded" and chat_model is None and question.generate:
            notices.append(f"{parts.model_part.words} Until then answers are the corpus's own words.")
        warming = parts.warming if spec.kind == "embedded" else None
        calibration, warnings = self._calibration_in_use()
        notices += warnings
        title, judge = model_title(choice.spec), lambda: self.judge
        tutor = Tutor(
            parts.index, parts.embedder, chat_model, title, notices, warming, calibration, judge, self._advice
        )
        if warming and (place := warming.asking - ANSWERED_AT_ONCE + 1) > 0:
            yield WaitingEvent(place)
        with parts.warming.person_asks() if parts.warming else nullcontext():
            for event in tutor.stream(question):
                if parts.warming and isinstance(event, DoneEvent) and event.answer.decision == "answer":
                    parts.warming.note_asked({hit.item_id: 1 for hit in event.answer.hits[:1]})
                if isinstance(event, DoneEvent) and event.answer.points and event.answer.style != "guided":
                    self._keep_lesson(event.answer)
                yield event

    def _advice(self) -> Advice:
        """Raises StoreError where what was practised cannot be read."""
        from tutor.assembly import advice

        return advice(self.database, self.items())

    def _keep_lesson(self, end: Answer) -> None:
        """Keeps as evidence what was reached in the lesson that ``end`` ends. A database that fails is logged: the
        lesson itself went well."""
        from tutor.learner.lessons import lesson_evidence
        from tutor.store.practice import Practice
        from tutor.store.records import LOCAL_USER

        item = next((item for item in self.items() if item.id == end.hits[0].item_id), None)
        if item is None or len(item.key_points) != len(end.points):
            return  # it was changed or taken out meanwhile
        try:
            evidence = lesson_evidence(item, end.points, datetime.now().astimezone())
            Practice(self.database, LOCAL_USER).add_evidence(evidence)
        except StoreError as error:
            _LOG.warning("%s", error)

    def grade(self, item: Item, answer: str) -> Grade:
        """The grade of an answer. The embedded chat model is asked where it has read the item, which takes one to three
        seconds; before that, and with other models, the words decide."""
        from tutor.grading.grader import grade

        parts = self._parts
        if parts.warming is None or not parts.warming.has_read(item):
            return grade(item, answer, parts.embedder)
        with parts.warming.person_asks():
            return grade(item, answer, parts.embedder, parts.embedded)

    def check_model(self, choice: ChatModelChoice) -> str:
        """A sentence that says whether a chosen model answers. Raises TutorError with what to do."""
        spec = parse_spec(choice.spec)
        if spec.kind == "none":
            return "No model: answers are the corpus's own words."
        if spec.kind == "remote":
            return check(connect(spec.url, spec.model, choice.api_key), choice)
        if parse_spec(self.settings.chat_model).kind != "embedded":
            raise ChatModelError(
                f"The embedded model was not loaded, because TUTOR_MODEL is {self.settings.chat_model.split('@')[0]}",
                "embedded",
                "TUTOR_MODEL=embedded tutor serve",
            )
        if self._parts.embedded is None:
            words = self._parts.model_part.words.rstrip(".")
            raise ChatModelError(words, "the embedded model", "wait until it is loaded")
        return f"{CHAT_MODEL.title} answers."

    def _queue(self) -> str:
        """Says that people wait, where they do."""
        asking = self._parts.warming.asking if self._parts.warming else 0
        if asking <= ANSWERED_AT_ONCE:
            return ""
        return f"{ANSWERED_AT_ONCE} questions are being answered, {asking - ANSWERED_AT_ONCE} in the queue."

    def _calibration_in_use(self) -> tuple[Calibration | None, Sequence[str]]:
        """Read again only when there is another file."""
        from tutor.assembly import calibration_in_use

        path = self.settings.calibration
        written = path.stat().st_mtime if path.exists() else 0.0
        if self._calibration is None or self._calibration[0] != written:
            self._calibration = (written, *calibration_in_use(self.settings))
        return self._calibration[1:]

    def _asked_before(self) -> Mapping[str, int]:
        """How often each item was asked for before this start, as far as that was kept."""
        from tutor.store.asked import asked_items

        try:
            return asked_items(self.database)
        except StoreError as error:
            _LOG.warning("%s", error)
            return {}
