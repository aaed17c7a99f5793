"""The turn in which a reference solution is run: a request becomes events, the result first and its picture after it.

What cannot be run says why. Knows the judge's interface; nothing of how a request is read, a program is fenced or a
page looks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tutor import acts
from tutor.call_text import parse_call
from tutor.clock import milliseconds_since
from tutor.drawings import draw, supplement
from tutor.errors import ExerciseError, SandboxError
from tutor.events import DecisionEvent, DoneEvent, Event, EvidenceEvent, TokenEvent, at_once
from tutor.exercises import exercise_of
from tutor.index import SearchIndex
from tutor.judging import Execution, Judge
from tutor.markdown_text import code_block
from tutor.records import Answer, Confidence, Hit, Item, Question, ReferenceRun, Timings
from tutor.run_request import RunRequest, exercise_named, run_request

_NAMED = Confidence(1.0, "high", "the message asks to run this solution")
_UNKNOWN = Confidence(0.0, "low", "the message names no exercise that can be run")


def requested(question: Question, index: SearchIndex) -> RunRequest | None:
    """What a message asks to run; "it" is the exercise that the person spoke of last. None where it asks no run."""
    if question.chosen or question.from_memory:
        return None
    exercises = exercises_of(index)
    request = run_request(question.text, exercises)
    if request is None or not request.points_back:
        return request
    asked = [turn.text for turn in question.history if turn.role == "user"]
    named = (exercise_named(text, exercises) for text in reversed(asked))
    return RunRequest(next(filter(None, named), ""))


def exercises_of(index: SearchIndex) -> tuple[Item, ...]:
    """The items whose reference solution can be run, in order of their ids."""
    return tuple(sorted((item for item in index.items.values() if item.exercise), key=lambda item: item.id))


def run_turn(request: RunRequest, question: Question, index: SearchIndex, judge: Judge) -> Iterator[Event]:
    """Runs what was asked for. The token holds the result; the finished answer has the picture too."""
    text = acts.clean(question.text)
    if not request.exercise:
        yield from _which(request, text, exercises_of(index))
        return
    started = time.perf_counter()
    item = index.items[request.exercise]
    hit = Hit(item.id, 1.0, "question", item.title)
    yield EvidenceEvent((item,), (hit,), ())
    yield DecisionEvent("answer", _NAMED, text)
    run, execution = _run(request, item, judge)
    answer = Answer("answer", _NAMED, as_markdown(run), text, (hit,), run=run)
    yield TokenEvent(answer.text, "item")
    if execution and not run.problem:
        answer = replace(answer, run=replace(run, picture=_picture(item, execution, judge)))
    yield DoneEvent(replace(answer, timings=Timings(total_ms=milliseconds_since(started))))


def as_markdown(run: ReferenceRun) -> str:
    """A run as text, for the terminal, the clipboard and the turns that follow."""
    shown = [f">>> {run.call}" if run.call else "", run.printed.rstrip(), run.value]
    session = "\n".join(filter(None, shown))
    parts = [code_block(run.code, "python"), code_block(session), run.problem or f"It took {run.ms:.2f} ms."]
    return "\n\n".join(filter(None, parts))


def _run(request: RunRequest, item: Item, judge: Judge) -> tuple[ReferenceRun, Execution | None]:
    """What came of it; the second is None where the call could not even be read."""
    try:
        execution = judge.run(item, request.call or None)
    except ExerciseError as error:
        return ReferenceRun(item.id, exercise_of(item).solution, _short(request.call), problem=str(error)), None
    run = ReferenceRun(
        execution.exercise,
        execution.code,
        _short(execution.call),
        execution.shown,
        execution.printed,
        execution.ms,
        execution.problem,
    )
    return run, execution


def _short(call: str, room: int = 2000) -> str:
    return call if len(call) <= room else call[: room - 1] + "…"


def _picture(item: Item, execution: Execution, judge: Judge) -> bytes:
    exercise = exercise_of(item)
    call = parse_call(execution.call, exercise.function)
    values: Sequence[object] = ()
    if second := supplement(exercise.function, call):
        try:
            run = judge.sandbox.run(exercise.solution, exercise.function, [[second]])
        except SandboxError:  # too many wait: the result stands without its picture
            return b""
        values = run.outcomes[0][0].values if run.outcomes else ()
    return draw(exercise.function, call, execution.value, values)


def _which(request: RunRequest, text: str, exercises: Sequence[Item]) -> Iterator[Event]:
    """Names no exercise there is: say which there are."""
    known = ", ".join(exercise_of(item).function for item in exercises)
    found = f"There is no exercise called “{request.named}” here. " if request.named else "Which one? "
    words = (
        f"{found}I can run the reference solutions of: {known}." if known else "The corpus holds no exercise to run."
    )
    yield from at_once(Answer("clarify", _UNKNOWN, words, text, choices=tuple(item.id for item in exercises)))
