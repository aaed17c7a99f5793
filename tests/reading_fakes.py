"""A chat model's reading, without the model: what it was told to read and to keep is remembered."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage


class Shelf:
    """A reader for ``Warming`` that fails where it is told to."""

    def __init__(self, room_mib: int = 1024, fails: bool = False) -> None:
        self.room_mib, self.fails = room_mib, fails
        self.asked: list[str] = []
        self.kept: list[str] = []

    def keeps(self, prompt: Sequence[BaseMessage]) -> bool:
        return str(prompt[-1].content) in self.kept

    def read(self, prompt: Sequence[BaseMessage]) -> None:
        if self.fails:
            raise RuntimeError("gone")
        self.asked.append(str(prompt[-1].content))

    def keep(self, prompt: Sequence[BaseMessage]) -> None:
        self.read(prompt)
        self.kept.append(str(prompt[-1].content))

    def keep_only(self, prompts: Sequence[Sequence[BaseMessage]]) -> None:
        wanted = [str(prompt[-1].content) for prompt in prompts]
        self.kept = [kept for kept in self.kept if kept in wanted]
