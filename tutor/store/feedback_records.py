"""What people say about answers and what trainers make of it: ratings, inquiries, drafts, the log of the desk.

Frozen records; knows neither SQL nor pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Verdict = Literal["correct", "wrong", "wrong_evidence", "unclear"]
InquiryKind = Literal["escalation", "rating", "objection"]
InquiryState = Literal["open", "answered", "rejected", "withdrawn"]
DraftState = Literal["open", "publishing", "published", "undoing", "undone", "discarded"]
Origin = Literal["watch", "desk", "publish"]
NOTE_LIMIT = 4000
"""Characters of a free text."""
TAKEN_BACK = "The answer that it had was taken back; a trainer looks at it once more."
"""What askers read once the publication that answered them is undone."""


@dataclass(frozen=True)
class Spoken:
    """A message and what was answered, in Markdown."""

    asked: str
    answered: str


@dataclass(frozen=True)
class FoundItem:
    """An item that was found then: its score, the SHA-256 of its files, the sentence that was cited, "" for none."""

    item_id: str
    score: float
    digest: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Exchange:
    """A copy of what was asked and answered, as it stood: the turns before, the turn itself with its evidence, and
    the versions of what answered. ``confidence`` is the probability that was shown, None where there was none."""

    before: tuple[Spoken, ...] = ()
    asked: str = ""
    answered: str = ""
    decision: str = ""
    confidence: float | None = None
    found: tuple[FoundItem, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rating:
    """One person's word on one answer; the latest holds."""

    turn: str
    verdict: Verdict
    note: str
    item_id: str
    exchange: Exchange
    updated: datetime


@dataclass(frozen=True)
class Inquiry:
    """Something for the trainers to decide. ``number`` is what the asker was given, ``reply`` what a trainer tells the
    asker, ``item_id`` what answers it now; ``draft`` is the draft that takes it up, ``told`` when its asker saw the
    outcome."""

    id: str
    number: int
    user: str
    kind: InquiryKind
    subject: str
    question: str
    note: str
    exchange: Exchange
    state: InquiryState
    reply: str
    item_id: str
    draft: str | None
    told: datetime | None
    created: datetime
    updated: datetime

    @property
    def is_taken_back(self) -> bool:
        """Whether it was answered once and waits for another answer."""
        return self.state == "open" and bool(self.reply)


@dataclass(frozen=True)
class Draft:
    """An item file in the making. ``revision`` counts its changes; ``place`` is the file it was published to, and
    ``replaced`` the text that its item's file had when the draft began, None for a new item."""

    id: str
    number: int
    state: DraftState
    revision: int
    item_id: str
    text: str
    place: str
    replaced: str | None
    updated: datetime


@dataclass(frozen=True)
class Regression:
    """A question that an item was published for: the item must answer it from then on."""

    question: str
    item_id: str


@dataclass(frozen=True)
class AuditEntry:
    """One step at the desk. ``subject`` is what it was done to, ``inquiry 12`` or ``draft 3``."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True)
class Update:
    """What bringing the index up to date did, or why it was refused. ``problems`` are sentences, one a refused file."""

    origin: Origin
    seconds: float
    added: int = 0
    updated: int = 0
    removed: int = 0
    problems: tuple[str, ...] = ()
    refused: str = ""
    at: datetime | None = None
