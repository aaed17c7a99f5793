"""An interview on a terminal: reads answers line by line, prints what the interviewer says and the scorecard.

Knows the conductor; everything that it says can be read without colours. Leaving it pauses the interview.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tutor.errors import TutorError
from tutor.interview.conducting import Interviews, Opened, scorecard
from tutor.interview.exporting import (
    as_markdown,
    case_lines,
    choice_lines,
    misconception_lines,
    point_lines,
    source_lines,
)
from tutor.interview.records import (
    Action,
    Answer,
    AskHint,
    Choose,
    CodeResult,
    End,
    HandIn,
    Interview,
    Pause,
    Predict,
    Proceed,
    Resume,
    Skip,
)
from tutor.interview.results import question_result
from tutor.interview.scoring import HINT_COST
from tutor.interview.steps import limit_seconds
from tutor.judging import Execution
from tutor.quiz.terminal import option_named
from tutor.terminal_text import printable

HELP = (
    f"Write your answer and end it with an empty line. /hint costs {HINT_COST:.0%}, /skip goes on, /pause leaves and "
    "keeps everything, /end ends the interview."
)
SAMPLE = "/sample"
COMMANDS: dict[str, Action] = {"/hint": AskHint(), "/skip": Skip(), "/pause": Pause(), "/end": End()}

Read = Callable[[], str]
"""Gives the next line; raises EOFError where there is none."""


class Programs(Protocol):
    """What is done with a program for the open question: run on the sample call, or judged by the cases."""

    def sampled(self, interview: Interview, source: str) -> Execution: ...
    def judged(self, interview: Interview, source: str) -> CodeResult: ...


class _LeftError(Exception):
    """The candidate left in the middle of an answer. Carries what was typed of it."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self.typed = typed


def conduct(
    interviews: Interviews, opened: Opened, read: Read, say: Callable[[str], None], programs: Programs
) -> Opened:
    """Goes on with an interview until it is over or paused; Ctrl-C and the end of the input pause it at any moment.
    Nothing that is said takes the terminal over. Raises StoreError."""

    def say_printable(text: str) -> None:
        say(printable(text))

    say(HELP)
    try:
        opened = _go_on(interviews, opened, read, say_printable, programs)
    except _LeftError as left:
        opened = interviews.pause_and_leave(opened.id, left.typed)
    except (EOFError, KeyboardInterrupt):
        opened = interviews.pause_and_leave(opened.id)
    if opened.interview.standing == "finished":
        say_printable(as_markdown(scorecard(opened.interview)))
    else:
        say(f"The interview is paused. To go on: tutor interview --resume {opened.id}")
    return opened


def _go_on(
    interviews: Interviews, opened: Opened, read: Read, say: Callable[[str], None], programs: Programs
) -> Opened:
    if opened.interview.standing == "running":  # a page may have begun it, and none will read its clock from now on
        opened = interviews.act(opened.id, opened.revision, Pause())
    if opened.interview.standing == "paused":
        opened = interviews.act(opened.id, opened.revision, Resume())
    heard = -1
    while opened.interview.standing == "running":
        heard = _say_new(opened.interview, heard, say)
        try:
            action = _next_action(opened, read, say, programs)
            opened = interviews.act(opened.id, opened.revision, action)
            if isinstance(action, Answer | HandIn | Choose):
                say(_time(opened.interview))
        except (TutorError, OSError) as error:
            say(str(error))
            opened = interviews.open(opened.id)
        if opened.interview.standing == "running" and opened.interview.current.phase == "told":
            say(_told(opened.interview))
    return opened


def _say_new(interview: Interview, heard: int, say: Callable[[str], None]) -> int:
    """Prints the interviewer's lines that were not printed yet, without the fences of code; returns how many there are
    now."""
    lines = [line for asked in interview.questions for line in asked.lines]
    start = len(lines) - len(interview.current.lines) if heard < 0 else heard
    for line in lines[start:]:
        if line.speaker == "interviewer":
            say("\n" + "\n".join(each for each in line.text.splitlines() if not each.startswith("```")))
    return len(lines)


def _next_action(opened: Opened, read: Read, say: Callable[[str], None], programs: Programs) -> Action:
    interview, asked = opened.interview, opened.interview.current
    if asked.phase == "told":
        return Proceed()
    if asked.phase == "predicting":
        say("\nHow much of it did you have, in percent? An empty line makes no guess.")
        return Predict(_share(read()))
    if asked.quiz is not None:
        say("\n".join(f"  {number}. {option}" for number, option in enumerate(asked.quiz.options, start=1)))
        line = read().strip()
        return COMMANDS.get(line) or Choose(option_named(line))
    if interview.item(asked).exercise is not None:
        return _program(interview, read, say, programs)
    if opened.draft:
        say(f"\nYou had written:\n{opened.draft}\nGo on from there; an empty line sends it.")
    return _written(read, opened.draft)


def _program(interview: Interview, read: Read, say: Callable[[str], None], programs: Programs) -> Action:
    """A command, or the program that is handed in; before that any number of runs on the sample."""
    while True:
        say(f"The path of your program; {SAMPLE} and the path only runs it on the sample call:")
        line = read().strip()
        if line in COMMANDS:
            return COMMANDS[line]
        command, _, path = line.partition(" ")
        if command != SAMPLE:
            return HandIn(programs.judged(interview, _source(line)))
        came = programs.sampled(interview, _source(path.strip()))
        say(f">>> {came.call}\n{came.printed}{came.problem or came.shown}")


def _source(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _written(read: Read, draft: str) -> Action:
    """The draft and the lines after it up to an empty one, or a command that comes first."""
    lines = draft.splitlines()
    begun = len(lines)
    while True:
        try:
            line = read()
        except (EOFError, KeyboardInterrupt):
            raise _LeftError("\n".join(lines)) from None
        if len(lines) == begun and line.strip() in COMMANDS:
            return COMMANDS[line.strip()]
        if line.strip():
            lines.append(line)
        elif lines:
            return Answer("\n".join(lines))


def _share(text: str) -> float | None:
    try:
        return float(text.strip().rstrip("%")) / 100
    except ValueError:
        return None


def _time(interview: Interview) -> str:
    """The time that the question took so far, whether that is too long, and what is left of the whole."""
    asked, setup = interview.current, interview.setup
    limit = limit_seconds(interview.item(asked))
    over = f", more than the {limit / 60:g} that it is given" if asked.seconds > limit else ""
    words = f"\nTime: {asked.seconds / 60:.1f} minutes{over}."
    if not setup.minutes:
        return words
    left = interview.seconds_left
    if left <= 0 and interview.standing == "running":
        return f"{words} The {setup.minutes} minutes of the interview are over; it ends with this question."
    return f"{words} {max(left, 0) / 60:.1f} of {setup.minutes} minutes are left."


def _told(interview: Interview) -> str:
    asked = interview.current
    if not interview.tells(asked):
        return "\nNoted. All scores come at the end."
    result = question_result(interview, len(interview.questions) - 1)
    lines = [f"\nScore: {result.score_words}. {result.made_by}"]
    lines += case_lines(result.cases)
    lines += choice_lines(result.choice) if result.choice and result.choice.why else []
    lines += [*point_lines(result), *source_lines(result), *misconception_lines(result)]
    lines += [result.rubric_words] if result.rubric_words else []
    return "\n".join([*lines, f"Next: {result.drill}"])
