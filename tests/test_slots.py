from __future__ import annotations

import threading
import time

import pytest

from tutor.slots import Slots


def _lease(slots: Slots, prompt: str) -> tuple[int, int]:
    with slots.lease(prompt) as slot:
        return slot.number, slot.shared


def test_a_prompt_is_given_the_slot_that_holds_most_of_it() -> None:
    slots = Slots(2)
    with slots.lease("system, passage A, question 1") as first, slots.lease("system, passage B, question 1") as second:
        assert {first.number, second.number} == {0, 1}
        assert (first.shared, second.shared) == (0, 0)
    assert _lease(slots, "system, passage A, question 2") == (first.number, len("system, passage A, question "))
    assert _lease(slots, "system, passage B, question 2") == (second.number, len("system, passage B, question "))


def test_a_slot_whose_request_was_broken_off_counts_as_empty() -> None:
    slots = Slots(1)

    def broken_off() -> None:
        with slots.lease("passage A"):
            raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        broken_off()
    assert _lease(slots, "passage A") == (0, 0)


def test_who_asks_first_is_given_a_slot_first() -> None:
    slots, served = Slots(1), []

    def ask(name: str) -> None:
        with slots.lease(name):
            served.append(name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcdef"]
    with slots.lease("first"):
        for thread in threads:
            thread.start()
            time.sleep(0.02)
        assert served == []
    for thread in threads:
        thread.join(10)
    assert served == list("abcdef")


def test_no_more_requests_are_under_way_than_there_are_slots() -> None:
    slots, under_way, most = Slots(2), set(), []

    def ask(number: int) -> None:
        with slots.lease(str(number)) as slot:
            assert slot.number not in under_way
            under_way.add(slot.number)
            most.append(len(under_way))
            time.sleep(0.005)
            under_way.remove(slot.number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(most) == 20
    assert max(most) == 2
