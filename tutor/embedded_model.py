"""The embedded chat model: llama.cpp's own server inside this process, on a loopback port that asks for a random key.

Knows nothing of prompts or of answers.
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any

import xllamacpp
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from tutor.chat_model import client_options
from tutor.errors import ChatModelError
from tutor.memory import available_mib, room_mib

_LOG = logging.getLogger(__name__)

CONTEXT_TOKENS = 4096
REQUESTS = 2
"""Requests read and written side by side, each with the whole context."""

BATCH_TOKENS = 64
"""Tokens of a prompt read at a time. At 64 a long prompt gives way to another request within a second, and reading is
4 % slower than at the runtime's 2048."""


class EmbeddedChatModel(ChatOpenAI):
    """A chat model that owns the server it speaks to; the server ends with it. ``room_mib`` is the memory in which the
    server keeps the prompts that it has read."""

    _server: Any = PrivateAttr()
    _room_mib: int = PrivateAttr(default=0)

    @property
    def room_mib(self) -> int:
        return self._room_mib


def load_embedded(weights: Path, cache_mib: int) -> EmbeddedChatModel:
    """Loads the weights, which takes seconds; ``cache_mib`` is lowered where the machine has less memory.

    Raises ChatModelError where they are missing or cannot be loaded.
    """
    if not weights.is_file():
        raise ChatModelError(f"The chat model is not at {weights}", "its weights", "tutor fetch")
    room = room_mib(cache_mib, available_mib())
    if room < cache_mib:
        _LOG.warning("There are %d MiB to keep what the chat model reads, not the %d asked for.", room, cache_mib)
    key = secrets.token_urlsafe(24)
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    # The runtime repacks most weights for the processor: a mapped file would stay in memory beside the copies, 0.6 GB.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.n_ctx = CONTEXT_TOKENS * REQUESTS
    params.n_parallel = REQUESTS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.cache_ram_mib = room
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
    model._server, model._room_mib = server, room
    return model
