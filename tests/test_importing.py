"""Importing: files to items that read back as they were, sources replaced and removed as a whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tutor.corpus import read_library
from tutor.errors import DocumentError
from tutor.importing import import_paths, library_folder, remove_source
from tutor.importing.article_markdown import NO_ANSWER
from tutor.importing.clean_text import clean_text, one_line, without_markup
from tutor.importing.sources import source_name
from tutor.records import FollowUp, Item, KeyPoint

DATA = Path(__file__).parent / "data" / "import"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def items(library: Path) -> tuple[Item, ...]:
    shelf = read_library(library)
    assert shelf.problems == ()
    return shelf.items


def text_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_article_becomes_one_item_a_question(library: Path) -> None:
    report = import_paths([DATA / "article.txt"], library)
    expected = json.loads((DATA / "article.expected.json").read_text(encoding="utf-8"))

    assert (report.imported, report.sources, report.problems) == (12, ("article",), ())
    found = items(library)
    assert [item.id for item in found] == [f"article-{number:03}" for number in range(1, 13)]
    assert [item.body.split("\n") for item in found] == [item["body"] for item in expected]
    assert [item.question for item in found] == [item["title"] for item in expected]
    assert {(item.section, item.kind, item.level, item.topics) for item in found} == {
        ("article", "concept", "intermediate", ("imported",))
    }
    assert report.doubtful[-1] == f"{DATA / 'article.txt'}: 13 passages are in no item, 7 of them numbered lines"


def test_a_title_too_long_is_cut_at_a_sentence_and_the_question_is_whole(library: Path) -> None:
    import_paths([DATA / "article.txt"], library)
    tank = items(library)[10]

    assert tank.title.endswith("the committee meets on Friday evening.")
    assert len(tank.title) <= 300
    assert tank.question.startswith(tank.title)
    assert tank.question.endswith("what would you tell the members?")


def test_headings_without_numbers_give_one_item_a_section(library: Path) -> None:
    import_paths([DATA / "notes.md"], library)

    assert [(item.title, item.body) for item in items(library)] == [
        ("Notes on Bees", "Bees came with the old house."),
        ("Hives", "A hive is a box with frames.\n\n```text\n# not a heading\n```"),
        ("Swarms", "A swarm leaves in May."),
        ("Honey", "- light\n    - acacia\n- dark"),
    ]


def test_a_long_section_becomes_several_items(tmp_path: Path, library: Path) -> None:
    paragraph = "Rain fell on the beds again today. " * 30
    import_paths([text_file(tmp_path, "rain.md", f"# Rain\n\n{paragraph}\n\n{paragraph}\n\n{paragraph}\n")], library)

    assert [(item.title, len(item.body.split())) for item in items(library)] == [
        ("Rain", 210),
        ("Rain (2)", 210),
        ("Rain (3)", 210),
    ]


def test_text_without_headings_is_named_after_its_file(tmp_path: Path, library: Path) -> None:
    import_paths([text_file(tmp_path, "my_notes.txt", "Rain fell.\n")], library)

    assert [(item.title, item.body) for item in items(library)] == [("my notes", "Rain fell.")]


def test_question_marks_before_answers_split_a_text_too(tmp_path: Path, library: Path) -> None:
    import_paths([text_file(tmp_path, "qa.txt", "Q: What is A?\nA: Alpha.\n\nQ: What is B?\nA: Beta.\n")], library)

    assert [(item.title, item.body) for item in items(library)] == [("What is A?", "Alpha."), ("What is B?", "Beta.")]


def test_an_item_file_is_taken_over_under_a_new_id(library: Path) -> None:
    report = import_paths([DATA / "item.md"], library)
    (item,) = items(library)

    assert (item.id, item.title, item.section, item.kind, item.level, item.topics) == (
        "item-001",
        "What is a cold frame?",
        "advanced",
        "scenario",
        "advanced",
        ("evaluation",),
    )
    assert item.question == "A neighbour shows you a box with a glass lid. What is it for?"
    assert item.asks == ("glass box for lettuce", "cold frame??")
    assert item.key_points == (KeyPoint("A cold frame keeps frost off young plants.", 3),)
    assert item.follow_ups == (FollowUp("And a hotbed?", "q001"),)
    assert item.related == ("item-001", "q002")
    assert item.body == "A cold frame keeps frost off young plants.\n\n---\n\nOpen the lid at noon."
    assert report.doubtful == ()


def test_rows_keep_topics_level_and_asks(library: Path) -> None:
    report = import_paths([DATA / "rows.csv"], library)
    dibber, twine = items(library)

    assert (dibber.level, dibber.topics, dibber.asks) == (
        "advanced",
        ("evaluation",),
        ("hole stick?", "whats a dibber"),
    )
    assert (twine.level, twine.topics, twine.body) == ("intermediate", ("imported",), NO_ANSWER)
    assert [note.partition(": ")[2] for note in report.doubtful] == [
        "row at line 3: topics not in the list are left out: sheds",
        "row at line 4: it has no answer",
    ]


def test_a_folder_is_one_source_and_a_bad_file_costs_no_other(tmp_path: Path, library: Path) -> None:
    folder = tmp_path / "My Garden"
    shutil.copytree(DATA, folder)
    text_file(folder, "deeper/more.txt", "It rained.")
    text_file(folder, ".hidden.md", "no")
    text_file(folder, "broken.jsonl", "{")
    (folder / "scan.png").write_bytes(b"x")

    report = import_paths([folder], library)

    assert report.sources == ("my-garden",)
    assert report.imported == len(items(library)) == 22
    assert [(problem.file, problem.line) for problem in report.problems] == [
        ("My Garden/article.expected.json", 0),
        ("My Garden/broken.jsonl", 1),
        ("My Garden/scan.png", 0),
    ]
    assert "It rained." in [item.body for item in items(library)]


def test_several_paths_are_several_sources_and_the_same_path_counts_once(tmp_path: Path, library: Path) -> None:
    one, other = text_file(tmp_path, "a/notes.md", "One."), text_file(tmp_path, "b/notes.md", "Two.")

    report = import_paths([one, other, one, tmp_path / "nowhere.md"], library)

    assert report.sources == ("notes", "notes-2")
    assert [(item.id, item.body) for item in items(library)] == [("notes-001", "One."), ("notes-2-001", "Two.")]
    assert [problem.file for problem in report.problems] == [str(tmp_path / "nowhere.md")]


def test_where_nothing_can_be_imported_the_reason_is_raised_and_nothing_changes(tmp_path: Path, library: Path) -> None:
    path = text_file(tmp_path, "notes.md", "One.")
    import_paths([path], library)
    path.write_bytes(b"\xff")
    (tmp_path / "empty").mkdir()

    with pytest.raises(DocumentError, match="is not UTF-8"):
        import_paths([path], library)
    with pytest.raises(DocumentError, match="Nothing could be imported"):
        import_paths([path, tmp_path / "nowhere.md"], library)
    with pytest.raises(DocumentError, match="folder without files"):
        import_paths([tmp_path / "empty"], library)
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    with pytest.raises(DocumentError, match=r"loop.md (cannot be reached|is not there)"):
        import_paths([tmp_path / "loop.md"], library)
    with pytest.raises(DocumentError, match="in the library already"):
        import_paths([library / "notes"], library)
    assert [item.body for item in items(library)] == ["One."]


def test_a_source_imported_again_is_replaced_as_a_whole(tmp_path: Path, library: Path) -> None:
    path = text_file(tmp_path, "notes.md", "# A\n\none\n\n# B\n\ntwo\n")
    import_paths([path], library)
    text_file(tmp_path, "notes.md", "# C\n\nthree\n")

    report = import_paths([path], library)

    assert [(item.id, item.title) for item in items(library)] == [("notes-001", "C")]
    assert report.doubtful == ()
    assert sorted(path.name for path in library.iterdir()) == ["notes"]


def test_another_file_of_the_same_name_says_that_it_replaces(tmp_path: Path, library: Path) -> None:
    first = text_file(tmp_path, "a/notes.md", "One.")
    import_paths([first], library)

    report = import_paths([text_file(tmp_path, "b/notes.md", "Two.")], library)

    assert report.doubtful == (f"notes: it came from {first} before, its items are replaced",)


def test_a_dry_run_reports_the_same_and_writes_nothing(library: Path) -> None:
    planned = import_paths([DATA / "article.txt", DATA / "rows.csv"], library, dry_run=True)

    assert not library.exists()
    assert planned == import_paths([DATA / "article.txt", DATA / "rows.csv"], library)


def test_an_item_that_breaks_the_schema_is_a_problem_of_its_own(tmp_path: Path, library: Path) -> None:
    text_file(tmp_path, "set/a.md", "---\nid: x1\ntitle: A\nkind: mcq\nkey: Z\n---\nBody.")
    text_file(tmp_path, "set/b.md", "Fine.")

    report = import_paths([tmp_path / "set"], library)

    assert [item.body for item in items(library)] == ["Fine."]
    assert [(problem.file, "not a letter" in problem.found) for problem in report.problems] == [("set, item", True)]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("My ML Notes!", "my-ml-notes"),
        ("Überblick", "uberblick"),
        ("q013", "q013-import"),
        ("FAQ", "faq-import"),
        ("mcq1", "mcq1-import"),
        ("corpus", "corpus-import"),
        ("trainers", "trainers-import"),
        ("x", "x-import"),
        ("../../etc", "etc"),
        ("a" * 60, "a" * 40),
    ],
)
def test_sources_are_named_after_their_files(stem: str, name: str) -> None:
    assert source_name(stem) == name


@given(st.text())
def test_every_source_name_is_a_plain_slug(stem: str) -> None:
    name = source_name(stem)

    assert 2 <= len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")


def test_removing_a_source_takes_its_items_and_no_others(tmp_path: Path, library: Path) -> None:
    import_paths([DATA / "article.txt", DATA / "rows.csv"], library)

    assert remove_source("article", library) == 12
    assert {item.source for item in items(library)} == {"rows"}


@pytest.mark.parametrize("name", ["nobody", "..", "../library", "", ".", "rows/..", "/etc"])
def test_removing_an_unknown_source_names_the_known_ones(library: Path, name: str) -> None:
    import_paths([DATA / "rows.csv"], library)

    with pytest.raises(DocumentError, match="one of: rows"):
        remove_source(name, library)
    assert len(items(library)) == 2


def test_leftovers_of_a_crash_are_cleared_and_what_was_set_aside_comes_back(tmp_path: Path, library: Path) -> None:
    import_paths([DATA / "rows.csv"], library)
    (library / "rows").rename(library / ".rows.old")
    text_file(library, ".half.new/half-001.md", "---\n")
    text_file(library, ".git/config", "mine")

    import_paths([text_file(tmp_path, "notes.md", "One.")], library)

    assert sorted(path.name for path in library.iterdir()) == [".git", "notes", "rows"]
    assert len(items(library)) == 3


def test_where_folders_cannot_be_swapped_they_are_set_aside(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text_file(tmp_path, "notes.md", "One.")
    import_paths([path], library)
    text_file(tmp_path, "notes.md", "Two.")
    monkeypatch.setattr(library_folder, "swapped", lambda one, other: False)

    import_paths([path], library)

    assert [item.body for item in items(library)] == ["Two."]
    assert sorted(path.name for path in library.iterdir()) == ["notes"]


def test_a_failure_while_writing_leaves_the_old_source(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text_file(tmp_path, "notes.md", "One.")
    import_paths([path], library)
    text_file(tmp_path, "notes.md", "Two.")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        import_paths([path], library)
    monkeypatch.undo()

    assert [item.body for item in items(library)] == ["One."]
    assert sorted(path.name for path in library.iterdir()) == ["notes"]
    import_paths([path], library)
    assert [item.body for item in items(library)] == ["Two."]


IMPORT_FOR_EVER = """
import sys, time
from pathlib import Path
from tutor.importing import import_paths
path, library = map(Path, sys.argv[1:])
while True:
    number = time.time_ns()
    path.write_text(f"1. What is A?\\n\\nAlpha {number}.\\n\\n2. What is B?\\n\\nBeta {number}.\\n")
    import_paths([path], library)
