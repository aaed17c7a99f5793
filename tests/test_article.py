"""The numbered article: a synthetic one with the traps of the real one, variants of each trap, and properties."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.importing.article import Article, parse_article
from tutor.importing.article_code import single_spaced
from tutor.importing.article_lines import is_advert, is_heading, odd_words
from tutor.importing.article_markdown import NO_ANSWER

DATA = Path(__file__).parent / "data" / "import"
ARTICLE = (DATA / "article.txt").read_text(encoding="utf-8")
EXPECTED = json.loads((DATA / "article.expected.json").read_text(encoding="utf-8"))


def titles(article: Article) -> list[tuple[int, str]]:
    return [(item.number, item.title) for item in article.items]


def bodies(text: str) -> list[str]:
    return [item.body for item in parse_article(text).items]


@pytest.fixture(scope="module")
def garden() -> Article:
    return parse_article(ARTICLE)


def test_every_question_comes_out_once_and_in_order(garden: Article) -> None:
    assert titles(garden) == [(item["number"], item["title"]) for item in EXPECTED]
    assert garden.is_question_list


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda item: f"question {item['number']}")
def test_every_body_is_what_a_reader_would_copy(garden: Article, expected: dict[str, object]) -> None:
    body = next(item.body for item in garden.items if item.number == expected["number"])

    assert body.split("\n") == expected["body"]


def test_what_looks_damaged_is_reported_by_its_number(garden: Article) -> None:
    assert [note.partition(":")[0] for note in garden.doubtful] == [
        f"Question {number}" for number in (2, 3, 4, 6, 7, 8, 9, 11)
    ]
    assert "'កlitres'" in garden.doubtful[-1]


def test_what_is_in_no_item_is_listed(garden: Article) -> None:
    assert [note.partition(": ")[2].split(" (a number")[0] for note in garden.left_out] == [
        "kitchen garden quiz night",
        "Related Article - Ten Sheds We Envy",
        "Garden Questions For Seasoned Growers",
        "Read Also- Why Slugs Love Beer",
        "Tool Shed Coding Questions",
        "How to Get Ready for Garden Quiz Questions?",
        "1. Walk Your Own Beds",
        "2. Read Seed Packets",
        "3. Bring A Pencil",
        "Q1. Which plant fixes nitrogen?",
        "Q2. Which tool turns compost?",
        "Q1. Do I need a greenhouse?",
        "Q2. Are slugs edible?",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("1. What is A?", "2. What is B?"),
        ("1) What is A?", "2) What is B?"),
        ("Q1. What is A?", "Q2. What is B?"),
        ("Q.1) What is A?", "Q.2) What is B?"),
        ("Q1 What is A?", "Q2 What is B?"),
        ("Question 1: What is A?", "Question 2: What is B?"),
        ("1.What is A?", "2.What is B?"),
        ("1.\u00a0What is A?", "2.\u00a0What is B?"),
        ("1 – What is A?", "2 – What is B?"),
        ("### 1. What is A?", "### 2. What is B? ###"),
        ("**1. What is A?**", "**2. What is B?**"),
        ("1. **What is A?**", "2. **What is B?**"),
        ("1.\nWhat is A?", "2.\nWhat is B?"),
        ("1. What\nis A?", "2. What\nis B?"),
    ],
)
def test_numbers_are_read_in_many_styles(lines: tuple[str, str]) -> None:
    article = parse_article(f"{lines[0]}\n\nAlpha.\n\n{lines[1]}\n\nBeta.\n")

    assert titles(article) == [(1, "What is A?"), (2, "What is B?")]
    assert [item.body for item in article.items] == ["Alpha.", "Beta."]


@pytest.mark.parametrize("mark", ["Answer: ", "A: ", "Ans. ", "**Answer:** ", ""])
def test_the_mark_before_an_answer_is_no_part_of_it(mark: str) -> None:
    assert bodies(f"1. What is A?\n{mark}Alpha.\n2. What is B?\n{mark}Beta.") == ["Alpha.", "Beta."]


def test_an_answer_on_the_line_of_its_title_is_told_apart() -> None:
    article = parse_article("1. What is A? Alpha.\n2. What is B? Beta.")

    assert titles(article) == [(1, "What is A?"), (2, "What is B?")]
    assert [item.body for item in article.items] == ["Alpha.", "Beta."]
    assert len(article.doubtful) == 2


def test_a_list_inside_an_answer_may_hold_the_next_question_s_number() -> None:
    lists = "1. x\n2. y\n3. z", "1. u\n2. v\n3. w\n4. x"
    answers = [lists[0], "Beta.", lists[1], "Delta."]

    assert (
        bodies("\n\n".join(f"{number}. What is it?\n\n{answer}" for number, answer in enumerate(answers, 1))) == answers
    )


def test_a_list_of_contents_is_not_taken_for_the_questions() -> None:
    text = "1. What is A?\n2. What is B?\n\n1. What is A?\n\nAlpha.\n\n2. What is B?\n\nBeta."

    assert bodies(text) == ["Alpha.", "Beta."]


def test_a_heading_inside_an_answer_stays_there() -> None:
    text = (
        "1. What is A?\n\nAlpha.\n\nMain Advantages\n\nIt is quick.\n\nIt is small.\n\n"
        "2. What is B?\n\nBeta.\n\nKey Steps\n\n1. one\n2. two\n\n3. What is C?\n\nGamma."
    )

    assert bodies(text) == [
        "Alpha.\n\nMain Advantages\n\nIt is quick.\n\nIt is small.",
        "Beta.\n\nKey Steps\n\n1. one\n2. two",
        "Gamma.",
    ]


@pytest.mark.parametrize(
    "section",
    [
        "Advanced Interview Questions\n\nThese are harder.",
        "Part Two\n\nOnwards.",
        "Intermediate Level\n\nOnwards.",
        "Deeper Waters\n\nThis section is for the brave.",
        "Deeper Waters",
        "## Deeper Waters\n\nOnwards.",
    ],
)
def test_a_section_between_two_questions_is_left_out(section: str) -> None:
    heading = "## Garden\n\n" if section.startswith("#") else ""
    article = parse_article(f"{heading}1. What is A?\n\nAlpha beta.\n\n{section}\n\n2. What is B?\n\nBeta.")

    assert [item.body for item in article.items] == ["Alpha beta.", "Beta."]
    assert section.split("\n")[0] in article.left_out[-1]


def test_a_deeper_marked_heading_belongs_to_the_answer() -> None:
    text = "## 1. What is A?\n\nAlpha.\n\n### Interview tip\n\nSmile.\n\n## More\n\nText.\n\n## 2. What is B?\n\nBeta."

    assert bodies(text) == ["Alpha.\n\n### Interview tip\n\nSmile.", "Beta."]


def test_a_missing_number_without_text_of_its_own_is_reported_and_not_made_up() -> None:
    article = parse_article("1. What is A?\n\nAlpha.\n\n3. What is C?\n\nGamma.")

    assert titles(article) == [(1, "What is A?"), (3, "What is C?")]
    assert article.doubtful == ("Question 2: it is missing after question 1, and no text is plainly its own",)


def test_an_empty_answer_says_so() -> None:
    article = parse_article("1. What is A?\n\n2. What is B?\n\nBeta.\n\n3. What is C?\n\nGamma.")

    assert article.items[0].body == NO_ANSWER
    assert article.doubtful == ("Question 1: it has no answer",)


def test_a_table_whose_cells_can_be_told_becomes_a_table() -> None:
    text = "1. What is A?\n\nSoil\tWater\nclay\tslow\nsand\tfast\n\n2. What is B?\n\nSoil | Water\nclay | slow"

    assert bodies(text) == [
        "| Soil | Water |\n| --- | --- |\n| clay | slow |\n| sand | fast |",
        "| Soil | Water |\n| --- | --- |\n| clay | slow |",
    ]


def test_code_in_fences_stays_as_it_is() -> None:
    text = "1. What is A?\n\n```\n2. no question\n# No Heading\n```\n\n2. What is B?\n\nBeta."

    assert bodies(text) == ["```\n2. no question\n# No Heading\n```", "Beta."]


def test_lines_of_other_languages_are_code_too() -> None:
    text = "1. How does A loop?\n\nfor (int i = 0; i < 3; i++) {\n  count(i);\n}\ndone();\n\n2. What is B?\n\nBeta."

    assert bodies(text)[0] == "```\nfor (int i = 0; i < 3; i++) {\n  count(i);\n}\ndone();\n```"


def test_a_formula_alone_is_not_taken_for_code() -> None:
    assert bodies("1. What is A?\n\ny = mx + b\n\n2. What is B?\n\nBeta.")[0] == "y = mx + b"


def test_doubled_spacing_is_undone_and_other_spacing_kept() -> None:
    assert single_spaced(["a", "", "b", "", "", "", "c"]) == ["a", "b", "", "c"]
    assert single_spaced(["a", "b", "", "c"]) == ["a", "b", "", "c"]


@pytest.mark.parametrize(
    ("text", "advert"),
    [
        ("Related Article - Ten Sheds", True),
        ("Read Also- Why Slugs Love Beer", True),
        ("• Also Explore: More", True),
        ("Enroll now in our digging course", True),
        ("Also check the residuals for normality.", False),
        ("Related work shows the same effect.", False),
        ("Read the manual before you dig.", False),
    ],
)
def test_advertisements_are_told_from_sentences(text: str, advert: bool) -> None:
    assert is_advert(text) == advert


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Garden Questions For Seasoned Growers", True),
        ("How to Get Ready for Garden Quiz Questions?", True),
        ("Advanced garden questions", True),
        ("Where Did It Go?", False),
        ("It rained all day", False),
        ("A Sentence That Ends.", False),
        ("• A Bullet", False),
    ],
)
def test_headings_are_told_from_sentences(text: str, heading: bool) -> None:
    assert is_heading(text) == heading


def test_letters_of_another_script_are_odd_only_where_they_do_not_belong() -> None:
    assert odd_words("a loss of កlitres, debt ᡠ% and don\u00e2€™t") == ["កlitres,", "ᡠ%", "don\u00e2€™t"]
    assert odd_words("π and Σ, naïve, µm, 机器学习, ℝ, x², 𝑥") == []


@pytest.mark.parametrize("text", ["", "\n\n", "Just a paragraph.", "1.", "Q", "2020. A year"])
def test_a_text_without_questions_has_no_items_or_is_no_list_of_questions(text: str) -> None:
    assert not parse_article(text).is_question_list


def test_a_plain_numbered_list_is_no_article() -> None:
    assert not parse_article("How to dig\n\n1. Take a spade\n2. Dig\n3. Rest").is_question_list


SENTENCE = st.lists(
    st.sampled_from("plants like water and the sun rises late in may".split()), min_size=3, max_size=9
).map(lambda words: " ".join(words).capitalize() + ".")
BLOCK = st.one_of(
    SENTENCE,
    st.lists(SENTENCE, min_size=2, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.just("```python\nx = 1\n\n# 3. Not A Question\n```"),
)
QUESTION = SENTENCE.map(lambda text: f"What about {text[:-1].lower()}?")
BETWEEN = st.sampled_from(
    ["", "Related Article - Ten Sheds\n\n", "Advanced Interview Questions\n\nThis section is harder.\n\n"]
)
STYLE = st.sampled_from(["{}. {}", "Q{}. {}", "{}) {}", "### {}. {}", "**{}. {}**"])


@given(
    st.lists(st.tuples(QUESTION, st.lists(BLOCK, min_size=1, max_size=3), BETWEEN), min_size=2, max_size=12),
    STYLE,
)
def test_no_numbered_question_of_a_well_formed_article_is_lost(
    parts: list[tuple[str, list[str], str]], style: str
) -> None:
    text = ""
    for number, (question, blocks, between) in enumerate(parts, 1):
        text += style.format(number, question) + "\n\n" + "\n\n".join(blocks) + "\n\n"
        text += between if number < len(parts) else ""

    article = parse_article(text)

    assert titles(article) == [(number, question) for number, (question, _, _) in enumerate(parts, 1)]
    assert [item.body for item in article.items] == ["\n\n".join(blocks) for _, blocks, _ in parts]
    assert article.is_question_list


PIECES = (
    "1. ¦2) ¦Q3. ¦4.\u00a0¦# ¦**¦• ¦- ¦\t¦   ¦\n¦\n\n¦```¦'''¦def f(x):¦x = (¦import os¦What?¦A Heading"
    "¦Read Also-¦|¦:¦\x00"
).split("¦")


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    for item in parse_article(text).items:
        assert item.body.strip()
        assert item.title.strip()
