"""Writes the readable text of an HTML page as Markdown: headings, lists, tables, code and formulas; nothing else.

Scripts, navigation, forms and links' targets are left out. Knows nothing of questions and answers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement, Tag

from tutor.errors import DocumentError

_SKIPPED = {
    *("script", "style", "noscript", "template", "nav", "aside", "form", "button", "svg", "iframe", "select", "head"),
    *("footer", "object", "embed", "canvas", "audio", "video", "dialog"),
}
_BLOCKS = {
    *("p", "div", "section", "article", "main", "header", "figure", "figcaption", "blockquote", "address", "details"),
    *("summary", "dl", "dt", "dd", "ul", "ol", "li", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "body", "hr"),
    *("html", "fieldset", "center"),
}


def html_to_markdown(html: str) -> str:
    """The page's main text, blocks separated by blank lines. Raises DocumentError where it is nested too deeply."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        soup = BeautifulSoup(html, "lxml")
    try:
        return "\n\n".join(block for block in _blocks(_main(soup)) if block.strip())
    except RecursionError:
        raise DocumentError("is nested too deeply", "an ordinary HTML page", "save its text as a text file") from None


def _main(soup: BeautifulSoup) -> Tag:
    """The part that holds the text: the only <main> or <article> where it has most of the words, else all."""
    for name in ("main", "article"):
        found = soup.find_all(name)
        if len(found) == 1 and 2 * len(found[0].get_text()) > len((soup.body or soup).get_text()):
            return found[0]
    return soup


def _blocks(tag: Tag) -> Iterator[str]:
    """Markdown blocks of what is inside ``tag``; text between blocks is a paragraph."""
    inline: list[str] = []
    for child in tag.children:
        if isinstance(child, Tag) and child.name in _SKIPPED:
            continue
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(list(_BLOCKS))) and not _formula(child):
            yield _paragraph(inline)
            inline = []
            yield from _block(child)
        else:
            inline.append(_inline(child))
    yield _paragraph(inline)


def _block(tag: Tag) -> Iterator[str]:
    if re.fullmatch(r"h[1-6]", tag.name):
        yield f"{'#' * int(tag.name[1])} {' '.join(_inline(tag).split())}"
    elif tag.name == "pre":
        yield _fence(tag.get_text())
    elif tag.name in ("ul", "ol"):
        yield _list(tag)
    elif tag.name == "table":
        yield _table(tag)
    else:
        yield from _blocks(tag)


def _paragraph(parts: list[str]) -> str:
    lines = "".join(parts).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _inline(node: PageElement) -> str:
    """Text of running words; line breaks of the source are blanks, only <br> breaks a line."""
    if isinstance(node, NavigableString):
        return "" if isinstance(node, Comment) else re.sub(r"\s+", " ", str(node))
    if not isinstance(node, Tag) or node.name in _SKIPPED:
        return ""
    formula = _formula(node)
    if formula:
        return f"${formula}$"
    if node.name == "br":
        return "\n"
    if node.name == "img":
        described = " ".join(str(node.get("alt") or "").split())
        return f"(image: {described})" if described else ""
    inner = "".join(_inline(child) for child in node.children)
    if node.name in ("code", "kbd", "samp") and inner.strip() and "`" not in inner:
        return f"`{inner.strip()}`"
    if node.name in ("sup", "sub") and inner.strip():
        mark = "^" if node.name == "sup" else "_"
        return f"{mark}{inner.strip()}" if len(inner.strip()) == 1 else f"{mark}({inner.strip()})"
    return inner


def _formula(node: Tag) -> str:
    """The LaTeX that KaTeX or MathJax left beside its drawing of a formula, else nothing."""
    if node.name != "math" and not {"katex", "MathJax", "mjx-container"} & {
        node.name,
        *node.get_attribute_list("class"),
    }:
        return ""
    source = node.find("annotation", attrs={"encoding": "application/x-tex"})
    return " ".join(source.get_text().split()) if isinstance(source, Tag) else ""


def _list(tag: Tag) -> str:
    """List items, one a line; inner lists are indented, further paragraphs of an item stand below it."""
    start = str(tag.get("start") or "1")
    number = int(start) if re.fullmatch(r"\d{1,4}", start) else 1
    lines: list[str] = []
    for child in tag.children:
        if not isinstance(child, Tag) or child.name in _SKIPPED:
            continue
        blocks = [block for block in _blocks(child) if block.strip()]
        if child.name in ("ul", "ol"):
            lines += [f"    {line}" for line in _list(child).split("\n")]
        elif blocks:
            first = re.sub(r"^#+ ", "", blocks[0])
            lines.append(f"{number}. {first}" if tag.name == "ol" else f"- {first}")
            number += 1
            for block in blocks[1:]:
                inner = re.match(r"\s*(?:-|\d+\.) ", block) is not None
                lines += [f"    {line}" for line in block.split("\n")] if inner else ["", *block.split("\n"), ""]
    return "\n".join(lines)


def _table(tag: Tag) -> str:
    cells = [[_inline(cell) for cell in row.find_all(["td", "th"])] for row in tag.find_all("tr")]
    rows = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in cells if any(row)]
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    if width == 1:
        return "\n".join(f"- {row[0]}" for row in rows)
    written = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * width, *written[1:]])


def _fence(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code.strip(chr(10)).rstrip()}\n{fence}"
