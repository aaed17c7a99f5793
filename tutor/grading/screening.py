"""What of an answer can be judged at all: sentences in English that say more than the question does.

Keywords strung together, gibberish, code, orders to the grader and the question said again are none. Works on the
forms of the text alone; knows nothing of what is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bm25s import stopwords

from tutor.acts import other_language
from tutor.grading.answer_text import Piece, answer_sentences
from tutor.lexical import terms

MIN_NEW_TERMS = 2
"""Content words that a sentence must have besides those of the question, or half of its words."""

MIN_ANSWER_TERMS = 3
"""The same for the whole answer."""

MIN_BINDING = 0.12
"""Share of the words of an answer of some length that bind the others together, as articles and pronouns do."""

MAX_BROKEN = 0.2
"""Share of an answer's articles and prepositions that may stand before a word that cannot follow them: 2 in 100 runs
of three sentences of the corpus have more, and 58 in 100 of the same words in any order."""

KEYWORDS, MANY_KEYWORDS, MIN_STRUCTURE = 12, 20, 0.1
"""A list of keywords: a sentence of so many words without one that binds, or of so many more of which fewer than the
third are articles, prepositions, auxiliaries, pronouns or begin a clause."""

ENDLESS, ENDLESS_STRUCTURE = 30, 0.18
"""The same for sentences of still more words, of which none of the corpus or the answers has fewer."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_ARTICLES = frozenset("a an the its their our your every".split())
_PREPOSITIONS = frozenset("of to in by for with from on at into than between".split())
_BEFORE_CLAUSE = frozenset("than by for with from in of on at into to".split())
_VERBS = frozenset(
    "is are was were be been has have had do does did can could will would may might must should isn't aren't don't "
    "doesn't can't won't it's that's there's they're you're we're i'd i'll".split()
)
_JOINS = frozenset("and or but because if when while whereas so that then".split())
_PRONOUNS = frozenset(
    "where how it they them you we i this that these those which who what one each its their your".split()
)
_STRUCTURE = _ARTICLES | _PREPOSITIONS | _VERBS | _PRONOUNS | (_JOINS - {"and", "or", "so", "then"})
_BINDING = frozenset(stopwords.STOPWORDS_EN_PLUS) - frozenset("and or etc vs versus plus".split())
_ORDER = re.compile(
    r"\b(?:give|award|assign|grant|deserves?|output|return|put|write|want|need|take)\b.{0,40}\b(?:full|maximum|max|"
    r"highest|top|perfect|best|all|100 ?%|100|10/10|high|1\.0|one)\b.{0,20}"
    r"\b(?:marks?|scores?|points?|grades?|credits?|rating)\b"
    r"|\b(?:full|maximum|top|perfect|all) (?:marks|points|credits?|grades?|score)\b.{0,20}\bplease\b"
    r"|\b(?:mark|grade|score|rate|treat|count|consider|accept)\b.{0,40}\b(?:as|with|to be)\b.{0,20}\b(?:correct|right|"
    r"covered|complete|full|perfect|1\.0|100|excellent|pass(?:ed)?)\b"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:instruction|rubric|rule|prompt|point|answer|criteria|above|"
    r"previous)"
    r"|\b(?:dear|attention|note to|hey|hello)\s+(?:the\s+)?(?:grader|examiner|evaluator|judge|assistant|teacher)\b"
    r"|\b(?:system|assistant|developer|admin)\s*(?:prompt|message|override|note)?\s*:"
    r"|\byou (?:are now|must|should|will) (?:give|grade|mark|score|award|say|answer|reply|respond|output|return)\b"
    r'|"?\bscore"?\s*[:=]\s*\d',
    re.I,
)
_ASSESSING = re.compile(
    r"\b(?:give|award|assign|grant|grade|grader|grading|mark|score|rate|rubric|examiner|please|deserves?|instructions?|"
    r"system|assistant|ignore|output|return|treat|answer|must|me|my|you|your)\b",
    re.I,
)
_FENCE_MARK = re.compile(r"```\w*")
_CODE = re.compile(
    r"^\s*(?:def |class |import |from \w+ import|return\b|for .+:\s*$|while .+:\s*$|if .+:\s*$|else:|elif .+:|try:|"
    r"except\b.*:|with .+:\s*$|print\(|@\w+|#|//|[\w.\[\], ]+ ?[-+*/]?= ?\S|[\w.]+\([^)]*\)\s*$|[{}\[\]();]+\s*$"
    r"|(?: {4}|\t)(?!\s*(?:[-*+•>]|\d+[.)]) ))"
)


