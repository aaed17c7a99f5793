"""Other people's Markdown never becomes markup, and what is legitimate in it survives."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.corpus import read_corpus
from tutor.records import Item
from tutor.sentences import sentences
from tutor.web.safe_markdown import Span, attribute, escape, inline, literal, render

TAGS = {
    *("p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td", "h4"),
    *("hr", "br", "div", "span", "pre", "code", "mark", "button"),
}
ATTRIBUTES = {"class", "start", "type", "value", "title"}
CLASSES = {"tex", "scroll", "code", "formula", "cite", "do-show"}


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")


def assert_only_ours(html: str) -> Reader:
    reader = Reader(html)
    assert not reader.open
    for tag, attributes in reader.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        assert set((attributes.get("class") or "").split()) <= CLASSES
    return reader


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <img src=x onerror=alert(1)> b",
    "![x](http://evil.example/x.png)",
    "![x][ref]\n\n[ref]: http://evil.example/x.png",
    "[x](javascript:alert(1))",
    "[x](http://evil.example 'title')",
    "<http://evil.example>",
    "http://evil.example",
    "<svg/onload=alert(1)>",
    "$<img src=http://evil.example/x.png>$",
    "$$\n<script>alert(1)</script>\n$$",
    "`<b onclick=x>`",
    "```html\n<iframe src=http://evil.example></iframe>\n\n<b>\n```",
    "```mermaid\nclick A href 'javascript:x'\n```",
    "    <style>*{display:none}</style>",
    "<!-- comment --> <![CDATA[x]]> <?php ?>",
    "| a |\n|---|\n| <img src=x onerror=y> |",
    "- <details open ontoggle=alert(1)>",
    "# <a href='javascript:x'>h</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%%%LATEX_BLOCK_0%%% $x$",
    '" onmouseover="alert(1)',
    "\ud800 \x00 \ufeff",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_stays_text(source: str) -> None:
    for html in (render(source), inline(source), literal(source)):
        reader = assert_only_ours(html)
        assert not any(tag in ("a", "img", "script", "iframe") for tag, _ in reader.tags)
        html.encode("utf-8")


def test_a_link_and_an_image_are_shown_as_words_with_their_address() -> None:
    assert Reader(render("[docs](http://a.example/b)")).text == "docs (http://a.example/b)"
    assert Reader(render("![a cat](http://a.example/c.png)")).text == "[image: a cat] (http://a.example/c.png)"
    assert Reader(render("<http://a.example>")).text == "http://a.example"


def test_a_formula_keeps_its_latex() -> None:
    html = render(r"The loss is $\frac{a_1}{b_1} < *c*$ here.")
    assert r"$\frac{a_1}{b_1} &lt; *c*$" in html
    assert "<em>" not in html


def test_a_formula_block_may_hold_lines_that_look_like_lists_and_headings() -> None:
    html = render("$$\na\n- b\n= c\n\n+ d\n$$\n\nAfter.")
    assert html == '<div class="formula"><span class="tex">$$a - b = c + d$$</span></div>\n\n<p>After.</p>'


def test_money_is_no_formula_and_katex_cannot_pair_it() -> None:
    html = render("It costs $5 or $10.")
    assert "$" not in html
    assert Reader(html).text == "It costs $5 or $10."


def test_a_code_span_keeps_what_looks_like_a_formula_or_a_tag() -> None:
    html = render("Use `a$b$ <c> *d*` now.")
    assert "<code>a<span>&#36;</span>b<span>&#36;</span> &lt;c&gt; *d*</code>" in html


def test_a_code_block_is_one_line_of_html_so_that_no_empty_line_ends_it() -> None:
    html = render("```py\na\n\n<b>\n```")
    assert html == '<div class="code"><pre><code>a&#10;&#10;&lt;b&gt;</code></pre></div>'


def test_a_citation_becomes_a_button_only_where_it_exists() -> None:
    html = render("Bagging votes. [1] Boosting adds. [7]", citations=[1], link="3")
    assert 'value="3:1"' in html
    assert "[7]" in html
    assert 'value="3:7"' not in html


def test_text_as_typed_keeps_its_lines_and_its_markup_characters() -> None:
    assert Reader(literal("**a**\n<b> $x$ `y`")).text == "**a**<b> $x$ `y`"
    assert "<br>" in literal("a\nb")


def test_an_attribute_cannot_be_left() -> None:
    html = f'<button value="{attribute(chr(34) + "><script>$x$" + chr(10))}">'
    assert Reader(html + "</button>").tags == [("button", {"value": '"><script>$x$\n'})]


SHELF = read_corpus(Path(__file__).parents[1] / "corpus").items


def marked(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(re.findall(r"<mark>(.*?)</mark>", html)))


def test_a_marked_sentence_is_exactly_that_sentence() -> None:
    body = "One is **bold**. Two has `code` and $x_1$. Three."
    second = sentences(body)[1]
    html = render(body, [Span(second.start, second.end)])
    assert marked(html) == 'Two has <code>code</code> and <span class="tex">$x_1$</span>.'


def test_a_marked_table_row_marks_its_cells_and_no_other_row() -> None:
    body = "| | A |\n|---|---|\n| x | 1 |\n| y | 2 |\n\nAfter."
    row = sentences(body)[1]
    assert marked(render(body, [Span(row.start, row.end)])) == "y2"


@pytest.mark.parametrize("item", SHELF, ids=lambda item: item.id)
def test_every_sentence_of_the_corpus_can_be_marked_without_changing_the_text(item: Item) -> None:
    plain = assert_only_ours(render(item.body)).text
    for sentence in sentences(item.body):
        html = render(item.body, [Span(sentence.start, sentence.end)])
        assert "<mark>" in html
        assert re.sub(r"\s+", "", assert_only_ours(html).text) == re.sub(r"\s+", "", plain)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [*HOSTILE, "$", "$$", "`", "```", "\n", "\n\n", "|", "<", ">", "[1]", "](", "!", "\\", "**", "_", "- "]
        ),
        st.text(max_size=8),
    ),
    max_size=14,
).map("".join)


@settings(deadline=None, max_examples=400)
@given(PIECES)
def test_whatever_is_written_only_our_tags_come_out(source: str) -> None:
    for html in (render(source, citations=[1, 2], link="0"), inline(source), literal(source), escape(source)):
        assert_only_ours(html)
        html.encode("utf-8")


@settings(deadline=None, max_examples=300)
@given(PIECES, st.integers(0, 60), st.integers(0, 60))
def test_marks_anywhere_leave_well_formed_html(source: str, start: int, length: int) -> None:
    assert_only_ours(render(source, [Span(min(start, len(source)), min(start + length, len(source)))]))


@settings(deadline=None, max_examples=300)
@given(PIECES)
def test_every_dollar_left_in_the_html_belongs_to_a_formula_of_ours(source: str) -> None:
    for html in (render(source), inline(source), literal(source)):
        assert "$" not in re.sub(r'<span class="tex">(\$\$?)[^$]+\1</span>', "", html)


@settings(deadline=None, max_examples=300)
@given(PIECES)
def test_blocks_stand_on_lines_of_their_own(source: str) -> None:
    for line in render(source).split("\n"):
        assert not line or re.match(r"<(p|ul|ol|blockquote|div|h4|hr)\b", line)
