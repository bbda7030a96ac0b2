"""A lower bound on the total latency of every schedule, by counting; exact, in integers.

It is deliberately simple and stands alone, so that nothing that produces schedules or certified
bounds elsewhere is trusted here. Sharper bounds can be handed to the kit from outside.
"""

from itertools import accumulate

from kvratio.theory.model import Instance, volume


def least_tel(instance: Instance) -> int:
    """No schedule of the instance has a smaller total latency (steps).

    Let C_(r) be the r-th completion in time. By then r requests have held their volumes, at least
    the r smallest of all, and the cache has provided `memory` token-steps in each of C_(r) steps.
    Also no request completes before arrival + output, so C_(r) is at least the r-th smallest of
    these. The sum of the larger of the two, less the arrivals, is the bound. (In batch, the area
    bound of arXiv 2508.14544's fluid limit at finite size.)

    >>> least_tel(Instance.of(3, [2, 2, 2]))  # volumes 3: completions at least 2, 2, 3
    7
    """
    volumes = sorted(map(volume, instance.prompt, instance.output))
    alone = sorted(a + o for a, o in zip(instance.arrival, instance.output, strict=True))
    memory = instance.memory
    ends = (max(-(-v // memory), e) for v, e in zip(accumulate(volumes), alone, strict=True))
    return sum(ends) - sum(instance.arrival)
