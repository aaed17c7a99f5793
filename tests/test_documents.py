"""Reading each format: what comes out, and what the message says where nothing can."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tutor.errors import DocumentError
from tutor.importing.article import parse_article
from tutor.importing.documents import MAX_DOCUMENT_BYTES, Row, read_document
from tutor.importing.pdf_text import unwrapped, without_running_lines

DATA = Path(__file__).parent / "data" / "import"


def pdf(*pages: tuple[str, ...], password: str = "") -> bytes:
    """A PDF of text lines, 14 points apart; an empty text leaves a gap. A page without lines is blank."""
    writer = pypdf.PdfWriter()
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        if not lines:
            continue
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Courier"}
        names = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
        fonts = DictionaryObject({NameObject("/F1"): names})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        places = [(780 - 14 * number, re.sub(r"([()])", r"\\\1", line)) for number, line in enumerate(lines) if line]
        shown = "".join(f"BT /F1 10 Tf 50 {height} Td ({line}) Tj ET\n" for height, line in places)
        stream = DecodedStreamObject()
        stream.set_data(shown.encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_markdown_keeps_its_text_and_gives_its_front_matter() -> None:
    document = read_document(DATA / "notes.md")

    assert document.title == "Notes on Bees"
    assert document.text.startswith("Bees came with the old house.\n\n# Hives")
    assert document.headed


def test_text_is_cleaned_of_what_nobody_sees(tmp_path: Path) -> None:
    path = write(tmp_path, "my_old-notes.txt", "\ufeffa\x00b\u200b\u202ec\r\nd\u00a0e\x07")

    document = read_document(path)

    assert (document.title, document.text) == ("my old notes", "abc\nd e")


def test_html_gives_the_text_of_the_page_and_nothing_that_runs() -> None:
    text = read_document(DATA / "page.html").text

    assert text.split("\n") == [
        "## 1. What hangs in a shed?",
        "",
        "A spade, a rake",
        "and a sieve of 5 m^2.",
        "",
        "- iron",
        "    - rust",
        "- wood",
        "",
        "| Tool | Use |",
        "| --- | --- |",
        "| rake | level\\|smooth |",
        "",
        "## 2. Which code opens it?",
        "",
        "```",
        "def open_shed(code):",
        "    return code == 7",
        "```",
        "",
        "The rule is $c = \\frac{14}{2}$. (image: the lock)",
    ]


def test_html_that_is_nested_without_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        read_document(write(tmp_path, "deep.html", "<div>" * 50_000 + "x"))


def test_a_pdf_is_read_with_its_paragraphs_and_its_code(tmp_path: Path) -> None:
    width = "Compost is made of leaves and straw and whatever else the kitchen sends to"
    head = ("1. What is compost?", "", width, "the heap.", "", "It steams.", "", "2. How is it counted?", "")
    path = write(tmp_path, "a.pdf", pdf((*head, "def heaps(n):", "    total = n + 1", "    return total")))

    article = parse_article(read_document(path).text)

    assert [(item.title, item.body) for item in article.items] == [
        ("What is compost?", f"{width} the heap.\n\nIt steams."),
        ("How is it counted?", "```python\ndef heaps(n):\n    total = n + 1\n    return total\n```"),
    ]


def test_broken_lines_are_joined_and_hyphens_taken_out() -> None:
    broken = ["The quick brown fox jumps over the lazy dog and then rests a lit-", "tle while.", "• one", "• two"]

    assert list(unwrapped(broken)) == [broken[0][:-1] + "tle while.", "• one", "• two"]


def test_heads_and_page_numbers_that_repeat_are_taken_out() -> None:
    pages = [["My Book", "", f"text {number}a", f"text {number}b", "", f"Page {number}"] for number in range(3)]

    assert without_running_lines(pages) == [[f"text {number}a", f"text {number}b"] for number in range(3)]


def test_a_docx_is_read_with_headings_lists_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Shed", 1)
    document.add_paragraph("Two things:")
    document.add_paragraph("rake", style="List Bullet")
    document.add_paragraph("spade", style="List Bullet")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("second", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], ["Tool", "Use", "rake", "a|b"], strict=True):
        cell.text = text
    document.save(str(tmp_path / "shed.docx"))

    assert read_document(tmp_path / "shed.docx").text == (
        "# Shed\n\nTwo things:\n\n- rake\n- spade\n1. first\n2. second\n\n"
        "| Tool | Use |\n| --- | --- |\n| rake | a\\|b |"
    )


def test_rows_of_csv_keep_their_columns_whatever_the_names() -> None:
    assert read_document(DATA / "rows.csv").rows == (
        Row(
            3,
            "What is a dibber?",
            "A stick\nfor holes; it is pointed",
            ("evaluation", "sheds"),
            "hard",
            ("hole stick?", "whats a dibber"),
        ),
        Row(4, "What is twine?", ""),
    )


def test_rows_of_jsonl_may_hold_lists(tmp_path: Path) -> None:
    text = '{"Q": "What is\\ntwine?", "A": "String.", "asks": ["string?", " rope "], "topics": "coding"}\n\n'

    assert read_document(write(tmp_path, "a.jsonl", text)).rows == (
        Row(1, "What is twine?", "String.", ("coding",), "", ("string?", "rope")),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "", "a.txt is empty"),
        ("a.txt", " \n\t\n", "a.txt is empty"),
        ("a.txt", "\u200b\x00", "a.txt holds no text"),
        ("a.md", b"fine\ngr\xfcn", "a.md:2 is not UTF-8: it has the byte 0xfc at offset 7"),
        ("a.png", b"x", "a.png has the suffix '.png'. Expected: one of .md"),
        ("README", b"x", "README has no suffix"),
        ("a.html", "<script>x</script>", "a.html holds no text"),
        ("a.pdf", b"%PDF-1.4 nothing", "a.pdf is damaged"),
        ("a.pdf", pdf(()), "a.pdf holds no text, it seems to be scanned pages.*run OCR first"),
        ("a.pdf", pdf(("secret",), password="x"), "a.pdf is protected by a password"),
        ("a.docx", b"PK nothing", "a.docx is no Word document"),
        ("a.csv", "name,age\nx,3\n", "a.csv:1 has the columns 'name', 'age'. Expected: question and answer"),
        ("a.csv", "question,answer\n", "a.csv has no rows"),
        ("a.csv", "question,answer\nq,one, two\n", "a.csv:2 has 3 cells"),
        ("a.csv", "question,answer\n,x\n", "a.csv:2 has an empty question"),
        ("a.jsonl", '{"q": "x", "a": "y"}\n{"q": \n', "a.jsonl:2 is not JSON"),
        ("a.jsonl", '["q", "a"]\n', "a.jsonl:1 is no JSON object"),
        ("a.jsonl", '{"word": "x"}\n', "a.jsonl:1 has the keys 'word'"),
        ("a.jsonl", "[" * 100_000 + "\n", "a.jsonl:1 is not JSON"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        read_document(write(tmp_path, name, content))

    assert caught.value.mend


def test_a_missing_file_and_a_huge_one_are_errors(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)

    with pytest.raises(DocumentError, match=r"huge.txt is 20.0 MB big"):
        read_document(huge)
    with pytest.raises(DocumentError, match="is not there"):
        read_document(tmp_path / "nowhere.txt")
