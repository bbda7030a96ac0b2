"""Colours, line styles and markers of the figures: one look a policy, the same everywhere.

Two looks differ in line style or marker even where colours cannot be told apart (in print, or with
any kind of colour vision). Every colour has a twin for dark backgrounds; both reach a contrast of
3:1 with their background, which `tests/test_looks.py` computes.
"""

import re
from typing import Any, NamedTuple
from zlib import crc32

from kvratio.simulate import wait
from kvratio.simulate.policies import POLICIES, named
from kvratio.theory.checks import InputError

PAPER, DARK_PAPER = "#ffffff", "#16181c"
INK, DARK_INK = "#1a1a1a", "#e8e8e8"
GRID, DARK_GRID = "#d4d7dc", "#3a4048"
MUTED, DARK_MUTED = "#595f69", "#a8b0bb"


class Colour(NamedTuple):
    """A colour on light and on dark ground."""

    light: str
    dark: str


COLOURS = (
    Colour("#0072b2", "#56b4e9"),  # blue
    Colour("#c44900", "#ff8a3d"),  # vermilion
    Colour("#00785a", "#2fc79a"),  # green
    Colour("#a63d83", "#f08cc8"),  # purple
    Colour("#8a6100", "#e6b23a"),  # ochre
    Colour("#444b54", "#c3cad3"),  # grey
    Colour("#8c1d2f", "#ff9da7"),  # dark red
    Colour("#3a3fa8", "#a3a8ff"),  # indigo
)
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")

THEME = {
    INK: "--ink",
    PAPER: "--paper",
    GRID: "--line",
    MUTED: "--muted",
    **{colour.light: f"--c{k}" for k, colour in enumerate(COLOURS)},
}


def look(k: int, label: str) -> dict[str, Any]:
    """The k-th look, as arguments of matplotlib's `plot`.

    Line style and marker together come again after 36 looks, colour and marker after 72.

    >>> look(9, "x")["color"], look(9, "x")["marker"]
    ('#c44900', 'o')
    """
    return {
        "label": label,
        "color": COLOURS[k % len(COLOURS)].light,
        "linestyle": DASHES[(k + 2 * (k // len(MARKERS))) % len(DASHES)],
        "marker": MARKERS[k % len(MARKERS)],
    }


def policy_title(policy: str) -> str:
    """The title of a policy, which may have parameters; an unknown one has its name.

    >>> policy_title("h-sf"), policy_title("someone's own")
    ('H-SF', "someone's own")
    """
    if policy in wait.TITLES:  # they are not declared
        return wait.TITLES[policy]
    try:
        return named(policy).title
    except InputError:
        return policy


def policy_look(policy: str) -> dict[str, Any]:
    """The look of a policy, the same in every figure."""
    names = list(POLICIES)
    k = names.index(policy) if policy in names else len(names) + crc32(policy.encode()) % len(names)
    return look(k, policy_title(policy))


def themable(svg: str) -> str:
    """The SVG with its colours as CSS variables, so that a page can darken them.

    >>> themable('style="fill: #ffffff; stroke: #0072b2"')
    'style="fill: var(--paper); stroke: var(--c0)"'
    """
    return re.sub(
        r"#[0-9a-f]{6}\b", lambda m: f"var({THEME[m[0]]})" if m[0] in THEME else m[0], svg
    )


def css_variables(*, dark: bool) -> str:
    """The declarations of the variables that `themable` uses.

    >>> css_variables(dark=True).split("; ")[0]
    '--c0: #56b4e9'
    """
    return "; ".join(f"--c{k}: {c.dark if dark else c.light}" for k, c in enumerate(COLOURS))
