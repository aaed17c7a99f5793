"""The interview as a state machine: what is asked, probed, hinted, skipped, paused, timed, predicted and refused."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interview_fakes import ITEMS, START, all_of, grade_by_names, make_item
from pydantic import TypeAdapter
from web_fakes import CORPUS, curated

from tutor.errors import PracticeError
from tutor.interview.planning import KINDS, LEVELS, begin, level_now
from tutor.interview.programs import judge_program
from tutor.interview.records import (
    ROLES,
    Action,
    Answer,
    AskHint,
    Choose,
    CodeResult,
    End,
    Graded,
    HandIn,
    Interview,
    Object,
    Pause,
    Predict,
    Proceed,
    Resume,
    Setup,
    Skip,
)
from tutor.interview.scoring import net_score, reasons
from tutor.interview.steps import MAX_ANSWER, read_on_page, said, seconds_used, step
from tutor.judging import Judge
from tutor.records import Item, Kind, Level

SETUP = Setup(kinds=("concept",), number=4)


def begun(setup: Setup = SETUP, items: tuple[Item, ...] = ITEMS) -> Interview:
    return step(begin(setup, items, 1, START), Proceed(), START)


def do(interview: Interview, *actions: Action, at: datetime = START) -> Interview:
    for action in actions:
        interview = step(interview, action, at)
    return interview


def answered(interview: Interview, text: str, at: datetime = START) -> Interview:
    given_answer = step(interview, Answer(text), at)
    item = given_answer.item(given_answer.current)
    return step(given_answer, Graded(grade_by_names(item, said(given_answer.current))), at)


def through(interview: Interview, good: bool) -> Interview:
    """Answers the open question whole, or with nothing of it, and goes on."""
    text = all_of(interview.item(interview.current)) if good else "I know nothing"
    interview = answered(interview, text)
    while interview.current.phase == "answering":
        interview = step(interview, Skip(), START)
    return do(interview, Predict(0.5), Proceed())


def test_an_answer_that_covers_all_points_gets_no_follow_up() -> None:
    interview = begun()
    done = answered(interview, all_of(interview.item(interview.current)))
    assert (done.current.phase, done.current.probed) == ("predicting", ())
    assert net_score(done.current) == 1.0


def test_follow_ups_aim_at_the_heaviest_open_points_and_are_at_most_two() -> None:
    interview = answered(begun(), "I know nothing")
    first = interview.current
    interview = answered(interview, "still nothing at all")
    second = interview.current
    interview = answered(interview, "and nothing more")
    item = interview.item(interview.current)
    assert first.probed == (item.key_points[0].text,)
    assert second.probed == (item.key_points[0].text, item.key_points[1].text)
    assert interview.current.phase == "predicting"


def test_a_follow_up_never_gives_its_point_away() -> None:
    interview = answered(begun(), "I know nothing")
    point = interview.item(interview.current).key_points[0]
    line = interview.current.lines[-1]
    assert (line.kind, point.probe in line.text) == ("follow-up", True)
    assert point.text.split()[-1] not in line.text


def test_what_is_said_to_a_follow_up_counts_with_the_answer() -> None:
    interview = begun()
    item = interview.item(interview.current)
    names = [point.text.split()[-1] for point in item.key_points]
    interview = answered(interview, f"it is {names[1]}")
    assert net_score(interview.current) == pytest.approx(2 / 6, abs=1e-3)
    interview = answered(interview, f"also {names[0]}")
    assert net_score(interview.current) == pytest.approx(5 / 6, abs=1e-3)


def test_an_answer_that_cannot_be_judged_is_asked_for_once_more_and_then_has_no_score() -> None:
    interview = answered(begun(), "x")
    assert interview.current.phase == "answering"
    assert "Too few words." in interview.current.lines[-1].text
    interview = answered(replace(interview, questions=(replace(interview.current, lines=()),)), "y")
    assert interview.current.phase == "predicting"
    assert net_score(interview.current) is None
    assert "Not enough to judge" in " ".join(reasons(interview.current))


def test_a_follow_up_that_cannot_be_judged_keeps_the_grade_of_the_answer_before_it() -> None:
    interview = begun()
    name = interview.item(interview.current).key_points[0].text.split()[-1]
    probed = answered(interview, f"it is {name}")
    unjudged = Graded(replace(grade_by_names(probed.item(probed.current), ""), reason="The answer is code."))
    again = do(probed, Answer("def f(): ..."), unjudged)
    assert (again.current.phase, net_score(again.current)) == ("answering", 0.5)
    assert "The answer is code." in again.current.lines[-1].text
    assert net_score(do(again, Answer("def f(): ..."), unjudged).current) == 0.5
    assert said(step(again, Answer("in words"), START).current) == f"it is {name}\n\nin words"


@pytest.mark.parametrize("words", ["I don’t know", "sorry, no idea at all", "I do not know this one."])
def test_not_knowing_is_answered_kindly_and_counts_as_not_known(words: str) -> None:
    done = step(begun(), Answer(words), START)
    assert (done.current.phase, net_score(done.current)) == ("told", 0.0)
    assert "That is all right" in done.current.lines[-1].text
    assert done.current.grade is not None
    assert {point.verdict for point in done.current.grade.points} == {"missing"}


def test_not_knowing_a_follow_up_takes_nothing_from_the_answer_and_leads_to_the_next_one() -> None:
    interview = begun()
    name = interview.item(interview.current).key_points[0].text.split()[-1]
    probed = answered(interview, f"it is {name}")
    passed = step(probed, Answer("I don't know"), START)
    assert (passed.current.phase, len(passed.current.probed)) == ("answering", 2)
    assert (said(passed.current), net_score(passed.current)) == (f"it is {name}", 0.5)
    assert step(passed, Answer("no idea"), START).current.phase == "predicting"


def test_a_hint_costs_what_is_stated_and_they_run_out() -> None:
    interview = do(begun(), AskHint(), AskHint(), AskHint())
    with pytest.raises(PracticeError, match="no further hint"):
        step(interview, AskHint(), START)
    done = answered(interview, all_of(interview.item(interview.current)))
    assert net_score(done.current) == pytest.approx(0.7)
    assert "Less 30% for 3 hints." in reasons(done.current)


def test_a_skipped_question_has_no_score_and_a_skipped_follow_up_keeps_the_answers() -> None:
    skipped = step(begun(), Skip(), START)
    assert (skipped.current.skipped, net_score(skipped.current), skipped.current.phase) == (True, None, "told")
    interview = begun()
    name = interview.item(interview.current).key_points[0].text.split()[-1]
    half = step(answered(interview, f"it is {name}"), Skip(), START)
    assert (half.current.skipped, net_score(half.current)) == (False, 0.5)


def test_the_clock_counts_only_while_an_answer_is_awaited() -> None:
    interview = step(begun(), Pause(), START + timedelta(seconds=30))
    interview = step(interview, Resume(), START + timedelta(hours=5))
    interview = step(interview, Answer("some words here"), START + timedelta(hours=5, seconds=12))
    assert interview.current.seconds == 42
    graded = step(
        interview, Graded(grade_by_names(interview.item(interview.current), "a b")), START + timedelta(hours=6)
    )
    assert graded.current.seconds == 42


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(days=400)])
def test_a_clock_that_jumps_is_said_and_not_counted(jump: timedelta) -> None:
    interview = step(begun(), AskHint(), START + jump)
    assert interview.current.seconds == 0
    assert any("clock jumped" in note for note in interview.notes)
    later = step(interview, AskHint(), START + jump + timedelta(seconds=7))
    assert later.current.seconds == 7


def test_the_time_of_a_closed_page_is_said_and_not_counted_and_that_of_an_open_one_is() -> None:
    interview = begun()
    for minute in range(1, 21):
        interview = read_on_page(interview, START + timedelta(minutes=minute))
    assert (interview.current.seconds, interview.notes) == (20 * 60, ())
    back = step(interview, AskHint(), START + timedelta(minutes=20 + 90))
    assert back.current.seconds == 20 * 60
    assert back.notes == ("The page was closed, the computer slept or the clock jumped; that time is not counted.",)


def test_who_thinks_for_long_where_no_page_reads_the_clock_is_counted() -> None:
    assert step(begun(), AskHint(), START + timedelta(minutes=90)).current.seconds == 90 * 60
    paused = step(begun(), Pause(), START + timedelta(minutes=1))
    assert read_on_page(paused, START + timedelta(hours=9)) == paused
    on_terminal = step(read_on_page(begun(), START + timedelta(minutes=1)), AskHint(), START + timedelta(minutes=2))
    assert step(on_terminal, AskHint(), START + timedelta(minutes=30)).current.seconds == 30 * 60


def test_a_very_long_answer_is_kept_counted_in_part_and_said() -> None:
    interview = step(begun(), Answer("word " * 10_000), START)
    assert len(said(interview.current)) <= MAX_ANSWER
    assert "49,999 characters" in interview.current.lines[-1].text
    assert len(interview.current.lines[-2].text) == 49_999


def test_a_prediction_comes_before_the_score_is_told() -> None:
    interview = begun()
    interview = answered(interview, all_of(interview.item(interview.current)))
    assert not interview.tells(interview.current)
    with pytest.raises(PracticeError, match="still open"):
        step(interview, Proceed(), START)
    told = step(interview, Predict(0.8), START)
    assert told.tells(told.current)
    assert told.current.predicted == 0.8


def test_a_real_interview_tells_no_score_before_its_end() -> None:
    interview = through(begun(replace(SETUP, coached=False, number=2)), good=True)
    assert not interview.tells(interview.questions[0])
    ended = step(interview, End(), START)
    assert ended.tells(ended.questions[0])


@pytest.mark.parametrize(("good", "level"), [(True, "advanced"), (False, "beginner")])
def test_the_level_follows_the_answers(good: bool, level: str) -> None:
    interview = through(begun(), good)
    assert level_now(interview) == level
    assert interview.item(interview.current).level == level


def test_an_interview_ends_after_its_number_of_questions_and_asks_none_twice() -> None:
    interview = begun()
    while interview.standing == "running":
        interview = through(interview, good=len(interview.questions) % 2 == 0)
    assert len({asked.item for asked in interview.questions}) == len(interview.questions) == 4


def test_an_interview_in_minutes_ends_with_the_question_during_which_they_pass() -> None:
    interview = begun(replace(SETUP, minutes=5, number=10))
    interview = step(interview, Skip(), START + timedelta(minutes=6))
    assert step(interview, Proceed(), START).standing == "finished"


def test_ending_leaves_the_open_question_without_an_answer() -> None:
    ended = step(begun(), End(), START)
    assert (ended.standing, ended.current.skipped, net_score(ended.current)) == ("finished", True, None)


def test_code_is_judged_by_its_cases() -> None:
    interview = begun(Setup(kinds=("coding",)), (make_item("c1", kind="coding"),))
    with pytest.raises(PracticeError, match="not answered in words"):
        step(interview, Answer("I would loop"), START)
    done = step(interview, HandIn(CodeResult("def f(x): ...", "fail", 3, 4, "The case of zero fails.")), START)
    assert net_score(done.current) == 0.75
    assert reasons(done.current) == ("3 of 4 cases pass.", "The case of zero fails.")


def test_a_program_that_could_not_be_run_has_no_score() -> None:
    interview = begun(Setup(kinds=("coding",)), (make_item("c1", kind="coding"),))
    done = step(interview, HandIn(CodeResult("def f(x): ...", "refused", 0, 0, "Too many wait.")), START)
    assert net_score(done.current) is None
    assert reasons(done.current) == ("Too many wait.",)


@pytest.mark.parametrize("source", ["", "x" * 200_000, "def (", "import no_such_module"])
def test_a_program_of_which_no_case_runs_leaves_the_question_open(source: str) -> None:
    interview = begun(Setup(kinds=("coding",)), curated())
    with Judge(CORPUS) as judge, pytest.raises(PracticeError, match="The question stays open"):
        judge_program(judge, interview, source)


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
@pytest.mark.parametrize("does", ["return chr(0xd800) * 9000", "raise ValueError(chr(0xd800) * 9000)"])
def test_what_a_program_says_is_kept_shortened_and_can_be_written_down(does: str) -> None:
    interview = begun(Setup(kinds=("coding",), items=("q041",)), curated())
    source = f"print('x' * 60_000)\ndef rolling_window_mean(x, k): {does}"
    with Judge(CORPUS) as judge:
        result = judge_program(judge, interview, source)
    assert (result.verdict == "pass", len(result.results)) == (False, result.cases)
    assert result.printed.endswith("xxx\n… and 52,001 characters more")
    assert len(TypeAdapter(CodeResult).dump_json(result)) < 40_000


def test_a_choice_is_right_or_wrong() -> None:
    interview = begun(Setup(kinds=("mcq",)), (make_item("m1", kind="mcq"),))
    quiz = interview.current.quiz
    assert quiz is not None
    assert net_score(step(interview, Choose(quiz.key), START).current) == 1.0
    assert net_score(step(interview, Choose(1 - quiz.key), START).current) == 0.0
    with pytest.raises(PracticeError, match="no such option"):
        step(interview, Choose(7), START)


def test_what_cannot_be_done_now_is_a_sentence_and_changes_nothing() -> None:
    paused = step(begun(), Pause(), START)
    refused: list[tuple[Interview, Action]] = [
        (begun(), Predict(0.5)),
        (begun(), Answer("  ")),
        (begun(), Resume()),
        (begun(), HandIn(CodeResult("", "pass", 1, 1, ""))),
        (begun(), Choose(0)),
        (begun(), Object(0, "unfair")),
        (paused, Answer("words")),
        (step(begun(), End(), START), Proceed()),
    ]
    for interview, action in refused:
        with pytest.raises(PracticeError, match="Expected"):
            step(interview, action, START)


def test_an_objection_stays_with_its_question_also_after_the_end() -> None:
    interview = step(through(begun(), good=False), End(), START)
    assert step(interview, Object(0, " I said alpha. "), START).questions[0].objection == "I said alpha."


@pytest.mark.parametrize(
    "setup", [Setup(topics=("imported",)), Setup(kinds=()), Setup(number=0), Setup(number=99), Setup(minutes=999)]
)
def test_a_set_up_that_gives_no_interview_is_a_sentence(setup: Setup) -> None:
    with pytest.raises(PracticeError, match="Expected"):
        begin(setup, curated(), 1, START)


def test_a_topic_without_questions_is_said_and_the_others_are_asked() -> None:
    made = begin(replace(SETUP, topics=("trees", "privacy")), ITEMS, 1, START)
    assert made.notes == ("The corpus has no question of these kinds on: privacy.",)


def asked_items(setup: Setup, items: tuple[Item, ...], mastery: dict[str, float] | None = None) -> list[Item]:
    """What is asked of a candidate who skips everything."""
    interview = step(begin(setup, items, 1, START, mastery), Proceed(), START)
    while interview.standing == "running":
        interview = do(interview, Skip(), Proceed())
    return [interview.item(asked) for asked in interview.questions]


@pytest.mark.parametrize("level", LEVELS)
def test_being_weak_at_something_puts_it_first_at_whatever_level_it_is(level: Level) -> None:
    items = (*ITEMS, *(make_item(f"w{number}", ("privacy",), level) for number in range(3)))
    asked = asked_items(replace(SETUP, weak=True), items, {"privacy": 0.1, "trees": 0.9})
    assert [item.topics for item in asked] == [("privacy",)] * 3 + [("trees",)]


def test_a_wish_for_what_is_weak_says_where_nothing_is_known_of_it() -> None:
    assert "Nothing was practised yet" in begin(replace(SETUP, weak=True), ITEMS, 1, START).notes[0]
    assert begin(replace(SETUP, weak=True), ITEMS, 1, START, {"trees": 0.2}).notes == ()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kinds", [("concept", "scenario"), ("concept", "coding"), KINDS])
def test_the_chosen_kinds_share_the_questions_fairly_at_every_level(level: Level, kinds: tuple[Kind, ...]) -> None:
    number = 2 * len(kinds)
    asked = asked_items(Setup(level=level, kinds=kinds, number=number), curated())
    assert Counter(item.kind for item in asked) == dict.fromkeys(kinds, 2)


def test_a_kind_without_a_question_on_the_topics_is_said() -> None:
    made = begin(replace(SETUP, kinds=("concept", "coding")), ITEMS, 1, START)
    assert made.notes == ("The corpus has no coding question on these topics.",)


def test_the_time_of_an_open_question_is_known_between_two_readings_of_the_clock() -> None:
    interview = step(begun(), AskHint(), START + timedelta(seconds=20))
    assert seconds_used(interview.current, START + timedelta(seconds=50)) == 50
    assert seconds_used(interview.current, START + timedelta(days=2)) == 20
    assert seconds_used(step(interview, Pause(), START).current, START + timedelta(seconds=50)) == 20


def test_an_imported_exercise_is_not_asked_for_no_cases_can_judge_it() -> None:
    items = (make_item("c1", kind="coding"), replace(make_item("c2", kind="coding"), source="notes"))
    assert [item.id for item in begin(Setup(kinds=("coding",)), items, 1, START).pool] == ["c1"]
    assert [item.id for item in begin(Setup(), [replace(ITEMS[0], source="notes")], 1, START).pool] == ["x00"]


def test_every_role_finds_questions_in_the_corpus() -> None:
    for role in ROLES:
        made = begin(Setup(role=role, kinds=("concept", "scenario", "coding")), curated(), 1, START)
        assert len(made.pool) >= 5


ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from([AskHint(), Skip(), Pause(), Resume(), Proceed(), End(), Predict(None), Predict(0.4), Choose(0)]),
    st.text(max_size=40).map(Answer),
    st.just(Object(0, "no")),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(ACTIONS, st.integers(-9000, 9000)), max_size=25))
def test_no_order_of_actions_breaks_the_interview(actions: list[tuple[Action, int]]) -> None:
    interview, now = begun(), START
    for action, seconds in actions:
        now += timedelta(seconds=seconds)
        before = interview
        try:
            interview = step(interview, action, now)
        except PracticeError:
            assert interview == before
        if interview.current.phase == "grading" and interview.standing == "running":
            grade = grade_by_names(interview.item(interview.current), said(interview.current))
            interview = step(interview, Graded(grade), now)
        assert len(interview.questions) <= 4
        assert all(asked.seconds >= 0 and len(asked.probed) <= 2 for asked in interview.questions)
        assert all(asked.phase == "told" for asked in interview.questions[:-1])
