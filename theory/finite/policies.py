"""The proved bounds by the policies' names in `kvratio.simulate`.

Every bound holds for each run of the policy, whatever its random ties, on every instance that meets
the conditions: all requests at time 0; where the policy reads upper ends, none below its output;
for pipelines and slicing, one prompt; for A_l, one lower end of those that outlive their own; for
staggered A_min, one prompt, no lower end above its output, and a large memory. Those of `PROVED`
tend to the fluid form, those of `WITHIN` to a multiple of it. `VARIANTS` are of this kind too, of
policies with other parameters. `NONE` says why the other policies have no bound.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from kvratio.theory.checks import InputError, one_of
from kvratio.theory.finite import (
    admission,
    kept,
    last_in,
    own_levels,
    pipelines,
    printed,
    promotion,
    staggered,
    thinned,
)
from kvratio.theory.model import Instance

BoundOf = Callable[[Instance], Fraction]
OFFSETS = Fraction(138073, 10000)  # growth of the levels of offset slicing


class Proved(NamedTuple):
    """A bound on every run, and a smaller one on the expectation over the seed, if there is one."""

    every: BoundOf
    mean: BoundOf | None = None


PROVED: dict[str, Proved] = {
    "h-sf": Proved(admission.h_sf),
    "svf": Proved(admission.svf),
    "mc-sf": Proved(admission.mc_sf),
    "mc-benchmark": Proved(admission.mc_benchmark),
    "a-max": Proved(admission.a_max, admission.a_max_mean),
    "a-random": Proved(admission.a_random, admission.a_random_mean),
    "a-l": Proved(promotion.a_l),
    "gsa": Proved(partial(pipelines.gsa, caps=pipelines.growing(2))),
    "gba": Proved(partial(pipelines.gba, caps=pipelines.growing(Fraction(3, 2)))),
    "fcfs": Proved(last_in.fcfs),
    "fcfs-watermark": Proved(partial(last_in.watermark, reserve=Fraction(1, 100))),
    "shortest-predicted": Proved(last_in.any_order),
}

# with factors on the fluid form, or (any levels) on something larger; staggered A_min where the
# memory is large enough, with one that depends on s, l and u
WITHIN: dict[str, BoundOf] = {
    "slicing": partial(last_in.slicing, caps=pipelines.growing(2)),
    "offset-slicing": partial(own_levels.offset_slicing, growth=OFFSETS),
    "learned-slicing": own_levels.any_levels,
    "guarded-slicing": own_levels.any_levels,
    "a-min-staggered": staggered.a_min_staggered,
}

# with other parameters than the policy of the name
VARIANTS: dict[str, BoundOf] = {
    "offset-slicing:admits=paced": partial(own_levels.paced, growth=OFFSETS),
}

IN_EXPECTATION: dict[str, BoundOf] = {"a-min-thinned": thinned.a_min_thinned}

# with a factor of the lengths
MEAN_WITHIN: dict[str, BoundOf] = {"a-min": printed.a_min, "a-min-live": printed.a_min}

# where preemption keeps the tokens; for GSA one prompt
KEPT: dict[str, Proved] = {
    "las": Proved(kept.las),
    "fcfs": Proved(kept.fcfs),
    "gsa": Proved(partial(kept.gsa, caps=pipelines.growing(2))),
}

PRINTED = (
    "none for single runs, as two requests may cancel each other for any number of rounds (ledger, "
    "`alg2-every-run`); on average one that grows fast with u (`mean_bound`), and on some lengths "
    "it is above its form by sqrt(u), in order (`overflow`)"
)
THINNED = "none for single runs; one in expectation (`mean_bound`)"
CLEARED = "clears all that run, the oldest too: `last_in` does not hold"

NONE: dict[str, str] = {
    "a-min": PRINTED,
    "a-min-live": PRINTED,
    "a-min-thinned": THINNED,
    "alpha-protection": CLEARED,
    "beta-clearing": CLEARED,
}


def upper_bound(policy: str, instance: Instance) -> Fraction | None:
    """At least the total latency of every run of a policy, in steps; None outside its conditions.

    Raises `InputError` for a policy without a bound.

    >>> from kvratio.theory.model import Instance
    >>> instance = Instance.of(5, [3, 3], interval=(3, 4))
    >>> upper_bound("h-sf", instance), upper_bound("a-max", instance)
    (Fraction(9, 1), Fraction(12, 1))
    >>> upper_bound("a-max", Instance.of(5, [3, 3], interval=(1, 2)))
    """
    every = {**{name: proved.every for name, proved in PROVED.items()}, **WITHIN, **VARIANTS}
    return _where_it_holds(every[one_of("policy", policy, every)], instance)


def mean_bound(policy: str, instance: Instance) -> Fraction | None:
    """At least its expected total latency over the seed, in steps; otherwise as `upper_bound`.

    Thinned A_min and Algorithm 2 as printed have bounds of this kind alone.

    >>> from kvratio.theory.model import Instance
    >>> mean_bound("a-random", Instance.of(5, [3, 1]))
    Fraction(17, 3)
    """
    alone = {**IN_EXPECTATION, **MEAN_WITHIN}
    if policy in alone:
        return _where_it_holds(alone[policy], instance)
    every, mean = upper_bound(policy, instance), None if policy in WITHIN else PROVED[policy].mean
    return every if every is None or mean is None else min(every, mean(instance))


def kept_bound(policy: str, instance: Instance) -> Fraction | None:
    """At least the total latency of every run in which preemption keeps the tokens, in steps.

    Otherwise as `upper_bound`.

    >>> from kvratio.theory.model import Instance
    >>> kept_bound("las", Instance.of(5, [3, 3]))
    Fraction(9, 1)
    """
    return _where_it_holds(KEPT[one_of("policy", policy, KEPT)].every, instance)


def _where_it_holds(bound: BoundOf, instance: Instance) -> Fraction | None:
    """The functions refuse instances outside their conditions, and nothing else."""
    try:
        return bound(instance)
    except InputError:
        return None
