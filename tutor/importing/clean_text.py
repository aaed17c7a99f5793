"""Makes other people's text safe to keep: no control characters, and no markup that a page could run, load or follow.

Knows nothing of where the text came from or of what it says.
"""

from __future__ import annotations

import re

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_FENCE = re.compile(r"^(`{3,}|~{3,})[\w+#.{} -]*$")
_CODE_SPAN = re.compile(r"(?<![\\`])(`{1,2})(?!`)([^`|\n]+)\1(?!`)")
_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()\s]*(?:\s+[\"'(][^\n]*?[\"')])?\s*\)|\[[^\[\]]*\])")
_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\(\s*([^()\s]*[:/.#][^()\s]*)(?:\s+[\"'][^\"'\n]*[\"'])?\s*\)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def clean_text(text: str) -> str:
    """``text`` with plain line ends and spaces, and without NUL, control, zero-width and direction characters."""
    text = _BREAKS.sub("\n", text)
    return _HIDDEN.sub("", _SPACES.sub(" ", text))


def one_line(text: str) -> str:
    """``text`` cleaned, in one line, single-spaced."""
    return " ".join(clean_text(text).split())


def without_markup(markdown: str) -> str:
    """``markdown`` in which HTML tags, images and links have become text; fenced code stays as it is.

    A tag loses its force by a blank after ``<``, which reads the same on a page, in a formula and on a command line.
    Only a fence at the line's start counts as one: an indented fence can end earlier than it seems.
    """
    done: list[str] = []
    open_lines: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            done.append(line)
            if line.rstrip() and set(line.rstrip()) == {fence[0]} and len(line.rstrip()) >= len(fence):
                fence = ""
        elif mark:
            done.extend(_text_without_markup(open_lines))
            open_lines, fence = [], mark.group(1)
            done.append(line)
        else:
            open_lines.append(line)
    done.extend(_text_without_markup(open_lines))
    if fence:
        done.append(fence)
    return "\n".join(done)


def _text_without_markup(lines: list[str]) -> list[str]:
    """Code spans are left alone only where every backtick of these lines belongs to one that is plainly whole."""
    whole = not any("`" in _CODE_SPAN.sub("", line) for line in lines)
    return [_line_without_markup(line, whole) for line in lines]


def _line_without_markup(line: str, keep_code: bool) -> str:
    if not keep_code:
        return _plain(line)
    parts: list[str] = []
    end = 0
    for span in _CODE_SPAN.finditer(line):
        parts += [_plain(line[end : span.start()]), span.group()]
        end = span.end()
    return "".join([*parts, _plain(line[end:])])


def _plain(text: str) -> str:
    text = _IMAGE.sub(lambda found: f"(image: {found.group(1)})" if found.group(1).strip() else "(image)", text)
    text = _LINK.sub(lambda found: _link_text(found.group(1), found.group(2)), text)
    for mark in ("(", "[", ":"):
        text = text.replace(f"]{mark}", f"] {mark}")
    return _TAG.sub("< ", text)


def _link_text(text: str, target: str) -> str:
    return f"{text} ({target})" if text.strip() and text != target else target
