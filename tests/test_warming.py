from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

from reading_fakes import Shelf

from tutor import warming
from tutor.prompts import fixed_prompts, warming_prompts
from tutor.records import Item
from tutor.warming import Warming, kept_bytes

FIXED = [str(prompt[-1].content) for prompt in fixed_prompts()]
ROOM_OF_FIXED = 7


def _item(id: str, body: str = "One. " * 200) -> Item:
    return Item(id, id, id, "basic", "concept", "beginner", ("foundations",), body, digest=id)


def test_every_item_is_read_in_growing_steps_once() -> None:
    shelf = Shelf()
    ahead = Warming(shelf)
    items = [_item("a"), _item("b")]
    ahead.read_all(items)
    steps = [str(prompt[-1].content) for item in items for prompt in warming_prompts(item)]
    assert shelf.asked == [*FIXED, *steps]
    assert all(ahead.has_read(item) for item in items)
    ahead.read_all(items)
    assert shelf.asked == [*FIXED, *steps]


def test_what_all_prompts_begin_with_is_kept_whatever_becomes_of_the_items() -> None:
    shelf = Shelf()
    ahead = Warming(shelf)
    ahead.read_only([_item("a")])
    ahead.read_only([_item("b")])
    assert shelf.kept[: len(FIXED)] == FIXED


def test_what_an_earlier_start_has_kept_is_not_read_again() -> None:
    shelf, items = Shelf(), [_item("a"), _item("b")]
    Warming(shelf).read_all(items[:1])
    shelf.asked.clear()
    later = Warming(shelf)
    assert later.has_read(items[0])
    later.read_all(items)
    assert all("[1] b" in prompt for prompt in shelf.asked)


def test_an_item_whose_text_changed_is_read_again() -> None:
    ahead = Warming(Shelf())
    ahead.read_all([_item("a")])
    assert not ahead.has_read(replace(_item("a"), body="Two."))


def test_what_belongs_to_no_item_any_more_is_given_up() -> None:
    shelf = Shelf()
    ahead = Warming(shelf)
    ahead.read_only([_item("a"), _item("b")])
    ahead.read_only([_item("b")])
    assert [ahead.has_read(_item(id)) for id in "ab"] == [False, True]


def test_reading_waits_while_a_person_asks(monkeypatch: Any) -> None:
    monkeypatch.setattr(warming, "IDLE_SECONDS", 0.0)
    shelf = Shelf()
    ahead = Warming(shelf)
    with ahead.person_asks():
        thread = threading.Thread(target=ahead.read_all, args=([_item("a")],))
        thread.start()
        time.sleep(0.3)
        assert shelf.asked == []
    thread.join(10)
    assert ahead.has_read(_item("a"))


def test_a_model_that_fails_ends_the_reading_and_nothing_counts_as_read() -> None:
    ahead = Warming(Shelf(fails=True))
    ahead.read_all([_item("a")])
    assert not ahead.has_read(_item("a"))


def test_a_stopped_reading_ends_even_while_it_waits() -> None:
    shelf = Shelf()
    ahead = Warming(shelf)
    with ahead.person_asks():
        thread = threading.Thread(target=ahead.read_all, args=([_item("a")],))
        thread.start()
        ahead.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert shelf.asked == []


def test_nothing_is_read_ahead_where_nothing_is_kept() -> None:
    shelf = Shelf(room_mib=0)
    Warming(shelf).read_all([_item("a")])
    assert shelf.asked == []


def test_no_more_is_read_than_there_is_room_for_and_what_is_asked_for_most_first() -> None:
    items = [_item(id) for id in "abcd"]
    shelf = Shelf(room_mib=ROOM_OF_FIXED + 1 + 2 * kept_bytes(items[0]) // 2**20)
    ahead = Warming(shelf)
    ahead.note_asked({"d": 2, "c": 1})
    ahead.read_all(items)
    assert [item.id for item in items if ahead.has_read(item)] == ["c", "d"]
    assert "[1] d" in shelf.asked[len(FIXED)]


def test_what_is_asked_for_more_takes_the_place_of_what_was_read_before() -> None:
    items = [_item(id) for id in "abc"]
    shelf = Shelf(room_mib=ROOM_OF_FIXED + 1 + 2 * kept_bytes(items[0]) // 2**20)
    ahead = Warming(shelf)
    ahead.read_only(items)
    ahead.note_asked({"c": 2, "b": 1})
    ahead.read_only(items)
    assert [item.id for item in items if ahead.has_read(item)] == ["b", "c"]


def test_how_many_people_are_being_answered_is_known() -> None:
    ahead = Warming(Shelf())
    with ahead.person_asks(), ahead.person_asks():
        assert ahead.asking == 2
    assert ahead.asking == 0
