"""Puts an interview or a quiz on the terminal together: settings become items, a grader, a judge and a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar, get_args

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.corpus import read_corpus, read_library
from tutor.errors import ChatModelError, PracticeError, WeightsError
from tutor.grading import Grade
from tutor.grading.grader import grade
from tutor.interview.conducting import Interviews
from tutor.interview.planning import KINDS, MIXED, chosen_kinds
from tutor.interview.programs import judge_program, run_sample
from tutor.interview.records import ROLES, CodeResult, Interview, Role, Setup
from tutor.interview.terminal import conduct
from tutor.judging import Execution, Judge
from tutor.learner import learner_state
from tutor.quiz import QuizSetup
from tutor.quiz.keeping import Quizzes
from tutor.quiz.terminal import run_quiz
from tutor.records import Item, Level
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER

Say = Callable[[str], None]
T = TypeVar("T", bound=str)


def setup_from(
    role: str,
    level: str,
    topics: Sequence[str],
    kinds: Sequence[str],
    number: int,
    minutes: int,
    coached: bool,
    weak: bool,
) -> Setup:
    """A set-up from words that somebody typed. Raises PracticeError naming the word that is not known."""
    found_role: Role = _known("role", role, ROLES)
    found_level: Level = _known("level", level, get_args(Level))
    found_kinds = chosen_kinds([_known("kind", kind, (*KINDS, MIXED)) for kind in kinds]) or Setup.kinds
    return Setup(found_role, found_level, tuple(topics), found_kinds, number, minutes, coached, weak)


def hold_interview(settings: Settings, setup: Setup, resume: str, read: Callable[[], str], say: Say) -> None:
    """Holds a new interview, or goes on with ``resume``, an id or "last". Raises TutorError."""
    with closing(Database.open(settings.database)) as database:
        rows = Practice(database, LOCAL_USER)
        interviews = Interviews(rows, _grader(settings, say))
        if resume:
            waiting = [row.id for row in rows.newest("interview", "running", "paused")]
            if resume == "last" and not waiting:
                raise PracticeError("No interview waits to go on", "one that was begun", "tutor interview")
            opened = interviews.open(waiting[0] if resume == "last" else resume)
        else:
            items = _items(settings)
            state = learner_state(rows.evidence(), items, datetime.now(UTC))
            mastery = {topic.topic: topic.value for topic in state.topics if topic.value is not None}
            opened = interviews.start(setup, items, mastery)
        for note in opened.interview.notes:
            say(note)
        conduct(interviews, opened, read, say, _Programs(settings))


def hold_quiz(
    settings: Settings,
    number: int,
    topics: Sequence[str],
    immediate: bool,
    seed: int | None,
    read: Callable[[], str],
    say: Say,
) -> None:
    """Holds a new quiz. Raises TutorError."""
    with closing(Database.open(settings.database)) as database:
        quizzes = Quizzes(Practice(database, LOCAL_USER))
        setup = QuizSetup(number, tuple(topics), immediate=immediate)
        run_quiz(quizzes, quizzes.start(setup, _items(settings), seed), read, say)


def _items(settings: Settings) -> tuple[Item, ...]:
    """What the page practises too: the corpus, and what was imported beside it."""
    corpus = read_corpus(settings.corpus).items
    known = {item.id for item in corpus}
    return (*corpus, *(item for item in read_library(settings.library).items if item.id not in known))


def _grader(settings: Settings, say: Say) -> Callable[[Item, str], Grade]:
    """Grades with the models that the settings name, loaded at the first answer. What is missing is said once, and the
    rest grades."""

    @cache
    def parts() -> tuple[Embeddings | None, BaseChatModel | None]:
        return _embedder(settings, say), _chat_model(settings, say)

    def judge(item: Item, answer: str) -> Grade:
        embedder, model = parts()
        return grade(item, answer, embedder, model)

    return judge


def _embedder(settings: Settings, say: Say) -> Embeddings | None:
    from tutor.assembly import sentence_embedder

    embedder = sentence_embedder(settings)
    try:
        embedder.load()
    except WeightsError as error:
        say(f"Answers are graded by their words alone. {error}")
        return None
    return embedder


def _chat_model(settings: Settings, say: Say) -> BaseChatModel | None:
    from tutor.assembly import chat_model_of

    try:
        return chat_model_of(settings)
    except ChatModelError as error:
        say(f"Answers are graded without the chat model. {error}")
        return None


class _Programs:
    """Starts a sandbox for each program: a person hands in few."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sampled(self, interview: Interview, source: str) -> Execution:
        with Judge(self._settings.corpus) as judge:
            return run_sample(judge, interview, source)

    def judged(self, interview: Interview, source: str) -> CodeResult:
        with Judge(self._settings.corpus) as judge:
            return judge_program(judge, interview, source)


def _known(what: str, word: str, known: Sequence[T]) -> T:
    found = next((each for each in known if each.lower() == word.strip().lower()), None)
    if found is None:
        raise PracticeError(
            f"There is no {what} {word[:40]!r}", f"one of: {', '.join(known)}", "tutor interview --help"
        )
    return found
