"""Drafts: checked, published, undone, one winner, and everything as before where a step fails."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HashingEmbedder, item_text
from desk_help import have_turn

from tutor.desk import places
from tutor.desk import publishing as publishing_module
from tutor.desk.item_drafts import Sketch, check, compose
from tutor.desk.places import SOURCE, can_write, current_file, place_for, read_text, used_ids
from tutor.desk.publishing import Publisher
from tutor.desk.updating import items_in_use, update_index
from tutor.errors import CorpusError, IngestError, StoreError, TutorError
from tutor.settings import Settings
from tutor.store import audit
from tutor.store.database import Database
from tutor.store.drafts import Drafts
from tutor.store.feedback import Feedback
from tutor.store.feedback_records import TAKEN_BACK, Draft, Regression
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER

QUESTION = "What is a variational autoencoder?"
SKETCH = Sketch(QUESTION, "It learns a distribution of codes. It samples from it.", ["vae pls", " vae  pls ", QUESTION])


class Desk:
    """A small corpus that is indexed, one question sent to the trainers, and a draft that answers it."""

    def __init__(self, home: Path, corpus: Path) -> None:
        self.settings = Settings(home=home, corpus=corpus, chat_model="none")
        self.embedder = HashingEmbedder()
        self.database = Database.open(self.settings.database)
        update_index(self.settings, self.embedder, self.database, "desk")
        self.feedback = Feedback(self.database, LOCAL_USER)
        self.drafts = Drafts(self.database)
        self.publisher = Publisher(self.settings, self.database, lambda: self.embedder)

    def draft(self, text: str = "") -> Draft:
        return self.drafts.begin([self.send()], text or compose(SKETCH), "tess")

    def send(self, question: str = QUESTION) -> int:
        return self.feedback.escalate(have_turn(self.database, question))

    def change(self, item_id: str, old: str, new: str) -> Draft:
        """A draft that changes an item as the desk makes it."""
        file = current_file(self.settings, item_id)
        text = (read_text(file) if file else None) or ""
        return self.drafts.begin_change([self.send()], item_id, text.replace(old, new), text, "tess")

    @property
    def file(self) -> Path:
        return self.settings.library / SOURCE / "trainers-001.md"

    def state(self) -> tuple[bool, bool, str, str, int]:
        """Whether the file is there, whether the index has it, states of draft and inquiry, regression cases."""
        draft = self.drafts.all("open", "publishing", "published", "undoing", "undone")[0]
        indexed = "trainers-001" in items_in_use(self.settings, self.embedder)
        inquiry, cases = self.feedback.inquiries()[0], Inbox(self.database).regressions()
        return self.file.is_file(), indexed, draft.state, inquiry.state, len(cases)


OPEN = (False, False, "open", "open", 0)
PUBLISHED = (True, True, "published", "answered", 1)
UNDONE = (False, False, "undone", "open", 0)


@pytest.fixture
def desk(tmp_path: Path, small_corpus: Path) -> Desk:
    return Desk(tmp_path / "home", small_corpus)


def test_a_sketch_becomes_an_item_file_that_holds_the_askers_wordings_once() -> None:
    checked = check(compose(SKETCH).replace("{id}", "trainers-001"), "trainers-001")
    assert (checked.item.title, checked.item.asks) == (QUESTION, ("vae pls",))
    assert not checked.is_curated
    assert "in 'asks': 1 given, 8 to 40 needed" in checked.short_of


def test_a_wording_that_is_given_twice_stays_as_and_where_it_came_first() -> None:
    text = compose(replace(SKETCH, asks=["vae pls", " ", "wots a vae", "VAE  pls"])).replace("{id}", "t-1")
    assert check(text, "t-1").item.asks == ("vae pls", "wots a vae")


def test_a_long_question_keeps_its_first_sentence_as_the_title() -> None:
    text = compose(replace(SKETCH, question="What is a VAE? My model blurs images: why?")).replace("{id}", "t-1")
    item = check(text, "t-1").item
    assert (item.title, item.question) == ("What is a VAE?", "What is a VAE? My model blurs images: why?")


@pytest.mark.parametrize("question", ["--- yaml: [", "a: b # c", "'quoted' \"both\"", "{id}", "---\n---\nbody"])
def test_whatever_stands_in_a_question_cannot_end_or_change_the_front_matter(question: str) -> None:
    item = check(compose(replace(SKETCH, question=question)).replace("{id}", "t-1", 1), "t-1").item
    assert item.section == "Trainers' answers"
    assert "".join(item.title.split()) == "".join(question.split()) or item.question


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("It is <script>alert(1)</script> so.", r"the HTML <script>"),
        ("<img src=x onerror=alert(1)>", r"the HTML <img src=x"),
        ("![x](http://example.org/a.png)", "an image"),
    ],
)
def test_markup_in_a_draft_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        check(compose(replace(SKETCH, answer=text)).replace("{id}", "t-1"), "t-1")


def test_a_tag_in_code_is_text_and_may_stand() -> None:
    check(compose(replace(SKETCH, answer="Write `<mask>`, for $a < b$ and x < y.")).replace("{id}", "t-1"), "t-1")


@pytest.mark.parametrize("id", ["../../etc/passwd", "a/b", "/root", "a\\b", "..", "", "A B"])
def test_an_id_that_is_a_path_is_refused(id: str) -> None:
    with pytest.raises(CorpusError, match="an id names no path"):
        check(compose(SKETCH).replace("{id}", id), "trainers-001")


def test_an_id_of_another_item_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"found the id 'q001'; expected 'trainers-001'"):
        check(compose(SKETCH).replace("{id}", "q001"), "trainers-001")


def test_what_breaks_the_schema_is_said_with_its_line() -> None:
    text = compose(SKETCH).replace("{id}", "t-1").replace("level: intermediate", "level: easy")
    with pytest.raises(CorpusError, match=r"the draft:6: found level = 'easy'"):
        check(text, "t-1")


def test_a_published_draft_is_in_the_library_in_the_index_and_told_to_its_asker(desk: Desk) -> None:
    draft = desk.draft()
    published = desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.state() == PUBLISHED
    assert "short of something: in 'asks'" in published.place.why
    assert desk.feedback.inquiries()[0].item_id == "trainers-001"
    assert Inbox(desk.database).regressions() == [Regression(QUESTION, "trainers-001")]


def test_the_trainer_is_told_which_question_still_finds_another_item_first(desk: Desk) -> None:
    draft = desk.draft()
    desk.drafts.merge([desk.send("what is gradient descent")], draft, "tess")
    draft = desk.drafts.get(draft.id)
    (doubt,) = desk.publisher.publish(draft.id, draft.revision, "tess").doubts
    assert "“what is gradient descent” still finds “What is gradient descent?” (q001) first" in doubt


def test_a_draft_that_fulfils_the_curated_schema_goes_to_the_corpus(desk: Desk) -> None:
    body = "A VAE learns codes. It samples from them. It decodes them."
    draft = desk.draft(item_text("trainers-001", QUESTION, body))
    published = desk.publisher.publish(draft.id, draft.revision, "tess")
    assert published.place.file == desk.settings.corpus / "questions" / "trainers-001.md"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs a folder that not even root can write")
def test_where_the_corpus_is_read_only_a_new_item_goes_to_the_library(desk: Desk, tmp_path: Path) -> None:
    questions = desk.settings.corpus / "questions"
    questions.rename(desk.settings.corpus / "faq")  # the items stay, so that the index does not shrink
    questions.symlink_to("/proc/self/task")
    update_index(desk.settings, desk.embedder, desk.database, "desk", may_empty=["*"])
    body = "A VAE learns codes. It samples from them. It decodes them."
    draft = desk.draft(item_text("trainers-001", QUESTION, body))
    place = place_for(desk.settings, check(draft.text, draft.item_id), None)
    assert not can_write(questions)
    assert place.file == desk.file
    assert "cannot be written" in place.why


def test_an_item_of_the_corpus_is_edited_in_its_own_file_and_undone_to_the_letter(desk: Desk) -> None:
    (file,) = (desk.settings.corpus / "questions").glob("q001*.md")
    before = file.read_text(encoding="utf-8")
    after = before.replace("A step of 0.1 is common", "A step of 0.2 is common")
    draft = desk.change("q001", "A step of 0.1 is common", "A step of 0.2 is common")
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    assert file.read_text(encoding="utf-8") == after
    assert "0.2" in items_in_use(desk.settings, desk.embedder)["q001"].body
    desk.publisher.undo(draft.id, draft.revision, "tess")
    assert file.read_text(encoding="utf-8") == before
    assert "0.1" in items_in_use(desk.settings, desk.embedder)["q001"].body


def test_an_undone_publication_is_out_of_the_index_and_its_question_open_again(desk: Desk) -> None:
    draft = desk.draft()
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    desk.publisher.undo(draft.id, draft.revision, "tess")
    assert desk.state() == UNDONE


def test_a_file_that_was_edited_since_is_not_undone(desk: Desk) -> None:
    draft = desk.draft()
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    desk.file.write_text(desk.file.read_text() + "More.\n")
    with pytest.raises(IngestError, match="was edited since it was published"):
        desk.publisher.undo(draft.id, draft.revision, "tess")
    assert desk.state() == PUBLISHED


def test_of_two_trainers_who_publish_the_same_draft_one_wins_and_the_other_reads_why(desk: Desk) -> None:
    draft = desk.draft()
    said: list[str] = []

    def publish(name: str) -> None:
        try:
            desk.publisher.publish(draft.id, draft.revision, name)
            said.append("done")
        except TutorError as error:
            said.append(str(error))

    threads = [threading.Thread(target=publish, args=(name,)) for name in ("tess", "tom")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said)[1] == "done"
    assert "Draft 1 is published already" in sorted(said)[0]
    assert desk.state() == PUBLISHED


def test_who_saves_over_a_newer_revision_loses_and_reads_why(desk: Desk) -> None:
    draft = desk.draft()
    desk.drafts.save(draft.id, draft.revision, draft.item_id, draft.text + "More.", "tess")
    with pytest.raises(StoreError, match="changed by somebody else"):
        desk.drafts.save(draft.id, draft.revision, draft.item_id, draft.text + "Less.", "tom")
    with pytest.raises(StoreError, match="changed by somebody else"):
        desk.publisher.publish(draft.id, draft.revision, "tom")
    assert desk.state() == OPEN


def test_a_draft_that_breaks_the_schema_is_not_published(desk: Desk) -> None:
    draft = desk.draft(compose(replace(SKETCH, answer="<script>alert(1)</script>")))
    with pytest.raises(CorpusError):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.state() == OPEN


def test_where_the_index_cannot_be_built_everything_is_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = desk.draft()

    def full(*args: object) -> None:
        raise IngestError("The index could not be written (No space left on device)")

    monkeypatch.setattr(publishing_module, "update_index", full)
    with pytest.raises(IngestError, match="No space left"):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    monkeypatch.undo()
    assert desk.state() == OPEN
    assert [entry.action for entry in audit.entries(desk.database)][:2] == ["not published", "publishing"]


def test_nothing_is_published_into_a_folder_that_is_suddenly_empty(desk: Desk) -> None:
    draft = desk.draft(item_text("{id}", QUESTION, "A VAE learns codes. It samples from them. It decodes them."))
    for file in (desk.settings.corpus / "questions").glob("*.md"):
        file.unlink()
    with pytest.raises(IngestError, match="is suddenly empty, and the index keeps what was there"):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.state() == OPEN
    assert set(items_in_use(desk.settings, desk.embedder)) == {"q001", "q002", "q003"}


def test_a_new_draft_gets_an_id_that_no_file_and_no_other_draft_has(desk: Desk) -> None:
    shelf = desk.settings.library / "notes"
    shelf.mkdir(parents=True)
    (shelf / "trainers-001-old.md").write_text("not an item, but its name stands for one")
    used = used_ids(desk.settings) | {"trainers-002"}
    first = desk.drafts.begin([desk.send()], compose(SKETCH), "tess", used)
    second = desk.drafts.begin([desk.send()], compose(SKETCH), "tess", used)
    assert (first.item_id, second.item_id) == ("trainers-003", "trainers-004")


def test_a_new_draft_is_never_published_over_a_file_that_is_there(desk: Desk) -> None:
    draft = desk.draft()
    desk.file.parent.mkdir(parents=True)
    desk.file.write_text(compose(replace(SKETCH, question="What is a GAN?")).replace("{id}", "trainers-001"))
    before = desk.file.read_text()
    with pytest.raises(IngestError, match="is there already, and this is a draft of a new item"):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.file.read_text() == before
    assert desk.drafts.get(draft.id).state == "open"


def test_a_change_of_an_item_whose_file_changed_meanwhile_is_not_published_over_it(desk: Desk) -> None:
    draft = desk.change("q001", "A step of 0.1", "A step of 0.2")
    (file,) = (desk.settings.corpus / "questions").glob("q001*.md")
    file.write_text(file.read_text().replace("A step of 0.1", "A step of 0.3"))
    with pytest.raises(IngestError, match="was changed since this draft began"):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    assert "0.3" in file.read_text()


def _full(*args: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("when", ["before the file is replaced", "after it"])
def test_a_full_disk_while_an_item_is_replaced_leaves_the_old_item_whole_and_the_draft_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    draft = desk.change("q001", "A step of 0.1", "A step of 0.2")
    (file,) = (desk.settings.corpus / "questions").glob("q001*.md")

    def full(*args: object) -> None:
        monkeypatch.setattr(places, "_write", _full)
        raise IngestError("The index could not be written (No space left on device)")

    with monkeypatch.context() as patch:
        if when == "after it":
            patch.setattr(publishing_module, "update_index", full)
        else:
            patch.setattr(places, "_write", _full)
        with pytest.raises(IngestError, match="could not be written"):
            desk.publisher.publish(draft.id, draft.revision, "tess")
    assert "A step of 0.1" in file.read_text()
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []
    assert desk.drafts.get(draft.id).state == "open"
    assert "A step of 0.1" in items_in_use(desk.settings, desk.embedder)["q001"].body


def test_a_file_that_cannot_be_put_back_is_said_and_completed_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()

    def broken(*args: object) -> None:
        raise IngestError("The index could not be written")

    with monkeypatch.context() as patch:
        patch.setattr(publishing_module, "update_index", broken)
        patch.setattr(publishing_module, "put_back", _full)
        with pytest.raises(IngestError, match=r"trainers-001.md could not be written \(No space left"):
            desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.publisher.recover() == ["Interrupted, and completed: publishing draft 1"]
    assert desk.state() == PUBLISHED


def test_the_only_item_of_any_folder_can_be_undone(desk: Desk) -> None:
    text = item_text("{id}", QUESTION, "A VAE learns codes. It samples from them. It decodes them.", kind="faq")
    (desk.settings.corpus / "faq").mkdir()
    draft = desk.draft(text)
    published = desk.publisher.publish(draft.id, draft.revision, "tess")
    assert published.place.file == desk.settings.corpus / "faq" / "trainers-001.md"
    desk.publisher.undo(draft.id, published.draft.revision, "tess")
    assert desk.state() == UNDONE


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("indexed", [False, True])
def test_a_publication_that_a_crash_interrupted_is_completed(desk: Desk, written: bool, indexed: bool) -> None:
    draft = desk.draft()
    desk.drafts.begin_publishing(draft.id, draft.revision, str(desk.file), "tess")
    if written:
        desk.file.parent.mkdir(parents=True)
        desk.file.write_text(draft.text)
    if indexed:
        update_index(desk.settings, desk.embedder, desk.database, "desk")
    assert desk.publisher.recover() == ["Interrupted, and completed: publishing draft 1"]
    assert desk.state() == PUBLISHED
    assert desk.publisher.recover() == []


def test_where_only_the_last_word_to_the_database_fails_the_next_step_completes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.draft()

    def locked(self: Drafts, id: str, actor: str) -> Draft:
        raise StoreError("tutor.db is locked by another program")

    with monkeypatch.context() as patch:
        patch.setattr(Drafts, "finish_publishing", locked)
        with pytest.raises(StoreError, match="locked"):
            desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.drafts.get(draft.id).state == "publishing"
    with pytest.raises(StoreError, match="is published already"):
        desk.publisher.publish(draft.id, draft.revision, "tess")
    assert desk.state() == PUBLISHED


def test_an_undoing_that_a_crash_interrupted_is_completed(desk: Desk) -> None:
    draft = desk.draft()
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    desk.drafts.begin_undoing(draft.id, draft.revision, "tess")
    assert desk.publisher.recover() == ["Interrupted, and completed: undoing draft 1"]
    assert desk.state() == UNDONE


def test_what_cannot_be_completed_is_taken_back(desk: Desk) -> None:
    draft = desk.draft()
    desk.drafts.begin_publishing(draft.id, draft.revision, str(desk.file), "tess")
    desk.file.parent.mkdir(parents=True)
    desk.file.write_text("somebody else's words")
    (said,) = desk.publisher.recover()
    assert "taken back" in said
    assert "was edited meanwhile" in said
    assert desk.drafts.get(draft.id).state == "open"
    assert desk.file.read_text() == "somebody else's words"


def test_a_question_merged_into_a_published_draft_is_answered_at_once_and_tested_from_then_on(desk: Desk) -> None:
    draft = desk.draft()
    desk.publisher.publish(draft.id, draft.revision, "tess")
    desk.drafts.merge([desk.send("explain vaes")], draft, "tess")
    assert desk.feedback.inquiries()[0].item_id == "trainers-001"
    assert [case.question for case in Inbox(desk.database).regressions()] == [QUESTION, "explain vaes"]


def test_undoing_reopens_only_what_the_publication_answered(desk: Desk) -> None:
    draft, inbox = desk.draft(), Inbox(desk.database)
    rejected, settled = desk.send("how do ships float"), desk.send("what is a GAN")
    desk.drafts.merge([rejected, settled], draft, "tess")
    draft = desk.drafts.get(draft.id)
    inbox.reject([rejected], "Not for interviews.", "tess")
    inbox.settle([settled], "q001", "It is there.", "tess")
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    desk.publisher.undo(draft.id, draft.revision, "tess")
    told = {each.number: (each.state, each.reply, each.item_id) for each in desk.feedback.inquiries()}
    assert told == {
        1: ("open", TAKEN_BACK, ""),
        rejected: ("rejected", "Not for interviews.", ""),
        settled: ("answered", "It is there.", "q001"),
    }


def test_a_question_that_another_draft_takes_up_is_not_merged_away_from_it(desk: Desk) -> None:
    first = desk.draft()
    second = desk.drafts.begin([desk.send("explain vaes")], compose(SKETCH), "tom")
    with pytest.raises(StoreError, match="Another draft takes up already: 1"):
        desk.drafts.merge([1], second, "tom")
    assert {each.number: each.draft for each in desk.feedback.inquiries()} == {1: first.id, 2: second.id}


def test_the_questions_of_a_discarded_draft_can_be_taken_up_again(desk: Desk) -> None:
    draft = desk.draft()
    desk.drafts.discard(draft.id, draft.revision, "tess")
    again = desk.drafts.begin([1], compose(SKETCH), "tess")
    assert again.item_id == "trainers-002"


def test_every_step_is_in_the_audit_log_with_who_did_it(desk: Desk) -> None:
    draft = desk.draft()
    draft = desk.drafts.save(draft.id, draft.revision, draft.item_id, draft.text + "\nMore.\n", "tom")
    draft = desk.publisher.publish(draft.id, draft.revision, "tess").draft
    desk.publisher.undo(draft.id, draft.revision, "tom")
    Inbox(desk.database).reject([1], "Not for interviews.", "tess")
    steps = [(entry.actor, entry.action, entry.subject) for entry in reversed(audit.entries(desk.database))]
    assert steps == [
        ("tess", "drafted", "draft 1"),
        ("tom", "edited", "draft 1"),
        ("tess", "publishing", "draft 1"),
        ("tess", "published", "draft 1"),
        ("tom", "undoing", "draft 1"),
        ("tom", "undone", "draft 1"),
        ("tess", "rejected", "inquiry 1"),
    ]
