"""A run of a reference solution as a block of the chat: code, call, value, what was printed, time, picture.

What a program returned or printed is a stranger's text and is escaped. Knows nothing of turns or of how it ran.
"""

from __future__ import annotations

from tutor.records import ReferenceRun
from tutor.web.labels import disclosure, png
from tutor.web.safe_markdown import escape

_PRINTED_LIMIT = 4000
_DRAWN = "What this call of the reference solution did, drawn"


def run_view(run: ReferenceRun) -> str:
    """One block of safe HTML without empty lines."""
    parts = [
        disclosure("The reference solution", _code(run.code), "reference-code"),
        _labelled("Call", run.call),
        f'<p class="error">{escape(run.problem)}</p>' if run.problem else "",
        _labelled("Printed", _cut(run.printed)),
        _labelled("Returned", run.value),
        "" if run.problem else f'<p class="small">It took {run.ms:.2f} ms in the sandbox.</p>',
        png(run.picture, _DRAWN, "picture") if run.picture else "",
    ]
    return f'<div class="run">{"".join(parts)}</div>'


def _labelled(label: str, text: str) -> str:
    return f'<p class="lead">{label}</p>{_code(text)}' if text.strip() else ""


def _code(text: str) -> str:
    """Lines end as entities: an empty line would end the block of HTML."""
    lines = escape(text.strip("\n"))
    return f'<div class="code"><pre><code>{lines}</code></pre></div>'


def _cut(printed: str) -> str:
    rest = len(printed) - _PRINTED_LIMIT
    return f"{printed[:_PRINTED_LIMIT]}\n… and {rest:,} more characters" if rest > 0 else printed
