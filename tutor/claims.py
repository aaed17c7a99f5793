"""Reads a sentence as the check sees it: words with their kind, clauses, what is denied, what stands near what.

Two sentences are compared by these readings. Knows nothing of items, passages or verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from tutor.lexical import terms
from tutor.opposites import AXES, DENYING_WORDS, LIGHT_WORDS, NEGATING_PHRASES, NEGATORS, SYNONYMS, TERMS

SCOPE = 2
"""Words that a negation denies."""

FAR = 0.25
"""How much less near a word on the other side of a full cut stands."""


@dataclass(frozen=True)
class Word:
    """A content word. ``form`` is what it is compared by; ``kind`` is ``number``, ``name``, an axis, or empty.

    ``denied``: by its own prefix. ``clause`` grows by the strength of each cut before it; ``text`` is what a person
    reads.
    """

    text: str
    form: str
    kind: str
    clause: float
    denied: bool = False


@dataclass(frozen=True)
class Reading:
    """The content words of a sentence in order, and for each negation the places of what it denies, nearest first."""

    words: tuple[Word, ...]
    denials: tuple[tuple[int, ...], ...]

    @cached_property
    def forms(self) -> frozenset[str]:
        return frozenset(word.form for word in self.words)

    @cached_property
    def denied(self) -> tuple[bool, ...]:
        """For each word whether it is denied, by a negation or by its prefix, but not by both."""
        near = {denial[0] for denial in self.denials}
        return tuple(word.denied != (place in near) for place, word in enumerate(self.words))

    @cached_property
    def nearness(self) -> tuple[dict[str, float], ...]:
        """For each word the forms of the others, with 1 for the next one and less for those farther off."""
        return tuple(self._near(place) for place in range(len(self.words)))

    def _near(self, place: int) -> dict[str, float]:
        here = self.words[place]
        near: dict[str, float] = {}
        for other, word in enumerate(self.words):
            if other != place:
                weight = FAR ** min(abs(word.clause - here.clause), 1.5) / (1 + DECAY * (abs(other - place) - 1))
                near[word.form] = max(near.get(word.form, 0.0), weight)
        return near


DECAY = 0.5
_SIDES = {
    word: (name, str(number)) for name, *sides in AXES for number, side in enumerate(sides) for word in side.split()
}
_CANONICAL = {word: group.split()[0] for group in SYNONYMS for word in group.split()}
_COUNTS = {
    word: f"{number}.0"
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"hundred": "100.0", "thousand": "1000.0", "twenty": "20.0", "thirty": "30.0", "fifty": "50.0"}
_ORDINALS = {word: f"{number}th" for number, word in enumerate("second third fourth fifth sixth seventh".split(), 2)}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_GREEK = dict(
    zip(
        "αβγδεθκλμνξπρστφχψω",
        "alpha beta gamma delta epsilon theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split(),
        strict=True,
    )
)
_LATEX = (
    (re.compile(r"\\d?t?frac\{([^{}]*)\}\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\(?:text|mathrm|operatorname|hat|bar|mathbf|mathbb)\{?"), ""),
    (re.compile(r"\^\\?\{?([\d.]+)\}?"), r"^\1"),
    (
        re.compile(
            r"\\(?:[,;!]|(?:quad|qquad|left|right|[Bb]ig[lr]?|cdot|le|ge|approx|sum|[lr]Vert|in|sim)(?![A-Za-z]))"
        ),
        " ",
    ),
    (re.compile(r"[{}$]|\\(?=[A-Za-z])"), ""),
)
_TERM_PATTERN = "|".join(
    re.escape(term).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]?") for term in sorted(TERMS, key=len, reverse=True)
)
_TOKEN = re.compile(
    rf"""(?P<order>\bO\([^()]{{1,20}}\))
    |(?P<term>(?<![\w-])(?:{_TERM_PATTERN})(?:s|es)?(?![\w-]))
    |(?P<number>\^\d+|(?<![\w.])-?(?:\d+(?:[.,]\d+)*(?:e[+-]?\d+)?|\.\d+)(?:(?!\w)|(?=(?:[mkun]?s|[kmgt]?b|[kmg]?hz|[ckm]?m|min|h|x)\b))(?:\s?%|\s(?:percent|per\scent)\b)?)
    |(?P<word>[A-Za-z_][\w'’^]*(?:-(?=\w)[\w'’]+)*(?:\.\d+)*|\d+(?:[.,]\d+)*[A-Za-z-][\w-]*|R2)
    |(?P<cut>[;:()]|\s[–—]\s|,\ and\b|,)""",
    re.VERBOSE | re.IGNORECASE,
)
_CUTS = {
    **dict.fromkeys("while whereas but although though until unlike yet however".split(), 1.0),
    **dict.fromkeys("because since so which unless if when where than that".split(), 0.4),
    ";": 1.0,
    ":": 0.5,
    ",": 0.25,
    ", and": 1.0,
    "(": 0.4,
    ")": 0.4,
}
"""How strongly a word or a sign parts what stands before it from what follows."""

_NAME_FORM = re.compile(r"(?:\w*\d\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}\w*|[a-z]+[A-Z]\w*)")
_NO_WORDS = re.compile(
    r"^\s*(?:No|Yes),\s|\bnot only\b(?=.*\bbut\b)|\bno longer\b|\byes/no\b|\bwhether or not\b|\bor not\b|\bno matter\b",
    re.I,
)
_PRONOUN_COUNT = re.compile(r"\s+(?:is|are|was|were|can|do|does|have|differ|overlap|share|work|together)\b")
_ROW = re.compile(r"^(?P<label>[^:;]{1,60}?) – (?P<cells>[^;]+: .+)$", re.S)
_UN = re.compile(r"^(?:un(?!der|i|til|less)|non-?)(?P<rest>\w{4,})$")


@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """The reading of one sentence, in which Markdown's marks are gone already."""
    words: list[Word] = []
    negations: list[tuple[int, float]] = []
    clause = 0.0
    text = _plain(text)
    for match in _TOKEN.finditer(text):
        small = match[0].lower().strip().replace("’", "'")
        if match.lastgroup == "cut" or (match.lastgroup == "word" and small in _CUTS):
            clause += _CUTS.get(small, 0.25)
        elif match.lastgroup == "word" and (small in NEGATORS or small.endswith("n't")):
            negations.append((len(words), clause))
        else:
            words.extend(_words(match, text, clause))
    denials = [_scope(words, start, at) for start, at in negations]
    return Reading(tuple(words), tuple(denial for denial in denials if denial))


