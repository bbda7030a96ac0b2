"""`kvratio bounds --kept-slices`: the best slices of a deployment that keeps preempted tokens."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.roofline import decode_batch, iteration_by, prefill_batch
from kvratio.theory.checks import InputError, rational, whole
from kvratio.theory.price.kept_slices import Plan, best_of

SHORT, LONG = 1024, 2048  # prompts between which a further token of prefill is timed
CONTEXT = 512  # tokens a request, of the decode iterations that fill the budget
COLUMNS = ("growth", "slices", "at most", "caps in tokens")
SHOWN = 8  # caps that are printed of each growth
NOTE = (
    "At most: total latency over the area bound, for all lengths in the interval, restarts\n"
    "included; fluid limit, all requests at time 0, one prompt; the bound pays for no prefill.\n"
    "Certified: pivots in exact fractions (kvratio.theory.price.kept_slices).\n"
    "*: best of the growths tried."
)


class Setting(NamedTuple):
    """Budget in tokens; engine steps that recomputing a token takes; where the two come from."""

    memory: int
    restart: Fraction
    source: str


def setting(memory: int | None, restart: Any, gpu: str | None) -> Setting:
    """From numbers, or from a model on accelerators. Raises `InputError` unless it is one of them.

    >>> setting(1000, "1/50", None)
    Setting(memory=1000, restart=Fraction(1, 50), source='as given')
    """
    if gpu is None:
        if memory is None or restart is None:
            missing = "--memory" if memory is None else "--restart"
            raise InputError(missing, None, "a number (or --gpu, which gives both)")
        cost = rational("restart cost", restart, least=0)
        return Setting(whole("memory", memory, least=1), cost, "as given")
    found = deployment(gpu)
    times = iteration_by(found, "fitted")
    token = times.nanoseconds(prefill_batch(LONG)) - times.nanoseconds(prefill_batch(SHORT))
    budget = found.budget if memory is None else whole("memory", memory, least=1)
    step = times.nanoseconds(decode_batch(max(1, budget // CONTEXT), CONTEXT))
    cost = Fraction(token, (LONG - SHORT) * step)
    if restart is not None:
        cost = rational("restart cost", restart, least=0)
    return Setting(budget, cost.limit_denominator(10**6), f"{found.describe()}, fitted times")


def rows(tried: Sequence[Plan]) -> list[tuple[str, ...]]:
    """Rows by growth; the best one is marked."""
    best = best_of(tried)
    return [_row(plan, plan is best) for plan in tried]


def _row(plan: Plan, best: bool) -> tuple[str, ...]:
    shown = ", ".join(map(str, plan.caps[:SHOWN])) + (", ..." if len(plan.caps) > SHOWN else "")
    mark = " *" if best else ""
    return (f"{float(plan.growth):g}{mark}", str(len(plan.caps)), f"{float(plan.constant):.4f}",
            shown)  # fmt: skip


def title(found: Setting, ends: Sequence[int], prompt: Any) -> str:
    """What the table is about."""
    return (
        f"slices that keep their tokens: lengths in [{ends[0]}, {ends[1]}], prompt {prompt}, "
        f"M = {found.memory:,}, a token recomputed in {float(found.restart):.3g} steps "
        f"({found.source})"
    )


def as_json(found: Setting, tried: Sequence[Plan]) -> dict[str, Any]:
    """The table as plain data."""
    return {
        "memory": found.memory,
        "restart": str(found.restart),
        "source": found.source,
        "growth": str(best_of(tried).growth),
        "plans": [
            {"growth": str(p.growth), "caps": list(p.caps), "constant": str(p.constant)}
            for p in tried
        ],
    }
