"""The quiz's components, and which press calls which step. Holds no logic of the quiz."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.errors import StaleError, TutorError
from tutor.quiz import FORMS, QuizSetup
from tutor.quiz.keeping import OpenedQuiz
from tutor.quiz.making import MAX_NUMBER
from tutor.topics import PRACTISED, topic_name
from tutor.web import quiz_views
from tutor.web.chat_tab import LATEX
from tutor.web.chat_updates import QUIET
from tutor.web.interview_views import problem
from tutor.web.practice import PracticeRoom


@dataclass(frozen=True)
class _Seen:
    """What a tab shows of a quiz: a question's place, or the result."""

    opened: OpenedQuiz
    place: int


@dataclass(frozen=True)
class _Parts:
    seen: gr.State
    notice: gr.HTML
    setup: gr.Column
    asking: gr.Column
    question: gr.Markdown
    options: gr.Radio
    told: gr.Markdown
    answer: gr.Button
    onward: gr.Button
    end: gr.Button
    fresh: gr.Button

    @property
    def shown(self) -> list[Any]:
        return list(vars(self).values())


def build_quiz_tab(room: PracticeRoom, page: gr.Blocks) -> None:
    """Lays the quiz out inside the current context and wires it."""
    seen, notice = gr.State(None), gr.HTML("")
    with gr.Column(elem_id="quiz-setup", min_width=0) as setup:
        gr.Markdown("## A quiz\n\nEach question has exactly one right option, and says why the others are wrong.")
        forms = gr.CheckboxGroup([(form.capitalize(), form) for form in FORMS], value=list(FORMS), label="Kinds")
        names = [(topic_name(name), name) for name in PRACTISED]
        topics = gr.Dropdown(names, value=[], multiselect=True, label="Topics", info="None chosen: all.")
        number = gr.Slider(1, MAX_NUMBER, 10, step=1, label="Questions")
        feedback = gr.Radio([("After each answer", True), ("At the end", False)], value=True, label="Feedback")
        start = gr.Button("Start the quiz", variant="primary", elem_id="quiz-start")
    with gr.Column(elem_id="quiz-asking", min_width=0, visible=False) as asking:
        question = gr.Markdown("", latex_delimiters=LATEX)
        options = gr.Radio([], label="Choose one", elem_id="quiz-options")
        told = gr.Markdown("", latex_delimiters=LATEX, elem_id="quiz-told")
        with gr.Row(elem_id="quiz-presses"):
            answer = gr.Button("Answer", variant="primary", min_width=0)
            onward = gr.Button("Next", variant="primary", min_width=0, visible=False)
            end = gr.Button("End the quiz", min_width=0)
            fresh = gr.Button("New quiz", variant="primary", min_width=0, visible=False)
    parts = _Parts(seen, notice, setup, asking, question, options, told, answer, onward, end, fresh)
    quick: dict[str, Any] = {"queue": False, **QUIET}

    def begun(number: float, topics: list[str], forms: list[Any], immediate: bool) -> tuple[Any, ...]:
        wanted = QuizSetup(int(number), tuple(topics or ()), tuple(forms or ()), immediate)
        try:
            return _shown(_Seen(room.quizzes.start(wanted, room.items_to_ask()), 0))
        except TutorError as error:
            return _shown(None, problem(str(error)))

    def answered(now: _Seen | None, choice: int | None) -> tuple[Any, ...]:
        if now is None:
            return resumed()
        if choice is None:
            return _shown(now, problem("Choose an option first."))

        def take() -> _Seen:
            taken = room.quizzes.answer(now.opened.id, now.opened.revision, now.place, int(choice))
            held = not taken.quiz.setup.immediate
            return _next(_Seen(taken, now.place)) if held else _Seen(taken, now.place)

        return _after(room, now, take)

    def ended(now: _Seen | None) -> tuple[Any, ...]:
        if now is None:
            return resumed()
        return _after(room, now, lambda: _Seen(room.quizzes.finish(now.opened.id, now.opened.revision), -1))

    def resumed() -> tuple[Any, ...]:
        try:
            waiting = room.waiting_quiz()
        except TutorError as error:
            return _shown(None, problem(str(error)))
        return _shown(_next(_Seen(waiting, -1)) if waiting else None)

    start.click(begun, [number, topics, forms, feedback], parts.shown, **quick)
    answer.click(answered, [seen, options], parts.shown, **quick)
    onward.click(lambda now: _shown(_next(now)) if now else resumed(), [seen], parts.shown, **quick)
    end.click(ended, [seen], parts.shown, **quick)
    fresh.click(lambda: _shown(None), None, parts.shown, **quick)
    page.load(resumed, None, parts.shown, **quick)


def _after(room: PracticeRoom, now: _Seen, take: Callable[[], _Seen]) -> tuple[Any, ...]:
    """What follows a step; what another tab did meanwhile is shown and said."""
    try:
        return _shown(take())
    except StaleError as error:
        return _shown(_next(_Seen(room.quizzes.open(now.opened.id), -1)), problem(str(error)))
    except TutorError as error:
        return _shown(now, problem(str(error)))


def _next(now: _Seen) -> _Seen:
    """The first question without an answer; the result where there is none and the quiz is over."""
    place = now.opened.quiz.place
    return _Seen(now.opened, len(now.opened.quiz.questions) - 1 if place is None else place)


def _shown(now: _Seen | None, notice: str = "") -> tuple[Any, ...]:
    """What stands in ``_Parts.shown``: the set-up, a question, or the result."""
    if now is None:
        hidden = [gr.skip() for _ in range(7)]
        return None, notice, gr.Column(visible=True), gr.Column(visible=False), *hidden
    quiz, place = now.opened.quiz, now.place
    over = quiz.finished is not None
    if over and (place < 0 or not quiz.setup.immediate or place == len(quiz.questions) - 1):
        gone = gr.Button(visible=False)
        return (
            now, notice, gr.Column(visible=False), gr.Column(visible=True), quiz_views.result(quiz),
            gr.Radio(visible=False), "", gone, gone, gone, gr.Button(visible=True),
        )  # fmt: skip
    asked, tells, given = quiz.questions[place], quiz.tells(place), quiz.answers[place]
    choices = [(text, number) for number, text in enumerate(asked.options)]
    all_given = quiz.place is None
    return (
        now,
        notice,
        gr.Column(visible=False),
        gr.Column(visible=True),
        quiz_views.question(quiz, place),
        gr.Radio(choices, value=given, interactive=not tells, visible=True),
        quiz_views.told(quiz, place),
        gr.Button("Change the answer" if given is not None else "Answer", visible=not tells),
        gr.Button(visible=tells and not all_given),
        gr.Button(visible=True, value="See the result" if all_given else "End the quiz"),
        gr.Button(visible=False),
    )
