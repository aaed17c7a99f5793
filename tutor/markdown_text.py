"""Other people's text in Markdown: as code or as plain words, never as markup. Knows nothing of what it says."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_\[<&~$]")


def plain(text: str) -> str:
    """Words within a line whose characters mean nothing in Markdown."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", text)


def code_span(text: str) -> str:
    """Code within a line; "" for nothing."""
    fence, pad = _fence(text, 1), " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def code_block(text: str, language: str = "") -> str:
    """Code on lines of its own; "" for nothing."""
    fence, lines = _fence(text, 3), text.strip("\n")
    return f"{fence}{language}\n{lines}\n{fence}" if text.strip() else ""


def _fence(text: str, least: int) -> str:
    """Longer than any run of backticks within."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))
