"""Lint: each rule once kept and once broken, with the line of the file where it is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import item_text
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.errors import FileProblem
from tutor.lint import lint
from tutor.settings import default_corpus

BODIES = {
    "q001": "Dropout switches random neurons off. Training alone uses it. Prediction keeps every neuron.",
    "q002": "Pruning removes useless branches. Trees become smaller. Validation data decide what goes.",
    "q003": "Bagging trains models on resampled rows. Votes are averaged. Variance falls thereby.",
    "q004": "Boosting trains models in sequence. Errors weigh more each round. Bias falls thereby.",
}
FILLER = " ".join(["word"] * 60)
NAME = "questions/q001-item.md"
LAST = 38
"""Line of q001's filler. 2: id, 3: title, 8: asks, 17: key points, 27: follow-ups, 34: related, 36: body, 37: blank."""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Four items without a problem, each linked to others."""
    (tmp_path / "questions").mkdir()
    for id, body in BODIES.items():
        text = item_text(id, f"Title of {id}?", body, related=("q002" if id == "q001" else "q001",))
        text = text.replace(f"item: {id}\n", "item: q004\n")  # none follows itself
        (tmp_path / "questions" / f"{id}-item.md").write_text(f"{text}\n{FILLER}\n", encoding="utf-8")
    return tmp_path


def change(corpus: Path, old: str, new: str, name: str = NAME) -> None:
    path = corpus / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_mcq(corpus: Path, words: int) -> None:
    lines = ["---", "id: mcq01", "title: Which?", "section: mcq", "kind: mcq", "level: beginner", "topics: [trees]"]
    lines += ["options:", "  A: One", "  B: Two", "key: A", "distractors:", "  B: No.", "---", "word " * words]
    (corpus / "mcq").mkdir()
    (corpus / "mcq" / "mcq01-a.md").write_text("\n".join(lines), encoding="utf-8")


def problems(corpus: Path) -> list[tuple[str, int, str]]:
    return [(each.file, each.line, each.found) for each in lint(corpus)[1]]


def test_a_corpus_that_keeps_every_rule_has_no_problem(corpus: Path) -> None:
    shelf, found = lint(corpus)

    assert [item.id for item in shelf.items] == ["q001", "q002", "q003", "q004"]
    assert found == ()
    lines = (corpus / NAME).read_text().splitlines()
    assert (lines[26], lines[33], lines[LAST - 1]) == ("follow_ups:", "related: [q002]", FILLER)


def test_the_real_corpus_has_no_problem() -> None:
    shelf, found = lint(default_corpus())

    assert found == ()
    assert len(shelf.items) == 83


# links


@pytest.mark.parametrize("target", ["q099", "q001", "mcq01"])
def test_a_follow_up_names_another_item_that_answers_it(target: str, corpus: Path) -> None:
    add_mcq(corpus, words=25)
    change(corpus, "item: q002", f"item: {target}")

    assert problems(corpus) == [(NAME, 30, f"a follow-up to {target!r}")]


@pytest.mark.parametrize("target", ["q099", "q001"])
def test_a_related_item_is_another_item(target: str, corpus: Path) -> None:
    change(corpus, "related: [q002]", f"related: [q003, {target}]")

    assert problems(corpus) == [(NAME, 34, f"related to {target!r}")]


def test_a_related_item_may_be_multiple_choice(corpus: Path) -> None:
    add_mcq(corpus, words=25)
    change(corpus, "related: [q002]", "related: [mcq01]")

    assert problems(corpus) == []


def test_a_link_to_a_file_that_cannot_be_read_is_a_problem_beside_the_file_itself(corpus: Path) -> None:
    change(corpus, "level: beginner", "level: easy", "questions/q002-item.md")

    assert ("questions/q002-item.md", 6, "level = 'easy'") in problems(corpus)
    assert (NAME, 34, "related to 'q002'") in problems(corpus)


# formulas


@pytest.mark.parametrize(
    "body",
    [
        r"the loss $L = \frac{1}{n}\sum_i (y_i - \hat{y}_i)^2$ and $\mathbb{R}^d$",
        "$$\n\\sigma(z) = \\frac{1}{1 + e^{-z}}\n$$",
        r"$\{x \mid x > 0\}$",
        r"$\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}$",
        r"it costs \$5 a month",
        "run `echo $HOME` first",
        "```bash\necho $HOME {\n```",
    ],
)
def test_a_formula_that_renders_is_no_problem(body: str, corpus: Path) -> None:
    change(corpus, FILLER, f"{body}\n\n{FILLER}")

    assert problems(corpus) == []


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (r"\fraction{1}{2}", r"the unknown command \fraction"),
        ("{a", "a formula with unbalanced braces"),
        (r"\{a}", "a formula with unbalanced braces"),
        ("x^2^3", "a formula that does not render (DoubleSuperscriptsError)"),
        (r"\left( a", "a formula that does not render (ExtraLeftOrMissingRightError)"),
        (r"\begin{matrix} a", "a formula that does not render (MissingEndError)"),
        (r"\text", "a formula that does not render (StopIteration)"),
    ],
)
@pytest.mark.parametrize("mark", ["$", "$$"])
def test_a_formula_that_does_not_render_is_named(formula: str, found: str, mark: str, corpus: Path) -> None:
    change(corpus, FILLER, f"With $x$ comes\n{mark}{formula}{mark}.\n\n{FILLER}")

    assert problems(corpus) == [(NAME, 39, found)]


