"""Item files: what breaks the schema is named with file and line and costs no other item."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import item_text
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.corpus import MAX_FILE_BYTES, read_corpus, read_item, read_library, reader_fingerprint
from tutor.errors import CorpusError, FileProblem
from tutor.records import Choices, Exercise, FollowUp, Item, KeyPoint, Misconception

BODY = "Dropout switches random neurons off. It acts during training only. A rate of one half is usual."
GOOD = item_text("q001", "What is dropout?", BODY)
# line 1: ---, 2: id, 3: title, 4: section, 5: kind, 6: level, 7: topics, 8: asks, 9-16: eight asks, 17: key_points,
# 18-23: three of them, 24: misconceptions, 25-26: one, 27: follow_ups, 28-33: three, 34: related, 35: ---, 36: body

MCQ = """---
id: mcq01
title: What does dropout do?
section: mcq
kind: mcq
level: beginner
topics: [deep-learning]
options:
  A: It adds neurons
  B: It switches neurons off
key: B
distractors:
  A: Nothing is added.
---
Dropout switches random neurons off.
"""

SOLUTION = "def double(x: int) -> int:\n    return 2 * x\n"


AFTER_THE_CODE = """hints:
  - Try the number 1 first.
  - Add the number to itself.
  - To triple a number, write 3 * x.
