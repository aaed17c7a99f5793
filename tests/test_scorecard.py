"""The scorecard: what a verdict rests on, what made each score, the candidate's words, the option that was right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from interview_fakes import ITEMS, START, all_of, grade_by_names, make_item
from markdown_it import MarkdownIt

from tutor.case_records import CaseResult
from tutor.grading.records import Grade, RubricMark, SaidMisconception
from tutor.interview.conducting import scorecard
from tutor.interview.exporting import as_json, as_markdown
from tutor.interview.planning import begin
from tutor.interview.records import (
    Answer,
    Choose,
    CodeResult,
    End,
    Graded,
    HandIn,
    Interview,
    Predict,
    Proceed,
    Setup,
    Skip,
)
from tutor.interview.scorecard import Scorecard
from tutor.interview.steps import said, step
from tutor.records import Item
from tutor.web import interview_views

RUBRIC = (RubricMark("depth", "strong", "key points", True), RubricMark("precision", "fair", "key points", True))
WRONG = SaidMisconception("x is a fruit.", "It is not.", "I say <b>it</b> is a fruit")

HOSTILE = "<img src=x> **b** `` ` [a](b) $x$ &lt; \\"


def begun(number: int, items: tuple[Item, ...] = ITEMS, minutes: int = 0) -> Interview:
    kinds = tuple(dict.fromkeys(item.kind for item in items))
    return step(begin(Setup(kinds=kinds, number=number, minutes=minutes), items, 1, START), Proceed(), START)


def answered(interview: Interview, seconds: float = 0, **grade: object) -> Interview:
    """The open question answered whole, with further fields of its grade."""
    item = interview.item(interview.current)
    given = step(interview, Answer(all_of(item)), START + timedelta(seconds=seconds))
    judged: Grade = replace(grade_by_names(item, said(given.current)), **grade)  # type: ignore[arg-type]
    return step(step(given, Graded(judged), START), Predict(None), START)


def ended(interview: Interview) -> Scorecard:
    return scorecard(step(interview, End(), START))


def shown(card: Scorecard) -> tuple[str, str, str]:
    """The three forms of a scorecard: the page's, Markdown, JSON."""
    return interview_views.scorecard(card, ""), as_markdown(card), as_json(card)


def test_in_markdown_what_a_program_gave_is_code_or_plain_words() -> None:
    row = CaseResult("zero", "fail", HOSTILE, "", f"{HOSTILE}`", "", f"Got {HOSTILE}")
    program = f"def f(x):\n    return '{HOSTILE}'\n\n\n```\n# end"
    result = CodeResult(program, "fail", 0, 1, f"zero: Got\n# {HOSTILE}", (row,))
    handed_in = step(begun(1, (make_item("c1", kind="coding"),)), HandIn(result), START)
    tokens = MarkdownIt().parse(as_markdown(ended(handed_in)))
    assert [token.content for token in tokens if token.type == "fence"] == [f"{program}\n"]
    inline = [child for token in tokens for child in token.children or ()]
    assert [child.content for child in inline if child.type == "code_inline"] == [HOSTILE, f"{HOSTILE}`"]
    words = "".join(child.content for child in inline if child.type in ("text", "text_special"))
    assert f"zero: Got # {HOSTILE}" in words
    assert f"Got {HOSTILE} Input" in words
    assert not {"html_inline", "html_block", "link_open", "em_open"} & {token.type for token in [*tokens, *inline]}


def test_an_early_end_after_two_good_answers_of_ten_gives_no_verdict() -> None:
    card = ended(answered(step(answered(begun(10)), Proceed(), START)))
    assert (card.verdict, card.score, card.not_asked) == ("Not enough to judge", 1.0, 8)
    assert "2 of 10 planned questions have a score." in card.sentence


def test_questions_left_out_by_an_early_end_stand_against_ready_and_are_named() -> None:
    card = ended(answered(step(answered(begun(3)), Proceed(), START)))
    assert (card.verdict, card.not_asked, card.not_answered) == ("Nearly ready", 1, 0)
    assert "1 of 3 questions were not asked." in card.sentence
    assert ended(answered(step(answered(begun(2)), Proceed(), START))).verdict == "Ready"


def test_an_interview_whose_minutes_are_used_up_left_nothing_out() -> None:
    interview = answered(step(answered(begun(10, minutes=2), 70), Proceed(), START), 70)
    card = scorecard(step(interview, Proceed(), START))
    assert (card.verdict, card.not_asked) == ("Ready", 0)


