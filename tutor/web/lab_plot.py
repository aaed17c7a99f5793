"""Draws the time of a program against the reference on growing inputs. Knows nothing of how it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from matplotlib.figure import Figure

from tutor.judging import Timing
from tutor.web.labels import png
from tutor.web.safe_markdown import escape

_OWN, _REFERENCE, _INK = "#b4531a", "#0f756d", "#2a2b29"


def figure(timings: Sequence[Timing]) -> Figure:
    """Both curves, on logarithmic axes: a straight line's slope is the exponent of n."""
    drawn = Figure(figsize=(6.4, 3.4), layout="constrained", facecolor="white")
    axes = drawn.add_subplot()
    own = [(each.n, each.candidate_ms) for each in timings if each.candidate_ms is not None]
    axes.plot([each.n for each in timings], [each.reference_ms for each in timings], "o-", color=_REFERENCE)
    axes.plot([n for n, _ in own], [ms for _, ms in own], "s--", color=_OWN)
    axes.legend(axes.get_lines(), ["Reference", "Your program"], frameon=False)
    axes.set(xscale="log", yscale="log", xlabel="Size of the input, n", ylabel="Milliseconds a call")
    axes.grid(True, which="major", color="#e6e6e1")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    return drawn


def picture(timings: Sequence[Timing]) -> str:
    """The figure as an image that holds its own bytes, with the numbers as a table below it."""
    file = BytesIO()
    figure(timings).savefig(file, format="png", dpi=150)
    rows = "".join(
        f"<tr><td>{each.n:,}</td><td>{_ms(each.candidate_ms)}</td><td>{_ms(each.reference_ms)}</td></tr>"
        for each in timings
    )
    words = "Time of your program and of the reference on growing inputs; the numbers are in the table below."
    return (
        f'<figure class="lab-plot">{png(file.getvalue(), words)}</figure>'
        '<div class="scroll"><table class="lab-times"><thead><tr><th>n</th><th>Your program</th><th>Reference</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _ms(ms: float | None) -> str:
    return escape("did not get that far" if ms is None else f"{ms:.3g} ms")
