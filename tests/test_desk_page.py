"""The desk without a browser: groups, drafts, publishing, what is refused, what is shown of strangers' words."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from conftest import item_text
from desk_help import have_turn
from small_service import SmallService, send
from typer.testing import CliRunner

from tutor.__main__ import app
from tutor.commands.measuring import _run_regressions
from tutor.desk.updating import update_index
from tutor.errors import StoreError, TutorError
from tutor.evaluation.questions import NoQuestionsError
from tutor.evaluation.regressions import run_regressions
from tutor.store.feedback import Feedback
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER
from tutor.web.desk import Desk
from tutor.web.desk_plots import monitoring_view
from tutor.web.desk_views import group_view, label, log_view, review_view, updates_view

HOSTILE = "what is <script>alert(1)</script> a vae"


@pytest.fixture
def service(tmp_path: Path, small_corpus: Path) -> SmallService:
    return SmallService.of(tmp_path, small_corpus)


@pytest.fixture
def desk(service: SmallService) -> Desk:
    return Desk(service)


def test_alike_questions_are_one_group_and_their_wordings_become_the_items_asks(
    desk: Desk, service: SmallService
) -> None:
    send(service, "what is a vae", "how do ships float", "vae what is a vae")
    first, second = desk.groups()
    assert (first.numbers, second.numbers) == ([1, 3], [2])
    question, *others = first.wordings
    draft = desk.begin(
        first.numbers, question, "It samples codes.", "\n".join(others), ["deep-learning"], "beginner", ""
    )
    desk.publish(draft.id, draft.revision, "tess")
    item = next(item for item in service.items() if item.source == "trainers")
    assert (item.title, item.asks, item.topics) == ("what is a vae", ("vae what is a vae",), ("deep-learning",))
    assert [each.state for each in Feedback(service.database, LOCAL_USER).inquiries()] == [
        "answered",
        "open",
        "answered",
    ]


def test_the_askers_words_are_in_the_draft_however_the_trainer_asks_and_whatever_is_merged(
    desk: Desk, service: SmallService
) -> None:
    first, second = send(service, "wots a vae", "explain autoencoders that vary")
    draft = desk.begin([first], "What is a variational autoencoder?", "It samples codes.", "", [], "beginner", "tess")
    desk.merge([second], draft.id, "tess")
    draft = desk.draft(draft.id)
    assert desk.publish(draft.id, draft.revision, "tess").doubts == []
    item = next(item for item in service.items() if item.source == "trainers")
    assert item.asks == ("wots a vae", "explain autoencoders that vary")


def test_a_change_of_an_item_begins_with_the_askers_words_and_shows_them_as_its_difference(
    desk: Desk, service: SmallService
) -> None:
    (number,) = send(service, "how do I walk downhill")
    review = desk.review(desk.edit_item([number], "q001", "tess"))
    assert "how do I walk downhill" in review.draft.text
    assert "how do I walk downhill" not in review.before
    assert review.problem == ""


def test_a_new_item_gets_an_id_that_the_library_does_not_have(desk: Desk, service: SmallService) -> None:
    shelf = service.settings.library / "trainers"
    shelf.mkdir(parents=True)
    (shelf / "trainers-001.md").write_text("kept of another database")
    (number,) = send(service, "what is a vae")
    draft = desk.begin([number], "what is a vae", "It samples codes.", "", [], "beginner", "tess")
    assert draft.item_id == "trainers-002"


def test_a_published_question_is_a_regression_case_that_holds_until_its_item_is_gone(
    desk: Desk, service: SmallService
) -> None:
    (number,) = send(service, "what is a variational autoencoder")
    draft = desk.begin([number], "what is a variational autoencoder", "It samples codes.", "", [], "beginner", "tess")
    desk.publish(draft.id, draft.revision, "tess")
    cases = Inbox(service.database).regressions()
    assert run_regressions(service.tutor(), cases, False, lambda what, done, total: None) == []
    (service.settings.library / "trainers" / "trainers-001.md").unlink()
    update_index(service.settings, service.embedder, service.database, "desk", ["*"])
    (failed,) = run_regressions(service.tutor(), cases, False, lambda what, done, total: None)
    assert "is to be answered from trainers-001" in str(failed)


def test_tutor_eval_fails_where_a_published_question_is_not_answered_any_more(
    desk: Desk, service: SmallService, capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = send(service, "what is a variational autoencoder")
    draft = desk.begin([number], "what is a variational autoencoder", "It samples codes.", "", [], "beginner", "tess")
    desk.publish(draft.id, draft.revision, "tess")
    _run_regressions(service.settings, service.tutor(), judge=False)
    assert "Regression cases: 1, of which 0 fail" in capsys.readouterr().err
    (service.settings.library / "trainers" / "trainers-001.md").unlink()
    update_index(service.settings, service.embedder, service.database, "desk", ["*"])
    with pytest.raises(typer.Exit):
        _run_regressions(service.settings, service.tutor(), judge=False)
    assert "of which 1 fail" in capsys.readouterr().err


def test_tutor_eval_runs_the_published_questions_also_where_there_is_no_folder_of_questions(
    desk: Desk, service: SmallService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (number,) = send(service, "what is a variational autoencoder")
    draft = desk.begin([number], "what is a variational autoencoder", "It samples codes.", "", [], "beginner", "tess")
    desk.publish(draft.id, draft.revision, "tess")
    monkeypatch.setattr("tutor.commands.measuring.read_settings", lambda: service.settings)
    monkeypatch.setattr("tutor.assembly.sentence_embedder", lambda settings: service.embedder)
    monkeypatch.setattr("tutor.assembly.build_tutor", lambda *given, **options: service.tutor())
    outcome = CliRunner().invoke(app, ["eval", "--no-llm", "--questions", str(tmp_path / "nowhere")])
    assert "Regression cases: 1, of which 0 fail" in outcome.output
    assert isinstance(outcome.exception, NoQuestionsError)


def test_an_item_that_was_rated_down_is_edited_as_its_file_is_now(desk: Desk, service: SmallService) -> None:
    turn = have_turn(service.database, "what is gradient descent")
    Feedback(service.database, LOCAL_USER).rate(turn, "wrong")
    draft = desk.edit_item([1], "q001", "tess")
    changed = desk.save(draft.id, draft.revision, draft.text.replace("0.1", "0.2"), "tess")
    shown = review_view(desk.review(changed))
    assert "It can be published. Over its own file in the corpus." in shown
    assert "0.<mark>2</mark> is common" in shown


def test_an_item_can_be_edited_although_nobody_asked(desk: Desk, service: SmallService) -> None:
    draft = desk.edit_item([], "q001", "tess")
    changed = desk.save(draft.id, draft.revision, draft.text.replace("0.1", "0.2"), "tess")
    desk.publish(draft.id, changed.revision, "tess")
    assert "0.2 is common" in next(item.body for item in service.items() if item.id == "q001")
    with pytest.raises(StoreError, match="none chosen"):
        desk.begin([], "what is a vae", "It samples codes.", "", [], "beginner", "tess")


def test_an_empty_answer_or_an_unknown_item_is_refused(desk: Desk, service: SmallService) -> None:
    (number,) = send(service, "what is a vae")
    with pytest.raises(StoreError, match="question or the answer is empty"):
        desk.begin([number], "what is a vae", " ", "", [], "beginner", "tess")
    with pytest.raises(StoreError, match="no file of the item 'q999'"):
        desk.edit_item([number], "q999", "tess")
    with pytest.raises(StoreError, match="no item 'q999'"):
        desk.settle([number], "q999", "", "tess")


def test_nothing_chosen_is_said(desk: Desk) -> None:
    with pytest.raises(StoreError, match="none chosen"):
        desk.reject([], "No.", "tess")


def test_without_a_chat_model_there_is_no_proposal_and_that_is_said(desk: Desk) -> None:
    with pytest.raises(TutorError, match="There is no proposal"):
        desk.propose("what is a vae")


def test_what_strangers_wrote_is_shown_as_text(desk: Desk, service: SmallService) -> None:
    (number,) = send(service, HOSTILE)
    (group,) = desk.groups()
    desk.reject([number], HOSTILE, HOSTILE)
    shown = [group_view(group, desk.titles()), log_view(desk.log()), monitoring_view(service)]
    for html in shown:
        assert "&lt;script&gt;" in html
        assert "<script" not in html
    assert "(sent by a person)" in label(group)


def test_the_desk_shows_why_an_update_was_refused(desk: Desk, service: SmallService) -> None:
    (file,) = (service.settings.corpus / "questions").glob("q001*.md")
    file.write_text(file.read_text().replace("level: beginner", "level: wizard"))
    assert len(desk.update_index(False, "tess").errors) == 1
    assert "wizard" in updates_view(desk.updates())


def test_whoever_lets_folders_be_empty_is_in_the_log(desk: Desk, service: SmallService) -> None:
    (service.settings.corpus / "questions").rename(service.settings.corpus / "away")
    (service.settings.corpus / "faq").mkdir()
    (service.settings.corpus / "faq" / "faq01.md").write_text(item_text("faq01", "How long?", "A week.", kind="faq"))
    assert "corpus/questions" in str(desk.update_index(False, "tess").errors)
    assert desk.log() == []
    assert desk.update_index(True, "tess").removed == 3
    (entry,) = desk.log()
    assert (entry.actor, entry.action, entry.detail) == ("tess", "emptied", "3 items were taken out")


def test_monitoring_draws_every_plot_with_its_numbers(desk: Desk, service: SmallService) -> None:
    turn = have_turn(service.database, "what is a vae")
    Feedback(service.database, LOCAL_USER).rate(turn, "wrong")
    shown = monitoring_view(service)
    for title in ("Outcomes by day", "Ratings by day", "Distribution of the confidence", "calibration questions"):
        assert title in shown
    assert shown.count("<img") == shown.count("The numbers") >= 5
    assert "Items never found" in shown


def test_nothing_asked_yet_is_said(service: SmallService) -> None:
    assert "Nothing was asked yet" in monitoring_view(service)
