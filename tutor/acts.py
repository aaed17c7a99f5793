"""What kind of message this is: a question, small talk, abuse, an order to the tutor, a wish for the model's memory.

Works on the words of one message; knows nothing of the conversation, of retrieval or of models.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from bm25s import stopwords

Act = Literal["question", "empty", "greeting", "thanks", "goodbye", "order", "abuse", "harm"]

QUESTION_CHARACTERS = 2000
"""What is read of a message. Nothing that asks one question is longer."""

_GREETING = re.compile(
    r"(?:hi|hii+|hello|hey|heya|howdy|yo|greetings|good (?:morning|afternoon|evening)|how are you|what'?s up|sup)"
    r"(?: (?:there|again|everyone|tutor|bot|friend|today|doing|you|how are|all|team))*"
)
_THANKS = re.compile(
    r"\b(?:thanks|thank you|thx|tysm|ty|cheers|appreciated?|got it|makes sense|(?:very|super|so) helpful)\b"
    r"|^(?:ok|okay|great|perfect|cool|nice|awesome|wow)(?: (?:ok|great|cool))?$"
)
_GOODBYE = re.compile(r"\b(?:good ?bye|bye|see (?:you|ya)|good night|cya|ciao|take care|farewell)\b|^later$")
_ASKS = re.compile(
    r"\b(?:what|how|why|when|which|who|explain|define|describe|difference|differ|vs|versus|compare|example|tell|list|"
    r"name|show|give|between|is|are|does|do|can)\b"
)
_SMALLTALK_WORDS = 10
MEMORY_WORDS = 25
_SECRET = r"(?:api[ _-]?keys?|passwords?|environment variables?|credentials|secrets?)"
_OUR_SERVER = r"(?:your|the|this) (?:server|machine|host|system)"
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\s+"
    r"(?:(?:all|any|every|everything|of|in|your|the|my|our|this|that|these|those|previous|prior|earlier|preceding|given|"
    r"initial|original|current|system|safety|content|hidden)\s+){0,6}"
    r"(?:instruction|prompt|rule|guideline|polic|restriction|direction|above|context\b|passage|corpus|checks?\b)"
    r"|\bnew instructions?\s*:"
    r"|\b(?:your|this|full|entire|reveal|print|show|repeat|output|leak|dump|paste|(?:show|give|tell) me)\s+(?:the\s+)?"
    r"(?:system|hidden|initial|secret|developer)\s+(?:prompt|message|instruction)"
    r"|\b(?:reveal|print|show|repeat|output|leak|give|tell|dump|paste|what(?:'s| is| are))\b.{0,30}\byour\s+(?:\w+\s+)?"
    r"(?:prompt|instructions|rules\b(?! of)|configuration|(?:access|api|secret) token)"
    rf"|\b{_SECRET}.{{0,30}}\b(?:you (?:use|have|hold|know|store)|{_OUR_SERVER}|admin|env)\b"
    rf"|\b(?:your|the server'?s?|admin|stored)\s+(?:\w+\s+)?{_SECRET}\b"
    r"|\byou are (?:now|no longer)\b(?! (?:given|asked|told|working|building|facing|training|deploying|at|on)\b)"
    r"|(?:^|[.!?,;:]\s*|\b(?:now|please)\s+)(?:act as (?:if(?! (?:i|we)\b)|an?|the|my)|pretend)\b|\bact as my\b"
    r"|\bjailbreak (?:mode|yourself|now)|\bdeveloper mode|(?-i:\bDAN\b)"
    r"|\brepeat (?:everything|the (?:text|words)|all)\b.{0,30}\babove"
    r"|\bos\.system\b|\brm -rf\b|\bsubprocess\.|\b__import__\b|(?<![\w.])eval\([^)]|\bdrop table\b|\bformat c:"
    r"|/etc/passwd|\bfork bomb",
    re.IGNORECASE | re.DOTALL,
)
"""Only what is said to the tutor: "does dropout act as a regularizer?" and ``model.eval()`` are questions."""

_INSULT = r"(?:stupid|idiot|moron|useless|dumb|trash|garbage|worthless|pathetic)"
_ABUSE = re.compile(
    rf"\b(?:fuck(?:ing)? (?:you|off|u)|you(?:'re| are) (?:an? )?(?:\w+ )?{_INSULT}|you (?:stupid|idiot|moron|worthless)"
    r"|stupid (?:bot|machine|thing)|shut up|go to hell|piece of (?:shit|crap|garbage)|kill yourself|bastard|bitch|"
    r"asshole)",
    re.IGNORECASE,
)
_STUDY = r"(?:detect|classif|predict|recogni|scanner|filter|dataset|model|feature|label|regression)"
_HARM = re.compile(
    r"\b(?:write|make|build|create|code|give me) (?:me )?(?:an? |some )?(?:\w+ ){0,2}"
    r"(?:malware|virus|ransomware|keylogger|trojan|exploit|bomb|weapon)\b"
    rf"(?! (?:\w+ ){{0,2}}{_STUDY})"
    r"|\b(?:kill|hurt|harm) (?:myself|someone|somebody|my \w+)\b|\bi (?:want|am going) to die\b"
    rf"|^(?!.*\b{_STUDY}).*(?:\bsuicid|\bchest pain\b|\boverdose\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A model that finds malware, or that predicts an overdose, is a question about machine learning."""

