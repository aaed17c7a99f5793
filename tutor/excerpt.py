"""Long text, shortened so that a reader sees it. Knows nothing of what it says."""

from __future__ import annotations


def beginning(text: str, most: int) -> str:
    """The first ``most`` characters, and on a line of its own how many more there are."""
    return text if len(text) <= most else f"{text[:most]}\n… and {len(text) - most:,} characters more"
