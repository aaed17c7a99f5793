"""Cuts a call out of a message as text, and makes one of a function and what stands after "on". Evaluates nothing.

Knows brackets and quotes; nothing of exercises, or of what the arguments mean.
"""

from __future__ import annotations

import re

KEYWORD = re.compile(r"[A-Za-z_]\w*\s*=(?!=)")


def call_start(text: str, function: str) -> re.Match[str] | None:
    """Where a call of ``function`` begins in ``text``."""
    return re.search(rf"(?<![\w.]){re.escape(function)}\s*\(", text)


def balanced(text: str) -> tuple[str, str]:
    """``text`` up to the bracket that closes its first one, and the rest; all of it where none does."""
    depth, quoted, skip = 0, "", False
    for place, char in enumerate(text):
        if skip or quoted:
            skip, quoted = char == "\\" and not skip, "" if char == quoted and not skip else quoted
        elif char in "\"'":
            quoted = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth <= 0:
                return text[: place + 1], text[place + 1 :]
    return text.strip(), ""


def is_signature(call: str) -> bool:
    """Whether all arguments are bare names, as in ``nms(boxes, scores, iou_thresh)``: speech about the function."""
    inside = call[call.index("(") + 1 :].rstrip(") \n")
    return all(re.fullmatch(r"\s*[A-Za-z_]*\s*|\s*…\s*|\s*\.\.\.\s*", part) for part in inside.split(","))


def call_with(function: str, arguments: str) -> str:
    """A call with the arguments that stand after "on": ``[1, 2, 3] with k = 2`` becomes ``f([1, 2, 3], k = 2)``."""
    if at := call_start(arguments, function):
        return balanced(arguments[at.start() :])[0]
    pieces = _pieces(arguments)
    keywords = [piece for piece in pieces if KEYWORD.match(piece)]
    ordered = [piece for piece in pieces if piece not in keywords] + keywords
    return f"{function}({', '.join(ordered)})"


def _pieces(arguments: str) -> list[str]:
    """``arguments`` cut at commas and at "and", "on", "with" outside of brackets and quotes."""
    pieces, at = [""], 0
    cut = re.compile(r"\s*(?:,|\s(?:and|on|with|for|using)\s)\s*", re.IGNORECASE)
    while at < len(arguments):
        if arguments[at] in "([{":
            inside = balanced(arguments[at:])[0]
            pieces[-1] += inside
            at += max(1, len(inside))
        elif arguments[at] in "\"'":
            end = arguments.find(arguments[at], at + 1) + 1 or len(arguments)
            pieces[-1] += arguments[at:end]
            at = end
        elif found := cut.match(arguments, at):
            pieces.append("")
            at = found.end()
        else:
            pieces[-1] += arguments[at]
            at += 1
    return [piece.strip() for piece in pieces if piece.strip()]