MEMORY_WISH = re.compile(
    r"\b(?:from|use|using) (?:your (?:own )?|the (?:chat )?model'?s own )(?:memory|knowledge)\b"
    r"|\bfrom (?:your (?:own )?training\b(?! (?:data|set|loss|run|example))|the (?:chat )?model'?s memory\b)"
    r"|\b(?:answer|reply|respond|tell me)\b(?: \w+){0,3} from memory\b"
    r"|(?:^|[.,;:?-] ?)(?:(?:just|please) )*from memory\b"
    r"|\banswer (?:it |this )?anyway\b"
    r"|\b(?:answer|reply|respond|tell me)\b.{0,60}(?:\bwithout the corpus\b|\boutside (?:of )?(?:the|your) corpus\b)",
    re.IGNORECASE,
)
"""Only what is said to the tutor: "how does an LSTM read from memory?" is a question."""

_ADVICE = re.compile(
    r"^\W*(?:(?:so|ok|okay|hi|hello|and)\W+)?what (?:should|shall|do|can|must) i (?:need to )?"
    r"(?:practi[sc]e|study|revise|review|repeat|train|work on|focus on|improve)(?: (?:now|next|today|first|more))?\W*$"
    r"|^\W*(?:please )?(?:(?:interview|quiz|test|examine|drill) me (?:on|about|in) |what are |show (?:me )?)?"
    r"(?:what (?:am i|i am|i['’]m) (?:weak|bad|worst) (?:at|in)|my (?:weak (?:spots|points|topics|areas)|weaknesses))"
    r"(?:\W+please)?\W*$",
    re.IGNORECASE,
)

_PASSES = re.compile(
    r"^\W*(?:(?:sorry|well|hm+|um+|honestly|ok(?:ay)?|i(?:'m| am)|it'?s)\W+)*"
    r"(?:skip|pass|next|idk|dunno|not sure|no (?:idea|clue)|i have no (?:idea|clue)"
    r"|i (?:really |just )?(?:do(?:n'?t| not)|can(?:'?t|not)) (?:know|remember|recall|say))\b"
    r"(?:[\s,.!]+(?:it|this|that|these|those|one|question|point|part|answer|the|about|of|at|all|either|yet|anything|"
    r"much|more|really|sorry|please|honestly|here|now|what|how|to|say|is|idk|i|do|not|know|don'?t|have|no|idea|next|"
    r"skip|pass))*\W*$",
    re.IGNORECASE,
)
"""Nothing but that: "next token prediction" and "not sure, maybe the variance" are answers."""

_LANGUAGES = {
    "German": stopwords.STOPWORDS_GERMAN,
    "Dutch": stopwords.STOPWORDS_DUTCH,
    "French": stopwords.STOPWORDS_FRENCH,
    "Spanish": stopwords.STOPWORDS_SPANISH,
    "Portuguese": stopwords.STOPWORDS_PORTUGUESE,
    "Italian": stopwords.STOPWORDS_ITALIAN,
}
_SCRIPTS = ("LATIN", "MATHEMATICAL", "SCRIPT", "MICRO")


def clean(message: str) -> str:
    """The message without control characters, needless space and curly apostrophes, cut to what is read of it."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") else char for char in message)
    kept = re.sub("[‘’ʼ]", "'", kept)
    return re.sub(r"\s+", " ", kept).strip()[:QUESTION_CHARACTERS].strip()


def act(message: str) -> Act:
    """What kind of message ``message``, already cleaned, is."""
    if not any(char.isalnum() for char in message):
        return "empty"
    if _ORDER.search(message):
        return "order"
    if _ABUSE.search(message):
        return "abuse"
    if _HARM.search(message):
        return "harm"
    words = re.sub(r"[^\w' ]+", " ", message.lower())
    words = re.sub(r"\s+", " ", words).strip()
    if _GREETING.fullmatch(words):
        return "greeting"
    if "?" in message or len(words.split()) > _SMALLTALK_WORDS or _ASKS.search(words):
        return "question"
    return "goodbye" if _GOODBYE.search(words) else "thanks" if _THANKS.search(words) else "question"


def other_language(message: str) -> str:
    """The language of a message that is not English, as a word for a person; empty for English or where unsure."""
    words = re.findall(r"\b[^\W\d_]+\b", message.lower())
    english = sum(word in stopwords.STOPWORDS_EN_PLUS for word in words)
    letters = "".join(words)
    foreign = sum(len(word) for word in words if not _latin(word))
    if foreign > len(letters) / 3 or (foreign > 1 and not english):
        return "another script"
    counts = {name: sum(word in known for word in words) for name, known in _LANGUAGES.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > english + 1 else ""


def _latin(word: str) -> bool:
    """Whether ``word`` may stand in English: Latin letters, those of a formula, or one or two Greek ones."""
    scripts = _SCRIPTS if len(word) > 2 else (*_SCRIPTS, "GREEK")
    return all(unicodedata.name(char, "").startswith(scripts) for char in word if char.isalpha())


def asks_advice(message: str) -> bool:
    """Whether the person wants to hear what to practise, by what was practised so far."""
    return bool(_ADVICE.search(message))


def passes(message: str) -> bool:
    """Whether somebody who was asked says no more than that they do not know it, or want to go on."""
    return bool(_PASSES.search(clean(message)))


def asks_memory(message: str) -> bool:
    """Whether the person wants the chat model's own knowledge, which the corpus does not vouch for.

    A long message is not taken at its word: there it may be part of something that was pasted.
    """
    return len(message.split()) <= MEMORY_WORDS and bool(MEMORY_WISH.search(message))
