"""A conversation as a file: JSON with everything, which can be read in again, and Markdown for people.

Knows stored records and the database's rows of them; nothing of pages. What is read in gets new ids and stands beside
what is there.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from tutor.errors import StoreError
from tutor.store.conversations import Conversations
from tutor.store.records import NAME_LIMIT, Asked, Content, State, StoredTurn, Versions
from tutor.store.serialized import answer_from, dump, storable

Format = Literal["ml-interview-tutor conversation"]
FORMAT: Format = "ml-interview-tutor conversation"
VERSION: Literal[1] = 1
IMPORT_LIMIT = 20_000_000
"""Characters of a file that is read in: some thousand turns."""

Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""As far as every database counts."""

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
"""A time that there is in every zone."""


@dataclass(frozen=True)
class FiledTurn:
    """A turn in a file: its parent is named by its place."""

    place: Place
    parent: Place | None
    asked: Asked
    state: State
    content: Content
    versions: Versions
    created: Moment
    finished: Moment | None


@dataclass(frozen=True)
class FiledConversation:
    """A conversation in a file. ``shown`` is the place of the leaf that is shown."""

    format: Format
    version: Literal[1]
    name: str
    named: bool
    created: Moment
    updated: Moment
    shown: Place | None
    turns: tuple[FiledTurn, ...]


_FILE = TypeAdapter(FiledConversation)


def export_json(conversations: Conversations, id: str) -> str:
    """Everything that is kept of the conversation, all branches. Raises StoreError."""
    whole, leaf = conversations.every_turn(id)
    places = {turn.id: turn.place for turn in whole.turns}
    turns = tuple(_filed(turn, places) for turn in whole.turns)
    shown = places.get(leaf) if leaf else None
    return dump(FiledConversation(FORMAT, VERSION, whole.name, whole.named, whole.created, whole.updated, shown, turns))


def import_json(conversations: Conversations, text: str) -> str:
    """Keeps a copy of a conversation that ``export_json`` wrote. Returns its id. Raises StoreError for damaged text."""
    filed = _checked(text)
    ids = {turn.place: uuid.uuid4().hex for turn in filed.turns}
    turns = [
        StoredTurn(
            ids[turn.place], None if turn.parent is None else ids[turn.parent], turn.place, turn.asked, turn.state,
            turn.content, turn.versions, turn.created, turn.finished,
        )
        for turn in filed.turns
    ]  # fmt: skip
    leaf = ids[filed.shown] if filed.shown is not None else None
    return conversations.add(storable(filed.name)[:NAME_LIMIT], filed.named, filed.created, filed.updated, leaf, turns)


def export_markdown(conversations: Conversations, id: str) -> str:
    """The branch that is shown, to be read. Raises StoreError."""
    shown = conversations.open(id)
    head = f"# {shown.name}\n\nFrom {_day(shown.created)} to {_day(shown.updated)}, times in UTC."
    return "\n\n".join([head, *(_markdown(turn) for turn in shown.turns)]) + "\n"


def _filed(turn: StoredTurn, places: dict[str, int]) -> FiledTurn:
    parent = places[turn.parent] if turn.parent else None
    return FiledTurn(
        turn.place, parent, turn.asked, turn.state, turn.content, turn.versions, turn.created, turn.finished
    )


def _checked(text: str) -> FiledConversation:
    if len(text) > IMPORT_LIMIT:
        raise _damaged(f"has {len(text):,} characters", f"at most {IMPORT_LIMIT:,}")
    try:
        filed = _FILE.validate_python(_with_bytes(from_json(text)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its whole"
        raise _damaged(f"does not hold a conversation ({where}: {first['msg']})", "what Export as JSON gave") from error
    except ValueError as error:
        raise _damaged(f"is no JSON ({error})", "what Export as JSON gave") from error
    seen: set[int] = set()
    for turn in filed.turns:
        if turn.place in seen or not (turn.parent is None or turn.parent in seen):
            raise _damaged(f"has message {turn.place} twice or before the one it follows", "messages in their order")
        seen.add(turn.place)
    if filed.shown not in seen:
        raise _damaged("shows no message that it holds", "what Export as JSON gave")
    return filed


def _with_bytes(plain: Any) -> Any:
    """What JSON gave, with the answers read: their pictures are base64 there."""
    turns = plain.get("turns") if isinstance(plain, dict) else None
    for turn in turns if isinstance(turns, list) else ():
        content = turn.get("content") if isinstance(turn, dict) else None
        if isinstance(content, dict) and content.get("answer") is not None:
            content["answer"] = answer_from(content["answer"])
    return plain


def _damaged(found: str, expected: str) -> StoreError:
    return StoreError(f"The file {found}", expected, "export the conversation again")


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _markdown(turn: StoredTurn) -> str:
    content = turn.content
    blocks = ["\n".join(f"> {line}" for line in turn.asked.message.strip().splitlines())]
    if content.standalone and content.standalone.casefold() != turn.asked.message.strip().casefold():
        blocks.append(f"*Understood as: {content.standalone}*")
    blocks.append(content.item_text.strip())
    if content.model_text.strip():
        blocks.append(f"**In the model’s words, checked:** {content.model_text.strip()}")
    if content.memory_text.strip():
        blocks.append(f"**Unverified, from the model’s memory:** {content.memory_text.strip()}")
    if content.error:
        blocks.append(f"**Error:** {content.error}")
    blocks += [f"- [{cited.number}] {cited.item_id}: “{cited.quote}”" for cited in content.citations]
    blocks.append(_how_it_ended(turn))
    return "\n\n".join(["---", *(block for block in blocks if block)])


def _how_it_ended(turn: StoredTurn) -> str:
    parts = [_day(turn.finished or turn.created)]
    if turn.state == "open":
        parts.append("interrupted")
    elif turn.state == "stopped":
        parts.append("stopped")
    if turn.content.confidence and turn.content.decision == "answer":
        parts.append(f"{turn.content.confidence.band} confidence ({turn.content.confidence.value:.2f})")
    if len(turn.siblings) > 1:
        parts.append(f"version {turn.siblings.index(turn.id) + 1} of {len(turn.siblings)}")
    if turn.versions.model:
        parts.append(turn.versions.model)
    return f"*{'; '.join(parts)}*"
