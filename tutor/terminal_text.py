"""Other people's text on a terminal: without what would take the terminal over. Knows nothing of what it says."""

from __future__ import annotations

from unicodedata import category


def printable(text: str) -> str:
    """Text of a stranger's program for a terminal: without the characters that control it. Spaces of any kind stay."""
    return "".join(each if each.isprintable() or each in "\n\t" or category(each) == "Zs" else "�" for each in text)
