"""The form that sets an interview up. Knows what can be chosen; nothing of how an interview goes on."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.interview.planning import KINDS, LEVELS, MAX_MINUTES, MAX_NUMBER, MIXED, chosen_kinds
from tutor.interview.records import ROLES, Role, Setup
from tutor.records import Level
from tutor.topics import PRACTISED, topic_name
from tutor.web import labels


def build_form() -> tuple[list[Any], dict[str, gr.Button], gr.Dropdown, gr.Column]:
    """The fields in the order of ``setup_of``, the buttons that start, the earlier interviews, and all of it."""
    with gr.Column(elem_id="iv-setup", min_width=0) as setup:
        gr.Markdown(
            "## A mock interview\n\nYou are asked one question at a time, with follow-ups, and scored against the "
            "key points of the corpus."
        )
        with gr.Row(elem_id="iv-quick"):
            demo = gr.Button("Try a demo of two questions", min_width=0)
            weak = gr.Button("Interview me on what I am weak at", min_width=0)
            due = gr.Button("Review what is due", min_width=0)
        role = gr.Radio([(name[:1].upper() + name[1:], name) for name in ROLES], value="custom", label="Role")
        level = gr.Radio([(labels.LEVELS[level], level) for level in LEVELS], value="intermediate", label="Start level")
        kinds = gr.CheckboxGroup(
            [*((labels.KINDS[kind], kind) for kind in KINDS), ("Mixed: all kinds", MIXED)],
            value=list(Setup.kinds),
            label="Kinds of questions",
        )
        topics = gr.Dropdown(
            _topics(), value=[], multiselect=True, label="Topics", info="None chosen: the role decides.",
        )  # fmt: skip
        with gr.Row(elem_id="iv-lengths"):
            number = gr.Slider(1, MAX_NUMBER, 5, step=1, label="Questions, at most")
            minutes = gr.Slider(0, MAX_MINUTES, 0, step=5, label="Minutes", info="0 means no limit.")
        feedback = gr.Radio(
            [("Coached: after each answer", True), ("Real: at the end", False)], value=True, label="Feedback"
        )
        start = gr.Button("Start the interview", variant="primary", elem_id="iv-start")
        earlier = gr.Dropdown([], label="Earlier interviews", value=None, elem_id="iv-earlier")
    form = [role, level, topics, kinds, number, minutes, feedback]
    return form, {"start": start, "weak": weak, "due": due, "demo": demo}, earlier, setup


def _topics() -> list[tuple[str, str]]:
    return [(topic_name(name), name) for name in PRACTISED]


def setup_of(
    role: Role, level: Level, topics: list[str], kinds: list[str], number: float, minutes: float, coached: bool
) -> Setup:
    """The set-up from the form's values, in the form's order."""
    return Setup(role, level, tuple(topics or ()), chosen_kinds(kinds or ()), int(number), int(minutes), coached)
