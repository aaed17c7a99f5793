"""What a running tutor reads once, what it reads again, and whom it lets know that people wait."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HashingEmbedder, hand_made, item_text
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from reading_fakes import Shelf

from tutor.calibration.record import write_calibration
from tutor.dialogue import exchange
from tutor.events import DoneEvent, WaitingEvent
from tutor.index import IndexInUse
from tutor.ingestion import ingest
from tutor.parts import time_left
from tutor.records import Hit, Question, Turn
from tutor.service import ANSWERED_AT_ONCE, Service
from tutor.settings import Settings
from tutor.store.asked import asked_items
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER, Asked, Content, Versions
from tutor.warming import Warming


def test_the_shelf_is_sorted_once_and_again_after_an_ingestion(indexed: Settings) -> None:
    service = Service(indexed)
    service._parts.index = IndexInUse(indexed.index, "hashing")
    first = service.items()
    assert service.items() is first
    text = item_text("q004", "What is a seed?", "A seed fixes the random numbers. It makes runs equal. Any will do.")
    (indexed.corpus / "questions" / "q004-item.md").write_text(text, encoding="utf-8")
    ingest(indexed, HashingEmbedder())
    assert [item.id for item in service.items()] == [*(item.id for item in first), "q004"]


def test_the_calibration_is_read_again_only_when_there_is_another_file(
    indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(indexed)
    shipped = service._calibration_in_use()
    assert service._calibration_in_use() is not None
    monkeypatch.setattr("tutor.assembly.read_calibration", lambda path: pytest.fail("read again"))
    assert service._calibration_in_use() == shipped
    monkeypatch.undo()
    write_calibration(replace(hand_made(), date="2031-01-01"), indexed.calibration)
    mine, _ = service._calibration_in_use()
    assert mine is not None
    assert mine.date == "2031-01-01"


def test_people_who_wait_are_counted(indexed: Settings) -> None:
    service = Service(indexed)
    service._parts.warming = Warming(Shelf())
    with ExitStack() as stack:
        for _ in range(ANSWERED_AT_ONCE):
            stack.enter_context(service._parts.warming.person_asks())
        assert "queue" not in service.status().model
        stack.enter_context(service._parts.warming.person_asks())
        assert "2 questions are being answered, 1 in the queue." in service.status().model
    assert "queue" not in service.status().model


def test_who_waits_is_told_the_place_in_the_queue_before_anything_else(indexed: Settings) -> None:
    service = Service(replace(indexed, chat_model="embedded"))
    service._parts.index, service._parts.warming = IndexInUse(indexed.index, "hashing"), Warming(Shelf())
    places = []
    with ExitStack() as stack:
        for _ in range(ANSWERED_AT_ONCE + 2):
            first = next(iter(service.stream(Question("What is dropout?"))))
            places.append(first.place if isinstance(first, WaitingEvent) else 0)
            stack.enter_context(service._parts.warming.person_asks())
    assert places == [0, 0, 1, 2]


def test_an_answer_is_graded_with_the_chat_model_where_that_has_read_the_item(
    indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, model = Service(indexed), FakeListChatModel(responses=["x"])
    service._parts.index = IndexInUse(indexed.index, "hashing")
    service._parts.warming, service._parts.embedded = Warming(Shelf()), model  # type: ignore[assignment]
    item, *_ = service.items()
    asked: list[object] = []
    monkeypatch.setattr("tutor.grading.grader.grade", lambda item, answer, embedder, chat=None: asked.append(chat))
    service.grade(item, "an answer")
    service._parts.warming.read_all([item])
    service.grade(item, "an answer")
    assert asked == [None, model]


def test_a_guided_lesson_that_ends_is_evidence_of_the_points_that_were_reached(indexed: Settings) -> None:
    service = Service(replace(indexed, chat_model="none"))
    service._parts.index = IndexInUse(indexed.index, "hashing")
    item = next(item for item in service.items() if item.id == "q002")
    first = item.key_points[0].text
    history: tuple[Turn, ...] = ()
    begins = Question("Ask me about it", chosen="q002", style="guided")
    answer = None
    for message in ("Ask me about it", first, *["I do not know"] * 20):
        *_, done = service.stream(Question(message, history) if history else begins)
        assert isinstance(done, DoneEvent)
        answer = done.answer
        history += exchange(message, answer)
        if history[-1].style != "guided":
            break
        assert Practice(service.database, LOCAL_USER).evidence() == ()
    rows = Practice(service.database, LOCAL_USER).evidence()
    assert answer is not None
    reached = sum(point.verdict == "covered" for point in answer.points)
    assert [(row.source, row.item, row.topics) for row in rows] == [("answer", "q002", item.topics)]
    assert rows[0].note == f"{reached} of {len(item.key_points)} points reached in a guided lesson."
    assert 0 < rows[0].score < 1


def test_as_many_are_answered_at_once_as_the_runtime_has_places_for() -> None:
    from tutor.embedded_model import REQUESTS

    assert ANSWERED_AT_ONCE == REQUESTS


@pytest.mark.parametrize(
    ("seconds", "done", "words"),
    [
        (0.5, 10, ""),
        (10, 0, ""),
        (10, 100, ", 10 a second, about 20 seconds left"),
        (10, 300, ", 30 a second, about 0"),
    ],
)
def test_rate_and_time_left_are_told_once_they_tell_something(seconds: float, done: int, words: str) -> None:
    assert time_left(seconds, done, 300).startswith(words)
    assert bool(time_left(seconds, done, 300)) == bool(words)


def test_answers_are_counted_by_the_item_that_stood_first(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    assert asked_items(database) == Counter()
    conversations = Conversations(database, LOCAL_USER)
    for item_id, decision in (("q001", "answer"), ("q002", "answer"), ("q001", "answer"), ("q003", "abstain")):
        ticket = conversations.begin_turn(conversations.create(), Asked("What is it?"))
        hits = (Hit(item_id, 0.8, "ask", "what"), Hit("q009", 0.7, "ask", "what"))
        content = Content("It is this.", decision=decision, hits=hits)  # type: ignore[arg-type]
        conversations.finish_turn(ticket, "done", content, Versions())
    assert asked_items(database) == Counter({"q001": 2, "q002": 1})
