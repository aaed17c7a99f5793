"""Evidence, answers and versions as JSON text, and back. What an older or newer tutor wrote is read as far as it goes.

Knows records; nothing of tables.
"""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from tutor.records import Answer, Citation, Confidence, Hit
from tutor.store.records import Content, Versions

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class _Evidence:
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    confidence: Confidence | None = None


_ANSWER = TypeAdapter(Answer)
_EVIDENCE = TypeAdapter(_Evidence)
_VERSIONS = TypeAdapter(Versions)


def storable(text: str) -> str:
    """``text`` without what a database cannot hold: halves of surrogate pairs, and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def dump(record: object) -> str:
    """A record as JSON text; bytes as base64."""
    return to_json(record, bytes_mode="base64").decode("utf-8")


def dump_evidence(content: Content) -> str:
    return dump(_Evidence(content.hits, content.citations, content.digests, content.confidence))


def load_evidence(text: str) -> Content:
    """A Content with nothing but its evidence."""
    found = _read(_EVIDENCE, text) or _Evidence()
    return Content(hits=found.hits, citations=found.citations, digests=found.digests, confidence=found.confidence)


def load_answer(text: str | None) -> Answer | None:
    return _read(_ANSWER, text) if text else None


def load_versions(text: str) -> Versions:
    return _read(_VERSIONS, text) or Versions()


def answer_from(plain: Any) -> Answer:
    """An Answer from what JSON gives. Raises ValidationError."""
    if isinstance(plain, dict) and isinstance(run := plain.get("run"), dict):
        try:
            picture = base64.urlsafe_b64decode(str(run.get("picture", "")))
        except ValueError:
            picture = b""
        plain = {**plain, "run": {**run, "picture": picture}}
    return _ANSWER.validate_python(plain)


def _read(adapter: TypeAdapter[T], text: str) -> T | None:
    """None where the text does not fit any more: the turn's words are kept beside it."""
    try:
        plain = from_json(text)
        return answer_from(plain) if adapter is _ANSWER else adapter.validate_python(plain)  # type: ignore[return-value]
    except (ValidationError, ValueError) as error:
        _LOG.warning("A stored %s cannot be read: %s", "record", json.dumps(str(error)[:200]))
        return None
