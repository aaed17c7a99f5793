"""The words of the askers: which of them can stand alone, and an item file that holds them among its ways of asking.

Knows inquiries and the text of one file; nothing of folders, the store or the index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import yaml

from tutor.desk.item_drafts import LONGEST_ASK, distinct, has_markup, one_line
from tutor.store.feedback_records import Inquiry

MOST_ASKS = 40
"""What the schema of a curated item allows."""


def wordings(inquiries: Iterable[Inquiry]) -> list[str]:
    """Every way in which it was asked, once: also as it was typed, where that stands by itself. An objection to a
    grade asks nothing."""
    asking = [each for each in inquiries if each.kind != "objection"]
    return distinct(text for each in asking for text in (each.question, *_alone(each)))


def with_asks(text: str, asked: Sequence[str]) -> str:
    """The item file ``text`` with those of ``asked`` among its asks that it does not hold yet and may hold, as many as
    the schema allows; as it is where its front matter is not of a form that can be added to."""
    opening, matter, rest = _parts(text)
    front = _mapping(matter)
    if front is None:
        return text
    known = {one_line(str(each)).casefold() for each in (front.get("title"), front.get("question"), *_asks(front))}
    cut = [one_line(ask)[:LONGEST_ASK] for ask in asked]
    new = [ask for ask in cut if ask.casefold() not in known and not has_markup(ask)]
    new = new[: max(0, MOST_ASKS - len(_asks(front)))]
    extended = _extended(matter, new)
    if _mapping(extended) != {**front, "asks": [*_asks(front), *new]}:
        return text
    return f"{opening}{extended}{rest}" if new else text


def _alone(inquiry: Inquiry) -> list[str]:
    """The message as it was typed, where it stands by itself: a follow-up does not."""
    asked = inquiry.exchange.asked
    return [asked] if asked and not inquiry.exchange.before else []


def _parts(text: str) -> tuple[str, str, str]:
    """The opening fence, the front matter with its last line break, and the rest."""
    opening, _, after = text.partition("\n")
    end = after.find("\n---")
    return opening + "\n", after[: end + 1], after[end + 1 :]


def _mapping(matter: str) -> dict[str, object] | None:
    try:
        read = yaml.safe_load(matter)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _asks(front: dict[str, object]) -> list[object]:
    asks = front.get("asks")
    return asks if isinstance(asks, list) else []


def _extended(matter: str, new: Sequence[str]) -> str:
    """The front matter with further asks in the style of those that are there."""
    quoted = [json.dumps(ask, ensure_ascii=False) for ask in new]
    node = yaml.compose(matter, yaml.SafeLoader)
    found = [value for key, value in node.value if key.value == "asks"] if isinstance(node, yaml.MappingNode) else []
    if not found:
        return matter + "asks:\n" + "".join(f"- {ask}\n" for ask in quoted)
    asks = found[0]
    if not isinstance(asks, yaml.SequenceNode):
        return matter
    if asks.flow_style or not asks.value:
        close = asks.end_mark.index - 1
        comma = ", " if asks.value else ""
        return f"{matter[:close]}{comma}{', '.join(quoted)}{matter[close:]}"
    line_end = matter.index("\n", asks.value[-1].end_mark.index)
    lines = "".join(f"\n{' ' * asks.start_mark.column}- {ask}" for ask in quoted)
    return matter[:line_end] + lines + matter[line_end:]
