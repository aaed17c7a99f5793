"""Publishes drafts and undoes it: the row says what begins, the file is written, the index holds it, the row says so.

After a crash at any moment ``recover`` brings the three to one state, the old or the new one. Knows the store, files
and the index's updates; nothing of pages.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from tutor.corpus import read_item
from tutor.desk.asking_again import found_elsewhere
from tutor.desk.item_drafts import check
from tutor.desk.places import Place, place_for, put, put_back, read_text, settle
from tutor.desk.updating import items_in_use, update_index
from tutor.desk.wordings import wordings
from tutor.errors import IngestError, TutorError
from tutor.folders import emptied, folder_of
from tutor.settings import Settings
from tutor.store.audit import SYSTEM
from tutor.store.database import Database
from tutor.store.drafts import Drafts
from tutor.store.feedback_records import Draft

_LOG = logging.getLogger(__name__)
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Published:
    """What a publication did. ``place`` says where the file went and why; ``seconds`` until the index held it;
    ``doubts`` are sentences about questions of its askers that do not find it first."""

    draft: Draft
    place: Place
    seconds: float
    doubts: list[str]


class Publisher:
    """One publication at a time for all processes that share a home. ``embedder`` is asked for at its first use."""

    def __init__(self, settings: Settings, database: Database, embedder: Callable[[], Embeddings]) -> None:
        self._settings, self._database, self._embedder = settings, database, embedder
        self._drafts = Drafts(database)

    def publish(self, id: str, revision: int, actor: str) -> Published:
        """Raises TutorError where the draft does not hold, somebody else was first, or the file or the index could not
        be written; then everything is as it was. Where only the last word to the database failed, the
        next publication or start completes it."""
        started = time.monotonic()
        with self._alone():
            self._complete_interrupted()
            draft = self._drafts.get_open(id, revision)
            place = place_for(self._settings, check(draft.text, draft.item_id), draft.replaced)
            asked = wordings(self._drafts.taken_up(id))
            draft = self._drafts.begin_publishing(id, revision, str(place.file), actor)
            try:
                self._put(draft, draft.text)
            except (TutorError, OSError) as error:
                self._put_back(draft, draft.replaced)
                self._drafts.fail_publishing(id, str(error), actor)
                raise _said(error, place.file) from error
            draft = self._drafts.finish_publishing(id, actor)
        seconds = round(time.monotonic() - started, 2)
        doubts = found_elsewhere(self._settings, self._embedder(), draft.item_id, asked)
        return Published(draft, place, seconds, doubts)

    def undo(self, id: str, revision: int, actor: str) -> Draft:
        """Takes a publication back: its file is gone, or has the text of before. Raises TutorError as ``publish``, and
        where the file was edited since."""
        with self._alone():
            self._complete_interrupted()
            draft = self._drafts.get(id)
            if draft.state == "published" and read_text(Path(draft.place)) != draft.text:
                raise IngestError(
                    f"{draft.place} was edited since it was published", "the published text", "edit the file itself"
                )
            draft = self._drafts.begin_undoing(id, revision, actor)
            try:
                self._put(draft, draft.replaced)
            except (TutorError, OSError) as error:
                self._put_back(draft, draft.text)
                self._drafts.fail_undoing(id, str(error), actor)
                raise _said(error, Path(draft.place)) from error
            return self._drafts.finish_undoing(id, actor)

    def recover(self) -> list[str]:
        """Completes what a crash interrupted, or takes it back where that is not possible. One sentence for each."""
        if not self._drafts.all("publishing", "undoing"):
            return []
        with self._alone():
            return self._complete_interrupted()

    def _complete_interrupted(self) -> list[str]:
        """Whoever is alone at the desk and finds something half-done knows that nobody is doing it."""
        return [self._complete(draft) for draft in self._drafts.all("publishing", "undoing")]

    def _complete(self, draft: Draft) -> str:
        forward = draft.state == "publishing"
        before, after = (draft.replaced, draft.text) if forward else (draft.text, draft.replaced)
        finish = self._drafts.finish_publishing if forward else self._drafts.finish_undoing
        fail = self._drafts.fail_publishing if forward else self._drafts.fail_undoing
        what = f"{'publishing' if forward else 'undoing'} draft {draft.number}"
        try:
            if read_text(Path(draft.place)) not in (before, after):
                raise IngestError(f"{draft.place} was edited meanwhile", "the text of before or of after")
            self._put(draft, after)
        except (TutorError, OSError) as error:
            if read_text(Path(draft.place)) in (before, after):
                self._put_back(draft, before)
            fail(draft.id, str(error), SYSTEM)
            return f"Interrupted, and taken back: {what} ({error})"
        finish(draft.id, SYSTEM)
        return f"Interrupted, and completed: {what}"

    def _put(self, draft: Draft, text: str | None) -> None:
        """Writes the file and has the index hold just that."""
        file = Path(draft.place)
        if text is not None:
            self._refuse_emptied(file)
        put(file, text)
        may_empty = [folder_of(self._settings, file)] if text is None else []
        report = update_index(self._settings, self._embedder(), self._database, "publish", may_empty)
        for problem in report.errors:
            if file.as_posix().endswith(problem.file):
                raise IngestError(str(problem), "a file that the index takes")
        in_use = items_in_use(self._settings, self._embedder()).get(draft.item_id)
        wanted = None if text is None else read_item(file, file.parent, "library").digest
        if (in_use.digest if in_use else None) != wanted:
            raise IngestError(f"The index does not hold {draft.item_id} as it was written", "the published item")
        settle(file)

    def _refuse_emptied(self, file: Path) -> None:
        """One file in a folder that was suddenly empty would stand for all that the index still keeps of it."""
        gone = emptied(self._settings, items_in_use(self._settings, self._embedder()).values())
        if kept := gone.get(folder_of(self._settings, file)):
            raise IngestError(
                f"{file.parent} is suddenly empty, and the index keeps what was there ({len(kept)})",
                "the folder with its files",
                "bring the files back, then publish again",
            )

    def _put_back(self, draft: Draft, text: str | None) -> None:
        """The state of before, as far as it can be had: what fails here is completed by ``recover``. Raises TutorError
        where the file cannot be put back."""
        file = Path(draft.place)
        try:
            put_back(file, text)
        except OSError as error:
            raise _said(error, file) from error
        try:
            folder = folder_of(self._settings, file)
            update_index(self._settings, self._embedder(), self._database, "publish", [folder])
        except TutorError as error:
            _LOG.warning("%s", error)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._settings.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._settings.home / "desk.lock").acquire(timeout=PATIENCE_SECONDS, poll_interval=0.05):
                yield
        except Timeout:
            raise IngestError("Another draft is being published", "one at a time", "try it again") from None


def _said(error: TutorError | OSError, file: Path) -> TutorError:
    if isinstance(error, TutorError):
        return error
    return IngestError(
        f"{file} could not be written ({error.strerror or error})", "free disk space and a writable folder", "try again"
    )
