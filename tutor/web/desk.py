"""The desk's adaptor: what trainers see and do, as plain values and words. Knows no gradio component and no HTML.

Knows the store, publishing and the service. Everything that can fail raises TutorError.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tutor.errors import StoreError, TutorError
from tutor.events import DoneEvent, Event
from tutor.records import ChatModelChoice, Item, Level, Question, Status
from tutor.settings import Settings
from tutor.store.feedback_records import AuditEntry, Draft, Inquiry, Update

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from tutor.desk.publishing import Published, Publisher
    from tutor.ingestion import IngestReport
    from tutor.store.database import Database
    from tutor.store.drafts import Drafts
    from tutor.store.inbox import Inbox

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 0.5


class DeskService(Protocol):
    """What the desk needs of a running tutor."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def embedder(self) -> Embeddings: ...
    def items(self) -> tuple[Item, ...]: ...
    def status(self) -> Status: ...
    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]: ...


@dataclass(frozen=True)
class Group:
    """Inquiries that ask alike, oldest first, and the draft that takes them up, None where nobody did yet."""

    inquiries: tuple[Inquiry, ...]
    draft: Draft | None

    @property
    def key(self) -> str:
        """Names the group while it has the same first inquiry."""
        return str(self.inquiries[0].number)

    @property
    def numbers(self) -> list[int]:
        return [each.number for each in self.inquiries]

    @property
    def wordings(self) -> list[str]:
        """Every way in which it was asked, once; of objections alone what they are about."""
        from tutor.desk.wordings import wordings

        return wordings(self.inquiries) or [self.inquiries[0].question]


@dataclass(frozen=True)
class Review:
    """A draft as it would be published: what stands against it, where it would go, and the text it replaces."""

    draft: Draft
    problem: str
    place: str
    before: str


