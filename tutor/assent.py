"""The words by which a person takes what was offered, asks to go on, turns an answer down or corrects it.

Works on the words of one message; what was offered is for the conversation to say.
"""

from __future__ import annotations

import re

_YES = (
    r"(?:yes|yeah|yea|yep|yup|ya|sure|ok(?:ay)?|please|go ahead|do it|of course|definitely|"
    r"sounds good|i(?:'d| would) like that|let'?s (?:go|do (?:it|that)))"
)
_GO_ON = r"(?:go on|continue|tell me|show me)"
AGREES = re.compile(
    rf"^\W*{_YES}(?:[ ,.!]+(?:{_YES}|{_GO_ON}|thanks|that one|it|that|more|why not))*\W*$",
    re.IGNORECASE,
)
GOES_ON = re.compile(rf"^\W*{_GO_ON}(?: (?:more|please|pls))*\W*$", re.IGNORECASE)
OFFERING = re.compile(
    rf"\b(?:{_YES}|{_GO_ON}|questions?|list(?:ed)?|offer(?:ed)?|suggest(?:ed|ions?)?|you|u|gave|show(?:ed|n)?)\b",
    re.IGNORECASE,
)
_NO = r"(?:no+|nope|nah|wrong(?: (?:one|item|answer|topic|thing))?|not (?:that|this)(?: one)?)"
REJECTS = re.compile(
    rf"^\W*{_NO}(?:\W+(?:{_NO}|sorry|(?:that|this|it)(?:'s| is| was) (?:{_NO}|not (?:it|right|correct|what i \w+))|"
    r"(?:that|this|it) (?:isn'?t|wasn'?t) (?:it|right|correct|what i \w+)))*\W*$",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    rf"^(?:{_NO}(?=\W*$|\W*[,.!;:-]|\s+(?:i|we|you|the|that|this|it|not|no|sorry|wrong|wait|actually|what|how|why|which|"
    r"when|is|are|does|do|for|in|on|with|about|but|only|just)\b)"
    r"|nope|nah|not that one|sorry|wait|actually|not [\w ]{2,24}(?=,))\b[ ,.!-]*"
    r"(?:(?:wrong|sorry|no)[ ,.!-]+)*"
    r"(?:(?:i|we) (?:meant?|was asking|asked|want(?:ed)?)(?: about)?)?[ ,]*"
    r"|^(?:i|we) (?:meant?|was asking(?: about)?)\b[ ,]*",
    re.IGNORECASE,
)
