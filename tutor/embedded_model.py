"""The embedded chat model: llama.cpp's own server inside this process, on a loopback port that asks for a random key.

Knows nothing of prompts or of answers.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import xllamacpp
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from tutor.chat_model import client_options
from tutor.errors import ChatModelError

CONTEXT_TOKENS = 4096
REQUESTS = 2
"""Requests read and written side by side, each with the whole context."""

BATCH_TOKENS = 64
"""Tokens of a prompt read at a time. At 64 a long prompt gives way to another request within a second, and reading is
4 % slower than at the runtime's 2048."""

CACHE_MIB = 1024


class EmbeddedChatModel(ChatOpenAI):
    """A chat model that owns the server it speaks to; the server ends with it."""

    _server: Any = PrivateAttr()


def load_embedded(weights: Path) -> EmbeddedChatModel:
    """Loads the weights, which takes seconds. Raises ChatModelError where they are missing or cannot be loaded."""
    if not weights.is_file():
        raise ChatModelError(f"The chat model is not at {weights}", "its weights", "tutor fetch")
    key = secrets.token_urlsafe(24)
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = CONTEXT_TOKENS * REQUESTS
    params.n_parallel = REQUESTS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.cache_ram_mib = CACHE_MIB
    params.api_keys = [key]
    params.port = 0
    params.ui = params.endpoint_slots = False
    params.verbosity = 0
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise ChatModelError(
            f"The chat model at {weights} could not be loaded ({error})",
            "whole weights and about 2 GB of free memory",
            "tutor doctor --verify",
        ) from error
    model = EmbeddedChatModel(**client_options(f"{server.listening_address}/v1", weights.stem, key))
    model._server = server
    return model
