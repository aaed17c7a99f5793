"""What asks to run a reference solution is told from what asks about it; calls are cut out, never evaluated."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.call_text import parse_call
from tutor.corpus import read_corpus
from tutor.errors import ExerciseError
from tutor.run_request import RunRequest, exercise_named, run_request
from tutor.settings import default_corpus

EXERCISES = tuple(item for item in read_corpus(default_corpus()).items if item.exercise)
FUNCTIONS = {item.id: item.exercise.function for item in EXERCISES if item.exercise}


@pytest.mark.parametrize(
    ("message", "exercise", "call"),
    [
        ("run the NMS solution", "q043", ""),
        ("run nms", "q043", ""),
        ("Run NMS.", "q043", ""),
        ("execute reservoir sampling", "q045", ""),
        ("/run nms", "q043", ""),
        ("/run q041", "q041", ""),
        ("/run target_encode_cv", "q042", ""),
        ("/run Reservoir-Sample", "q045", ""),
        ("/run nms([[0, 0, 1, 1]], [0.5], 0.5)", "q043", "nms([[0, 0, 1, 1]], [0.5], 0.5)"),
        ("/run rolling_window_mean [1, 2, 3] 2", "q041", "rolling_window_mean([1, 2, 3] 2)"),
        ("show me rolling_window_mean([1, 2, 3, 4], 2)", "q041", "rolling_window_mean([1, 2, 3, 4], 2)"),
        ("rolling_window_mean([1, 2, 3, 4], 2)", "q041", "rolling_window_mean([1, 2, 3, 4], 2)"),
        (">>> rolling_window_mean([1, 2], k=2)", "q041", "rolling_window_mean([1, 2], k=2)"),
        (
            "What does `rolling_window_mean([1, nan], 1)` return?",
            "q041",
            "rolling_window_mean([1, nan], 1)",
        ),
        ("what is the output of reservoir_sample([1, 2, 3], 0)?", "q045", "reservoir_sample([1, 2, 3], 0)"),
        ("please compute cosine_similarity_matrix([[1, 0]],\n [[0, 1]])", "q044", None),
        ("can you run the target encoding code?", "q042", ""),
        ("can you run the target encoding code on ['a', 'a', 'b'], [1, 0, 1], 3", "q042", None),
        ("run rolling mean with k=3 on [1, 2, 3, 4]", "q041", "rolling_window_mean([1, 2, 3, 4], k=3)"),
        ("could you please execute the reference implementation of cosine similarity", "q044", ""),
        ("Let's run the moving average function", "q041", ""),
        ("ok now run reservoir sampling again", "q045", ""),
        ("run resevoir samplng", "q045", ""),
        ("execute the non-maximum suppression code please", "q043", ""),
        ("Run non max suppression", "q043", ""),
        ("run out-of-fold target encoding", "q042", ""),
        ("I'd like you to run the rolling window mean exercise", "q041", ""),
        ("demo the cosine similarity matrix", "q044", ""),
        ("show me the output of the nms code", "q043", ""),
        ("run q044 for me", "q044", ""),
        ("run the NMS solution on the sample input", "q043", ""),
        ("run nms(boxes, scores, 0.5)", "q043", "nms(boxes, scores, 0.5)"),
        ("run the nms code on my holiday pictures", "q043", "nms(my holiday pictures)"),
        ("try nms([[0, 0, 1, 1)]", "q043", None),
    ],
)
def test_a_request_to_run_is_understood(message: str, exercise: str, call: str | None) -> None:
    found = run_request(message, EXERCISES)
    assert found is not None
    assert found.exercise == exercise
    assert found.call.startswith(FUNCTIONS[exercise] + "(") if call is None else found.call == call


@pytest.mark.parametrize(
    "message",
    [
        "how does NMS run in O(n log n)?",
        "What is NMS?",
        "What does NMS return?",
        "explain non-maximum suppression",
        "Write nms(boxes, scores, iou_thresh).",
        "nms(boxes, scores, iou_thresh)",
        "show me how NMS works",
        "what does nms(boxes, scores, iou_thresh) return?",
        "why does rolling_window_mean([1, nan, 3], 2) give nan?",
        "does nms([[0, 0, 1, 1]], [1], 0.5) keep the box?",
        "can NMS run in parallel?",
        "Can you run NMS on a GPU?",
        "can you run k-means on categorical data?",
        "what is the run time of NMS?",
        "run time of reservoir sampling",
        "run-time complexity of nms",
        "nms code",
        "rolling mean numpy code",
        "write a function that picks k random items when the stream length is unknown",
        "implement target encoding by hand with k folds",
        "how do I run reservoir sampling on two machines?",
        "should I run target encoding before or after the split?",
        "Do you run NMS per class or over all classes together?",
        "run NMS per class or over all classes together?",
        "when would you run cosine similarity instead of Euclidean distance?",
        "my code runs out of memory in training, why?",
        "run",
        "execute",
        "run gradient boosting",
        "run an A/B test",
        "running a marathon",
        "what is a random walk with 10 steps?",
        "Which is faster to execute, NMS or soft-NMS?",
        "what does the rolling mean do with missing values?",
        "What does nms([[0, 0, 1, 1]], [1], 0.5) say about the worst case of a crowd?",
        "",
        "🦊",
    ],
)
def test_a_question_is_no_request(message: str) -> None:
    assert run_request(message, EXERCISES) is None


def test_no_way_of_asking_that_the_corpus_knows_is_taken_for_a_request() -> None:
    items = read_corpus(default_corpus()).items
    asked = [text for item in items for text in (item.title, item.question, *item.asks)]
    assert len(asked) > 800
    assert [text for text in asked if run_request(text, EXERCISES)] == []


@pytest.mark.parametrize(
    ("message", "named"),
    [("run the quicksort solution", "quicksort"), ("/run bubble sort", "bubble sort"), ("/run", "")],
)
def test_an_unknown_exercise_is_a_request_for_none(message: str, named: str) -> None:
    assert run_request(message, EXERCISES) == RunRequest("", named=named)


@pytest.mark.parametrize("message", ["run it", "please run the code", "execute this solution", "Run that again"])
def test_a_word_that_points_back_is_said_to_do_so(message: str) -> None:
    assert run_request(message, EXERCISES) == RunRequest("", points_back=True)


def test_an_exercise_is_recognized_in_an_earlier_message() -> None:
    assert exercise_named("How does non-maximum suppression work?", EXERCISES) == "q043"
    assert exercise_named("What is dropout?", EXERCISES) == ""
    assert exercise_named("NMS or reservoir sampling?", EXERCISES) == ""


@pytest.mark.parametrize(
    "arguments",
    [
        "__import__('os').system('true')",
        "open('/etc/passwd').read()",
        "[1] * 10**9, 2",
        "exec('x = 1'), 2",
        "(lambda: 1)(), 2",
        "[x for x in range(9)], 2",
        "*[1, 2]",
        "**{'x': 1}",
        "range(10**12), 2",
        "f'{1}', 2",
        "x := 3, 2",
        "[" * 5000,
        "'" + "\\" * 99,
    ],
)
def test_a_hostile_call_is_cut_out_as_text_and_refused_by_the_reader_of_literals(arguments: str) -> None:
    found = run_request(f"run rolling_window_mean({arguments})", EXERCISES)
    assert found is not None
    assert found.exercise == "q041"
    with pytest.raises(ExerciseError, match=r"rolling_window_mean"):
        parse_call(found.call, "rolling_window_mean")


def test_brackets_inside_of_text_do_not_end_a_call() -> None:
    found = run_request(r"""show me target_encode_cv([")", 'a\')'], [1, 0], 2) please""", EXERCISES)
    assert found is not None
    assert found.call == r"""target_encode_cv([")", 'a\')'], [1, 0], 2)"""


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["", "run ", "/run ", "run nms(", "show me ", "run nms on ", "can you run the nms code with k="]),
    st.text(max_size=60) | st.text(alphabet="()[]{}'\"\\,= \n1anms_on", max_size=60),
)
def test_no_text_makes_it_raise(start: str, rest: str) -> None:
    found = run_request(start + rest, EXERCISES)
    assert found is None or isinstance(found.call, str)


@pytest.mark.parametrize(
    "message",
    [
        "run nms(" + "[" * 400_000,
        "run " + "nms " * 100_000,
        "run nms on " + "1 on " * 80_000,
        "please " * 60_000,
        "run nms on " + " " * 300_000 + "[1]",
    ],
)
def test_a_huge_message_is_read_in_a_moment(message: str) -> None:
    started = time.perf_counter()
    run_request(message, EXERCISES)
    assert time.perf_counter() - started < 3