"""


@pytest.mark.skipif(os.name != "posix", reason="folders are swapped by a system call of Linux and macOS")
def test_an_import_killed_at_any_moment_leaves_one_whole_source(tmp_path: Path, library: Path) -> None:
    path = text_file(tmp_path, "notes.txt", "1. What is A?\n\nAlpha x.\n\n2. What is B?\n\nBeta x.\n")
    import_paths([path], library)
    for pause in (0.0, 0.007, 0.013, 0.021, 0.034):
        seen, folder = items(library)[0].body, (library / "notes").stat().st_ino
        process = subprocess.Popen([sys.executable, "-c", IMPORT_FOR_EVER, str(path), str(library)])
        while process.poll() is None and (library / "notes").stat().st_ino == folder:
            time.sleep(0.001)
        time.sleep(pause)
        process.kill()
        process.wait()

        first, second = items(library)
        assert first.body.split()[1] == second.body.split()[1]
        assert first.body != seen


TITLES = st.text(min_size=1, max_size=80).filter(lambda text: one_line(text) != "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.tuples(TITLES, st.text(max_size=200)), min_size=1, max_size=5))
def test_what_is_written_reads_back_with_its_title_and_body(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    lines = [json.dumps({"question": title, "answer": body}) for title, body in rows]
    library = tmp_path / "library"

    report = import_paths([text_file(tmp_path, "rows.jsonl", "\n".join(lines))], library)

    assert report.problems == ()
    assert [(item.title, item.body) for item in items(library)] == [
        (one_line(title), without_markup(clean_text(body)).strip() or NO_ANSWER) for title, body in rows
    ]


PIECES = (
    "<script>¦</b>¦<a href='x'>¦`¦``¦```¦\n¦\n\n¦  ¦    ¦- ¦1. ¦---¦[a]¦(http://x.y)¦!¦[a](b.c)¦![i](http://q)¦]:¦|"
    "¦ /url¦\\¦x¦~~~¦> ¦<!--¦-->¦<http://a.b>¦[¦]¦(¦)¦$¦\t¦<?x¦<!D"
).split("¦")
MARKUP = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


@settings(max_examples=300)
@given(MARKUP)
def test_no_markup_survives_that_a_page_could_run_load_or_follow(text: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    kinds = {"html_block", "html_inline", "link_open", "image"}

    tokens = parser.parse(without_markup(clean_text(text)))

    assert not kinds & {token.type for token in tokens}
    assert not kinds & {child.type for token in tokens for child in token.children or []}


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("<b>bold</b> is a < b", "< b>bold< /b> is a < b"),
        ("$x<y$ and 3<4", "$x< y$ and 3<4"),
        ("[text](http://a.b/c)", "text (http://a.b/c)"),
        ("![alt](http://a.b/c.png)", "(image: alt)"),
        ("f[i](x)", "f[i] (x)"),
        ("`a<b>`", "`a<b>`"),
        ("```\n<b>\n```", "```\n<b>\n```"),
        ("```\n<b>", "```\n<b>\n```"),
    ],
)
def test_markup_becomes_text_and_code_stays(markdown: str, text: str) -> None:
    assert without_markup(markdown) == text
