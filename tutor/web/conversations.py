"""The list of kept conversations as HTML, and what can be done with one of them. Knows the store through the keeping.

Errors of the store become a sentence above the list. Knows no gradio component.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from tutor.errors import StoreError
from tutor.store.records import LISTED, NAME_LIMIT, Conversation, Entry
from tutor.web.keeping import Keeping
from tutor.web.labels import button
from tutor.web.safe_markdown import attribute, escape
from tutor.web.session import Session

_NONE = "Conversations are kept here as soon as you ask something."
_NOTHING_FOUND = "No conversation holds these words."
_MORE = f"The newest {LISTED} are shown. Search finds the others."
_TYPES = {"markdown": ("md", "text/markdown"), "json": ("json", "application/json")}


class ConversationList:
    """The list for any number of sessions."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def show(self, session: Session, said: str = "") -> str:
        """The list for what the session searches, with ``said`` above it."""
        try:
            entries: Sequence[Entry] = self._keeping.conversations().entries(session.query)
        except StoreError as error:
            entries, said = (), said or str(error)
        return _list(entries, session, said)

    def search(self, session: Session, query: str) -> str:
        session.query = query[:NAME_LIMIT]
        return self.show(session)

    def rename(self, session: Session, id: str, name: str) -> str:
        return self._do(session, lambda: self._keeping.conversations().rename(id, name))

    def delete(self, session: Session, id: str) -> str:
        """Deletes it for good. The caller empties the page where it is the one shown."""
        return self._do(session, lambda: self._keeping.conversations().delete(id))

    def take_in(self, text: str) -> str:
        """Keeps the conversation that a file holds; returns its id. Raises StoreError."""
        from tutor.store.transfer import import_json

        return import_json(self._keeping.conversations(), text)

    def file(self, id: str, form: str) -> str:
        """The conversation as a file for page.js to save: JSON with its name, type and text. ``form`` is ``markdown``
        or ``json``. Raises StoreError."""
        from tutor.store.transfer import export_json, export_markdown

        conversations = self._keeping.conversations()
        name = _file_name(conversations.open(id))
        ending, kind = _TYPES["json" if form == "json" else "markdown"]
        text = export_json(conversations, id) if form == "json" else export_markdown(conversations, id)
        return json.dumps({"name": f"{name}.{ending}", "type": kind, "text": text})

    def _do(self, session: Session, act: Callable[[], object]) -> str:
        try:
            act()
        except StoreError as error:
            return self.show(session, str(error))
        return self.show(session)


def _file_name(conversation: Conversation) -> str:
    words = re.sub(r"[^\w-]+", "-", conversation.name.lower()).strip("-")[:60].strip("-")
    return f"{conversation.created.astimezone():%Y-%m-%d}-{words or 'conversation'}"


def _list(entries: Sequence[Entry], session: Session, said: str) -> str:
    above = f'<p class="error" role="alert">{escape(said)}</p>' if said else ""
    if not entries:
        return above or f'<p class="empty small">{_NOTHING_FOUND if session.query.strip() else _NONE}</p>'
    now = datetime.now().astimezone()
    rows = "".join(_row(entry, entry.id == session.conversation, now) for entry in entries[:LISTED])
    below = f'<p class="small">{_MORE}</p>' if len(entries) > LISTED else ""
    return f'{above}<ul class="kept">{rows}</ul>{below}'


def _row(entry: Entry, current: bool, now: datetime) -> str:
    name = escape(entry.name)
    count = f"{entry.turns} message{'' if entry.turns == 1 else 's'}"
    label = f'<span class="name">{name}</span><span class="small">{_when(entry.updated, now)}, {count}</span>'
    more = f"More for {entry.name}"
    menu = "".join(
        (
            button("rename", entry.id, "Rename", "action"),
            button("export", f"{entry.id}:markdown", "Export as Markdown", "action"),
            button("export", f"{entry.id}:json", "Export as JSON", "action"),
            button("delete", entry.id, "Delete", "action danger"),
        )
    )
    return (
        f'<li class="{"current" if current else ""}">{button("resume", entry.id, label, "kept-name")}'
        f'<button type="button" class="action icon do-more" aria-expanded="false" aria-label="{attribute(more)}">'
        f'<span aria-hidden="true">⋯</span></button><div class="kept-menu" hidden>{menu}</div></li>'
    )


def _when(moment: datetime, now: datetime) -> str:
    """A time as one would say it, in this machine's zone."""
    moment = moment.astimezone(now.tzinfo)
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M}"
    if days == 1:
        return "yesterday"
    return f"{moment.day} {moment:%b}" if moment.year == now.year else f"{moment.day} {moment:%b %Y}"
