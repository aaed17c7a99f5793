"""Mastery, review queue, streak and advice: computed from evidence alone, and corrected by taking evidence out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zipfile import ZipFile

import pytest
from interview_fakes import make_item
from web_fakes import curated

from tutor.anki import write_deck
from tutor.learner import Evidence, LearnerState, learner_state, what_to_practise
from tutor.learner.mastery import readiness
from tutor.learner.records import Source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ITEMS = (make_item("t1", ("trees",)), make_item("t2", ("trees",)), make_item("p1", ("privacy",)))


def row(
    score: float, days: float = 0, item: str = "t1", topic: str = "trees", source: Source = "interview"
) -> Evidence:
    at = NOW - timedelta(days=days)
    return Evidence(f"{source}:{item}:{days}:{score}", source, item, (topic,), score, at)


def state(*rows: Evidence, now: datetime = NOW) -> LearnerState:
    return learner_state(rows, ITEMS, now)


def mastery(*rows: Evidence, now: datetime = NOW) -> float | None:
    return next(topic.value for topic in state(*rows, now=now).topics if topic.topic == "trees")


def known(*rows: Evidence, now: datetime = NOW) -> float:
    value = mastery(*rows, now=now)
    assert value is not None
    return value


def test_a_topic_without_evidence_has_no_mastery_rather_than_zero() -> None:
    assert mastery() is None
    assert {topic.topic for topic in state().topics} == {"trees", "privacy"}


def test_more_good_answers_raise_mastery_and_one_alone_is_not_certainty() -> None:
    once, often = known(row(1.0)), known(*(row(1.0, days) for days in range(6)))
    assert 0.5 < once < often < 1.0


def test_a_guessable_answer_counts_less_than_one_in_words() -> None:
    assert known(row(1.0, source="quiz")) < known(row(1.0))


def test_old_evidence_fades_towards_not_knowing() -> None:
    fresh, old = known(row(1.0)), known(row(1.0), now=NOW + timedelta(days=400))
    assert fresh > old > 0.5


def test_a_row_that_is_set_aside_counts_for_nothing_and_stays_in_sight() -> None:
    wrong = replace(row(0.0, 1), set_aside=True)
    assert mastery(row(1.0), wrong) == mastery(row(1.0))
    assert wrong in state(row(1.0), wrong).topics[1].evidence
    assert state(wrong).reviews == ()


def test_evidence_from_a_clock_that_ran_ahead_counts_as_of_now() -> None:
    ahead = row(1.0, days=-3000)
    assert mastery(ahead) == mastery(row(1.0))
    assert state(ahead).reviews[0].at < NOW + timedelta(days=400)


def test_a_failed_item_is_due_before_one_that_went_well() -> None:
    queue = state(row(0.1, item="t1"), row(0.95, item="t2")).reviews
    assert [due.item for due in queue] == ["t1", "t2"]
    assert queue[0].at > NOW


def test_each_success_moves_the_next_review_further_away() -> None:
    gaps = []
    rows: list[Evidence] = []
    for days in (60, 50, 30):
        rows.append(row(0.8, days))
        gaps.append(state(*rows).reviews[0].at - rows[-1].at)
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[-1]


def test_the_order_in_which_rows_come_changes_nothing() -> None:
    rows = [row(0.2, 9), row(0.9, 5), row(0.6, 1)]
    assert state(*rows).reviews == state(*reversed(rows)).reviews


def test_an_item_is_due_once_its_day_has_come() -> None:
    tried = row(0.2)
    assert state(tried).due == ()
    assert [due.item for due in state(tried, now=NOW + timedelta(days=30)).due] == ["t1"]


@pytest.mark.parametrize(("days", "streak"), [((0, 1, 2), 3), ((1, 2), 2), ((0, 2), 1), ((3,), 0), ((), 0)])
def test_a_streak_counts_days_in_a_row_up_to_today_or_yesterday(days: tuple[int, ...], streak: int) -> None:
    assert state(*(row(0.5, day) for day in days)).streak == streak


def test_a_day_begins_where_the_learner_is() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    there = timezone(timedelta(hours=2))
    evidence = replace(row(1.0), at=late)
    assert learner_state([evidence], ITEMS, datetime(2026, 3, 2, 3, tzinfo=there)).streak == 1
    assert learner_state([evidence], ITEMS, datetime(2026, 3, 4, 3, tzinfo=there)).streak == 0


def test_readiness_at_a_day_uses_what_was_known_then() -> None:
    rows = [row(0.0, 10), row(1.0, 1)]
    before = readiness(rows, NOW - timedelta(days=5))
    assert readiness(rows, NOW - timedelta(days=11)) is None
    assert before is not None
    assert before < 0.5 < known(*rows)


def test_advice_names_what_is_due_first_then_what_is_weak_then_what_is_new() -> None:
    advice = what_to_practise(state(row(0.1), now=NOW + timedelta(days=30)))
    assert advice.items == ("t1", "t2")
    assert "due for review" in advice.text
    assert "Trees is weak so far" in advice.text
    assert "What is t2?" in advice.text


def test_advice_without_evidence_says_so_and_still_names_items() -> None:
    advice = what_to_practise(state())
    assert "Nothing was practised yet" in advice.text
    assert set(advice.items) <= {"t1", "t2", "p1"}
    assert advice.items


def test_advice_leaves_out_items_that_were_deleted() -> None:
    gone = row(0.1, item="gone")
    assert "gone" not in what_to_practise(state(gone, now=NOW + timedelta(days=30))).items


def notes_of(deck: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Front and back of each note of a deck, by the id of its item."""
    with ZipFile(deck) as packed:
        packed.extract("collection.anki2", folder)
    with closing(sqlite3.connect(folder / "collection.anki2")) as collection:
        fields = [str(row[0]).split("\x1f") for row in collection.execute("select flds from notes")]
    return {item: (front, back) for front, back, item in fields}


def test_an_anki_note_asks_the_items_question_and_answers_with_its_body_and_points(tmp_path: Path) -> None:
    hostile = replace(make_item("h1"), question="Is $a<b$ & $$c$$?", body="No <script>alert(1)</script> **here**.")
    items = (make_item("t1"), make_item("m1", kind="mcq"), hostile)
    assert write_deck(items, tmp_path / "deck.apkg") == 3
    notes = notes_of(tmp_path / "deck.apkg", tmp_path)
    front, back = notes["t1"]
    assert front == "<p>Please tell me what t1 is.</p>\n"
    assert "The alpha of it is alphat1. The beta of it is betat1." in back
    assert back.count("<li>") == 3
    front, back = notes["m1"]
    assert ("<li>A: one</li>" in front, "<li>B: two</li>" in front) == (True, True)
    assert back.startswith("<p>B: two</p>")
    front, back = notes["h1"]
    assert front == "<p>Is \\(a&lt;b\\) &amp; \\[c\\]?</p>\n"
    assert back.startswith("<p>No &lt;script&gt;alert(1)&lt;/script&gt; <strong>here</strong>.</p>")


def test_an_anki_deck_holds_the_question_and_the_answer_of_every_item(tmp_path: Path) -> None:
    assert write_deck(curated(), tmp_path / "deck.apkg") == len(curated())
    notes = notes_of(tmp_path / "deck.apkg", tmp_path)
    assert notes.keys() == {item.id for item in curated()}
    assert all(front.strip() and len(back) > 50 for front, back in notes.values())
