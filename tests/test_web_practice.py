"""The practice pages without a browser: no key and no score too early, nothing typed becomes markup, corrections."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from interview_fakes import ITEMS, START, Clock, all_of, grade_by_names, make_item
from web_fakes import FakeService

from tutor.case_records import CaseResult
from tutor.errors import PracticeError, StoreError
from tutor.interview.conducting import Interviews, Opened, scorecard
from tutor.interview.exporting import as_json, as_markdown
from tutor.interview.planning import KINDS
from tutor.interview.records import Answer, AskHint, CodeResult, End, HandIn, Pause, Predict, Setup, Skip
from tutor.judging import Execution
from tutor.learner import Evidence, learner_state, what_to_practise
from tutor.quiz import QuizSetup, answer
from tutor.records import Status
from tutor.web import interview_views, progress_views, quiz_views
from tutor.web.interview_form import setup_of
from tutor.web.interview_plot import picture
from tutor.web.interview_updates import (
    InterviewParts,
    draft_kept,
    exported,
    resumed,
    sampled,
    set_aside,
    shown,
    stepped,
    still_shown,
)
from tutor.web.practice import DEMO, PracticeRoom
from tutor.web.progress_plot import history_plot, predictions_plot, reviews_plot, topics_plot
from tutor.web.progress_tab import deck

HOSTILE = "<img src=x onerror=alert(1)> it holds $x$ </div><script>alert(2)</script>"


@pytest.fixture
def room() -> PracticeRoom:
    return PracticeRoom(FakeService())


def begun(room: PracticeRoom, coached: bool = True) -> tuple[Interviews, Opened]:
    interviews = Interviews(room.rows, grade_by_names, Clock())
    return interviews, interviews.start(Setup(kinds=("concept",), number=2, coached=coached), ITEMS, seed=1)


def test_the_cases_of_a_program_are_told_with_its_score_and_not_before(room: PracticeRoom) -> None:
    interviews = Interviews(room.rows, grade_by_names, Clock())
    setup = Setup(kinds=("coding",), number=1, coached=False)
    opened = interviews.start(setup, (make_item("c1", kind="coding"),), seed=1)
    row = CaseResult("zero", "fail", "f(0)", "0", "<b>", "Zero counts.", "Expected 0.")
    code = CodeResult("def f(x): ...", "fail", 0, 1, "zero: Expected 0.", (row,), "<i>said</i>")
    for action in (HandIn(code), Predict(None)):
        opened = interviews.act(opened.id, opened.revision, action)
        assert "Zero counts" not in interview_views.talk(interviews.open(opened.id).interview)
    opened = interviews.act(opened.id, opened.revision, End())
    card = scorecard(interviews.open(opened.id).interview)
    shown = interview_views.scorecard(card, "")
    assert "Zero counts." in shown
    assert "&lt;b&gt;" in shown
    assert not {"<i>", "<b>"} & set(re.findall("<.*?>", shown))
    assert "- fail: zero. Expected 0. Input: `f(0)` Expected: `0` Got: `<b>`" in as_markdown(card)
    assert json.loads(as_json(card))["questions"][0]["cases"][0]["found"] == "Expected 0."


def test_what_a_page_shows_is_timed_as_on_a_page_from_its_first_moment(room: PracticeRoom) -> None:
    opened = room.start_interview(DEMO)
    assert not room.interviews.open(opened.id).interview.current.on_page
    now = resumed(room)[0]
    assert room.interviews.open(opened.id).interview.current.on_page
    stepped(room, now, lambda interview: AskHint())
    assert room.interviews.open(opened.id).interview.current.on_page


def room_with_clock(clock: Clock) -> PracticeRoom:
    room = PracticeRoom(FakeService())
    room.interviews = Interviews(room.rows, grade_by_names, clock)
    return room


def test_after_a_refused_press_the_page_shows_the_time_that_is_saved() -> None:
    clock = Clock(datetime.now(UTC) - timedelta(hours=2))
    room = room_with_clock(clock)
    now = parts_of(shown(room, room.start_interview(DEMO)))["opened"]
    for _ in range(7):
        clock.move(minutes=1)
        still_shown(room, now)
    clock.now = datetime.now(UTC)
    refused = parts_of(stepped(room, now, lambda interview: Answer("")))
    assert "answer is empty" in refused["notice"]
    assert room.interviews.open(now.id).interview.current.seconds == 7 * 60
    assert 'data-used="420.' in refused["clock"]
    assert "that time is not counted" in refused["said"]


def test_who_reopens_the_page_after_an_absence_is_told_at_once_that_it_is_not_counted() -> None:
    clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    room = room_with_clock(clock)
    shown(room, room.start_interview(DEMO))
    clock.now = datetime.now(UTC)
    assert "that time is not counted" in parts_of(resumed(room))["said"]


def test_the_sample_says_so_where_the_page_was_forgotten_or_nothing_can_be_run(room: PracticeRoom) -> None:
    assert "look where the interview stands" in sampled(room, None, "", "ann")
    interviews = Interviews(room.rows, grade_by_names, Clock())
    opened = interviews.start(Setup(kinds=("concept",)), ITEMS, seed=1)
    assert "not a coding item" in sampled(room, opened, "x = 1", "ann")


def test_a_long_answer_on_the_scorecard_says_how_much_is_left_out(room: PracticeRoom) -> None:
    interviews, opened = begun(room)
    opened = interviews.act(opened.id, opened.revision, Answer("word " * 2_000))
    ended = interviews.act(opened.id, opened.revision, End()).interview
    assert "and 3,999 characters more" in interview_views.scorecard(scorecard(ended), "")


def test_a_slow_sample_shows_nothing_under_the_next_question(
    room: PracticeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = room.interviews.start(Setup(kinds=("coding",), number=1), (make_item("c1", kind="coding"),), seed=1)
    came = Execution("c1", "", "f(1)", 7, "7", "", 1.0, "")
    monkeypatch.setattr(room, "run_sample", lambda *run: came)
    assert "<code>7</code>" in sampled(room, opened, "x = 1", "ann")

    def slow(*run: object) -> Execution:
        room.interviews.act(opened.id, opened.revision, Skip())
        return came

    monkeypatch.setattr(room, "run_sample", slow)
    assert sampled(room, opened, "x = 1", "ann") == ""


def test_a_question_shows_none_of_its_points_and_no_score_before_they_are_told(room: PracticeRoom) -> None:
    interviews, opened = begun(room, coached=False)
    item = opened.interview.item(opened.interview.current)
    opened = interviews.act(opened.id, opened.revision, Answer("I know little of it"))
    opened = interviews.act(opened.id, opened.revision, Answer("not at all"))
    opened = interviews.act(opened.id, opened.revision, Answer("not this one"))
    opened = interviews.act(opened.id, opened.revision, Predict(0.5))
    shown = unescape(interview_views.talk(opened.interview))
    assert not any(point.text in shown for point in item.key_points)
    assert "%" not in shown


def test_the_time_left_of_an_interview_in_minutes_stands_at_its_head(room: PracticeRoom) -> None:
    clock = Clock()
    interviews = Interviews(room.rows, grade_by_names, clock)
    opened = interviews.start(Setup(kinds=("concept",), number=2, minutes=30), ITEMS, seed=1)
    clock.move(minutes=12)
    opened = interviews.act(opened.id, opened.revision, Answer("It holds something"))
    assert "<span>18 of 30 minutes left</span>" in interview_views.talk(opened.interview)
    assert "minutes left" not in interview_views.talk(begun(room)[1].interview)


def test_what_a_candidate_types_stays_text(room: PracticeRoom) -> None:
    interviews, opened = begun(room)
    opened = interviews.act(opened.id, opened.revision, Answer(HOSTILE))
    ended = interviews.act(opened.id, opened.revision, End()).interview
    for html in (interview_views.talk(opened.interview), interview_views.scorecard(scorecard(ended), "")):
        assert "<img" not in html
        assert "<script" not in html
        assert "&lt;img" in html


def test_a_scorecard_begins_with_the_verdict_and_says_what_was_not_asked(room: PracticeRoom) -> None:
    interviews, opened = begun(room)
    opened = interviews.start(Setup(kinds=("concept", "scenario"), number=1), ITEMS, seed=1)
    text = all_of(opened.interview.item(opened.interview.current))
    opened = interviews.act(opened.id, opened.revision, Answer(text))
    opened = interviews.act(opened.id, opened.revision, Predict(0.4))
    card = scorecard(interviews.act(opened.id, opened.revision, End()).interview)
    shown = unescape(interview_views.scorecard(card, picture(card)))
    assert shown.index(card.verdict) < shown.index("Competences") < shown.index("Questions")
    assert "not asked" in shown
    assert 'alt="Score of each competence: Concepts 100%, Scenarios not asked, Trees 100%."' in shown
    assert "You predicted 40% on average and scored 100%." in shown
    assert '"verdict": "Not enough to judge"' in as_json(card)
    assert as_markdown(card).startswith("# Interview of")


def test_a_quiz_page_holds_no_reason_before_the_answer(room: PracticeRoom) -> None:
    made = room.quizzes.start(QuizSetup(number=5, immediate=False), room.items(), seed=1).quiz
    answered = answer(made, 0, 0, Clock()())
    for place, asked in enumerate(made.questions):
        assert quiz_views.told(answered, place) == ""
        assert not any(why in quiz_views.question(answered, place) for why in asked.why)


def test_progress_shows_each_topic_with_its_evidence_and_what_is_not_known(room: PracticeRoom) -> None:
    now = room.state().now
    row = Evidence("a", "interview", "q013", ("ensembles",), 0.25, now, 0.75, "Of weight 4: covered 1.")
    room.rows.add_evidence(row, row)
    state = room.state()
    shown = unescape(progress_views.topics(state))
    assert "Of weight 4: covered 1." in shown
    assert "not known yet" in shown
    assert "Ensembles: <strong>33%</strong>" in shown
    assert "How do bagging and boosting differ?" in progress_views.due(state)
    assert what_to_practise(state).items
    for plot in (topics_plot(state), history_plot(state), predictions_plot(state), reviews_plot(state)):
        assert 'alt="' in plot
    assert "50 points too high" in predictions_plot(state)


def test_a_review_is_drawn_on_the_day_that_the_table_names(room: PracticeRoom) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    row = Evidence("a", "interview", "q013", ("ensembles",), 0.1, now)
    for later, words in ((timedelta(), "0 today, 1 in all"), (timedelta(days=1, hours=1), "1 today, 1 in all")):
        state = learner_state([row], room.items(), now + later)
        assert words in reviews_plot(state)


def test_a_learner_can_set_evidence_aside_and_give_their_own_word(room: PracticeRoom) -> None:
    room.rows.add_evidence(Evidence("a", "quiz", "q013", ("ensembles",), 0.0, room.state().now))
    room.rows.set_aside("a", True)
    room.say_mastery("ensembles", 0.9)
    mastery = next(each for each in room.state().topics if each.topic == "ensembles")
    assert mastery.value is not None
    assert mastery.value > 0.6
    assert len(mastery.evidence) == 2


def test_the_clock_goes_on_from_the_stored_start_and_stands_still_in_a_pause(room: PracticeRoom) -> None:
    interviews, opened = begun(room)
    later = START + timedelta(seconds=75)
    assert 'data-used="75.0"' in interview_views.clock(opened.id, opened.interview, later)
    paused = interviews.act(opened.id, opened.revision, Pause()).interview
    assert 'data-used="0.0"' in interview_views.clock(opened.id, paused, later)


def parts_of(shown: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip([each.name for each in fields(InterviewParts)], shown, strict=True))


def test_a_press_of_a_page_that_was_forgotten_is_said_and_leaves_the_text_in_its_box(room: PracticeRoom) -> None:
    opened = room.start_interview(DEMO)
    room.rows.keep_draft(opened.id, opened.revision, "an older draft")
    pressed = parts_of(stepped(room, None, lambda now: Answer("the newer text")))
    assert "nothing was sent" in pressed["notice"]
    assert pressed["box"].value is None
    assert parts_of(resumed(room))["box"].value == "an older draft"
    assert "nothing was sent" in exported(as_json, ".json", None)[2]


def test_an_interview_that_is_set_aside_is_paused_and_keeps_its_draft(room: PracticeRoom) -> None:
    opened = room.start_interview(DEMO)
    aside = parts_of(set_aside(room, opened, "half a sentence", ""))
    assert (aside["opened"], aside["setup"].visible) == (None, True)
    assert [(row.id, row.standing, row.draft) for row in room.earlier_interviews()] == [
        (opened.id, "paused", "half a sentence")
    ]
    assert parts_of(set_aside(room, room.interviews.open(opened.id), "", ""))["notice"] == ""


def test_a_refresh_right_after_the_end_shows_the_scorecard_and_one_much_later_the_set_up(room: PracticeRoom) -> None:
    opened = room.start_interview(DEMO)
    room.interviews.act(opened.id, opened.revision, End())
    assert parts_of(resumed(room))["card"].visible
    old = PracticeRoom(FakeService())
    yesterday = Interviews(old.rows, grade_by_names, Clock(datetime.now(UTC) - timedelta(days=1)))
    opened = yesterday.start(Setup(kinds=("concept",)), ITEMS)
    yesterday.act(opened.id, opened.revision, End())
    assert parts_of(resumed(old))["setup"].visible


class OpeningService(FakeService):
    """Its index is not open yet."""

    def status(self) -> Status:
        return replace(super().status(), index="The search index is being opened.", index_ready=False)


def test_a_start_before_the_index_is_open_says_so() -> None:
    with pytest.raises(PracticeError, match=r"index is being opened\..*wait a few seconds"):
        PracticeRoom(OpeningService(shelf=())).start_interview(DEMO)


def test_a_review_asks_what_is_due_and_nothing_else(room: PracticeRoom) -> None:
    with pytest.raises(PracticeError, match="Nothing is due"):
        room.start_review(Setup())
    ago = room.state().now - timedelta(days=30)
    rows = [Evidence(id, "interview", id, ("ensembles",), 0.4, ago) for id in ("q013", "mcq01")]
    room.rows.add_evidence(*rows)
    opened = room.start_review(Setup(role="researcher", number=5))
    assert {item.id for item in opened.interview.pool} == {"q013", "mcq01"}
    assert (opened.interview.setup.number, opened.interview.notes) == (2, ())


def test_a_database_that_fails_is_a_sentence_for_a_draft_and_for_the_deck(
    room: PracticeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = room.start_interview(DEMO)
    key = interview_views.draft_key(opened.id, opened.interview)

    def locked(*values: object) -> None:
        raise StoreError("The database is locked")

    monkeypatch.setattr("tutor.store.practice.Practice.keep_draft", locked)
    monkeypatch.setattr("tutor.store.practice.Practice.evidence", locked)
    assert "The database is locked" in draft_kept(room, False, opened, key, "text")
    assert deck(room) == ("", "", interview_views.problem("The database is locked."))


def test_a_form_that_chooses_mixed_asks_for_every_kind() -> None:
    assert setup_of("custom", "beginner", [], ["mixed"], 5, 0, True).kinds == KINDS


def test_the_picture_of_predictions_leaves_out_what_was_set_aside_and_says_when_they_were_right(
    room: PracticeRoom,
) -> None:
    now = room.state().now
    rows = [
        Evidence("a", "interview", "q013", ("ensembles",), 0.25, now, 0.5),
        Evidence("b", "interview", "q014", ("ensembles",), 0.75, now, 0.5),
        Evidence("c", "interview", "q015", ("ensembles",), 0.0, now, 1.0),
    ]
    aside = replace(rows[2], set_aside=True)
    even = predictions_plot(learner_state([*rows[:2], aside], room.items(), now))
    assert "2 predictions against scores; on average neither too high nor too low." in even
    assert "3 predictions against scores; on average 33 points too high." in predictions_plot(
        learner_state(rows, room.items(), now)
    )
    assert predictions_plot(learner_state([aside], room.items(), now)) == ""


def test_plots_of_nothing_are_nothing(room: PracticeRoom) -> None:
    state = replace(room.state(), reviews=())
    assert [topics_plot(state), history_plot(state), predictions_plot(state), reviews_plot(state)] == [""] * 4
