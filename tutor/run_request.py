"""Reads from a message whether it asks to run a reference solution, which one, and on which call.

"run the NMS solution", "/run nms", "show me rolling_window_mean([1, 2, 3], 2)" do; "how does NMS run in O(n log n)?"
does not. In doubt it does not: a question must never become a run. A call is cut out as text and read as literals
elsewhere (``tutor.call_text``); nothing here evaluates anything, and nothing here knows a sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import Stemmer

from tutor.call_cutting import KEYWORD, balanced, call_start, call_with, is_signature
from tutor.records import Item

READ_CHARACTERS = 400_000
"""What is read of a message: enough for any call that can be run, and for saying that a longer one cannot."""

_COMMAND = re.compile(r"\s*/(?:run|execute)\b\s*", re.IGNORECASE)
_POLITE = (
    r"(?:(?:please|pls|ok|okay|hey|hi|now|so|and|then|just|also|great|tutor|let'?s|could you|can you|would you|"
    r"will you|can i see you|i want you to|i(?:'d| would) like you to|i want to|i(?:'d| would) like to)[\s,:]+){0,6}"
)
_RUN = re.compile(rf"\s*{_POLITE}(?:re-?run|run|execute|exec|launch|demo|demonstrate|try out)\s+", re.IGNORECASE)
_OUTPUT = re.compile(
    rf"\s*{_POLITE}(?:(?:show|give|print|get)(?: me)?|what(?:'s| is)|see)\s+"
    r"(?:the )?(?:output|result|results|return value) (?:of|from) ",
    re.IGNORECASE,
)
_BEFORE_CALL = re.compile(
    rf"\s*{_POLITE}(?:(?:(?:show|give|print)(?: me)?|compute|calculate|evaluate|call|try|do|test|what(?:'s| is))\b)?"
    r"[\s:`]*(?:the )?(?:(?:output|result|results|value|return value) (?:of|from))?[\s`>]*",
    re.IGNORECASE,
)
_ASKS_RETURN = re.compile(r"\s*(?:so )?what (?:does|would|will|do you get from|comes out of)[\s`]*", re.IGNORECASE)
_AFTER_CALL = re.compile(
    r"[\s`;.!?,]*(?:please|(?:return|returns|give|gives|output|print|produce|evaluate to|in the sandbox|for me|now)"
    r"[\s`;.!?,]*)*",
    re.IGNORECASE,
)
_DATA = re.compile(r"\s(?:on|with|for|using|where)\s", re.IGNORECASE)
_LITERAL = re.compile(r"[\[({\"'\d]")
_NOUNS = frozenset("solution code implementation reference function program exercise script snippet".split())
_FILLERS = _NOUNS | frozenset(
    "the a an your this that it its of in on for me us my please pls again now once more numpy python with using own "
    "algorithm sample example default input data call sandbox some and to here real quick quickly thanks thank you "
    "article corpus first question coding answer out up".split()
)
_POINTS_BACK = frozenset("it this that".split()) | _NOUNS
_STEM = Stemmer.Stemmer("english").stemWord


@dataclass(frozen=True)
class RunRequest:
    """``exercise`` is the id of what is to be run, "" where none is known by the words ``named``. ``call`` is the
    call as it was written, "" for the sample. ``points_back`` says that only "it" or "the code" was said."""

    exercise: str
    call: str = ""
    named: str = ""
    points_back: bool = False


def run_request(message: str, exercises: Sequence[Item]) -> RunRequest | None:
    """What ``message`` asks to run of ``exercises``; None where it asks no such thing. Never raises."""
    text = message[:READ_CHARACTERS]
    if command := _COMMAND.match(text):
        return _commanded(text[command.end() :].strip(), exercises)
    if (called := _called(text, exercises)) is not None:
        return called
    verb = _RUN.match(text) or _OUTPUT.match(text)
    return _asked(text[verb.end() :], exercises) if verb else None


def exercise_named(text: str, exercises: Sequence[Item]) -> str:
    """The id of the one exercise that ``text`` speaks of by a name in full, "" for none or several."""
    words = set(_stems(text[:2000]))
    ids = {item.id for item in exercises if any(name <= words for name in _names(item))}
    return ids.pop() if len(ids) == 1 else ""


def _commanded(rest: str, exercises: Sequence[Item]) -> RunRequest:
    """After ``/run``: everything is taken as a request."""
    for item in exercises:
        if at := call_start(rest, _function(item)):
            return RunRequest(item.id, balanced(rest[at.start() :])[0])
    asked = _asked(rest, exercises) if rest else None
    if asked:
        return asked
    name, _, arguments = rest.partition(" ")
    found = _identified(name, exercises, named=True)
    call = call_with(_function(found), arguments.strip()) if found and arguments.strip() else ""
    return RunRequest(found.id if found else "", call, "" if found else rest[:80])


def _called(text: str, exercises: Sequence[Item]) -> RunRequest | None:
    """A call of an exercise's function, with nothing before it but words that ask to make it."""
    for item in exercises:
        at = call_start(text, _function(item))
        if not at:
            continue
        before = text[: at.start()]
        call, after = balanced(text[at.start() :])
        if (verb := _RUN.match(before)) and not _leftover(before[verb.end() :], item):
            return RunRequest(item.id, call)
        if _ASKS_RETURN.fullmatch(before) and not _AFTER_CALL.fullmatch(after):
            return None
        if (_BEFORE_CALL.fullmatch(before) or _ASKS_RETURN.fullmatch(before)) and not is_signature(call):
            return RunRequest(item.id, call)
    return None


