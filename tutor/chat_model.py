"""Chat models by one setting: embedded, an OpenAI-compatible URL, Ollama, or none.

All of them are LangChain's ChatOpenAI, because the embedded runtime and every engine worth the name speak that
protocol. Knows nothing of prompts or of answers; the embedded one has its own module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tutor.errors import ChatModelError, SettingsError
from tutor.pinned_weights import CHAT_MODEL
from tutor.records import ChatModelChoice

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

ANSWER_TOKENS = 220
CONNECT_SECONDS, SILENCE_SECONDS = 5.0, 40.0
OLLAMA_URL = "http://127.0.0.1:11434/v1"

_REMOTE = re.compile(r"(openai|ollama):([^@\s]+)(?:@(https?://\S+))?")


@dataclass(frozen=True)
class ModelSpec:
    """A parsed setting. ``url`` is the base of an OpenAI-compatible API."""

    kind: Literal["embedded", "remote", "none"]
    model: str = ""
    url: str = ""


def parse_spec(spec: str) -> ModelSpec:
    """Reads ``embedded``, ``none``, ``openai:<model>@<base-url>`` or ``ollama:<model>[@<base-url>]``.

    Raises SettingsError.
    """
    text = spec.strip()
    if text in ("embedded", "none"):
        return ModelSpec("embedded" if text == "embedded" else "none")
    match = _REMOTE.fullmatch(text)
    if not match or (match[1] == "openai" and not match[3]):
        raise SettingsError(
            f"The chat model is set to {text[:80]!r}",
            "embedded, none, openai:<model>@<base-url> or ollama:<model>",
            "export TUTOR_MODEL=openai:my-model@http://127.0.0.1:8000/v1",
        )
    return ModelSpec("remote", match[2], (match[3] or OLLAMA_URL).rstrip("/"))


def model_title(spec: str) -> str:
    """What a person reads as the name of a chat model."""
    parsed = parse_spec(spec)
    return {"embedded": CHAT_MODEL.title, "none": "none"}.get(parsed.kind, parsed.model)


def connect(url: str, model: str, api_key: str) -> BaseChatModel:
    """A client of an OpenAI-compatible API. Makes no request."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(**client_options(url, model, api_key))


def client_options(url: str, model: str, api_key: str) -> dict[str, Any]:
    """How every chat model is spoken to: no retries, and silence is a failure, because a person is waiting."""
    from openai import Timeout

    return {
        "model": model,
        "base_url": url,
        "api_key": api_key or "none",
        "temperature": 0,
        "max_tokens": ANSWER_TOKENS,
        "max_retries": 0,
        "timeout": Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        "stream_usage": False,
    }


def check(model: BaseChatModel, choice: ChatModelChoice) -> str:
    """Asks the model for one word. Returns a sentence for a person; raises ChatModelError with its mend."""
    try:
        reply = model.invoke("Reply with the one word: ready", max_tokens=5)
    except Exception as error:  # the clients of each engine raise their own kinds; all mean that it does not answer
        words = (str(error).splitlines() or [type(error).__name__])[0]
        if choice.api_key:
            words = words.replace(choice.api_key, "…")
        raise ChatModelError(
            f"{choice.spec.split('@')[0]} does not answer ({words[:160]})",
            "a running model at that address",
            "check the address, the name of the model and the key",
        ) from error
    return f"{choice.spec.split('@')[0]} answers." if str(reply.content).strip() else "The model answers with nothing."
