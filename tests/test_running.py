"""Reference solutions run from the chat: the real judge, the tutor's events, the JSON and the block on the page."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import HashingEmbedder

from tutor.answering import Tutor
from tutor.batch import as_record
from tutor.errors import SandboxError
from tutor.events import DoneEvent, TokenEvent
from tutor.index import IndexInUse
from tutor.ingestion import ingest
from tutor.judging import Judge
from tutor.records import Answer, Question, ReferenceRun, Turn
from tutor.running import as_markdown
from tutor.sandbox.launch import Fences
from tutor.sandbox.runs import Sandbox
from tutor.settings import Settings, default_corpus
from tutor.web.run_view import run_view

needs_sandbox = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")


@pytest.fixture(scope="module")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The coding part of the real corpus, ingested."""
    folder = tmp_path_factory.mktemp("exercises")
    shutil.copytree(default_corpus() / "coding", folder / "corpus" / "coding")
    settings = Settings(home=folder / "home", corpus=folder / "corpus", chat_model="none")
    ingest(settings, HashingEmbedder())
    return settings


@pytest.fixture(scope="module")
def judge(exercises: Settings) -> Iterator[Judge]:
    with Judge(exercises.corpus) as made:
        yield made


@pytest.fixture
def tutor(exercises: Settings, judge: Judge) -> Tutor:
    return _tutor(exercises, judge)


def _tutor(settings: Settings, judge: Judge | None) -> Tutor:
    return Tutor(IndexInUse(settings.index, "hashing"), HashingEmbedder(), judge=(lambda: judge) if judge else None)


def _run(answer: Answer) -> ReferenceRun:
    assert answer.run is not None
    return answer.run


@needs_sandbox
@pytest.mark.parametrize(
    ("message", "exercise", "value"),
    [
        ("run rolling mean with k=2 on [1, 2, 3, 4]", "q041", "array([nan, 1.5, 2.5, 3.5])"),
        ("can you run the target encoding code?", "q042", "array([0. , 1. , 1. , 1. , 0. , 0.75])"),
        ("run the NMS solution", "q043", "array([0, 2])"),
        ("show me cosine_similarity_matrix([[1, 0]], [[0, 2], [3, 0]])", "q044", "array([[0., 1.]])"),
        ("execute reservoir_sample([5, 6], 2)", "q045", "[5, 6]"),
    ],
)
def test_each_reference_runs_and_is_drawn(tutor: Tutor, message: str, exercise: str, value: str) -> None:
    answer = tutor.invoke(Question(message))
    run = _run(answer)
    assert (answer.decision, answer.hits[0].item_id, run.problem) == ("answer", exercise, "")
    assert (run.exercise, run.value) == (exercise, value)
    assert f"def {run.call.partition('(')[0]}" in run.code
    assert run.ms > 0
    assert run.picture.startswith(b"\x89PNG")


@needs_sandbox
def test_the_result_comes_before_the_picture_is_drawn(tutor: Tutor) -> None:
    events = list(tutor.stream(Question("run nms")))
    token, done = events[-2:]
    assert isinstance(token, TokenEvent)
    assert ">>> nms([[0, 0, 10, 10]" in token.text
    assert isinstance(done, DoneEvent)
    assert done.answer.text == token.text


@needs_sandbox
@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("run rolling_window_mean(open('/etc/passwd'), 2)", "not known here"),
        ("show me nms(__import__('os').system('true'))", "nms(…) with numbers"),
        ("run nms(boxes, scores, 0.5)", "cannot be read"),
        ("run rolling_window_mean([" + "1, " * 10_000 + "1], 2)", "30,0"),
        ("run rolling_window_mean([1, 2], 0)", "ValueError: k is 0"),
        ("run rolling_window_mean([1, 2])", "cannot be called as asked"),
        ("run rolling_window_mean([1, 2", "never closed"),
    ],
)
def test_what_cannot_run_says_why(tutor: Tutor, message: str, words: str) -> None:
    run = _run(tutor.invoke(Question(message)))
    assert words in run.problem
    assert (run.value, run.picture) == ("", b"")
    assert "def " in run.code


def test_without_a_sandbox_the_reason_is_said_and_the_code_is_shown(exercises: Settings) -> None:
    class NoFences(Sandbox):
        def run(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            raise SandboxError("Programs cannot be run here: no fence", mend="tutor doctor")

    with Judge(exercises.corpus, NoFences(fences=Fences("", 0), warm=0)) as judge:
        run = _run(_tutor(exercises, judge).invoke(Question("run nms")))
    assert "no fence" in run.problem
    assert "def nms" in run.code


def test_an_unknown_exercise_is_answered_with_those_there_are(exercises: Settings, judge: Judge) -> None:
    answer = _tutor(exercises, judge).invoke(Question("run the quicksort solution"))
    assert (answer.decision, answer.run) == ("clarify", None)
    assert answer.choices == ("q041", "q042", "q043", "q044", "q045")
    assert "“quicksort”" in answer.text
    assert "reservoir_sample" in answer.text


@needs_sandbox
def test_it_is_the_exercise_spoken_of_last(tutor: Tutor) -> None:
    history = (Turn("user", "What is reservoir sampling?"), Turn("assistant", "…"), Turn("user", "Tell me about NMS"))
    assert _run(tutor.invoke(Question("run it", history))).exercise == "q043"
    assert tutor.invoke(Question("run it")).decision == "clarify"


def test_a_question_and_a_tutor_without_a_judge_run_nothing(exercises: Settings, judge: Judge) -> None:
    assert _tutor(exercises, judge).invoke(Question("how does NMS run in O(n log n)?")).run is None
    assert _tutor(exercises, None).invoke(Question("run nms")).run is None


@needs_sandbox
def test_the_json_of_an_answer_has_a_run_only_where_something_ran(tutor: Tutor) -> None:
    run = json.loads(json.dumps(as_record(tutor.invoke(Question("run nms")))))["run"]
    assert (run["exercise"], run["value"], run["problem"]) == ("q043", "array([0, 2])", "")
    assert run["picture"].startswith("iVBOR")
    assert "run" not in as_record(tutor.invoke(Question("What is NMS?")))


HOSTILE = ReferenceRun(
    "q043", "def nms():\n\n    pass", "nms('<script>')", "<img src=x onerror=alert(1)>", "a\n\n<b>$x$</b>", 1.5
)


def test_the_block_on_the_page_escapes_what_a_program_says_and_is_one_block() -> None:
    html = run_view(HOSTILE)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;b&gt;" in html
    assert "\n" not in html
    assert "1.50 ms" in html


def test_the_block_on_the_page_has_the_picture_and_cuts_long_output() -> None:
    html = run_view(replace(HOSTILE, picture=b"\x89PNG", printed="x" * 9000))
    assert 'src="data:image/png;base64,iVBORw=="' in html
    assert "5,000 more characters" in html


def test_a_problem_stands_in_the_block_instead_of_a_time() -> None:
    html = run_view(ReferenceRun("q043", "code", "", problem="No <fence>"))
    assert "No &lt;fence&gt;" in html
    assert " ms " not in html


def test_output_that_holds_a_fence_stays_inside_of_its_own() -> None:
    assert "````\n>>> f()\n```\n````" in as_markdown(ReferenceRun("q", "c", "f()", printed="```\n"))
