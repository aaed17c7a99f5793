"""Figures for trainers: by day, by outcome, by item, and how far questions lie from the calibration questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from desk_help import VERSIONS, have_turn

from tutor.desk import monitoring
from tutor.desk.grouping import groups
from tutor.records import Answer, Confidence
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.feedback import Feedback
from tutor.store.inbox import Inbox
from tutor.store.measures import Measured, Rated, answered_inquiries, measured_answers, rated_answers
from tutor.store.records import LOCAL_USER, Asked, Content

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def answered(
    decision: str = "answer",
    milliseconds: float | None = 100.0,
    found: tuple[str, ...] = ("q001",),
    dropped: int = 0,
    at: datetime = MONDAY,
    state: str = "done",
    question: str = "what is a loss",
    declined: bool = False,
) -> Measured:
    return Measured(at, question, state, decision, 0.5, milliseconds, found, 0.5, dropped, declined)


def test_a_day_has_its_latency_outcomes_dropped_sentences_and_ratings() -> None:
    answers = [answered(milliseconds=ms) for ms in (100, 200, 300)]
    answers += [answered("abstain", dropped=2), answered("", None, state="failed")]
    answers += [answered(at=MONDAY + timedelta(days=1))]
    rated = [Rated(MONDAY, "wrong", "q001"), Rated(MONDAY, "correct", "q001")]

    first, second = monitoring.by_day(answers, rated)

    assert (first.day, first.median) == (MONDAY.date(), 150.0)
    assert first.slow == pytest.approx(285)
    assert first.outcomes == {"answer": 3, "abstain": 1, "failed": 1}
    assert first.dropped == 0.2
    assert first.ratings == {"wrong": 1, "correct": 1}
    assert second.outcomes == {"answer": 1}


def test_confidence_counts_what_was_judged_only() -> None:
    assert (
        len(monitoring.confidences([answered(), answered("abstain"), answered("smalltalk"), answered("refuse")])) == 2
    )


def test_questions_like_the_calibration_questions_do_not_drift_and_others_do() -> None:
    calibrated = [number / 100 for number in range(100)]
    same, other = monitoring.drift(calibrated, calibrated), monitoring.drift([0.05] * 100, calibrated)
    assert same is not None
    assert other is not None
    assert same.index == pytest.approx(0, abs=0.01)
    assert other.index is not None
    assert other.index > 1
    assert sum(other.asked) == pytest.approx(1)


def test_a_few_questions_are_too_few_to_speak_of_drift() -> None:
    few = monitoring.drift([0.1] * 5, [0.1, 0.2, 0.3])
    assert few is not None
    assert few.index is None
    assert monitoring.drift([], [0.1]) is None


def test_an_item_that_is_never_among_the_hits_is_listed() -> None:
    answers = [answered(found=("q001", "q002")), answered(found=("q001",))]
    assert monitoring.never_found(answers, ["q001", "q002", "q003"]) == ["q003"]


def test_items_are_listed_by_how_often_they_were_rated_down() -> None:
    verdicts = [("wrong", "q001"), ("unclear", "q002"), ("wrong", "q002"), ("correct", "q003"), ("wrong", "")]
    rated = [Rated(MONDAY, verdict, item) for verdict, item in verdicts]
    assert monitoring.often_rated_down(rated) == [("q002", 2, 2), ("q001", 1, 1)]


def test_what_was_asked_and_not_covered_is_counted_over_its_wordings() -> None:
    asked = ["what is a vae", "how do ships float", "what is a vae please", "a vae what is"]
    answers = [answered("abstain", question=question) for question in asked] + [answered(question="what is a vae")]
    found = monitoring.not_covered(answers, {}, HashingEmbedder())
    assert found == [("what is a vae", 3), ("how do ships float", 1)]


def test_what_trainers_answered_counts_as_not_covered_only_where_it_was_asked_since() -> None:
    later = MONDAY + timedelta(hours=2)
    answers = [answered("abstain", question="what is a vae"), answered("abstain", question="how do ships float")]
    known = {"a vae what is": MONDAY + timedelta(hours=1)}
    assert monitoring.not_covered(answers, known, HashingEmbedder()) == [("how do ships float", 1)]
    answers.append(answered("abstain", question="what is a vae", at=later))
    assert ("what is a vae", 1) in monitoring.not_covered(answers, known, HashingEmbedder())


def test_a_question_whose_choices_were_all_declined_is_not_covered() -> None:
    declined = answered("abstain", found=(), question="what is a vae", declined=True)
    assert monitoring.not_covered([declined], {}, HashingEmbedder()) == [("what is a vae", 1)]


def test_questions_of_one_draft_stay_together_and_alike_ones_join_them() -> None:
    questions = ["what is a vae", "how do ships float", "is a vae what", "tell me about dropout"]
    assert groups(questions, HashingEmbedder(), [None, "draft", None, "draft"]) == [[0, 2], [1, 3]]
    assert groups(questions, HashingEmbedder(), ["draft", None, None, None]) == [[0, 2], [1], [3]]
    assert groups([], HashingEmbedder(), []) == []


def test_numbers_come_out_of_the_store_as_they_went_in(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    turn = have_turn(database, "what is a GAN")
    Feedback(database, LOCAL_USER).rate(turn, "wrong_evidence")
    (answer,) = measured_answers(database)
    assert (answer.question, answer.decision, answer.confidence) == ("what is a GAN", "abstain", 0.12)
    assert (answer.found, answer.score, answer.dropped) == (("q001",), 0.4, 0)
    assert [(each.verdict, each.item_id) for each in rated_answers(database)] == [("wrong_evidence", "q001")]


def test_a_declined_turn_and_one_from_memory_come_out_of_the_store_as_such(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    kept = Conversations(database, LOCAL_USER)
    remembered = Answer("abstain", Confidence(0.0, "low", "not checked"), "A VAE samples.", "vae", origin="memory")
    for content in (Content(decision="abstain", declined=True), Content(decision="abstain", answer=remembered)):
        kept.finish_turn(kept.begin_turn(kept.create(), Asked("what is a vae")), "done", content, VERSIONS)
    declined, memory = measured_answers(database)
    assert (declined.decision, declined.declined) == ("abstain", True)
    assert (memory.decision, memory.declined) == ("memory", False)
    assert monitoring.by_day([memory], [])[0].outcomes == {"memory": 1}


def test_the_time_of_a_trainers_answer_comes_out_of_the_store_and_that_of_a_rejection_does_not(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    feedback, inbox = Feedback(database, LOCAL_USER), Inbox(database)
    first, second = (feedback.escalate(have_turn(database, asked)) for asked in ("what is a vae", "who are you"))
    inbox.settle([first], "q001", "", "tess")
    inbox.reject([second], "No.", "tess")
    answered = answered_inquiries(database)
    assert list(answered) == ["what is a vae"]
    assert answered["what is a vae"].tzinfo is UTC
