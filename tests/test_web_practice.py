"""The practice pages without a browser: no key and no score too early, nothing typed becomes markup, corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from interview_fakes import ITEMS, Clock, all_of, grade_by_names
from web_fakes import FakeService

from tutor.interview.conducting import Interviews, Opened, scorecard
from tutor.interview.exporting import as_json, as_markdown
from tutor.interview.records import Answer, End, Predict, Setup
from tutor.learner import Evidence, learner_state, what_to_practise
from tutor.quiz import QuizSetup, answer
from tutor.web import interview_views, progress_views, quiz_views
from tutor.web.interview_plot import picture
from tutor.web.practice import PracticeRoom
from tutor.web.progress_plot import history_plot, predictions_plot, reviews_plot, topics_plot

HOSTILE = "<img src=x onerror=alert(1)> it holds $x$ </div><script>alert(2)</script>"


@pytest.fixture
def room() -> PracticeRoom:
    return PracticeRoom(FakeService())


def begun(room: PracticeRoom, coached: bool = True) -> tuple[Interviews, Opened]:
    interviews = Interviews(room.rows, grade_by_names, Clock())
    return interviews, interviews.start(Setup(kinds=("concept",), number=2, coached=coached), ITEMS, seed=1)


def test_a_question_shows_none_of_its_points_and_no_score_before_they_are_told(room: PracticeRoom) -> None:
    interviews, opened = begun(room, coached=False)
    item = opened.interview.item(opened.interview.current)
    opened = interviews.act(opened.id, opened.revision, Answer("I do not know it"))
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
    for shown in (interview_views.talk(opened.interview), interview_views.scorecard(scorecard(ended), "")):
        assert "<img" not in shown
        assert "<script" not in shown
        assert "&lt;img" in shown


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
