from __future__ import annotations

import threading
import time
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel

from tutor import warming
from tutor.prompts import warming_prompts
from tutor.records import Item
from tutor.warming import Warming, kept_bytes


def _item(id: str, body: str = "One. " * 200) -> Item:
    return Item(id, id, id, "basic", "concept", "beginner", ("foundations",), body, digest=id)


class Recorder(FakeListChatModel):
    """Counts what it was asked, and can fail."""

    responses: list[str] = ["x"]  # noqa: RUF012 (a field of a pydantic model)
    asked: list[str] = []  # noqa: RUF012
    fails: bool = False

    def _call(self, messages: Any, *args: Any, **kwargs: Any) -> str:
        if self.fails:
            raise RuntimeError("gone")
        self.asked.append(str(messages[-1].content))
        return "x"


def test_every_item_is_read_in_growing_steps_once() -> None:
    model = Recorder(asked=[])
    ahead = Warming(model)
    items = [_item("a"), _item("b")]
    ahead.read_all(items)
    assert model.asked == [str(prompt[-1].content) for item in items for prompt in warming_prompts(item)]
    assert all(ahead.has_read(item) for item in items)
    ahead.read_all(items)
    assert len(model.asked) == sum(len(list(warming_prompts(item))) for item in items)


def test_an_item_whose_text_changed_is_read_again() -> None:
    ahead = Warming(Recorder(asked=[]))
    ahead.read_all([_item("a")])
    changed = Item("a", "a", "a", "basic", "concept", "beginner", ("foundations",), "Two.", digest="other")
    assert not ahead.has_read(changed)


def test_reading_waits_while_a_person_asks(monkeypatch: Any) -> None:
    monkeypatch.setattr(warming, "IDLE_SECONDS", 0.0)
    model = Recorder(asked=[])
    ahead = Warming(model)
    with ahead.person_asks():
        thread = threading.Thread(target=ahead.read_all, args=([_item("a")],))
        thread.start()
        time.sleep(0.3)
        assert model.asked == []
    thread.join(10)
    assert ahead.has_read(_item("a"))


def test_a_model_that_fails_ends_the_reading_and_nothing_counts_as_read() -> None:
    ahead = Warming(Recorder(asked=[], fails=True))
    ahead.read_all([_item("a")])
    assert not ahead.has_read(_item("a"))


def test_a_stopped_reading_ends_even_while_it_waits() -> None:
    model = Recorder(asked=[])
    ahead = Warming(model)
    with ahead.person_asks():
        thread = threading.Thread(target=ahead.read_all, args=([_item("a")],))
        thread.start()
        ahead.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert model.asked == []


def test_nothing_is_read_ahead_where_nothing_is_kept() -> None:
    model = Recorder(asked=[])
    ahead = Warming(model, room_mib=0)
    ahead.read_all([_item("a")])
    assert model.asked == []
    ahead.mark_read(_item("a"))
    assert not ahead.has_read(_item("a"))


def test_no_more_is_read_than_there_is_room_for_and_what_is_asked_for_most_first() -> None:
    model = Recorder(asked=[])
    items = [_item(id) for id in "abcd"]
    ahead = Warming(model, room_mib=2 * kept_bytes(items[0]) // 2**20 + 1)
    ahead.note_asked({"d": 2, "c": 1})
    ahead.read_all(items)
    assert [item.id for item in items if ahead.has_read(item)] == ["c", "d"]
    assert "[1] d" in model.asked[0]


def test_in_a_full_room_what_was_read_longest_ago_gives_way() -> None:
    items = [_item(id) for id in "abc"]
    ahead = Warming(Recorder(asked=[]), room_mib=2 * kept_bytes(items[0]) // 2**20 + 1)
    for item in items:
        ahead.mark_read(item)
    assert [item.id for item in items if ahead.has_read(item)] == ["b", "c"]


def test_how_many_people_are_being_answered_is_known() -> None:
    ahead = Warming(Recorder(asked=[]))
    with ahead.person_asks(), ahead.person_asks():
        assert ahead.asking == 2
    assert ahead.asking == 0
