"""What is proved of each policy at finite size, what is refuted, and what is not known.

What is proved is read off `kvratio.theory.finite.policies`, what is not known follows; a refutation
names a row of the ledger, a bound or a test that shows it.
"""

from typing import NamedTuple

from kvratio.reports.render.looks import policy_title
from kvratio.reports.render.text import pipe_table
from kvratio.theory.finite.policies import (
    IN_EXPECTATION,
    KEPT,
    MEAN_WITHIN,
    NONE,
    PROVED,
    VARIANTS,
    WITHIN,
)

HEADER = ("policy", "proved", "refuted", "not known")

ALGORITHM_2 = "row alg2-every-run"
EVERY_RUN = {  # no bound on every run: what shows it
    "a-min": ALGORITHM_2,
    "a-min-live": ALGORITHM_2,
}
SMALL = {  # none at a small memory
    "a-min-staggered": "test tests/test_finite_overflow.py::"
    "test_staggered_requests_may_evict_each_other_for_any_number_of_rounds",
}
FORM = {  # none that tends to the fluid form
    "a-min": "row t6-printed-limit",
    "a-min-live": "row t6-printed-limit",
    "a-min-staggered": "row finite-staggered-form",
    "offset-slicing": "bound finite/offset slicing, greedy",
}
LEDGER = {  # rows of the ledger that prove what is said here
    "fcfs": ("finite-fcfs", "finite-fcfs-kept"),
    "las": ("finite-las",),
    "a-l": ("finite-a-l",),
    "gsa": ("finite-gsa",),
    "slicing": ("finite-slicing-paced",),
    "offset-slicing:admits=paced": ("finite-offset-paced",),
    "a-min-thinned": ("finite-thinned",),
    "a-min-staggered": ("finite-staggered",),
    **dict.fromkeys(("a-min", "a-min-live"), ("alg2-mean",)),
    **dict.fromkeys(
        ("h-sf", "svf", "a-random", "a-max", "mc-sf", "mc-benchmark"), ("finite-in-order",)
    ),
}


class State(NamedTuple):
    """What is known of a policy at finite size, in words."""

    policy: str
    proved: str
    refuted: str
    unknown: str


def states() -> list[State]:
    """Every policy, those with a bound first.

    >>> {state.policy: state.unknown for state in states()}["slicing"]
    'a bound that tends to its form'
    """
    names = dict.fromkeys((*PROVED, *KEPT, *WITHIN, *VARIANTS, *IN_EXPECTATION, *NONE))
    return [State(name, _proved(name), _refuted(name), _unknown(name)) for name in names]


def _proved(policy: str) -> str:
    parts = []
    if policy in PROVED:
        parts.append("every run, tends to a fluid value")
        parts += ["a smaller one on average"] if PROVED[policy].mean else []
    if policy in WITHIN or policy in VARIANTS:
        from_here = " from some M on" if policy in SMALL else ""
        parts.append(f"every run{from_here}, a multiple of its form or more")
    if policy in IN_EXPECTATION:
        parts.append("on average, tends to a fluid value")
    if policy in MEAN_WITHIN:
        parts.append("on average, a multiple of its form or more")
    if policy in KEPT:
        parts.append("every run where tokens are kept")
    rows = ", ".join(f"`{row}`" for row in LEDGER.get(policy, ()))
    return "; ".join(parts) + (f" ({rows})" if rows else "")


def _refuted(policy: str) -> str:
    parts = []
    if policy in EVERY_RUN:
        parts.append(f"any bound on every run ({_evidence(EVERY_RUN[policy])})")
    if policy in SMALL:
        parts.append(f"any bound on every run at a small M ({_evidence(SMALL[policy])})")
    if policy in FORM:
        parts.append(f"one that tends to its form ({_evidence(FORM[policy])})")
    return "; ".join(parts)


def _evidence(shown: str) -> str:
    kind, _, name = shown.partition(" ")
    return f"{kind} `{name.partition('::')[0]}`"


def _unknown(policy: str) -> str:
    if policy in PROVED or policy in KEPT:
        return ""
    if policy in WITHIN or policy in VARIANTS:
        return "" if policy in FORM else "a bound that tends to its form"
    parts = [] if policy in EVERY_RUN else ["a bound on every run"]
    parts += [] if policy in IN_EXPECTATION or policy in MEAN_WITHIN else ["any bound on average"]
    return "; ".join(parts)


def table() -> str:
    """The table in Markdown.

    >>> print(table().splitlines()[0])
    | policy | proved | refuted | not known |
    """
    rows = ((policy_title(state.policy), *state[1:]) for state in states())
    return "\n".join(pipe_table(HEADER, rows))
