"""Where a benchmark keeps its files, and the homes of the tutors that it measures.

Knows nothing of what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tutor.assembly import sentence_embedder
from tutor.embedding import SentenceEmbedder
from tutor.settings import Settings, read_settings


@dataclass(frozen=True)
class Places:
    """``work`` holds what can be made again; nothing outside it is written."""

    work: Path
    quick: bool = False

    def settings(self, name: str) -> Settings:
        """A home of its own with the person's weights and corpus."""
        person = read_settings()
        home = self.work / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "weights").exists():
            (home / "weights").symlink_to(person.weights, target_is_directory=True)
        return replace(person, home=home, chat_model="none", chroma_url="")

    def embedder(self) -> SentenceEmbedder:
        embedder = sentence_embedder(read_settings())
        embedder.load()
        return embedder
