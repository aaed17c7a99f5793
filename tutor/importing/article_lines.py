"""Tells what a single line of an article is: a numbered question, a heading, an advertisement, a list item.

Knows nothing of the order of the lines; ``article`` does.
"""

from __future__ import annotations

import re
import unicodedata

_BULLET = re.compile(r"(\s*)(?:[•●▪◦‣∙·○■□▫➢➤➔►✓✔❖]\s*|[-–—*+]\s+)(?=\S)(.*)$")
_LISTED = re.compile(r"(\s*)(\d{1,3})[.)]\s+(\S.*)$")
_LETTERED = re.compile(r"\s*[A-Ha-h][.)]\s+\S")
_HASH = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")

_COLLECTION = re.compile(r"\b(?:interviews?|questions?|q\s*&\s*a|quiz(?:zes)?|mcqs?|faqs?)\b", re.I)
_PART = re.compile(r"(?:part|section|chapter|module|unit)\s+(?:\d+|[ivx]+\b|one|two|three|four|five|six|[a-h]\b)", re.I)
_THIS_PART = re.compile(r"\b(?:this|next|following) (?:section|part|chapter)\b", re.I)
_INTRODUCTION = re.compile(r"^(?:let[’']s|let us|the following|below|in this|now)\b", re.I)
_LEVEL = re.compile(
    r"\b(?:basics?|beginners?|newbies|freshers?|juniors?|intermediates?|advanced|experienced|experts?|professionals?|"
    r"seniors?|levels?|fundamentals|scenario[- ]based)\b",
    re.I,
)
_TAIL = re.compile(
    r"(?:wrap(?:ping)?[- ]?up|(?:in )?conclusions?|final (?:thoughts|words)|closing (?:thoughts|words)|"
    r"about (?:the )?authors?|course schedule|references|bibliography|comments?|further reading|faqs?|"
    r"frequently asked questions|leave a (?:reply|comment)|newsletter|(?:your )?(?:shopping )?cart|key takeaways|"
    r"next steps|related (?:articles|posts|courses)|recent posts|share this|drop us a (?:query|line)|contact us)\W*$",
    re.I,
)
_NOUN = (
    "(?:articles?|posts?|blogs?|reads?|reading|courses?|tutorials?|links?|guides?|resources?|topics?|stor(?:y|ies)|"
    "videos?)"
)
_ADVERT = re.compile(
    rf"(?:(?:related|recommended|suggested|featured|popular|similar|trending)\s+{_NOUN}\s*[-–—:|]"
    r"|(?:also|must|further)\s+(?:read|explore|see|check(?:\s+out)?|visit|learn|watch|try)\s*[-–—:|]"
    r"|read\s+(?:also|more|next)\b|see\s+also\s*[-–—:|]|(?:also|must)[- ](?:read|explore)\b"
    r"|(?:you\s+(?:may|might)\s+also\s+(?:like|read)|people\s+also\s+ask)\b"
    r"|(?:enrol?l|sign\s+up|subscribe|register|book)\b.*\b(?:now|today|free|course|demo|newsletter)\b"
    r"|(?:click|tap)\s+here\b|check\s+out\s+(?:our|this|the)\b.*\b(?:course|blog|guide|article|program|training)\b"
    r"|(?:advertisement|sponsored|share\s+this|follow\s+us)\b)",
    re.I,
)
_AT_HOME = (
    *("LATIN", "GREEK", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "MODIFIER", "MICRO", "SUPERSCRIPT"),
    *("SUBSCRIPT", "FEMININE", "MASCULINE", "OHM", "KELVIN", "ANGSTROM", "FULLWIDTH", "PLANCK", "INFORMATION", "ALEF"),
)
"""How the Unicode names begin of letters that may stand among Latin ones."""
_GARBLED = re.compile("[\ufffd\ue000-\uf8ff]|â€|Ã[©¨¼¤¶]")
_MAX_ADVERT_WORDS = 25
_MAX_HEADING_WORDS = 14
_MAX_HASH_CHARS = 500


def is_bullet(line: str) -> bool:
    return _BULLET.match(line) is not None


def bullet_text(line: str) -> tuple[int, str] | None:
    """Indentation and text of a list item that opens with a bullet, else None."""
    match = _BULLET.match(line)
    return (len(match.group(1)), match.group(2).strip()) if match else None


def listed_text(line: str) -> tuple[int, str, str] | None:
    """Indentation, number and text of a numbered list item, else None."""
    match = _LISTED.match(line)
    return (len(match.group(1)), match.group(2), match.group(3).strip()) if match else None


def is_lettered(line: str) -> bool:
    return _LETTERED.match(line) is not None


def is_advert(line: str) -> bool:
    """A short line that sends the reader elsewhere: 'Related Article - …', 'Read Also- …', 'Enroll now …'."""
    bullet = _BULLET.match(line)
    text = (bullet.group(2) if bullet else line).strip(" *_>#👉➡")
    return len(text.split()) <= _MAX_ADVERT_WORDS and _ADVERT.match(text) is not None


def hash_heading(line: str) -> tuple[int, str] | None:
    """Level and text of a Markdown heading, else None."""
    match = _HASH.match(line) if len(line) <= _MAX_HASH_CHARS else None
    return (len(match.group(1)), match.group(2)) if match and match.group(2) else None


def is_heading(line: str) -> bool:
    """A line that reads like a heading: short, capitals at its words' starts, no stop at its end."""
    text = line.strip().strip("*_")
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) >= 4]
    if not words or len(text.split()) > _MAX_HEADING_WORDS or len(text) > 100:
        return False
    if text[0].islower() or text[-1] in ".,;:!-–—" or is_bullet(line) or is_lettered(line) or "=" in text:
        return False
    if text.endswith("?") and not _COLLECTION.search(text):
        return False
    capital = sum(not word[0].islower() for word in words)
    return capital >= 0.75 * len(words) or (is_collection(text) and text[0].isupper() and not text.endswith("?"))


def is_collection(text: str) -> bool:
    """Whether ``text`` speaks of a collection of questions or names a part of a document."""
    return _COLLECTION.search(text) is not None or _PART.match(text) is not None


def introduces(text: str) -> bool:
    """Whether a paragraph speaks of the questions that follow it."""
    return any(pattern.search(text) for pattern in (_COLLECTION, _THIS_PART, _INTRODUCTION))


def names_level(text: str) -> bool:
    """Whether a heading names readers or a level: 'For Beginners', 'Advanced Topics'."""
    return _LEVEL.search(text) is not None


def is_tail_heading(line: str) -> bool:
    """A heading under which no answer stands: 'Wrap-Up', 'FAQs', 'About the Author', 'Course Schedule'."""
    return _TAIL.match(line.strip().strip("*_# ")) is not None


def odd_words(text: str) -> list[str]:
    """Words with a letter of a script that does not belong: one foreign letter alone, or glued to Latin ones."""
    return [word for word in text.split() if _is_odd(word)]


def _is_odd(word: str) -> bool:
    if _GARBLED.search(word):
        return True
    foreign = [letter for letter in word if _script(letter) == "foreign"]
    latin = any(_script(letter) == "latin" for letter in word)
    return bool(foreign) and (latin or len(foreign) == 1)


def _script(letter: str) -> str:
    if letter.isascii() or not letter.isalpha():
        return "latin" if letter.isalpha() else ""
    name = unicodedata.name(letter, "")
    return "" if name.startswith(_AT_HOME) else "foreign"