def unjudgeable(answer: str, sentences: Sequence[Piece], question: str) -> str:
    """Why nothing of an answer can be judged, as a sentence; "" where something can. ``sentences`` are all of it."""
    if not any(char.isalnum() for char in answer):
        return "There is no answer."
    if language := other_language(" ".join(piece.text for piece in sentences) or answer):
        return f"The answer is in {language}; the grader reads English."
    if is_code(answer):
        return "The answer is code; this question asks for words."
    if not is_prose(sentences):
        return "These are single words, not sentences; say how they belong together."
    judged = judged_sentences(sentences, question)
    if len(frozenset().union(*(piece.terms for piece in judged)) - set(terms(question))) < MIN_ANSWER_TERMS:
        return "The answer says nothing beyond the question."
    return ""


def judged_sentences(sentences: Sequence[Piece], question: str) -> tuple[Piece, ...]:
    """The sentences that count: no keywords, nothing that the question says already, no order to the grader."""
    return tuple(
        piece
        for piece in sentences
        if not is_keywords(piece.text) and says_more(piece, question) and not is_order(piece.text)
    )


def says_more(piece: Piece, question: str) -> bool:
    """Whether enough of a sentence's content words are not the question's."""
    new = len(piece.terms - set(terms(question)))
    return new >= MIN_NEW_TERMS or new > len(piece.terms) / 2


def is_prose(sentences: Sequence[Piece]) -> bool:
    """Whether an answer's words are bound to sentences: enough of them bind, and few stand where nothing of their kind
    can."""
    words = [_words(piece.text) for piece in sentences]
    count = sum(len(each) for each in words)
    binding = sum(word in _BINDING for each in words for word in each)
    enough = binding >= MIN_BINDING * count if count >= MANY_KEYWORDS else binding > 0
    return enough and broken_share(words) <= MAX_BROKEN


def is_keywords(text: str) -> bool:
    """Whether a sentence is a list of words that nothing binds."""
    words = _words(text)
    if len(words) < MANY_KEYWORDS:
        return len(words) >= KEYWORDS and not any(word in _BINDING for word in words)
    least = ENDLESS_STRUCTURE if len(words) >= ENDLESS else MIN_STRUCTURE
    return sum(word in _STRUCTURE for word in words) < least * len(words)


def broken_share(sentences: Sequence[Sequence[str]]) -> float:
    """Share of the articles and prepositions in sentences, given as words in small letters, that stand before a word
    that cannot follow them."""
    watched = [
        _cannot_follow(word, after)
        for words in sentences
        if words
        for word, after in zip(words, [*words[1:], ""], strict=True)
        if word in _ARTICLES or word in _PREPOSITIONS
    ]
    return sum(watched) / len(watched) if len(watched) > 1 else 0.0


def is_order(text: str) -> bool:
    """Whether a sentence speaks to the grader about the grade, and not about the subject."""
    return bool(_ORDER.search(text)) and len(_ASSESSING.findall(text)) >= 2


def is_code(answer: str) -> bool:
    """Whether most lines of an answer are a program's, and the others explain nothing: formulas look like programs."""
    lines = [line for line in _FENCE_MARK.sub("", answer).splitlines() if line.strip()]
    words = [line for line in lines if not _CODE.match(line)]
    explained = answer_sentences("\n".join(words))
    says_something = (
        is_prose(explained) and len(frozenset().union(*(each.terms for each in explained))) >= MIN_ANSWER_TERMS
    )
    return len(lines) > 1 and len(words) < len(lines) / 2 and not says_something


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _cannot_follow(word: str, after: str) -> bool:
    if word in _ARTICLES:
        return not after or after in _VERBS or after in _JOINS or after in _PREPOSITIONS or after in _ARTICLES
    return after in _JOINS - {"that"} or (after in _VERBS and word != "to") or (not after and word != "to")
