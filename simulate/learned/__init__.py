"""Learned slicing: cheapest completion first, with cuts where the lengths seen so far say so.

Online and non-clairvoyant: it reads prompts, predicted intervals (as a scale, so they may be wrong
or all the same) and the lengths of requests that have completed. In one sentence: serve those
first that use the least cache a completion, and cancel a request at a learned level of volume if
somebody waits who is cheaper than its rest. `theory.learned` proves that its fluid latency on a
batch is at most 289/64 times the area bound, for every prompt and every interval.

- `pricing`: survival, prices, plans; compiled integer functions, one definition for both engines
- `scheduler`: the policy, for the reference engine
- `fast`: the same, compiled; `compiled`: the compiler
"""

from collections.abc import Callable

from simulate.records import Run
from theory.checks import InputError
from theory.model import Instance

NAME = "learned-slicing"
TITLE = "Learned slicing"
MOST_MEMORY = 1 << 21  # tokens: all numbers then fit 64 bits
MOST_REQUESTS = 1 << 24


def run(instance: Instance, progress: Callable[[int], None] | None = None) -> Run:
    """Simulate learned slicing; it uses no chance. `progress` gets n at the end.

    Raises `InputError` for more than 2^21 tokens of memory, or 2^24 requests.

    >>> run(Instance.of(10, [1, 5, 1], prompt=2, interval=(1, 5))).tel
    7
    """
    if instance.memory > MOST_MEMORY:
        raise InputError("memory", instance.memory, f"at most {MOST_MEMORY} tokens for {NAME}")
    if instance.n > MOST_REQUESTS:
        raise InputError("requests", instance.n, f"at most {MOST_REQUESTS} for {NAME}")
    from simulate.learned import fast

    found = Run(NAME, 0, instance, fast.schedule(instance))
    if progress is not None:
        progress(instance.n)
    return found