def _asked(rest: str, exercises: Sequence[Item]) -> RunRequest | None:
    """What follows a word such as "run": a name and, after "on" or "with", perhaps arguments."""
    if "\n" in rest.strip() and "(" not in rest:
        rest = " ".join(rest.split())
    name, arguments = _split(rest)
    has_noun = bool(_NOUNS & set(_words(name)))
    item = _identified(name, exercises, has_noun)
    if item is None:
        return _unknown(name, has_noun)
    if not arguments or not _leftover(arguments, item):
        return RunRequest(item.id)
    if _LITERAL.match(arguments) or KEYWORD.match(arguments) or has_noun:
        return RunRequest(item.id, call_with(_function(item), arguments))
    return None


def _unknown(name: str, has_noun: bool) -> RunRequest | None:
    """No exercise has that name. Where a solution or some code was asked for, it is a request all the same."""
    words = _words(name)
    if words and len(words) <= 4 and set(words) <= _FILLERS and set(words) & _POINTS_BACK:
        return RunRequest("", points_back=True)
    if has_noun and len(words) <= 6 and words[-1] in _NOUNS | {"please"} and "?" not in name:
        return RunRequest("", named=" ".join(word for word in words if word not in _FILLERS))
    return None


def _split(rest: str) -> tuple[str, str]:
    """The name, and what stands after the first "on" or "with" that is followed by something to compute with."""
    for found in _DATA.finditer(rest[:2000]):
        arguments = rest[found.end() :].strip()
        if _LITERAL.match(arguments) or KEYWORD.match(arguments):
            return rest[: found.start()], arguments.rstrip("?!. ")
    found_first = re.search(r"\s(?:on|with)\s", rest[:2000])
    if found_first:
        return rest[: found_first.start()], rest[found_first.end() :].strip().rstrip("?!. ")
    return rest, ""


def _identified(name: str, exercises: Sequence[Item], named: bool) -> Item | None:
    """The one exercise that ``name`` means: all its words are that exercise's, or fillers, and they tell it from the
    others. ``named`` says that "solution" or the like was said, so one word of several will do."""
    if len(name) > 200:
        return None
    best: list[tuple[float, Item]] = []
    for item in exercises:
        words = set(_close(_stems(name), item))
        share = max((len(words & each) / len(each) for each in _names(item)), default=0.0)
        own = {word for word in words if sum(word in _vocabulary(other) for other in exercises) == 1}
        if not _leftover(name, item) and (share >= 0.5 or (named and share > 0)) and (own or share == 1):
            best.append((share, item))
    best.sort(key=lambda each: -each[0])
    if len(best) > 1 and best[0][0] == best[1][0]:
        return None
    return best[0][1] if best else None


def _leftover(text: str, item: Item) -> set[str]:
    """The words of ``text`` that are neither fillers nor the exercise's own."""
    stems = [_STEM(word) for word in _words(text) if word not in _FILLERS]
    return {word for word in _close(stems, item) if word not in _vocabulary(item)}


def _close(stems: Sequence[str], item: Item) -> list[str]:
    """The stems, each one that is misspelt or cut short ("max") as the exercise's own word that it comes near."""
    return [_near(stem, _vocabulary(item)) for stem in stems]


def _near(stem: str, known: frozenset[str]) -> str:
    if stem in known or not 3 <= len(stem) <= 20:
        return stem
    longer = sorted(word for word in known if word.startswith(stem))
    close = longer or (get_close_matches(stem, sorted(known), 1, 0.8) if len(stem) >= 5 else [])
    return close[0] if close else stem


@lru_cache(maxsize=256)
def _names_of(id: str, function: str, title: str) -> tuple[frozenset[str], ...]:
    """The names of an exercise as sets of stems: id, function, and the parts of its title."""
    words = title.partition(":")[2] or title
    parts = re.split(r"[()]", words)
    short = [re.split(r"\s(?:of|from|for|in|with|over)\s", part)[0] for part in parts]
    names = {frozenset(_stems(text)) for text in (id, function, *short)}
    joined = {frozenset([function.lower()])}
    return tuple(sorted((names | joined) - {frozenset()}, key=sorted))


def _names(item: Item) -> tuple[frozenset[str], ...]:
    return _names_of(item.id, _function(item), item.title)


@lru_cache(maxsize=256)
def _vocabulary_of(id: str, function: str, title: str) -> frozenset[str]:
    return frozenset(_stems(f"{title.partition(':')[2] or title} {function}")).union(*_names_of(id, function, title))


def _vocabulary(item: Item) -> frozenset[str]:
    return _vocabulary_of(item.id, _function(item), item.title)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'\w+)?", text.lower())


def _stems(text: str) -> list[str]:
    return [_STEM(word) for word in _words(text) if word not in _FILLERS]


def _function(item: Item) -> str:
    assert item.exercise is not None
    return item.exercise.function
