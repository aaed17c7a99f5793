"""Conversations as they are kept: turns before and after their answer, branches, two people, search, deletion."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tutor.errors import GoneError, StoreError
from tutor.records import Answer, Citation, Confidence, Hit, ReferenceRun
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER, Asked, Content, Ticket, Versions
from tutor.store.tables import turns, users

SURE = Confidence(0.9, "high", "one item clearly matches best")
HITS = (Hit("q001", 0.8, "ask", "what is it", {"ask": 0.8, "words": 0.5}),)
CITED = (Citation(1, "q001", "It is this."),)
RUN = ReferenceRun("q043", "code", "call", picture=bytes(range(256)))
ANSWER = Answer("answer", SURE, "It is this.", "What is it?", HITS, CITED, run=RUN)
WHOLE = Content(
    "It is this.", "Or that. ", standalone="What is it?", decision="answer", confidence=SURE,
    hits=HITS, citations=CITED, digests={"q001": "abc"}, answer=ANSWER,
)  # fmt: skip
BY = Versions("1.0", "a model", "an embedder", "f00", "shipped", "g1")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "tutor.db")


@pytest.fixture
def mine(database: Database) -> Conversations:
    return Conversations(database, LOCAL_USER)


@pytest.fixture
def other(database: Database) -> Conversations:
    with database.writing() as connection:
        connection.execute(users.insert().values(id="other", created_at=datetime.now(UTC)))
    return Conversations(database, "other")


def tell(conversations: Conversations, id: str, message: str, parent: str | None = None, text: str = "") -> str:
    """A whole turn; returns its id."""
    ticket = conversations.begin_turn(id, Asked(message), parent)
    conversations.finish_turn(ticket, "done", replace(WHOLE, item_text=text or f"About {message}."), BY)
    return ticket.turn


def messages(conversations: Conversations, id: str) -> list[str]:
    return [turn.asked.message for turn in conversations.open(id).turns]


def test_a_turn_is_there_before_its_answer_and_marked_as_open(mine: Conversations) -> None:
    id = mine.create()
    mine.begin_turn(id, Asked("What is it?", "q001", True, "simpler"))
    (turn,) = mine.open(id).turns
    assert (turn.asked, turn.state, turn.finished) == (Asked("What is it?", "q001", True, "simpler"), "open", None)


def test_a_finished_turn_comes_back_whole_with_its_evidence_and_versions(mine: Conversations) -> None:
    id = mine.create()
    ticket = mine.begin_turn(id, Asked("What is it?"))
    mine.finish_turn(ticket, "done", WHOLE, BY)
    (turn,) = mine.open(id).turns
    assert (turn.content, turn.versions, turn.state) == (WHOLE, BY, "done")
    assert turn.finished is not None
    assert turn.finished >= turn.created


def test_what_was_written_so_far_is_there_while_the_turn_is_open(mine: Conversations) -> None:
    id = mine.create()
    ticket = mine.begin_turn(id, Asked("What is it?"))
    mine.save_progress(ticket, Content(item_text="It is", hits=HITS))
    (turn,) = mine.open(id).turns
    assert (turn.content.item_text, turn.content.hits, turn.state) == ("It is", HITS, "open")


def test_a_turn_that_arrives_twice_is_one_turn(mine: Conversations) -> None:
    id = mine.create()
    first, second = (mine.begin_turn(id, Asked("What is it?"), turn="from-the-page") for _ in range(2))
    assert (first, first.fresh, second.fresh) == (second, True, False)
    assert messages(mine, id) == ["What is it?"]


def test_progress_that_comes_after_the_end_and_a_second_end_change_nothing(mine: Conversations) -> None:
    id = mine.create()
    ticket = mine.begin_turn(id, Asked("What is it?"))
    mine.finish_turn(ticket, "done", WHOLE, BY)
    mine.save_progress(ticket, Content(item_text="late"))
    mine.finish_turn(ticket, "failed", Content(error="late"), Versions())
    (turn,) = mine.open(id).turns
    assert (turn.content, turn.state) == (WHOLE, "done")


def test_only_the_last_attempt_writes(mine: Conversations) -> None:
    id = mine.create()
    first = mine.begin_turn(id, Asked("What is it?"))
    mine.save_progress(first, Content(item_text="It"))
    second = mine.continue_turn(first.turn)
    assert mine.open(id).turns[0].content.item_text == "It"
    mine.finish_turn(first, "stopped", Content(item_text="stale"), Versions())
    mine.finish_turn(second, "done", WHOLE, BY)
    (turn,) = mine.open(id).turns
    assert (turn.content, turn.state) == (WHOLE, "done")


def test_a_finished_turn_is_not_continued(mine: Conversations) -> None:
    turn = tell(mine, mine.create(), "one")
    with pytest.raises(StoreError, match="answered already"):
        mine.continue_turn(turn)


def test_a_retried_or_edited_message_is_a_branch_and_the_newest_is_shown(mine: Conversations) -> None:
    id = mine.create()
    one = tell(mine, id, "one")
    two = tell(mine, id, "two", one)
    tell(mine, id, "three", two)
    other_two = tell(mine, id, "two, edited", one)
    assert messages(mine, id) == ["one", "two, edited"]
    assert mine.open(id).turns[1].siblings == (two, other_two)
    assert mine.show_turn(two) == id
    assert messages(mine, id) == ["one", "two", "three"]


def test_the_first_message_has_branches_too_and_each_shows_its_newest_end(mine: Conversations) -> None:
    id = mine.create()
    first = tell(mine, id, "first")
    tell(mine, id, "old end", first)
    tell(mine, id, "new end", first)
    tell(mine, id, "first, edited")
    mine.show_turn(first)
    assert messages(mine, id) == ["first", "new end"]


def test_a_declined_turn_stays_declined(mine: Conversations) -> None:
    id = mine.create()
    turn = tell(mine, id, "one")
    mine.decline_turn(turn, Content(item_text="Not held.", declined=True, decision="abstain"))
    assert mine.open(id).turns[0].content.declined


def test_a_conversation_takes_its_name_from_its_first_message_until_it_is_named(mine: Conversations) -> None:
    id = mine.create()
    turn = tell(mine, id, "what is\n  the kernel trick " + "and so on " * 20)
    tell(mine, id, "another", turn)
    name = mine.open(id).name
    assert name.startswith("what is the kernel trick and so on")
    assert name.endswith("…")
    assert len(name) <= 81
    mine.rename(id, "  Kernels ")
    assert mine.open(id).name == mine.entries()[0].name == "Kernels"


@pytest.mark.parametrize(("name", "found"), [("n" * 10_000, "10,000 characters"), ("  \n", "0 characters")])
def test_a_name_that_does_not_fit_is_refused_and_the_old_one_stays(mine: Conversations, name: str, found: str) -> None:
    id = mine.create()
    tell(mine, id, "one")
    with pytest.raises(StoreError, match=found):
        mine.rename(id, name)
    assert mine.open(id).name == "one"


def test_the_list_has_the_newest_first_and_no_empty_ones(mine: Conversations) -> None:
    old, new = mine.create(), mine.create()
    mine.create()
    first = tell(mine, old, "old")
    tell(mine, new, "new")
    assert [entry.name for entry in mine.entries()] == ["new", "old"]
    tell(mine, old, "again", first)
    assert [(entry.name, entry.turns) for entry in mine.entries()] == [("old", 2), ("new", 1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ridge", {"a", "b"}),
        ("RIDGE lasso", {"a"}),
        ("straße", {"c"}),
        ("STRASSE", {"c"}),
        ("100%", {"d"}),
        ("%", {"d"}),
        ("_", set()),
        ("\\", set()),
        ("", {"a", "b", "c", "d"}),
        ("ridge\ud800", set()),
    ],
)
def test_search_finds_all_words_in_names_messages_and_answers(mine: Conversations, query: str, found: set[str]) -> None:
    told = {"a": ("lasso", "Unlike Ridge."), "b": ("Ridge", "b"), "c": ("Straße", "c"), "d": ("100% sure", "d")}
    names = {}
    for name, (message, text) in told.items():
        names[id := mine.create()] = name
        tell(mine, id, message, text=text)
    assert {names[entry.id] for entry in mine.entries(query)} == found


def test_nobody_reads_writes_finds_or_deletes_what_is_anothers(mine: Conversations, other: Conversations) -> None:
    id = mine.create()
    turn = tell(mine, id, "private")
    for act in (
        lambda: other.open(id),
        lambda: other.every_turn(id),
        lambda: other.rename(id, "x"),
        lambda: other.begin_turn(id, Asked("x")),
        lambda: other.begin_turn(other.create(), Asked("x"), parent=turn),
        lambda: other.continue_turn(turn),
        lambda: other.show_turn(turn),
        lambda: other.decline_turn(turn, Content()),
        lambda: other.finish_turn(Ticket(turn, 1), "done", Content(), BY),
    ):
        with pytest.raises(StoreError, match="not there any more"):
            act()
    with pytest.raises(StoreError):
        other.begin_turn(other.create(), Asked("x"), turn=turn)
    other.delete(id)
    assert other.entries("private") == []
    assert messages(mine, id) == ["private"]


def test_no_ticket_is_given_for_a_turn_of_another_conversation_or_another_person(
    mine: Conversations, other: Conversations
) -> None:
    turn = tell(mine, mine.create(), "private")
    with pytest.raises(StoreError, match="stands in another conversation"):
        mine.begin_turn(mine.create(), Asked("x"), turn=turn)
    with pytest.raises(StoreError) as error:
        other.begin_turn(other.create(), Asked("x"), turn=turn)
    assert not isinstance(error.value, GoneError)
    assert "another conversation" not in str(error.value)


def test_what_is_known_of_who_answers_is_kept_before_the_answer(mine: Conversations) -> None:
    id = mine.create()
    mine.begin_turn(id, Asked("What is it?"), versions=BY)
    assert mine.open(id).turns[0].versions == BY


def test_what_is_deleted_is_in_no_file_any_more(mine: Conversations, tmp_path: Path) -> None:
    secret = "xylophone-in-the-cellar"
    kept, gone = mine.create(), mine.create()
    tell(mine, kept, "kept")
    tell(mine, gone, secret, text=f"About the {secret}. " * 2000)
    assert any(secret.encode() in path.read_bytes() for path in tmp_path.iterdir())
    mine.delete(gone)
    mine.delete(gone)
    assert not any(secret.encode() in path.read_bytes() for path in tmp_path.iterdir())
    assert [entry.id for entry in mine.entries()] == [kept]


def test_a_conversation_deleted_in_another_tab_is_said_to_be_gone(mine: Conversations) -> None:
    id = mine.create()
    ticket = mine.begin_turn(id, Asked("one"))
    mine.delete(id)
    for act in (
        lambda: mine.open(id),
        lambda: mine.begin_turn(id, Asked("two")),
        lambda: mine.finish_turn(ticket, "done", WHOLE, BY),
    ):
        with pytest.raises(StoreError, match="not there any more"):
            act()


def test_a_message_after_one_that_does_not_exist_or_is_elsewhere_is_refused(mine: Conversations) -> None:
    id, elsewhere = mine.create(), mine.create()
    stranger = tell(mine, elsewhere, "one")
    for parent in ("nothing", stranger):
        with pytest.raises(StoreError, match="not there any more"):
            mine.begin_turn(id, Asked("two"), parent=parent)


def test_characters_that_no_database_holds_are_replaced(mine: Conversations) -> None:
    id = mine.create()
    tell(mine, id, "half \ud83d and \x00", text="nul \x00")
    (turn,) = mine.open(id).turns
    assert (turn.asked.message, turn.content.item_text) == ("half ? and \ufffd", "nul \ufffd")


def test_an_answer_that_this_tutor_cannot_read_leaves_the_words(mine: Conversations, database: Database) -> None:
    id = mine.create()
    tell(mine, id, "one", text="The words.")
    with database.writing() as connection:
        connection.execute(turns.update().values(answer='{"decision": "sing"}', evidence="[]", versions="no"))
    (turn,) = mine.open(id).turns
    assert (turn.content.item_text, turn.content.answer, turn.versions) == ("The words.", None, Versions())


def test_a_conversation_of_200_turns_opens_in_half_a_second(mine: Conversations) -> None:
    id, parent = mine.create(), None
    long = replace(ANSWER, text="A sentence of an answer. " * 80, hits=HITS * 5)
    for number in range(200):
        ticket = mine.begin_turn(id, Asked(f"question {number}"), parent)
        mine.finish_turn(ticket, "done", replace(WHOLE, item_text=long.text, answer=long), BY)
        parent = ticket.turn
    started = time.perf_counter()
    assert len(mine.open(id).turns) == 200
    assert time.perf_counter() - started < 0.5
