"""Turns other people's Markdown into HTML that can only be text, tables, lists, code and formulas.

Questions, imported items and a model's words are data: no tag, script, image or link of theirs becomes markup, and
nothing outside this machine is ever loaded. Every tag in the result is written here; everything else is escaped.

The result goes through Gradio's Markdown component, which parses it once more. So each block stands on a line of its
own (an HTML block there, left alone), and only real formulas keep a bare ``$``: any other one is hidden in an element
of its own, where KaTeX cannot pair it. Knows nothing of turns, items or the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tutor.web.formulas import FORMULA, add_formulas

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_OPEN, _CLOSE = "\ufe45", "\ufe46"  # rare punctuation: around a marked sentence, emphasis still opens and closes
_MARKS = re.compile(f"([{_OPEN}{_CLOSE}])")
_CITATION = re.compile(r"\[(\d{1,2})\]")
_BLOCK_MARK = re.compile(r"(?:[\s>]|#{1,6}\s)*")
_PAIRED = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "em": "em",
    "strong": "strong",
    "s": "s",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
}


@dataclass(frozen=True)
class Span:
    """A stretch of the source, in characters, that is to be marked."""

    start: int
    end: int


@dataclass
class _Pen:
    """What the writer has to remember from token to token."""

    citations: frozenset[int] = frozenset()
    link: str = ""
    rows: frozenset[int] = frozenset()
    marking: bool = False
    row_marked: bool = False
    hrefs: list[str] = field(default_factory=list)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    add_formulas(parser)
    return parser


def render(source: str, marks: Sequence[Span] = (), citations: Iterable[int] = (), link: str = "") -> str:
    """The HTML of Markdown ``source``, one block a line, blocks apart by an empty line.

    ``marks`` are stretches to set in <mark>. ``[n]`` becomes a button where n is in ``citations``; its value is
    ``<link>:n``.
    """
    text = _visible(source)
    if len(text) != len(source):
        marks = ()
    rows = _marked_rows(text, marks)
    prepared = _with_marks(text, [span for span in marks if not _line(text, span.start).startswith("|")])
    pen = _Pen(frozenset(citations), link, rows)
    return _blocks(_parser().parse(prepared), pen)


def inline(source: str) -> str:
    """One line of other people's text, with code, emphasis and formulas, and without any block."""
    tokens = _parser().parseInline(_MARKS.sub("·", _visible(" ".join(source.split()))))
    pen = _Pen()
    return "".join(_inline(token, pen) for parent in tokens for token in parent.children or [])


def literal(text: str) -> str:
    """Text as it was typed: nothing in it means anything, line ends are kept."""
    return "<br>".join(escape(line) for line in _visible(text).split("\n"))


def escape(text: str) -> str:
    """Text that neither the browser, nor Gradio's Markdown, nor KaTeX reads anything into. Not for attributes."""
    return attribute(text).replace("&#36;", "<span>&#36;</span>")


def attribute(text: str) -> str:
    """The same for the value of an attribute in double quotes."""
    plain = html_escape(_UNSEEN.sub("", text), quote=True)
    return plain.replace("$", "&#36;").replace("%", "&#37;").replace("\\", "&#92;").replace("\n", "&#10;")


