"""What the store gives and takes: how a turn was asked, what has come of it, and conversations of them.

Frozen records; knows neither SQL nor pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tutor.records import Answer, Citation, Confidence, Decision, Hit

State = Literal["open", "done", "stopped", "failed"]
LOCAL_USER = "local"
"""The only user while there is no login."""
NAME_LIMIT = 200
"""Characters of a conversation's name."""
LISTED = 100
"""Conversations that a list shows."""


@dataclass(frozen=True)
class Asked:
    """A message and how it was put: ``chosen`` is the item that was clicked, ``from_memory`` says that the model's
    memory was asked, ``style`` is the way of telling that was asked for, "" for the usual one."""

    message: str
    chosen: str = ""
    from_memory: bool = False
    style: str = ""


@dataclass(frozen=True)
class Versions:
    """What answered. ``index`` is the index's generation, ``prompts`` the fingerprint of their wording, ``calibration``
    where the confidence comes from; "" is unknown."""

    tutor: str = ""
    model: str = ""
    embedder: str = ""
    prompts: str = ""
    calibration: str = ""
    index: str = ""


@dataclass(frozen=True)
class Content:
    """What has come of a turn so far: its words by whose they are (Markdown), its evidence, its decision. ``digests``
    are the SHA-256 of the hits' items as they were then. ``answer`` is the whole, once there is one."""

    item_text: str = ""
    model_text: str = ""
    memory_text: str = ""
    error: str = ""
    declined: bool = False
    standalone: str = ""
    decision: Decision | None = None
    confidence: Confidence | None = None
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    answer: Answer | None = None

    @property
    def text(self) -> str:
        """All words, as Markdown."""
        return "\n\n".join(part for part in (self.item_text, self.model_text, self.memory_text, self.error) if part)


@dataclass(frozen=True)
class StoredTurn:
    """A turn as it is kept. ``place`` counts the conversation's turns from 0 over all branches; ``siblings`` are the
    ids of all turns with the same parent, itself among them, oldest first."""

    id: str
    parent: str | None
    place: int
    asked: Asked
    state: State
    content: Content
    versions: Versions
    created: datetime
    finished: datetime | None
    siblings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ticket:
    """The right to write one attempt at a turn; a later attempt takes it away. ``fresh`` is False where the turn was
    begun before."""

    turn: str
    attempt: int
    fresh: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Entry:
    """A line of the list of conversations. ``turns`` counts all branches."""

    id: str
    name: str
    turns: int
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Conversation:
    """An opened conversation: the turns of the branch that is shown, first one first."""

    id: str
    name: str
    named: bool
    created: datetime
    updated: datetime
    turns: tuple[StoredTurn, ...]