@pytest.mark.parametrize(
    "line", ["it costs $5 a month", "$$x", "$x$ and $", "from $5 to $6 a month", "`code` costs $5"]
)
def test_a_single_dollar_is_named_on_its_own_line(line: str, corpus: Path) -> None:
    change(corpus, FILLER, f"the formula $x$\n{line}\nthe formula $y$\n\n{FILLER}")

    assert [(file, at) for file, at, found in problems(corpus) if found == "a single $"] == [(NAME, 39)]


@given(st.text(alphabet=r"\{}^_&$ ax1()[]|", max_size=30) | st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_formula_is_either_no_problem_or_a_named_one(formula: str) -> None:
    text = item_text("q001", "Title?", BODIES["q001"]) + f"\nThen $${formula}$$ and $`{formula}$.\n"
    with TemporaryDirectory() as name:
        path = Path(name) / NAME
        path.parent.mkdir()
        path.write_bytes(text.encode())

        shelf, found = lint(Path(name))

    assert [item.id for item in shelf.items] == ["q001"]
    assert all(each.line and each.found and each.expected for each in found)


# key points


def test_a_key_point_is_found_in_the_body_whatever_the_form_of_its_words(corpus: Path) -> None:
    change(corpus, 'text: "Training alone uses it"', 'text: "It is used in training, switching neurons"')

    assert problems(corpus) == []


def test_a_key_point_may_lack_one_word_in_four(corpus: Path) -> None:
    change(corpus, 'text: "Training alone uses it"', 'text: "Dropout switches neurons quietly"')
    assert problems(corpus) == []

    change(corpus, "Dropout switches neurons quietly", "Dropout neurons quietly")
    assert problems(corpus) == [(NAME, 20, "a key point whose words are not in the body (quiet)")]


def test_a_key_point_of_another_fact_is_named_with_its_missing_words(corpus: Path) -> None:
    change(corpus, 'text: "Training alone uses it"', 'text: "Boosting lowers bias"')

    assert problems(corpus) == [(NAME, 20, "a key point whose words are not in the body (bias, boost, lower)")]


# the length of a body


@pytest.mark.parametrize(("words", "right"), [(59, False), (60, True), (400, True), (401, False)])
def test_a_body_has_60_to_400_words(words: int, right: bool, corpus: Path) -> None:
    own = len(BODIES["q001"].split())
    change(corpus, FILLER, " ".join(["word"] * (words - own)))

    assert problems(corpus) == ([] if right else [(NAME, 36, f"a body of {words} words")])


@pytest.mark.parametrize(("words", "right"), [(24, False), (25, True)])
def test_the_body_of_a_multiple_choice_item_may_be_shorter(words: int, right: bool, corpus: Path) -> None:
    add_mcq(corpus, words)

    assert problems(corpus) == ([] if right else [("mcq/mcq01-a.md", 15, f"a body of {words} words")])


# asks


@pytest.mark.parametrize("same", ["title of q002 variant 3", "Title of  q002, variant 3?"])
def test_two_items_never_share_an_ask(same: str, corpus: Path) -> None:
    change(corpus, '"title of q003 variant 5"', f'"{same}"', "questions/q003-item.md")

    shelf, found = lint(corpus)

    assert found == (FileProblem("questions/q003-item.md", 14, f"the ask {same!r}", "one that q002 does not have"),)
    assert len(shelf.items) == 4


def test_an_item_never_has_an_ask_twice(corpus: Path) -> None:
    change(corpus, "variant 5", "variant 3")

    assert [each.found for each in lint(corpus)[1]] == ["the ask 'title of q001 variant 3'"]


def test_asks_that_differ_in_one_word_are_two(corpus: Path) -> None:
    change(corpus, '"title of q003 variant 5"', '"title of q002 variant 33"', "questions/q003-item.md")

    assert problems(corpus) == []


# the whole


def test_problems_come_in_the_order_of_file_and_line(corpus: Path) -> None:
    change(corpus, "level: beginner", "level: easy", "questions/q003-item.md")
    change(corpus, "item: q002", "item: q099")
    change(corpus, 'text: "Training alone uses it"', 'text: "Boosting lowers bias"')
    change(corpus, FILLER, "too short", "questions/q002-item.md")

    places = [(each.file, each.line) for each in lint(corpus)[1]]

    assert places == sorted(places)
    assert {(NAME, 20), (NAME, 30), ("questions/q002-item.md", 36), ("questions/q003-item.md", 6)} <= set(places)


def test_a_problem_is_found_in_front_matter_of_any_layout(corpus: Path) -> None:
    change(corpus, "id: q001", '"id": q001')
    change(corpus, "related: [q002]", "related: [q099]")

    assert problems(corpus) == [(NAME, 34, "related to 'q099'")]


def test_a_readme_that_shows_an_item_is_not_taken_for_it(corpus: Path) -> None:
    (corpus / "README.md").write_text("```yaml\nid: q001\nrelated: [q099]\n```\n", encoding="utf-8")
    (corpus / "questions" / "z.md").mkdir()
    (corpus / "zz").mkdir()
    (corpus / "zz" / "notes.md").write_text("id: q001\n", encoding="utf-8")
    change(corpus, "related: [q002]", "related: [q099]")

    assert problems(corpus) == [
        (NAME, 34, "related to 'q099'"),
        ("questions/z.md", 0, "a file that cannot be read (Is a directory)"),
    ]


def test_an_empty_corpus_has_neither_items_nor_problems(tmp_path: Path) -> None:
    shelf, found = lint(tmp_path)

    assert (shelf.items, found) == ((), ())
