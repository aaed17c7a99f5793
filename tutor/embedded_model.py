"""The embedded chat model: llama.cpp's own server inside this process, on a loopback port that asks for a random key.

Prompts that it was told to keep lie on disk, and a request that begins as one of them goes on from there: what the
runtime keeps in memory by itself is little. Knows nothing of prompts or of answers.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import xllamacpp
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from tutor.chat_model import SILENCE_SECONDS, client_options
from tutor.errors import ChatModelError
from tutor.prompt_cache import PromptCache, file_of, open_cache, room_mib
from tutor.slots import Slots

_LOG = logging.getLogger(__name__)

CONTEXT_TOKENS = 4096
REQUESTS = 2
"""Requests read and written side by side, each with the whole context."""

BATCH_TOKENS = 64
"""Tokens of a prompt read at a time. At 64 a long prompt gives way to another request within a second, and reading is
4 % slower than at the runtime's 2048."""

MEMORY_MIB = 128
"""For what the runtime keeps in memory of the prompts before: enough for a dozen."""


class EmbeddedChatModel(ChatOpenAI):
    """A chat model that owns the server it speaks to; the server ends with it. ``room_mib`` is the disk space for the
    prompts that it is told to keep."""

    _server: Any = PrivateAttr()
    _room_mib: int = PrivateAttr(default=0)
    _cache: PromptCache | None = PrivateAttr(default=None)
    _slots: Slots = PrivateAttr()
    _states: httpx.Client = PrivateAttr()

    @property
    def room_mib(self) -> int:
        return self._room_mib

    def keeps(self, prompt: Sequence[BaseMessage]) -> bool:
        """Whether ``prompt`` is kept, so that one that begins as it does need not be read."""
        return self._cache is not None and _words(prompt) in self._cache

    def read(self, prompt: Sequence[BaseMessage]) -> None:
        self.invoke(list(prompt), max_tokens=1)

    def keep(self, prompt: Sequence[BaseMessage]) -> None:
        """Reads ``prompt`` and keeps what was read. Raises OSError or httpx.HTTPError where that cannot be written."""
        if self._cache is None:
            return
        with self._slot(prompt) as slot:
            super()._generate(list(prompt), max_tokens=1, extra_body={"id_slot": slot})
            self._cache.keep(_words(prompt), lambda file: self._state("save", slot, file)["n_written"])

    def keep_only(self, prompts: Sequence[Sequence[BaseMessage]]) -> None:
        """Gives up what is kept of all others."""
        if self._cache is not None:
            self._cache.keep_only({_words(prompt) for prompt in prompts})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._slot(messages) as slot:
            return super()._generate(messages, stop, run_manager, extra_body={"id_slot": slot}, **kwargs)

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        with self._slot(messages) as slot:
            yield from super()._stream(messages, *args, extra_body={"id_slot": slot}, **kwargs)

    @contextmanager
    def _slot(self, messages: Sequence[BaseMessage]) -> Iterator[int]:
        """The number of a slot that holds what is kept of the prompt."""
        words = _words(messages)
        with self._slots.lease(words) as slot:
            kept = self._cache.longest(words) if self._cache else ""
            if len(kept) > slot.shared:
                self._restore(slot.number, kept)
            yield slot.number

    def _restore(self, slot: int, kept: str) -> None:
        assert self._cache is not None
        try:
            self._state("restore", slot, file_of(kept))
        except httpx.HTTPError as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            _LOG.warning("What was kept of a prompt cannot be used, so it is read again (%s).", reason)
            if isinstance(error, httpx.HTTPStatusError):  # the file is no good; else the server had no time for it
                self._cache.drop(kept)

    def _state(self, action: str, slot: int, file: str) -> Any:
        """Has the server write what a slot holds to a file, or read it."""
        reply = self._states.post(f"/slots/{slot}", params={"action": action}, json={"filename": file})
        return reply.raise_for_status().json()


def load_embedded(weights: Path, kept: Path, cache_mib: int) -> EmbeddedChatModel:
    """Loads the weights, which takes seconds. Prompts are kept in a folder below ``kept``, ``cache_mib`` of them or as
    many as the disk has room for.

    Raises ChatModelError where the weights are missing or cannot be loaded.
    """
    if not weights.is_file():
        raise ChatModelError(f"The chat model is not at {weights}", "its weights", "tutor fetch")
    room, cache = _cache(weights, kept, cache_mib)
    key = secrets.token_urlsafe(24)
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    # The runtime repacks most weights for the processor: a mapped file would stay in memory beside the copies, 0.6 GB.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.n_ctx = CONTEXT_TOKENS * REQUESTS
    params.n_parallel = REQUESTS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.cache_ram_mib = MEMORY_MIB
    if cache:
        params.slot_save_path = f"{cache.folder}/"
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
    model._server, model._room_mib, model._cache, model._slots = server, room, cache, Slots(REQUESTS)
    headers = {"Authorization": f"Bearer {key}"}
    model._states = httpx.Client(base_url=server.listening_address, headers=headers, timeout=SILENCE_SECONDS)
    return model


def runtime_of(weights: Path) -> str:
    """The name of what can read a kept prompt again: these weights in this version of the runtime."""
    return f"{weights.stem}-{xllamacpp.__version__}-{CONTEXT_TOKENS}"


def _cache(weights: Path, kept: Path, cache_mib: int) -> tuple[int, PromptCache | None]:
    """Disk space in MiB, and the cache in it; none where there is no space or no folder to write to."""
    try:
        room = room_mib(cache_mib, kept)
        if room < cache_mib:
            _LOG.warning("There are %d MiB to keep what the chat model reads, not the %d asked for.", room, cache_mib)
        return room, open_cache(kept, runtime_of(weights)) if room else None
    except OSError as error:
        _LOG.warning("What the chat model reads cannot be kept in %s (%s).", kept, error.strerror)
        return 0, None


def _words(prompt: Sequence[BaseMessage]) -> str:
    """All that is said in a prompt: of two prompts, one begins as the other exactly where these do."""
    return "\n".join(f"{message.type}: {message.content}" for message in prompt)