complexity: O(1) time and memory
interviewer: ["What about -0.0?", "Why not shift the bits?"]
"""


def coding(sample: str = "double(2)") -> str:
    text: str = item_text("q041", "Code it: double", BODY, kind="coding")
    code = f"function: double\nsignature: 'double(x: int) -> int'\nsample: {sample!r}\n"
    return text.replace("topics:", code + "topics:").replace("related:", AFTER_THE_CODE + "related:")


def write(root: Path, text: str | bytes, name: str = "questions/q001-dropout.md") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problem(
    root: Path, text: str | bytes, name: str = "questions/q001-dropout.md", source: str = "corpus"
) -> FileProblem:
    """What is wrong with a file of this text."""
    with pytest.raises(CorpusError) as caught:
        read_item(write(root, text, name), root, source)
    assert caught.value.problem.file == name
    return caught.value.problem


# a good file


def test_a_good_file_gives_every_field_of_its_item(tmp_path: Path) -> None:
    text = GOOD.replace("section:", "question: >-\n  What is dropout,\n  and when does it act?\nsection:")
    text = text.replace("related: []", "related: [q002, q003]")

    item = read_item(write(tmp_path, text), tmp_path)

    assert item == Item(
        id="q001",
        title="What is dropout?",
        question="What is dropout, and when does it act?",
        section="basic",
        kind="concept",
        level="beginner",
        topics=("foundations",),
        body=BODY,
        asks=tuple(f"what is dropout variant {number}" for number in range(8)),
        key_points=(
            KeyPoint("Dropout switches random neurons off", 2),
            KeyPoint("It acts during training only", 2),
            KeyPoint("A rate of one half is usual.", 2),
        ),
        misconceptions=(Misconception("Wrong.", "Because."),),
        follow_ups=tuple(FollowUp(f"Next {number}?", f"q00{number}") for number in (1, 2, 3)),
        related=("q002", "q003"),
        source="corpus",
        digest=item.digest,
    )


def test_the_title_is_the_question_where_no_longer_one_is_given(tmp_path: Path) -> None:
    assert read_item(write(tmp_path, GOOD), tmp_path).question == "What is dropout?"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = read_item(write(tmp_path, GOOD), tmp_path)
    windows = read_item(write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()), tmp_path)

    assert windows == plain


def test_a_rule_of_dashes_in_the_body_is_not_front_matter(tmp_path: Path) -> None:
    item = read_item(write(tmp_path, GOOD + "\n---\n\nMore.\n"), tmp_path)

    assert item.body == BODY + "\n\n---\n\nMore."


def test_the_digest_changes_with_every_byte_of_the_file_and_of_the_solution(tmp_path: Path) -> None:
    exercise = write(tmp_path, coding(), "coding/q041-double/question.md")

    def digest(text: str, solution: str) -> str:
        exercise.write_text(text)
        exercise.with_name("solution.py").write_text(solution)
        return read_item(exercise, tmp_path).digest

    first = digest(coding(), SOLUTION)
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert digest(coding(), SOLUTION) == first
    assert digest(coding() + " ", SOLUTION) != first
    assert digest(coding(), SOLUTION + " ") != first


# the schema: each rule broken once, with the line where it is


@pytest.mark.parametrize("name", ["id", "title", "section", "kind", "level", "topics"])
def test_a_missing_field_is_named(name: str, tmp_path: Path) -> None:
    found = problem(tmp_path, re.sub(rf"^{name}: .*\n", "", GOOD, flags=re.M))

    assert found == FileProblem(found.file, 2, f"no field '{name}'", "every required field")


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("level: beginner", "level: beginner\nhardness: 3", 7, "hardness = 3"),
        ("level: beginner", "level: easy", 6, "level = 'easy'"),
        ("kind: concept", "kind: essay", 5, "kind = 'essay'"),
        ("section: basic", "section: 5", 4, "section = 5"),
        ("section: basic", "section: '  '", 4, "section = '  '"),
        ("topics: [foundations]", "topics: foundations", 7, "topics = 'foundations'"),
        ("topics: [foundations]", "topics: []", 7, "topics = []"),
        ("topics: [foundations]", "topics: [a, b, c, d, e]", 7, "topics = ['a', 'b', 'c', 'd', 'e']"),
        ('  - "what is dropout variant 2"', "  - 2024-01-31", 11, "asks.2 = datetime.date(2024, 1, 31)"),
        ('  - "what is dropout variant 7"', "  - yes", 16, "asks.7 = True"),
        ("    weight: 2\n", "    weight: 4\n", 19, "key_points.0.weight = 4"),
        ("    weight: 2\n", "    weight: heavy\n", 19, "key_points.0.weight = 'heavy'"),
        ("    weight: 2\n", "    weight: 2\n    note: x\n", 20, "key_points.0.note = 'x'"),
        ("    weight: 2\n", "", 18, "no field 'key_points.0.weight'"),
        ('    why: "Because."\n', "", 25, "no field 'misconceptions.0.why'"),
        ("    item: q002", "    item: Q2", 31, "follow_ups.1.item = 'Q2'"),
        ("related: []", "related: [q002, '']", 34, "related.1 = ''"),
        ("related: []", "related: null", 34, "related = None"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(old: str, new: str, line: int, found: str, tmp_path: Path) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD

    wrong = problem(tmp_path, text)

    assert (wrong.line, wrong.found) == (line, found)
    assert wrong.expected


def test_a_long_wrong_value_is_shown_short(tmp_path: Path) -> None:
    wrong = problem(tmp_path, GOOD.replace("level: beginner", "level: " + "x" * 500))

    assert wrong.found == "level = '" + "x" * 56 + "…"


def test_an_unknown_topic_is_named(tmp_path: Path) -> None:
    wrong = problem(tmp_path, GOOD.replace("[foundations]", "[foundations, cooking]"))

    assert wrong.line == 7
    assert wrong.found == "in 'topics': cooking is not in the list of corpus/README.md"


@pytest.mark.parametrize(
    ("field", "pattern", "line", "count", "needed"),
    [
        ("asks", r"asks:\n(?:  - .*\n)+", 2, 0, "8 to 40"),
        ("asks", r"  - \"what is dropout variant 0\"\n", 8, 7, "8 to 40"),
        ("key_points", r"  - text: .*\n    weight: 2\n", 17, 2, "3 to 7"),
        ("misconceptions", r"misconceptions:\n.*\n.*\n", 2, 0, "1 to 6"),
        ("follow_ups", r"  - question: .*\n    item: .*\n", 27, 2, "3 to 6"),
    ],
)
def test_a_curated_item_owes_enough_of_each(
    field: str, pattern: str, line: int, count: int, needed: str, tmp_path: Path
) -> None:
    text, cut = re.subn(pattern, "", GOOD, count=1)
    assert cut == 1

    wrong = problem(tmp_path, text)

    assert wrong.found == f"in '{field}': {count} given, {needed} needed"
    assert wrong.line == line


def test_an_imported_item_owes_neither_asks_nor_key_points(tmp_path: Path) -> None:
    text = "---\nid: notes-001\ntitle: A\nsection: s\nkind: concept\nlevel: beginner\ntopics: [imported]\n---\nBody.\n"

    item = read_item(write(tmp_path, text, "notes/notes-001.md"), tmp_path, "notes")

    assert (item.source, item.asks, item.key_points) == ("notes", (), ())
    assert problem(tmp_path, text, "questions/notes-001.md").found == "in 'asks': 0 given, 8 to 40 needed"


# the file itself


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (b"", 1, "''"),
        (b"What is dropout?\n", 1, "'What is dropout?'"),
        (b"---\nid: q001\n", 3, "no second '---'"),
        (b"---\n---\nBody\n", 2, "no fields"),
        (b"---\n- a\n- b\n---\nBody\n", 2, "no fields"),
        (b"---\nid: q001\ntitle: [a\n---\nBody\n", 4, "did not find expected ',' or ']'"),
        (b"---\nid: q001\n\ttitle: a\n---\nBody\n", 3, "a tab character that violates indentation"),
        (b"---\nid: q001\ntitle: a: b\n---\nBody\n", 3, "mapping values are not allowed in this context"),
        (b"---\nid: \xc3\xa9\xc3\xa9\ntitle: \x00\n---\nBody\n", 3, "control characters are not allowed"),
        (b"---\nid: q001\ntitle: a\nid: q002\n---\nBody\n", 4, "'id' a second time"),
        (b"---\nid: q001\ndistractors:\n  A: a\n  A: b\n---\nBody\n", 5, "'A' a second time"),
        (b"---\nid: q001\ntitle: caf\xe9\n---\nBody\n", 3, "the byte 0xe9"),
        (b"\xff\xfe-\x00-\x00-\x00", 1, "the byte 0xff"),
        (b"---\nid: q001\ntitle: 2024-13-45\n---\nBody\n", 3, "'2024-13-45', which is no timestamp"),
        (b"---\nid: q001\ntitle: 0x_\n---\nBody\n", 3, "'0x_', which is no int"),
        (b"---\nid: q001\ntitle: !!bool perhaps\n---\nBody\n", 3, "'perhaps', which is no bool"),
        (b"---\nid: &a q001\ntitle: *a\n---\nBody\n", 3, "the alias *a"),
        (b"---\nid: &a [*a]\n---\nBody\n", 2, "the alias *a"),
        (b"---\nid: " + b"[" * 100_000 + b"\n---\nBody\n", 2, "more than 8 levels of nesting"),
        (b"---\nid: !!python/object/apply:os.system [ls]\n---\nBody\n", 2, None),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    text: bytes, line: int, found: str | None, tmp_path: Path
) -> None:
    wrong = problem(tmp_path, text)

    assert wrong.line == line
    assert found in (wrong.found, None)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    size = MAX_FILE_BYTES - len(GOOD.encode())

    assert len(read_item(write(tmp_path, GOOD + "x" * size), tmp_path).body) > 300_000
    assert problem(tmp_path, GOOD + "x" * (size + 1)).found == "400,001 bytes"


def test_a_folder_with_the_name_of_an_item_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "questions" / "q002-folder.md").mkdir(parents=True)
    write(tmp_path, GOOD)

    shelf = read_corpus(tmp_path)

    assert [item.id for item in shelf.items] == ["q001"]
    assert [(each.file, each.line) for each in shelf.problems] == [("questions/q002-folder.md", 0)]


def test_an_id_that_is_not_the_start_of_the_file_name_is_named(tmp_path: Path) -> None:
    wrong = problem(tmp_path, GOOD, "questions/q002-dropout.md")
    assert wrong == FileProblem(wrong.file, 2, "id 'q001'", "the start of 'q002-dropout'")

    assert problem(tmp_path, GOOD, "questions/q0012.md").expected == "the start of 'q0012'"
    assert read_item(write(tmp_path, GOOD, "questions/q001.md"), tmp_path).id == "q001"
    assert read_item(write(tmp_path, GOOD, "questions/Q001-Dropout.md"), tmp_path).id == "q001"


@pytest.mark.parametrize("body", ["", "\n\n", "  \n\t\n"])
def test_an_empty_body_is_named_with_the_line_where_it_should_be(body: str, tmp_path: Path) -> None:
    assert problem(tmp_path, GOOD.replace(BODY + "\n", body)) == FileProblem(
        "questions/q001-dropout.md", 36, "an empty body", "the model answer in Markdown"
    )


# multiple choice


def test_a_multiple_choice_item_has_its_options_its_key_and_why_the_others_are_wrong(tmp_path: Path) -> None:
    item = read_item(write(tmp_path, MCQ, "mcq/mcq01-dropout.md"), tmp_path)

    assert item.choices == Choices(
        {"A": "It adds neurons", "B": "It switches neurons off"}, "B", {"A": "Nothing is added."}
    )
    assert item.exercise is None
    assert item.asks == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("key: B", "key: C", 11, "in 'key': 'C' is not a letter of the options"),
        ("key: B\n", "", 2, "in 'key': None is not a letter of the options"),
        ("key: B", "key: b", 11, "in 'key': 'b' is not a letter of the options"),
        ("  A: Nothing", "  B: Nothing", 12, "in 'distractors': one sentence is needed for each option but the key"),
        (
            "  A: Nothing is added.\n",
            "  A: No.\n  B: No.\n",
            12,
            "in 'distractors': one sentence is needed for each option but the key",
        ),
        (
            "distractors:\n  A: Nothing is added.\n",
            "",
            2,
            "in 'distractors': one sentence is needed for each option but the key",
        ),
        ("  B: It switches neurons off", "  B: 5", 10, "options.B = 5"),
        ("  B: It switches neurons off", "  G: It switches neurons off", 10, "options.G.[key] = 'G'"),
    ],
)
def test_a_wrong_choice_is_named_with_its_line(old: str, new: str, line: int, found: str, tmp_path: Path) -> None:
    assert old in MCQ

    wrong = problem(tmp_path, MCQ.replace(old, new), "mcq/mcq01-dropout.md")

    assert (wrong.line, wrong.found) == (line, found)


# exercises


def test_an_exercise_has_its_function_its_sample_and_the_source_of_its_solution(tmp_path: Path) -> None:
    path = write(tmp_path, coding(), "coding/q041-double/question.md")
    write(tmp_path, SOLUTION, "coding/q041-double/solution.py")

    item = read_item(path, tmp_path)

    assert item.exercise == Exercise(
        "double",
        "double(x: int) -> int",
        "double(2)",
        SOLUTION,
        hints=("Try the number 1 first.", "Add the number to itself.", "To triple a number, write 3 * x."),
        complexity="O(1) time and memory",
        interviewer=("What about -0.0?", "Why not shift the bits?"),
    )
    assert item.choices is None


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("  - Try the number 1 first.\n", "", 37, "in 'hints': 2 given, 3 needed"),
        ("hints:\n", "hints:\n  - Sleep on it.\n", 37, "in 'hints': 4 given, 3 needed"),
        ("  - Try the number 1 first.\n", "  - 1\n", 38, "hints.0 = 1"),
        ('"What about -0.0?", ', "", 42, "in 'interviewer': 1 given, 2 to 6 needed"),
        ("complexity: O(1) time and memory\n", "complexity: 1\n", 41, "complexity = 1"),
        (
            "complexity: O(1) time and memory\n",
            "",
            2,
            "in 'complexity': a coding item needs the cost of its solution in time and memory",
        ),
    ],
)
def test_an_exercise_owes_three_hints_its_complexity_and_what_an_interviewer_asks_next(
    old: str, new: str, line: int, found: str, tmp_path: Path
) -> None:
    assert old in coding()

    wrong = problem(tmp_path, coding().replace(old, new), "coding/q041-double/question.md")

    assert (wrong.line, wrong.found) == (line, found)


def test_an_imported_exercise_owes_neither_hints_nor_complexity(tmp_path: Path) -> None:
    path = write(tmp_path, coding().replace(AFTER_THE_CODE, ""), "notes/q041-double.md")
    write(tmp_path, SOLUTION, "notes/solution.py")

    exercise = read_item(path, tmp_path, "notes").exercise

    assert exercise == Exercise("double", "double(x: int) -> int", "double(2)", SOLUTION)


def test_only_the_curated_corpus_gives_cases_which_are_code_that_is_trusted(tmp_path: Path) -> None:
    path = write(tmp_path, coding(), "coding/q041-double/question.md")
    write(tmp_path, SOLUTION, "coding/q041-double/solution.py")
    write(tmp_path, "def cases(rng): ...", "coding/q041-double/cases.py")

    own, imported = read_item(path, tmp_path).exercise, read_item(path, tmp_path, "notes").exercise

    assert own is not None
    assert own.cases == "def cases(rng): ..."
    assert imported is not None
    assert imported.cases == ""


@pytest.mark.parametrize("field", ["function", "signature", "sample"])
def test_an_exercise_without_one_of_its_fields_is_named(field: str, tmp_path: Path) -> None:
    text = re.sub(rf"^{field}: .*\n", "", coding(), flags=re.M)

    wrong = problem(tmp_path, text, "coding/q041-double/question.md")

    assert wrong.found == "in 'function': a coding item needs function, signature and sample"
    assert wrong.line == (2 if field == "function" else 7)


@pytest.mark.parametrize(
    "sample",
    [
        "double(2)",
        "double([1, (2.5, -3)], k={'a': None, 'b': {True}})",
        "double('x' 'y', b'z', 1 + 2j)",
        "double()",
    ],
)
def test_a_sample_is_a_call_with_literals(sample: str, tmp_path: Path) -> None:
    path = write(tmp_path, coding(sample), "coding/q041-double/question.md")
    write(tmp_path, SOLUTION, "coding/q041-double/solution.py")

    exercise = read_item(path, tmp_path).exercise

    assert exercise is not None
    assert exercise.sample == sample


@pytest.mark.parametrize(
    "sample",
    [
        "triple(2)",
        "double(x)",
        "double(k=open('f'))",
        "double(2).real",
        "double(2)(3)",
        "np.double(2)",
        "double(*[1])",
        "double(2); double(3)",
        "double(2",
        "double",
        "lambda: double(2)",
        "double({[]: 1})",
        "double(__import__('os').system('ls'))",
        "double(" + "-" * 580 + "1)",
        "double(" + "(" * 250 + ")" * 250 + ")",
    ],
)
def test_any_other_sample_is_refused(sample: str, tmp_path: Path) -> None:
    wrong = problem(tmp_path, coding(sample), "coding/q041-double/question.md")

    assert wrong.found == "in 'sample': must be a call of double whose arguments are literals"
    assert wrong.line == 9


@pytest.mark.parametrize(
    ("solution", "line"),
    [(None, 0), ("def double(x):\n    return 2 *\n", 2), ("x = '\x00'\n", None), ("x = " + "-" * 9000 + "1", 0)],
)
def test_a_solution_that_is_missing_or_no_python_is_named(
    solution: str | None, line: int | None, tmp_path: Path
) -> None:
    write(tmp_path, coding(), "coding/q041-double/question.md")
    if solution is not None:
        write(tmp_path, solution, "coding/q041-double/solution.py")

    (wrong,) = read_corpus(tmp_path).problems

    assert wrong.file == "coding/q041-double/solution.py"
    assert line is None or wrong.line == line
    assert wrong.found


def test_a_solution_is_read_and_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "run"
    write(tmp_path, coding(), "coding/q041-double/question.md")
    write(tmp_path, f"open({str(marker)!r}, 'w')\n", "coding/q041-double/solution.py")

    assert len(read_corpus(tmp_path).items) == 1
    assert not marker.exists()


# shelves


BROKEN: list[bytes] = [
    b"",
    b"\xff",
    b"---\n",
    b"---\nid: [\n---\nx",
    b"---\nid: q002\n---\nx",
    b"---\nid: &a [*a]\n---\nx",
    b"---\nid: 2024-99-99\n---\nx",
    b"---\nid: " + b"{" * 5000 + b"\n---\nx",
    GOOD.replace("q001", "q003", 1).encode(),
    GOOD.replace("q001", "q002", 1).replace(BODY, "").encode(),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_bad_file_never_loses_the_others(broken: bytes, tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, broken, "questions/q002-broken.md")
    write(tmp_path, MCQ, "mcq/mcq01-dropout.md")

    shelf = read_corpus(tmp_path)

    assert [item.id for item in shelf.items] == ["mcq01", "q001"]
    assert [each.file for each in shelf.problems] == ["questions/q002-broken.md"]
    assert shelf.files == {"mcq01": "mcq/mcq01-dropout.md", "q001": "questions/q001-dropout.md"}


def test_a_second_file_of_the_same_id_is_a_problem_and_the_first_stays(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "questions/q001-a.md")
    write(tmp_path, GOOD.replace(BODY, "Another body."), "questions/q001-b.md")

    shelf = read_corpus(tmp_path)

    assert [item.body for item in shelf.items] == [BODY]
    assert shelf.problems == (FileProblem("questions/q001-b.md", 0, "id 'q001' a second time", "an id of its own"),)
    assert shelf.files == {"q001": "questions/q001-a.md"}


def test_an_empty_or_missing_folder_is_an_empty_shelf(tmp_path: Path) -> None:
    assert read_corpus(tmp_path / "nowhere").items == ()
    assert read_library(tmp_path / "nowhere").items == ()


def test_notes_outside_the_folders_of_items_are_no_items(tmp_path: Path) -> None:
    write(tmp_path, "# How to write an item\n", "README.md")
    write(tmp_path, "no item", "drafts/q009.md")
    write(tmp_path, GOOD)

    shelf = read_corpus(tmp_path)

    assert (len(shelf.items), shelf.problems) == (1, ())


def test_a_library_holds_a_folder_for_each_source(tmp_path: Path) -> None:
    text = "---\nid: {}\ntitle: A\nsection: s\nkind: concept\nlevel: beginner\ntopics: [imported]\n---\nBody.\n"
    write(tmp_path, text.format("notes-001"), "notes/notes-001.md")
    write(tmp_path, text.format("course-001"), "course/course-001.md")
    write(tmp_path, "broken", "course/course-002.md")
    write(tmp_path, text.format("hidden-001"), ".unfinished/hidden-001.md")
    write(tmp_path, "a stray file", "stray.md")

    shelf = read_library(tmp_path)

    assert [(item.id, item.source) for item in shelf.items] == [("course-001", "course"), ("notes-001", "notes")]
    assert [each.file for each in shelf.problems] == ["course/course-002.md"]
    assert shelf.files == {"course-001": "course/course-001.md", "notes-001": "notes/notes-001.md"}


# properties


def read_or_problem(content: bytes) -> Item | FileProblem:
    with TemporaryDirectory() as name:
        path = write(Path(name), content)
        try:
            return read_item(path, Path(name))
        except CorpusError as error:
            return error.problem


@given(st.binary(max_size=300) | st.text(alphabet="-:[]{}&*!|>'\"#%@`,?~ \n\tab01_=.<", max_size=120).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_an_item_or_a_problem_with_a_line_of_the_file(content: bytes) -> None:
    found = read_or_problem(b"---\n" + content + b"\n---\nBody\n")

    assert isinstance(found, FileProblem)
    assert 0 <= found.line <= content.count(b"\n") + 5
    assert found.found
    assert found.expected


@given(position=st.integers(0, len(GOOD) - 1), junk=st.text(max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_change_to_a_good_file_gives_an_item_or_a_problem(position: int, junk: str) -> None:
    found = read_or_problem((GOOD[:position] + junk + GOOD[position + 1 :]).encode("utf-8", "surrogatepass"))

    assert isinstance(found, Item) or found.found


plain = st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=40)


@given(title=plain, asks=st.lists(plain, min_size=8, max_size=12))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_back(title: str, asks: list[str]) -> None:
    quote: Callable[[str], str] = lambda text: text.replace("\\", "\\\\").replace('"', '\\"')  # noqa: E731
    text = item_text("q001", quote(title), BODY, tuple(map(quote, asks)))

    item = read_or_problem(text.encode())

    assert isinstance(item, Item)
    assert (item.title, item.asks) == (title, tuple(asks))


@pytest.mark.parametrize("module", ["corpus.py", "front_matter.py", "item_schema.py"])
def test_items_are_read_anew_after_a_change_of_any_module_that_reads_them(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = reader_fingerprint(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path.name == module else b""))
    assert reader_fingerprint() != before