class Desk:
    """One for all trainers; keeps nothing itself."""

    def __init__(self, service: DeskService) -> None:
        self._service = service

    def groups(self) -> list[Group]:
        """What is open, alike questions together; while the embedding model loads, those of the same words."""
        from tutor.desk.grouping import groups

        inquiries = self._inbox().open()
        drafts = {draft.id: draft for draft in self._drafts().all("open", "publishing", "published", "undoing")}
        try:
            places = groups([each.question for each in inquiries], self._service.embedder, [e.draft for e in inquiries])
        except TutorError:
            places = _by_wording([" ".join(each.question.casefold().split()) for each in inquiries])
        made = []
        for group in places:
            members = tuple(inquiries[place] for place in group)
            taken = next((each.draft for each in members if each.draft), None)
            made.append(Group(members, drafts.get(taken) if taken else None))
        return made

    def group(self, key: str) -> Group | None:
        return next((group for group in self.groups() if group.key == key), None)

    def titles(self) -> dict[str, str]:
        return {item.id: item.title for item in self._service.items()}

    def propose(self, question: str) -> str:
        """The chat model's own words on a question, which a person has to check. Raises TutorError where none come."""
        answer = None
        for event in self._service.stream(Question(question, from_memory=True)):
            if isinstance(event, DoneEvent):
                answer = event.answer
        if answer is None or answer.origin != "memory":
            raise StoreError("There is no proposal", "a chat model that is loaded and answers", "write the answer")
        return answer.text

    def begin(
        self,
        numbers: Collection[int],
        question: str,
        answer: str,
        wordings: str,
        topics: Sequence[str],
        level: Level,
        actor: str,
    ) -> Draft:
        """A draft of a new item out of a question, an answer and other wordings, one a line."""
        from tutor.desk.item_drafts import Sketch, compose
        from tutor.desk.places import used_ids
        from tutor.desk.wordings import with_asks

        if not question.strip() or not answer.strip():
            raise StoreError("The question or the answer is empty", "both of them", "write it")
        sketch = Sketch(question, answer, wordings.splitlines(), tuple(topics) or ("foundations",), level)
        used = used_ids(self._service.settings) | self.titles().keys()
        text = with_asks(compose(sketch), self._asked(numbers))
        return self._drafts().begin(numbers, text, _named(actor), used)

    def edit_item(self, numbers: Collection[int], item_id: str, actor: str) -> Draft:
        """A draft that changes an item that is there: it begins as its file is now, with the askers' wordings."""
        from tutor.desk.places import current_file, read_text
        from tutor.desk.wordings import with_asks

        file = current_file(self._service.settings, item_id)
        text = read_text(file) if file else None
        if not text:
            raise StoreError(f"There is no file of the item {item_id!r}", "an item of the library", "choose another")
        changed = with_asks(text, self._asked(numbers))
        return self._drafts().begin_change(numbers, item_id, changed, text, _named(actor))

    def merge(self, numbers: Collection[int], draft: str, actor: str) -> None:
        from tutor.desk.wordings import with_asks

        looked_at = self.draft(draft)
        text = with_asks(looked_at.text, self._asked(numbers))
        self._drafts().merge(numbers, replace(looked_at, text=text), _named(actor))

    def settle(self, numbers: Collection[int], item_id: str, reply: str, actor: str) -> None:
        """Tells the askers which item answers them already."""
        if item_id not in self.titles():
            raise StoreError(f"There is no item {item_id!r}", "an item of the library", "choose another")
        self._inbox().settle(numbers, item_id, reply, _named(actor))

    def reject(self, numbers: Collection[int], reply: str, actor: str) -> None:
        self._inbox().reject(numbers, reply, _named(actor))

    def drafts(self) -> list[Draft]:
        return self._drafts().all("open", "publishing")

    def published(self) -> list[Draft]:
        return self._drafts().all("published", "undoing")

    def draft(self, id: str) -> Draft:
        return self._drafts().get(id)

    def review(self, draft: Draft) -> Review:
        from tutor.desk.item_drafts import check
        from tutor.desk.places import current_file, place_for, read_text

        file = current_file(self._service.settings, draft.item_id)
        before = (read_text(file) if file else "") or ""
        try:
            place = place_for(self._service.settings, check(draft.text, draft.item_id), draft.replaced)
        except TutorError as error:
            return Review(draft, str(error), "", before)
        return Review(draft, "", f"{place.why} File: {place.file}", before)

    def save(self, id: str, revision: int, text: str, actor: str) -> Draft:
        return self._drafts().save(id, revision, self.draft(id).item_id, text, _named(actor))

    def discard(self, id: str, revision: int, actor: str) -> None:
        self._drafts().discard(id, revision, _named(actor))

    def publish(self, id: str, revision: int, actor: str) -> Published:
        return self._publisher().publish(id, revision, _named(actor))

    def undo(self, id: str, actor: str) -> Draft:
        return self._publisher().undo(id, self.draft(id).revision, _named(actor))

    def update_index(self, may_empty: bool, actor: str) -> IngestReport:
        from tutor.desk.updating import empty_folders, update_index

        service = self._service
        if may_empty:
            return empty_folders(service.settings, service.embedder, service.database, _named(actor))
        return update_index(service.settings, service.embedder, service.database, "desk")

    def updates(self) -> list[Update]:
        return self._inbox().updates()

    def log(self) -> list[AuditEntry]:
        from tutor.store import audit

        return audit.entries(self._service.database)

    def last_step(self, draft: Draft) -> str:
        """Who did what to a draft last, in a sentence; "" where the log begins later."""
        steps = (entry for entry in self.log() if entry.subject == f"draft {draft.number}")
        return next((f"The last step, “{step.action}”, is by {step.actor}." for step in steps), "")

    def recover_soon(self) -> None:
        """Completes, once everything is loaded, what a crash interrupted. Returns at once."""
        threading.Thread(target=self._recover, name="desk", daemon=True).start()

    def _recover(self) -> None:
        if not self._service.settings.database.exists():
            return
        while not (self._service.status().index_ready and self._service.status().embedder_ready):
            time.sleep(LOOK_SECONDS)
        try:
            for said in self._publisher().recover():
                _LOG.warning("%s", said)
        except (TutorError, OSError) as error:
            _LOG.warning("%s", error)

    def _asked(self, numbers: Collection[int]) -> list[str]:
        from tutor.desk.wordings import wordings

        return wordings(each for each in self._inbox().open() if each.number in numbers)

    def _inbox(self) -> Inbox:
        from tutor.store.inbox import Inbox

        return Inbox(self._service.database)

    def _drafts(self) -> Drafts:
        from tutor.store.drafts import Drafts

        return Drafts(self._service.database)

    def _publisher(self) -> Publisher:
        from tutor.desk.publishing import Publisher

        return Publisher(self._service.settings, self._service.database, lambda: self._service.embedder)


def _by_wording(questions: Sequence[str]) -> list[list[int]]:
    return [[place for place, each in enumerate(questions) if each == wording] for wording in dict.fromkeys(questions)]


def _named(actor: str) -> str:
    return " ".join(actor.split()) or "a trainer"
