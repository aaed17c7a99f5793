"""Ratings and questions to the trainers: kept with what was answered, found again, told about."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_help import VERSIONS, have_turn
from sqlalchemy import text

from tutor.errors import StoreError
from tutor.store import database as database_module
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.drafts import Drafts
from tutor.store.feedback import Feedback
from tutor.store.feedback_records import NOTE_LIMIT, Exchange, FoundItem, Spoken
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER, Asked
from tutor.store.tables import turns, users


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "tutor.db")


@pytest.fixture
def feedback(database: Database) -> Feedback:
    return Feedback(database, LOCAL_USER)


def test_a_rating_is_kept_with_the_exact_answer_its_evidence_and_versions(
    database: Database, feedback: Feedback
) -> None:
    kept = Conversations(database, LOCAL_USER)
    conversation = kept.create()
    first = have_turn(database, "what is a GAN", conversation=conversation)
    turn = have_turn(database, "and how is it trained", conversation=conversation, parent=first)

    feedback.rate(turn, "wrong", "That is another network.")

    rating = feedback.ratings([turn])[turn]
    assert (rating.verdict, rating.note, rating.item_id) == ("wrong", "That is another network.", "q001")
    assert rating.exchange == Exchange(
        before=(Spoken("what is a GAN", "The corpus does not hold: what is a GAN"),),
        asked="and how is it trained",
        answered="The corpus does not hold: and how is it trained",
        decision="abstain",
        confidence=0.12,
        found=(FoundItem("q001", 0.4, "abc", "The learning rate sets the step."),),
        versions={"tutor": VERSIONS.tutor, "model": VERSIONS.model, "index": VERSIONS.index},
    )


def test_the_last_rating_of_an_answer_holds(database: Database, feedback: Feedback) -> None:
    turn = have_turn(database, "what is a GAN")
    feedback.rate(turn, "wrong")
    assert [each.kind for each in Inbox(database).open()] == ["rating"]

    feedback.rate(turn, "correct")

    assert feedback.ratings([turn])[turn].verdict == "correct"
    assert Inbox(database).open() == []
    feedback.rate(turn, "unclear", "Too short.")
    assert [each.note for each in Inbox(database).open()] == ["Unclear. Too short."]


@pytest.mark.parametrize("verdict", ["wrong", "wrong_evidence", "unclear"])
def test_a_bad_rating_reaches_the_trainers_and_is_no_question_of_the_person(
    verdict: str, database: Database, feedback: Feedback
) -> None:
    turn = have_turn(database, "what is a GAN")
    feedback.rate(turn, verdict)  # type: ignore[arg-type]
    assert [(each.kind, each.subject) for each in Inbox(database).open()] == [("rating", turn)]
    assert feedback.inquiries() == []


def test_an_answer_that_is_gone_cannot_be_rated_or_sent_and_the_person_reads_why(
    database: Database, feedback: Feedback
) -> None:
    conversations = Conversations(database, LOCAL_USER)
    id = conversations.create()
    turn = have_turn(database, "what is a GAN", conversation=id)
    conversations.delete(id)
    with pytest.raises(StoreError, match="This answer is not there any more"):
        feedback.rate(turn, "wrong")
    with pytest.raises(StoreError, match="This answer is not there any more"):
        feedback.escalate(turn)
    assert Inbox(database).open() == []


def test_another_persons_answer_cannot_be_rated(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO users VALUES ('ada', '2026-01-01 00:00:00')"))
    turn = have_turn(database, "what is a GAN")
    with pytest.raises(StoreError, match="not there any more"):
        Feedback(database, "ada").rate(turn, "correct")


def test_an_answer_on_its_way_cannot_be_rated(database: Database, feedback: Feedback) -> None:
    conversations = Conversations(database, LOCAL_USER)
    ticket = conversations.begin_turn(conversations.create(), Asked("what is a GAN"))
    with pytest.raises(StoreError, match="not answered yet"):
        feedback.rate(ticket.turn, "correct")


def test_a_copy_for_the_trainers_holds_nothing_of_another_person(database: Database, feedback: Feedback) -> None:
    turn, private = have_turn(database, "what is a GAN"), have_turn(database, "a private question")
    with database.writing() as connection:
        connection.execute(users.insert().values(id="other", created_at=datetime.now(UTC)))
        connection.execute(turns.update().where(turns.c.id == private).values(user_id="other"))
        connection.execute(turns.update().where(turns.c.id == turn).values(parent_id=private))
    feedback.rate(turn, "wrong")
    assert feedback.ratings([turn])[turn].exchange.before == ()


def test_a_rating_of_another_kind_is_refused(database: Database, feedback: Feedback) -> None:
    with pytest.raises(StoreError, match=r"'great'.*one of correct, wrong"):
        feedback.rate(have_turn(database, "what is a GAN"), "great")  # type: ignore[arg-type]


def test_a_text_that_is_too_long_is_refused_with_its_length(database: Database, feedback: Feedback) -> None:
    with pytest.raises(StoreError, match=r"4,001 characters.*at most 4,000"):
        feedback.rate(have_turn(database, "what is a GAN"), "wrong", "x" * (NOTE_LIMIT + 1))


def test_text_that_no_database_holds_is_made_storable(database: Database, feedback: Feedback) -> None:
    turn = have_turn(database, "what is a GAN")
    feedback.rate(turn, "wrong", "nul \x00 and half \ud83d <script>")
    assert "<script>" in feedback.ratings([turn])[turn].note


def test_a_question_is_sent_once_and_keeps_its_number(database: Database, feedback: Feedback) -> None:
    first, second = have_turn(database, "what is a GAN"), have_turn(database, "what is a VAE")
    assert [feedback.escalate(first), feedback.escalate(second), feedback.escalate(first)] == [1, 2, 1]
    assert [(each.number, each.question, each.state) for each in feedback.inquiries()] == [
        (2, "what is a VAE", "open"),
        (1, "what is a GAN", "open"),
    ]


def test_what_was_sent_outlives_its_conversation(database: Database, feedback: Feedback) -> None:
    conversations = Conversations(database, LOCAL_USER)
    id = conversations.create()
    feedback.escalate(have_turn(database, "what is a GAN", conversation=id))
    conversations.delete(id)
    assert feedback.inquiries()[0].exchange.answered == "The corpus does not hold: what is a GAN"


def test_a_rejected_question_shows_its_reason_until_it_was_heard(database: Database, feedback: Feedback) -> None:
    number = feedback.escalate(have_turn(database, "what is a GAN"))
    Inbox(database).reject([number], "This is not about interviews.", "tess")
    inquiry = feedback.inquiries()[0]
    assert (inquiry.state, inquiry.reply, inquiry.told) == ("rejected", "This is not about interviews.", None)
    feedback.heard([number])
    assert feedback.inquiries()[0].told is not None


def test_a_rejection_needs_a_reason(database: Database, feedback: Feedback) -> None:
    number = feedback.escalate(have_turn(database, "what is a GAN"))
    with pytest.raises(StoreError, match="There is no reply"):
        Inbox(database).reject([number], "  ", "tess")


def test_an_objection_waits_on_the_desk(database: Database, feedback: Feedback) -> None:
    number = feedback.object("answer-7", "What is dropout?", "I did say it.", Exchange(asked="What is dropout?"))
    assert [(each.number, each.kind, each.note) for each in Inbox(database).open()] == [
        (number, "objection", "I did say it.")
    ]


def test_a_second_objection_after_a_decision_is_before_the_trainers_again(
    database: Database, feedback: Feedback
) -> None:
    asked = Exchange(asked="What is dropout?", answered="Score 40%")
    number = feedback.object("answer-7", "What is dropout?", "I did say it.", asked)
    Inbox(database).reject([number], "You did not.", "tess")
    again = replace(asked, answered="Score 60%")
    assert feedback.object("answer-7", "What is dropout?", "I did, in the last line.", again) == number
    (waiting,) = Inbox(database).open()
    assert (waiting.note, waiting.reply, waiting.exchange) == ("I did, in the last line.", "", again)


def test_an_objection_makes_no_regression_case(database: Database, feedback: Feedback) -> None:
    number = feedback.object("answer-7", "What is dropout? (q002)", "I did say it.", Exchange())
    drafts = Drafts(database)
    draft = drafts.begin_change([number], "q002", "new", "old", "tess")
    drafts.finish_publishing(drafts.begin_publishing(draft.id, 1, "q002.md", "tess").id, "tess")
    assert feedback.inquiries()[0].state == "answered"
    assert Inbox(database).regressions() == []


def test_an_open_question_that_nobody_told_about_is_not_marked_as_heard(database: Database, feedback: Feedback) -> None:
    number = feedback.escalate(have_turn(database, "what is a GAN"))
    feedback.heard([number])
    assert feedback.inquiries()[0].told is None


def test_a_locked_database_loses_nothing_that_was_acknowledged(
    database: Database, feedback: Feedback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "LOCK_SECONDS", 0.1)
    short = Feedback(Database.open(tmp_path / "tutor.db"), LOCAL_USER)
    turn = have_turn(database, "what is a GAN")
    number = feedback.escalate(turn)
    other = sqlite3.connect(tmp_path / "tutor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        short.rate(turn, "wrong")
    other.execute("ROLLBACK")
    short.rate(turn, "wrong")
    assert [each.number for each in short.inquiries()] == [number]


def test_a_full_disk_is_said_and_what_was_sent_stays(database: Database, feedback: Feedback) -> None:
    turn = have_turn(database, "what is a GAN")
    number = feedback.escalate(turn)
    with database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreError, match="is full"):
        feedback.rate(turn, "wrong", "x " * 1900)
    assert [each.number for each in feedback.inquiries()] == [number]


def test_questions_of_a_draft_are_taken_up_by_no_other(database: Database, feedback: Feedback) -> None:
    number = feedback.escalate(have_turn(database, "what is a GAN"))
    Drafts(database).begin([number], "id: {id}", "tess")
    with pytest.raises(StoreError, match="Another draft takes up already: 1"):
        Drafts(database).begin([number], "id: {id}", "tom")
