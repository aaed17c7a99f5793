"""Conversations as files: what goes out comes in again, and a damaged file is refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.errors import StoreError
from tutor.records import Answer, Citation, Confidence, Hit, ReferenceRun
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER, Asked, Content, State, StoredTurn, Versions
from tutor.store.transfer import FORMAT, export_json, export_markdown, import_json
from tutor.web.keeping import shown

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
SHARE = st.floats(0, 1)
CONFIDENCES = st.builds(Confidence, SHARE, st.sampled_from(["high", "medium", "low"]), TEXT)
HITS = st.builds(Hit, TEXT, SHARE, st.just("ask"), TEXT, st.dictionaries(st.sampled_from(["ask", "words"]), SHARE))
CITATIONS = st.builds(Citation, st.integers(1, 9), TEXT, TEXT)
RUNS = st.builds(ReferenceRun, TEXT, TEXT, TEXT, picture=st.binary(max_size=30))
ANSWERS = st.builds(
    Answer, st.sampled_from(["answer", "clarify"]), CONFIDENCES, TEXT, TEXT,
    hits=st.lists(HITS, max_size=2).map(tuple), run=st.none() | RUNS,
)  # fmt: skip
CONTENTS = st.builds(
    Content, TEXT, TEXT, TEXT, TEXT, st.booleans(), TEXT, st.sampled_from([None, "answer", "abstain"]),
    st.none() | CONFIDENCES, st.lists(HITS, max_size=2).map(tuple), st.lists(CITATIONS, max_size=2).map(tuple),
    st.dictionaries(TEXT, TEXT, max_size=2), st.none() | ANSWERS,
)  # fmt: skip
ASKED = st.builds(Asked, TEXT, TEXT, st.booleans(), TEXT)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
STATES: st.SearchStrategy[State] = st.sampled_from(("open", "done", "stopped", "failed"))


@st.composite
def trees(draw: st.DrawFn) -> list[StoredTurn]:
    """Turns with branches: each follows an earlier one, or begins the conversation anew."""
    count = draw(st.integers(1, 5))
    turns = []
    for place in range(count):
        parent = draw(st.none() | st.integers(0, place - 1)) if place else None
        content = draw(CONTENTS)
        above = None if parent is None else f"turn-{parent}"
        by = draw(st.builds(Versions, TEXT, TEXT))
        finished = draw(st.none() | TIMES)
        turn = StoredTurn(f"turn-{place}", above, place, draw(ASKED), draw(STATES), content, by, draw(TIMES), finished)
        turns.append(turn)
    return turns


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Conversations]:
    database = Database.open(tmp_path / "tutor.db")
    yield Conversations(database, LOCAL_USER)
    database.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=trees(), name=TEXT, times=st.tuples(TIMES, TIMES))
def test_what_is_exported_is_imported_as_it_was(
    mine: Conversations, turns: list[StoredTurn], name: str, times: tuple[datetime, datetime]
) -> None:
    first = mine.add(name, True, *times, turns[-1].id, turns)
    text = export_json(mine, first)
    second = import_json(mine, text)
    assert export_json(mine, second) == text
    mine.delete(first)
    mine.delete(second)


def tell(mine: Conversations, message: str, content: Content, parent: str | None = None, id: str = "") -> str:
    ticket = mine.begin_turn(id or mine.create(), Asked(message), parent)
    mine.finish_turn(ticket, "done", content, Versions(model="a model"))
    return ticket.turn


SURE = Confidence(0.91, "high", "one item clearly matches best")
FOUND = (Hit("q001", 0.8, "ask", "what is it", {"ask": 0.8}),)
WHOLE = Content(
    "The own answer.", "Told anew [1].", decision="answer", confidence=SURE, hits=FOUND,
    citations=(Citation(1, "q001", "The own answer."),), digests={"q001": "abc"},
    answer=Answer("answer", SURE, "The own answer.", "What is one?", FOUND, run=ReferenceRun("q043", "code", "call")),
)  # fmt: skip


def small(mine: Conversations) -> str:
    """The export of a conversation with two branches, as text."""
    id = mine.create()
    one = tell(mine, "one", Content("First."), None, id)
    tell(mine, "two", Content("Second."), one, id)
    tell(mine, "two again", Content("Third."), one, id)
    return export_json(mine, id)


def test_an_import_stands_beside_what_is_there_and_keeps_its_branches(mine: Conversations) -> None:
    text = small(mine)
    copies = [import_json(mine, text), import_json(mine, text)]
    assert len(mine.entries()) == 3
    for copy in copies:
        opened = mine.open(copy)
        assert [turn.asked.message for turn in opened.turns] == ["one", "two again"]
        assert len(opened.turns[1].siblings) == 2


def changed(text: str, **values: object) -> str:
    return json.dumps({**json.loads(text), **values})


def with_turn(text: str, **values: object) -> str:
    plain = json.loads(text)
    plain["turns"][1] |= values
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: "", "is no JSON"),
        (lambda text: text[: len(text) // 2], "is no JSON"),
        (lambda text: "[]", "does not hold a conversation"),
        (lambda text: "null", "does not hold a conversation"),
        (lambda text: text.replace(FORMAT, "other"), "format"),
        (lambda text: changed(text, version=2), "version"),
        (lambda text: changed(text, turns=[]), "no message"),
        (lambda text: changed(text, shown=None), "no message"),
        (lambda text: changed(text, turns=7), "turns"),
        (lambda text: changed(text, shown=9), "no message that it holds"),
        (lambda text: changed(text, updated="0001-01-01T00:00:00Z"), "updated"),
        (lambda text: changed(text, created="9999-12-31T23:59:59-14:00"), "created"),
        (lambda text: with_turn(text, created="0001-01-01T00:00:00+14:00"), "created"),
        (lambda text: with_turn(text, place=99999999999999999999), "place"),
        (lambda text: with_turn(text, place=-1), "place"),
        (lambda text: changed(text, created="2026-01-01T00:00:00"), "created"),
        (lambda text: with_turn(text, parent=2), "before the one it follows"),
        (lambda text: with_turn(text, parent=1), "before the one it follows"),
        (lambda text: with_turn(text, place=0), "twice"),
        (lambda text: with_turn(text, state="sung"), "state"),
        (lambda text: with_turn(text, content={"answer": {"decision": 7}}), "decision"),
        (lambda text: with_turn(text, content={"answer": 7}), "answer|Answer"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_with_what_is_wrong_and_nothing_is_kept(
    mine: Conversations, damage: object, said: str
) -> None:
    text = small(mine)
    assert callable(damage)
    with pytest.raises(StoreError, match=said):
        import_json(mine, damage(text))
    assert len(mine.entries()) == 1


TIMES_OF_ALL_SORTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00Z", "2026-01-01"]
STRINGS = st.sampled_from(["", "x" * 300, "\x00", "answer", "open", *TIMES_OF_ALL_SORTS])
NUMBERS = st.sampled_from([-1, 0, 2, 2**31, 10**20, 0.5, 1e308, float("nan")])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | STRINGS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


def paths(plain: Any) -> list[tuple[Any, ...]]:
    """Where each value stands in what JSON holds."""
    keys = plain if isinstance(plain, dict) else range(len(plain)) if isinstance(plain, list) else ()
    return [(), *((key, *rest) for key in keys for rest in paths(plain[key]))]


@st.composite
def damaged(draw: st.DrawFn, plain: Any) -> Any:
    """``plain`` with one of its values replaced, mostly by another of its kind."""
    *way, last = draw(st.sampled_from(paths(plain)[1:]))
    inner = plain
    for key in way:
        inner = inner[key]
    kind = STRINGS if isinstance(inner[last], str) else NUMBERS if isinstance(inner[last], int | float) else JSON
    inner[last] = draw(kind if draw(st.integers(0, 3)) else JSON)
    return plain


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_a_file_holds_is_kept_and_shown_or_refused_with_a_sentence(
    mine: Conversations, data: st.DataObject
) -> None:
    for entry in mine.entries():
        mine.delete(entry.id)
    id = mine.create()
    tell(mine, "two", WHOLE, tell(mine, "one", WHOLE, None, id), id)
    plain = data.draw(damaged(json.loads(export_json(mine, id))))
    mine.delete(id)
    try:
        kept = import_json(mine, json.dumps(plain))
    except StoreError:
        assert mine.entries() == []
        return
    (entry,) = mine.entries()
    for hours in (-14, 14):
        assert entry.updated.astimezone(timezone(timedelta(hours=hours)))
    assert all(shown(turn, {}) for turn in mine.open(kept).turns)
    assert import_json(mine, export_json(mine, kept))
    assert export_markdown(mine, kept)


def test_a_file_that_is_too_long_is_refused_before_it_is_read(mine: Conversations) -> None:
    with pytest.raises(StoreError, match="20,000,001 characters"):
        import_json(mine, "[" * 20_000_001)


def test_deeply_nested_json_is_refused(mine: Conversations) -> None:
    with pytest.raises(StoreError, match="is no JSON"):
        import_json(mine, "[" * 100_000)


def test_markdown_reads_as_the_conversation_did(mine: Conversations) -> None:
    id = mine.create()
    sure = Confidence(0.91, "high", "one item clearly matches best")
    content = Content(
        "The own answer.", "Told anew [1].", standalone="What is one?", decision="answer", confidence=sure,
        citations=(Citation(1, "q001", "The own answer."),),
    )  # fmt: skip
    one = tell(mine, "one\nand more", content, None, id)
    tell(mine, "two", Content(memory_text="From memory."), one, id)
    mine.begin_turn(id, Asked("three"), parent=one)
    text = export_markdown(mine, id)
    for words in (
        "# one and more",
        "> one\n> and more",
        "*Understood as: What is one?*",
        "The own answer.",
        "**In the model’s words, checked:** Told anew [1].",
        "- [1] q001: “The own answer.”",
        "high confidence (0.91)",
        "> three",
        "interrupted; version 2 of 2",
    ):
        assert words in text
    assert "From memory." not in text


def test_times_in_markdown_are_those_of_the_turns(mine: Conversations) -> None:
    id = mine.create()
    tell(mine, "one", Content("First."), None, id)
    today = datetime.now(UTC)
    assert any(f"{day:%Y-%m-%d}" in export_markdown(mine, id) for day in (today, today - timedelta(days=1)))
