"""Colours, line styles and markers of the figures: one look a policy, the same everywhere.

Two looks differ in line style or marker even where colours cannot be told apart (in print, or with
any kind of colour vision). Every colour has a twin for dark backgrounds; both reach a contrast of
3:1 with their background, which `tests/test_looks.py` computes.
"""

import re
from collections.abc import Container, Iterable
from typing import Any, NamedTuple
from zlib import crc32

from kvratio.simulate import wait
from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policy import Assumes
from kvratio.simulate.preemptive import PREEMPTIVE, preemptive
from kvratio.theory.checks import InputError

PAPER, DARK_PAPER = "#ffffff", "#16181c"
INK, DARK_INK = "#1a1a1a", "#e8e8e8"
GRID, DARK_GRID = "#d4d7dc", "#3a4048"
MUTED, DARK_MUTED = "#595f69", "#a8b0bb"
GREY, DARK_GREY = "#8b929c", "#7d858f"  # of curves that stand back


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
SHAPES = ("●", "■", "▲", "◆", "▼", "✚", "✖", "◀", "▶")  # the same in text

THEME = {
    INK: "--ink",
    PAPER: "--paper",
    GRID: "--line",
    MUTED: "--muted",
    GREY: "--grey",
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
        if policy.partition(":")[0] in PREEMPTIVE:
            return str(preemptive(policy).title)
        return named(policy).title
    except InputError:
        return policy


# policies of the theory by the names that tables and curves give them
OF_THEORY = {
    "H-SF": "h-sf",
    "A_max": "a-max",
    "A_min": "a-min",
    "staggered A_min": "a-min-staggered",
    "A_l": "a-l",
    "A_random": "a-random",
    "slicing": "slicing",
    "learned slicing": "learned-slicing",
    "offset slicing": "offset-slicing",
    "GSA": "gsa",
    "GBA": "gba",
    "fixed caps": "slicing",
    "one common offset": "gsa",
    "tokens lost": "offset-slicing",
    "tokens kept": "least-attained-service",
}
# the order of looks: neighbours in figures have different colours, which come again every eighth
NUMBERED = (
    "h-sf", "a-max", "a-min", "a-min-live", "a-min-thinned", "a-min-staggered", "a-l", "a-random",
    "beta-clearing", "mc-benchmark", "alpha-protection", "mc-sf", "shortest-predicted",
    "fcfs-watermark", "fcfs", "svf", "gsa", "gba", "las", "offset-slicing", "learned-slicing",
    "mlfq", "least-attained-service", "slicing", "trail", "srv", "wait", "nested-wait",
    "guarded-slicing",
)  # fmt: skip
LOOKS = 64  # no two of so many are the same
MOST = 6  # curves in colour in one figure; the others are grey and named where a reader points
REST: dict[str, Any] = {"color": GREY, "linestyle": "-", "marker": "", "lw": 0.9, "zorder": 1}


# of many policies those that figures show in colour, as far as they are there
FIRST = (
    "h-sf", "a-max", "a-min", "learned-slicing", "fcfs", "mc-sf", "a-min-thinned", "slicing",
    "a-min-live", "svf", "gsa",
)  # fmt: skip


def in_colour(policies: Iterable[str], *first: str) -> set[str]:
    """The policies that one figure shows in colour: all if they are few, otherwise those named
    first and the best known.

    >>> sorted(in_colour(["gba", "h-sf"]))
    ['gba', 'h-sf']
    """
    found = list(dict.fromkeys(policies))
    if len(found) <= MOST:
        return set(found)
    known = list(dict.fromkeys(name for name in (*first, *FIRST) if name in found))
    return set((known + [name for name in found if name not in known])[:MOST])


def figure_look(policy: str, coloured: Container[str]) -> dict[str, Any]:
    """The look of a policy in a figure that shows these in colour."""
    own = policy_look(policy)
    return own if policy in coloured else own | REST


def theory_look(name: str) -> dict[str, Any]:
    """The look of a policy by its name in the theory, `A_min (exact)` and the like included.

    >>> theory_look("A_min (exact)")["color"] == policy_look("a-min")["color"]
    True
    """
    known = max((key for key in OF_THEORY if name.startswith(key)), key=len, default=name)
    return {**policy_look(OF_THEORY.get(known, known)), "label": name}


def knows(policy: str) -> bool:
    """Whether a policy reads the true output lengths; a scheduler of one's own: no.

    >>> knows("h-sf"), knows("a-min")
    (True, False)
    """
    try:
        return named(policy).assumes is Assumes.OUTPUT
    except InputError:  # WAIT and foreign schedulers are not declared
        return False


def policy_look(policy: str) -> dict[str, Any]:
    """The look of a policy, the same in every figure."""
    return look(_number(policy), policy_title(policy))


def _number(policy: str) -> int:
    """Which look a policy has; those that are not known share the last ones."""
    if policy in NUMBERED:
        return NUMBERED.index(policy)
    return len(NUMBERED) + crc32(policy.encode()) % (LOOKS - len(NUMBERED))


def look_class(policy: str) -> str:
    """The class of a page's style that puts a policy's marker before it, as figures have it; ""
    for what is no policy. `policy`: its title, its name, or its name in the theory.

    >>> look_class("A_max"), look_class("a-max"), look_class("a policy of somebody")
    ('look look-1', 'look look-1', '')
    """
    known = {policy_title(name): name for name in (*POLICIES, *PREEMPTIVE)} | OF_THEORY
    name = known.get(policy.partition(" (")[0], policy)
    return f"look look-{_number(name)}" if name in NUMBERED else ""


def css_looks() -> str:
    """The rules of the classes of `look_class`."""
    return "\n".join(
        f'.look-{k}::before {{ content: "{SHAPES[k % len(SHAPES)]}"; '
        f"color: var(--c{k % len(COLOURS)}); }}"
        for k in range(len(NUMBERED))
    )


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
