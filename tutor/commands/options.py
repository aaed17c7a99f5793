"""The options that several commands take, and what they make of the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from tutor.errors import TutorError
from tutor.settings import Settings

NoModel = Annotated[bool, typer.Option("--no-llm", help="Generate no text and ask no chat model.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


def with_model(settings: Settings, no_llm: bool) -> Settings:
    """A measurement without a model must say so: with one it fails where there is none."""
    if no_llm:
        return replace(settings, chat_model="none")
    if settings.chat_model == "none":
        raise TutorError("TUTOR_MODEL is none", "a chat model", "unset TUTOR_MODEL, or add --no-llm")
    return settings
