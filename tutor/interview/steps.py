"""The state machine of an interview: ``step(interview, action, at)`` gives the next interview. Pure.

A question goes from answering over grading and predicting to told; a pause stops its clock. What cannot be done now
raises PracticeError and changes nothing. Grading and running code happen outside and come in as actions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tutor.acts import passes
from tutor.errors import PracticeError
from tutor.grading.records import Grade, PointGrade
from tutor.interview import voice
from tutor.interview.planning import MINUTES_EACH, next_item, shuffled_choices
from tutor.interview.records import (
    Action,
    Answer,
    Asked,
    AskHint,
    Choose,
    End,
    Graded,
    HandIn,
    Interview,
    Line,
    LineKind,
    Object,
    Pause,
    Predict,
    Proceed,
    Resume,
    Skip,
    Speaker,
)
from tutor.records import Item, KeyPoint

MAX_ANSWER = 8_000
"""Characters of one answer that are graded; the rest is kept and does not count."""

MAX_KEPT = 60_000
MAX_FOLLOW_UPS = 2
MAX_HINTS = 3
LONGEST_STRETCH, LONGEST_ABSENCE = timedelta(hours=2), timedelta(minutes=5)
"""A longer time between two readings of the clock is a moved clock or a sleeping computer, and is not counted. A page
reads the clock again and again while it is open: where it fell silent for the second of these, it was closed; the page
that slept so long is told the number and leaves the time out too."""


def step(interview: Interview, action: Action, at: datetime) -> Interview:
    """The interview after ``action`` at the moment ``at``. Raises PracticeError where it cannot be done now."""
    if isinstance(action, Object):
        return _object(interview, action)
    if interview.standing == "finished":
        raise PracticeError("This interview is over", "a running interview", "start a new one")
    if isinstance(action, End):
        return _finish(_tick(interview, at), at)
    if isinstance(action, Resume):
        return _resume(interview, at)
    if interview.standing == "paused":
        raise PracticeError("The interview is paused", "a running interview", "resume it")
    if isinstance(action, Proceed):
        return _proceed(interview, at)
    if not interview.questions:
        raise PracticeError("No question was asked yet", "an open question", "ask for the first one")
    ticked = _tick(interview, at)
    if isinstance(action, Pause):
        return replace(_with_clock(ticked, None), standing="paused")
    return _within_question(ticked, action, at)


def read_on_page(interview: Interview, at: datetime) -> Interview:
    """The interview with its clock read by a page that shows it at the moment ``at``."""
    if not interview.questions or interview.current.since is None:
        return interview
    ticked = _tick(interview, at)
    return _with_current(ticked, replace(ticked.current, on_page=True))


def hints_of(item: Item) -> tuple[str, ...]:
    """The hints of an item, from a nudge on."""
    if item.exercise:
        return item.exercise.hints[:MAX_HINTS]
    return item.teaching.hints[:MAX_HINTS] if item.teaching else ()


def said(asked: Asked) -> str:
    """All words of the candidate to a question that count, one answer after the other; "I do not know" is none."""
    answers = [line.text[:MAX_ANSWER] for line in asked.lines if line.kind == "answer" and not passes(line.text)]
    return "\n\n".join(answers)


def limit_seconds(item: Item) -> float:
    """The time that a question is given before the clock warns."""
    return MINUTES_EACH[item.kind] * 60


def seconds_used(asked: Asked, at: datetime) -> float:
    """The time that a question took up to ``at``; a stretch that no clock can have measured counts for nothing."""
    if asked.since is None or not _measured(asked, asked.since, at):
        return asked.seconds
    return asked.seconds + (at - asked.since).total_seconds()


def _measured(asked: Asked, since: datetime, at: datetime) -> bool:
    return timedelta() <= at - since <= (LONGEST_ABSENCE if asked.on_page else LONGEST_STRETCH)


def _within_question(interview: Interview, action: Action, at: datetime) -> Interview:
    asked, item = interview.current, interview.item(interview.current)
    if isinstance(action, Graded):
        return _graded(interview, action, at)
    if isinstance(action, Predict):
        _need(asked, "predicting")
        score = None if action.score is None else min(max(action.score, 0.0), 1.0)
        return _with_current(interview, replace(asked, predicted=score, phase="told"))
    _need(asked, "answering")
    if isinstance(action, Answer):
        return _answered(interview, action, at)
    if isinstance(action, HandIn):
        if item.exercise is None:
            raise PracticeError("This question asks for words, not for a program", "an answer in words", "write it")
        done = _say(asked, "candidate", "code", action.result.source[:MAX_KEPT], at)
        return _with_current(interview, replace(done, code=action.result, phase="predicting", since=None))
    if isinstance(action, Choose):
        return _chosen(interview, action, at)
    if isinstance(action, AskHint):
        return _hinted(interview, at)
    assert isinstance(action, Skip)
    return _skipped(interview, at)


def _proceed(interview: Interview, at: datetime) -> Interview:
    if interview.questions and interview.current.phase != "told":
        raise PracticeError("The question is still open", "an answer, or a skip", "answer it or skip it first")
    item = next_item(interview)
    if item is None:
        return _finish(interview, at)
    line = Line("interviewer", "question", voice.question(item, len(interview.questions), interview.seed), at)
    asked = Asked(item.id, (line,), since=at, quiz=shuffled_choices(item, interview.seed))
    return replace(interview, questions=(*interview.questions, asked))


def _answered(interview: Interview, action: Answer, at: datetime) -> Interview:
    asked, text = interview.current, action.text.strip()
    if interview.item(asked).exercise is not None or asked.quiz is not None:
        raise PracticeError("This question is not answered in words", "a program or an option", "hand it in, or choose")
    if not text:
        raise PracticeError("The answer is empty", "at least one sentence", "write an answer, or skip the question")
    done = _say(asked, "candidate", "answer", text[:MAX_KEPT], at)
    if len(text) > MAX_ANSWER:
        words = f"Your answer has {len(text):,} characters; the first {MAX_ANSWER:,} count. In an interview, be brief."
        done = _say(done, "interviewer", "note", words, at)
    if passes(text):
        return _passed(interview, done, at)
    return _with_current(interview, replace(done, phase="grading", since=None))


def _passed(interview: Interview, asked: Asked, at: datetime) -> Interview:
    """Who does not know keeps the grade of the answers before, and misses all points where there is none."""
    if asked.grade is not None and asked.grade.enough:
        return _probe_or_end(interview, replace(asked, since=None), at)
    missed = tuple(PointGrade(each.text, each.weight, "missing", "") for each in interview.item(asked).key_points)
    grade = Grade(0.0, missed, (), (), "", "You said that you do not know it, or want to go on.", enough=True)
    told = _say(asked, "interviewer", "note", voice.not_known(), at)
    return _with_current(interview, replace(told, grade=grade, phase="told", since=None))


def _graded(interview: Interview, action: Graded, at: datetime) -> Interview:
    """Asks once more where nothing could be judged; such a grade never takes the place of one that was founded."""
    asked, grade = interview.current, action.grade
    _need(asked, "grading")
    if grade.enough or asked.grade is None or not asked.grade.enough:
        asked = replace(asked, grade=grade)
    if not grade.enough:
        asked = _with_last_answer_unjudged(asked)
    if not grade.enough and not asked.retried:
        again = _say(asked, "interviewer", "note", voice.retry(grade.reason), at)
        return _with_current(interview, replace(again, retried=True, phase="answering", since=at))
    return _probe_or_end(interview, asked, at)


def _with_last_answer_unjudged(asked: Asked) -> Asked:
    """The answers are graded as one text: what cannot be judged would spoil those beside it."""
    last = max(place for place, line in enumerate(asked.lines) if line.kind == "answer")
    unjudged = replace(asked.lines[last], kind="unjudged")
    return replace(asked, lines=(*asked.lines[:last], unjudged, *asked.lines[last + 1 :]))


def _probe_or_end(interview: Interview, asked: Asked, at: datetime) -> Interview:
    """Probes where points are open, else ends the question."""
    point = next_probe(interview.item(asked), asked)
    if point is None:
        return _with_current(interview, replace(_thank(interview, asked, at), phase="predicting"))
    text = voice.probe(point.probe, len(asked.probed), interview.seed + len(interview.questions))
    probed = replace(_say(asked, "interviewer", "follow-up", text, at), probed=(*asked.probed, point.text))
    return _with_current(interview, replace(probed, phase="answering", since=at))


def next_probe(item: Item, asked: Asked) -> KeyPoint | None:
    """The heaviest key point that was not covered and not probed yet; None after ``MAX_FOLLOW_UPS``."""
    if asked.grade is None or not asked.grade.enough or len(asked.probed) >= MAX_FOLLOW_UPS:
        return None
    covered = {point.text for point in asked.grade.points if point.verdict == "covered"}
    open_points = [point for point in item.key_points if point.text not in {*covered, *asked.probed} and point.probe]
    return max(open_points, key=lambda point: point.weight, default=None)


def _chosen(interview: Interview, action: Choose, at: datetime) -> Interview:
    asked = interview.current
    if asked.quiz is None or not 0 <= action.option < len(asked.quiz.options):
        raise PracticeError("There is no such option", "one of the options that are shown", "choose one of them")
    done = _say(asked, "candidate", "choice", asked.quiz.options[action.option], at)
    return _with_current(interview, replace(done, choice=action.option, phase="predicting", since=None))


def _hinted(interview: Interview, at: datetime) -> Interview:
    asked = interview.current
    hints = hints_of(interview.item(asked))
    if asked.hints >= len(hints):
        raise PracticeError("There is no further hint", "an answer, or a skip", "answer as far as you can")
    words = voice.hint(hints[asked.hints], asked.hints)
    return _with_current(interview, replace(_say(asked, "interviewer", "hint", words, at), hints=asked.hints + 1))


def _skipped(interview: Interview, at: datetime) -> Interview:
    """A skipped follow-up leaves the answer before it; a skipped question has none, and nothing to predict."""
    asked = _say(interview.current, "candidate", "skip", "I would like to skip this.", at)
    if asked.grade is not None and asked.grade.enough:
        return _with_current(interview, replace(asked, phase="predicting", since=None))
    return _with_current(interview, replace(asked, skipped=True, phase="told", since=None))


def _resume(interview: Interview, at: datetime) -> Interview:
    if interview.standing != "paused":
        raise PracticeError("The interview is not paused", "a paused interview", "go on")
    waits = bool(interview.questions) and interview.current.phase == "answering"
    return _with_clock(replace(interview, standing="running"), at if waits else None)


def _finish(interview: Interview, at: datetime) -> Interview:
    stopped = _with_clock(interview, None)
    if stopped.questions and stopped.current.phase == "answering":
        last = stopped.current
        gave_up = last.grade is None or not last.grade.enough
        stopped = _with_current(stopped, replace(last, skipped=gave_up, phase="told"))
    elif stopped.questions and stopped.current.phase == "predicting":
        stopped = _with_current(stopped, replace(stopped.current, phase="told"))
    return replace(stopped, standing="finished", finished=at)


def _object(interview: Interview, action: Object) -> Interview:
    if not 0 <= action.place < len(interview.questions) or not interview.tells(interview.questions[action.place]):
        raise PracticeError("That question has no score to object to yet", "a question with its score shown", "wait")
    if not action.text.strip():
        raise PracticeError("The objection is empty", "a sentence that says what is wrong", "write it")
    questions = list(interview.questions)
    questions[action.place] = replace(questions[action.place], objection=action.text.strip()[:MAX_ANSWER])
    return replace(interview, questions=tuple(questions))


def _tick(interview: Interview, at: datetime) -> Interview:
    """Adds the time since the clock was last read; time that nobody can have measured is said and not counted."""
    if not interview.questions or (since := interview.current.since) is None:
        return interview
    asked = interview.current
    read = _with_current(interview, replace(asked, seconds=seconds_used(asked, at), since=at, on_page=False))
    if _measured(asked, since, at):
        return read
    note = "The page was closed, the computer slept or the clock jumped; that time is not counted."
    notes = interview.notes if note in interview.notes else (*interview.notes, note)
    return replace(read, notes=notes)


def _thank(interview: Interview, asked: Asked, at: datetime) -> Asked:
    return _say(asked, "interviewer", "note", voice.thanks(len(interview.questions), interview.seed), at)


def _need(asked: Asked, phase: str) -> None:
    if asked.phase != phase:
        raise PracticeError(f"The question is at {asked.phase}", f"a question at {phase}", "look at where it stands")


def _say(asked: Asked, speaker: Speaker, kind: LineKind, text: str, at: datetime) -> Asked:
    return replace(asked, lines=(*asked.lines, Line(speaker, kind, text, at)))


def _with_current(interview: Interview, asked: Asked) -> Interview:
    return replace(interview, questions=(*interview.questions[:-1], asked))


def _with_clock(interview: Interview, since: datetime | None) -> Interview:
    return _with_current(interview, replace(interview.current, since=since)) if interview.questions else interview
