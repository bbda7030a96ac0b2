"""Figures: `kvratio.plot.ratio`. Each shows itself in a notebook; `save` writes SVG or PNG."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kvratio._extras import explained

if TYPE_CHECKING:
    from kvratio.reports.compare.plot import Drawing

__all__ = ["ratio"]


@explained
def ratio(
    policies: str | Sequence[str] = ("a-min", "a-l"),
    *,
    benchmark: str = "h-sf",
    lengths: str = "two-point",
    prompt: Any = 0,
) -> "Drawing":
    """Competitive ratios in the fluid limit against alpha = l/u, or against q; derived curves.

    `policies`: names of `kvratio.bounds`. `lengths`: "two-point", "all" or "uniform" against alpha,
    "geometric" or "linear-geometric" against q. `prompt`: the common prompt s in tokens; on an
    interval u = 1000 tokens. Raises `InputError` where no closed form is known.

    >>> import kvratio as kv
    >>> kv.plot.ratio("a-l").save(getfixture("tmp_path") / "ratio.svg").name
    'ratio.svg'
    """
    from kvratio.reports.bounds.curves import ratio_drawing

    chosen = [policies] if isinstance(policies, str) else list(policies)
    return ratio_drawing(chosen, benchmark, lengths, prompt)