def _plain(text: str) -> str:
    """Formulas and signs as plain words, negating phrases as one negation, a table row cell by cell."""
    text = _RAISED.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text.replace("−", "-"))
    text = _NO_WORDS.sub(" ", text)
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    for sign, name in _GREEK.items():
        text = text.replace(sign, name)
    if row := _ROW.match(text):
        text = "; ".join(f"{row['label']} {cell}" for cell in row["cells"].split("; "))
    for phrase, plain in NEGATING_PHRASES.items():
        text = text.replace(phrase, plain)
    return re.sub(r"(?<=[\w)])\^(?=\d)", " ^", re.sub(r"\bR(?:_\w)?\^2", "R2", text))


def _words(match: re.Match[str], text: str, clause: float) -> Iterator[Word]:
    token, small = match[0], match[0].lower()
    if match.lastgroup == "order":
        yield Word(token, re.sub(r"[\s*·]", "", small), "number", clause)
    elif match.lastgroup == "number":
        yield Word(token.split()[0], number_form(token), "number", clause)
    elif match.lastgroup == "term":
        yield Word(token, name_form(token), "name", clause)
    elif small in _COUNTS or small in _ORDINALS:
        follows = re.match(r"\s+[A-Za-z]", text[match.end() :])
        counted = small != "one" and follows and not _PRONOUN_COUNT.match(text[match.end() :])
        if counted or small == "zero":
            yield Word(token, _COUNTS.get(small) or _ORDINALS[small], "number", clause)
    elif _is_name(match, text):
        yield Word(token, name_form(token), "name", clause)
    else:
        yield from (word for part in re.split(r"[-'’]", token) for word in _word(part, clause))


def _word(token: str, clause: float) -> Iterator[Word]:
    small = token.lower()
    if small in _SIDES:
        axis, side = _SIDES[small]
        yield Word(token, f"{axis}/{side}", axis, clause)
        return
    stripped = _UN.match(small)
    if stripped and not small.startswith("none"):
        yield from (replace(word, denied=not word.denied) for word in _word(stripped["rest"], clause))
    elif small in DENYING_WORDS:
        rest = re.sub(r"^(?:in|im|ir|non)", "", small)
        yield from (replace(word, denied=not word.denied) for word in _word(rest, clause))
    else:
        for stem in terms(_CANONICAL.get(small, small)):
            yield Word(token, stem, "", clause)


def _is_name(match: re.Match[str], text: str) -> bool:
    """Whether a word is a technical name by its form, or by a capital that no beginning of a sentence explains."""
    token = match[0]
    if _NAME_FORM.match(token) or any(_NAME_FORM.fullmatch(part) for part in token.split("-")):
        return True
    before = text[: match.start()].rstrip(" \"'(“‘*_`")
    return token[0].isupper() and len(token) > 2 and bool(before) and before[-1] not in ".!?:;–—"


def number_form(token: str) -> str:
    """One form for a number: 1,000 as 1000, .5 as 0.5, 63 % and 63 percent as 0.63."""
    plain = token.lower().replace(",", "")
    value = re.sub(r"\s|%|percent|per\scent", "", plain)
    try:
        return repr(round(float(value) / 100, 12) if value != plain.strip() else float(value))
    except ValueError:
        return value


def name_form(token: str) -> str:
    """One form for a name: small, its last word in the singular, without hyphens or a genitive."""
    plain = re.sub(r"[_^-]", "", re.sub(r"['’]s$", "", token.lower()))
    plural = len(plain) > 2 and plain.endswith("s") and not plain.endswith(("ss", "as", "is", "es"))
    return re.sub(r"\s+", " ", plain[:-1] if plural else plain)


def _scope(words: list[Word], start: int, clause: float) -> tuple[int, ...]:
    """The places after a negation, in its clause; before it where none follows."""
    near = [
        place
        for place, word in enumerate(words)
        if abs(word.clause - clause) < 0.5 and word.text.lower() not in LIGHT_WORDS
    ]
    after = [place for place in near if place >= start]
    return tuple(after[:SCOPE]) or tuple(place for place in near if place < start)[-1:]