def _visible(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    return text[start : text.find("\n", offset) if "\n" in text[offset:] else len(text)].lstrip()


def _marked_rows(text: str, marks: Sequence[Span]) -> frozenset[int]:
    """The numbers, from 0, of the table lines that are marked as a whole."""
    return frozenset(text.count("\n", 0, span.start) for span in marks if _line(text, span.start).startswith("|"))


def _with_marks(text: str, marks: Sequence[Span]) -> str:
    clean = _MARKS.sub("·", text)
    pieces, at = [], 0
    for span in sorted(marks, key=lambda mark: mark.start):
        start = _BLOCK_MARK.match(clean, span.start).end()  # type: ignore[union-attr]
        if start < at or span.end <= start:
            continue
        pieces += [clean[at:start], _OPEN, clean[start : span.end], _CLOSE]
        at = span.end
    return "".join([*pieces, clean[at:]])


def _blocks(tokens: Sequence[Token], pen: _Pen) -> str:
    written, depth = [], 0
    for token in tokens:
        written.append(_block(token, pen))
        depth += token.nesting
        if depth == 0:
            written.append("\n\n")
    return "".join(written).strip()


def _block(token: Token, pen: _Pen) -> str:
    if token.type == "inline":
        return "".join(_inline(child, pen) for child in token.children or [])
    if token.type in ("fence", "code_block"):
        return f'<div class="code"><pre><code>{_code(_MARKS.sub("", token.content.rstrip()))}</code></pre></div>'
    if token.type == "math_block":
        return f'<div class="formula">{_formula(token.content, True, pen)}</div>'
    if token.type == "hr":
        return "<hr>"
    if token.type.startswith("heading"):
        return _tag("h4", token.nesting)
    if token.type.startswith("table"):
        return '<div class="scroll"><table>' if token.nesting > 0 else "</table></div>"
    if token.type.startswith("paragraph") and token.hidden:
        return ""
    if token.type in ("tr_open", "tr_close"):
        pen.row_marked = bool(token.map and token.map[0] in pen.rows)
    if token.type == "ordered_list_open" and token.attrGet("start") is not None:
        return f'<ol start="{int(token.attrGet("start") or 1)}">'
    name = _PAIRED.get(token.type.removesuffix("_open").removesuffix("_close"))
    return _tag(name, token.nesting) if name else f"<p>{escape(token.content)}</p>"


def _tag(name: str, nesting: int) -> str:
    return f"<{name}>" if nesting > 0 else f"</{name}>"


def _inline(token: Token, pen: _Pen) -> str:
    match token.type:
        case "text":
            return _text(token.content, pen)
        case "code_inline":
            return _marked(f"<code>{_code(_MARKS.sub('', token.content))}</code>", pen)
        case "math_inline":
            return _formula(token.content, token.markup == "$$", pen)
        case "softbreak":
            return _marked(" ", pen)
        case "hardbreak":
            return "<br>"
        case "image":
            return _marked(escape(f"[image: {token.content}] ({token.attrGet('src') or ''})"), pen)
        case "link_open":
            pen.hrefs.append("" if token.markup == "autolink" else str(token.attrGet("href") or ""))
            return ""
        case "link_close":
            address = pen.hrefs.pop()
            return _marked(escape(f" ({address})"), pen) if address else ""
    name = _PAIRED.get(token.type.removesuffix("_open").removesuffix("_close"))
    return _tag(name, token.nesting) if name else escape(token.content)


def _text(content: str, pen: _Pen) -> str:
    written = []
    for piece in _MARKS.split(content):
        if piece in (_OPEN, _CLOSE):
            pen.marking = piece == _OPEN
        elif piece:
            written.append(_marked(_cited(piece, pen), pen))
    return "".join(written)


def _cited(text: str, pen: _Pen) -> str:
    pieces = _CITATION.split(text)
    written = [escape(pieces[0])]
    for number, after in zip(pieces[1::2], pieces[2::2], strict=True):
        known = int(number) in pen.citations
        written.append(citation(int(number), pen.link) if known else escape(f"[{number}]"))
        written.append(escape(after))
    return "".join(written)


def citation(number: int, link: str) -> str:
    """The button ``[n]`` that opens its evidence."""
    value = attribute(f"{link}:{number}")
    return (
        f'<button type="button" class="cite do-show" value="{value}" title="Show evidence {number}">{number}</button>'
    )


def _marked(written: str, pen: _Pen) -> str:
    return f"<mark>{written}</mark>" if written and (pen.marking or pen.row_marked) else written


def _code(text: str) -> str:
    return escape(text).replace("\n", "&#10;")


def _formula(tex: str, display: bool, pen: _Pen) -> str:
    """A formula for KaTeX. Sentence marks inside it count from its end on; a ``$`` cannot be in it."""
    for mark in _MARKS.findall(tex):
        pen.marking = mark == _OPEN
    body = html_escape(" ".join(_MARKS.sub("", tex).split()), quote=True).replace("%", "&#37;")
    fence = "$$" if display else "$"
    return _marked(f'<span class="{FORMULA}">{fence}{body}{fence}</span>', pen)