def test_each_score_says_who_judged_it_on_the_page_and_in_both_exports() -> None:
    words = ended(answered(begun(1), grader="words and vectors, Qwen3 4B"))
    code = begun(1, (make_item("c1", kind="coding"),))
    cases = ended(step(code, HandIn(CodeResult("def f(x): ...", "pass", 4, 4, "")), START))
    key = ended(step(begun(1, (make_item("m1", kind="mcq"),)), Choose(0), START))
    for card, by in ((words, "words and vectors, Qwen3 4B"), (cases, "the cases of the exercise"), (key, "the key")):
        page, markdown, json = shown(card)
        assert f"Judged by {by}." in page
        assert f"Judged by {by}." in markdown
        assert f'"grader": "{by}"' in json


def test_a_question_without_an_answer_was_judged_by_nobody() -> None:
    card = ended(step(begun(1), Skip(), START))
    assert card.questions[0].grader == ""
    assert not any("Judged by" in form for form in shown(card))


def test_marks_beside_the_score_say_what_they_rest_on_and_once_what_nobody_judged() -> None:
    interview = answered(step(answered(begun(2), rubric=RUBRIC), Proceed(), START), rubric=RUBRIC)
    card = ended(interview)
    page, markdown, json = shown(card)
    for form in (page, markdown):
        assert form.count("Beside the score, computed from key points: depth strong, precision fair.") == 2
        assert form.count("nobody judged: structure, trade-offs.") == 1
    assert card.unjudged == ("structure", "trade-offs")
    assert '"aspect": "depth"' in json
    assert card.score == 1.0


def test_without_marks_nothing_is_said_of_them() -> None:
    assert not any("nobody judged" in form or "Beside the score" in form for form in shown(ended(answered(begun(1)))))


def test_a_misconception_is_shown_with_the_candidates_own_words_and_why_it_is_wrong() -> None:
    page, markdown, _ = shown(ended(answered(begun(1), misconceptions=(WRONG,))))
    assert "<q>I say &lt;b&gt;it&lt;/b&gt; is a fruit</q>" in page
    assert "<div>It is not.</div>" in page
    assert "You said: “I say <b>it</b> is a fruit” That is: x is a fruit. It is not." in markdown


@pytest.mark.parametrize("right", [True, False])
def test_a_wrong_choice_shows_why_it_is_wrong_and_which_option_is_right(right: bool) -> None:
    interview = begun(1, (make_item("m1", kind="mcq"),))
    quiz = interview.current.quiz
    assert quiz is not None
    card = ended(step(interview, Choose(quiz.key if right else 1 - quiz.key), START))
    page, markdown, _ = shown(card)
    for form in (unescape(page), markdown):
        assert ("It is not one." in form) is not right
    assert ("- Right is: two" in markdown) is not right
    choice = card.questions[0].choice
    assert choice is not None
    assert (choice.chosen, choice.right, choice.why) == (
        ("two", "two", "") if right else ("one", "two", "It is not one.")
    )


def test_each_competence_names_the_drill_of_its_weakest_question() -> None:
    items = (make_item("a1", ("trees", "privacy")), make_item("b1", ("trees",)))
    interview = begun(2, items)
    names = [interview.current.item]
    interview = step(answered(interview), Proceed(), START)
    names.append(interview.current.item)
    weak = interview.item(interview.current)
    given = step(interview, Answer(f"It holds beta{weak.id}"), START)
    graded = step(given, Graded(grade_by_names(weak, said(given.current))), START)
    card = ended(step(graded, Skip(), START))
    trees = next(each for each in card.competences if each.name == "Trees")
    assert (trees.drill_item, "What about the alpha part?" in trees.drill) == (names[1], True)
    page, markdown, _ = shown(card)
    assert page.count("What about the alpha part?") > 1
    assert f"| Trees | {trees.words} | 2 | 2 | {trees.drill} |" in markdown


def test_a_competence_without_a_score_has_no_drill() -> None:
    assert {each.drill for each in ended(step(begun(1), Skip(), START)).competences} == {""}


def test_covered_points_cite_the_model_answer_as_missed_ones_do() -> None:
    card = ended(answered(begun(1)))
    result = card.questions[0]
    assert [point.verdict for point in result.points] == ["covered"] * 3
    for point in result.points:
        assert point.text.split()[-1] in result.sources[point.cited - 1].quote
    assert f"[1] {result.item}: {result.sources[0].quote}" in as_markdown(card)
