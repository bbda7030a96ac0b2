"""How close the runs of a scheduler come to the bound that is proved for it: a steered search.

Every request makes its own tokens in any case; so what is compared is the waiting, the latency
less the sum of the outputs: its *share* is that of a run over that which the bound allows. A
few equal requests that run one after the other attain many a bound; with `mixed` only batches of
many requests and several lengths count, none of which is rare.

Hypothesis draws the batches and is steered towards large shares (`hypothesis.target`). Everything
is drawn from fair bits, so that what it finds depends on the seed and on the release of Hypothesis
alone: drawn as numbers, they would also be taken from constants in the code that happens to be
loaded.
"""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis import target as steer
from hypothesis.errors import NoSuchExample

from kvratio.simulate.testing.cases import Case
from kvratio.simulate.testing.invariants.cost import latency
from kvratio.simulate.testing.invariants.proved import allows
from kvratio.simulate.testing.subject import Subject, subject_of
from kvratio.theory.checks import InputError, whole
from kvratio.theory.model import Instance

GROUPS = 3  # lengths in a batch
MOST_OF_EACH = 8  # requests of a length
MANY = 12  # requests
RARE = 4  # a length is rare that fewer than one in so many requests have


class Approach(NamedTuple):
    """The closest run found: its waits over the `allowed` ones, in steps, and where."""

    share: Fraction
    allowed: Fraction
    case: Case


def closest(
    target: Any,
    *,
    proved_bound: Any = None,
    examples: int = 500,
    seed: int = 0,
    mixed: bool = False,
) -> Approach | None:
    """Search batches for the run that comes closest to the bound; None if nothing waits in any.

    Of several that come equally close the first with the most waiting counts.

    `target` and `proved_bound`: see `kvratio.simulate.testing.subject`. `mixed`: only batches of
    `MANY` requests or more, of several lengths, of which none is rare. Raises `InputError` for a
    target without a bound.

    >>> from kvratio.theory.finite.policies import upper_bound
    >>> bound = lambda instance: upper_bound("h-sf", instance)
    >>> closest("h-sf", proved_bound=bound, examples=60).share
    Fraction(1, 1)
    """
    subject = subject_of(target, proved_bound=proved_bound)
    if subject.proved_bound is None:
        raise InputError("target", subject.name, "one with a bound (`proved_bound`)")
    best: list[Approach] = []

    def look(case: Case) -> bool:
        found = None if mixed and not is_mixed(case.instance.output) else approach(subject, case)
        if found is not None:
            steer(float(found.share), label="share")
            if not best or found[:2] > best[0][:2]:
                best[:] = [found]
        return False

    searched = settings(
        max_examples=whole("examples", examples, least=1),
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.target),
        suppress_health_check=list(HealthCheck),
    )
    with suppress(NoSuchExample):
        find(batches(), look, settings=searched, random=Random(seed))
    return best[0] if best else None


def approach(subject: Subject, case: Case) -> Approach | None:
    """How close a run comes; None where there is no bound, or it allows no waiting."""
    allowed = allows(subject.proved_bound, case.instance) if case.size else None
    if allowed is None:
        return None
    waits = allowed - sum(case.instance.output)
    history = subject.play(case.instance, case.seed)
    if waits <= 0 or history.schedule is None or history.malformed is not None:
        return None
    waited = latency(history.schedule, case.instance) - sum(case.instance.output)
    return Approach(waited / waits, waits, case)


def is_mixed(outputs: Sequence[int]) -> bool:
    """Are there many requests, of two lengths or more, none of which is rare?

    >>> is_mixed([1, 2] * 6), is_mixed([1, 2]), is_mixed([1] * 10 + [2] * 2)
    (True, False, False)
    """
    kinds = set(outputs)
    common = all(RARE * outputs.count(k) >= len(outputs) for k in kinds)
    return len(outputs) >= MANY and len(kinds) > 1 and common


@st.composite
def numbers(draw: st.DrawFn, least: int, most: int) -> int:
    """A whole number, from bits; the numbers are about equally likely."""
    bits = (most - least).bit_length() + 2
    value = sum(1 << k for k in range(bits) if draw(st.booleans()))
    return least + (value * (most - least + 1) >> bits)


@st.composite
def batches(draw: st.DrawFn) -> Case:
    """Up to `GROUPS` lengths, one after the other in the queue; one prompt, one right interval."""
    prompt = draw(numbers(0, 7))
    memory = prompt + draw(numbers(1, 24))
    outputs: list[int] = []
    for _ in range(draw(numbers(1, GROUPS))):
        length = min(draw(numbers(1, 8)), memory - prompt)
        outputs += [length] * draw(numbers(1, MOST_OF_EACH))
    interval = min(outputs), max(outputs)
    instance = Instance.of(memory, outputs, prompt=prompt, interval=interval)
    return Case(instance, draw(numbers(0, 3)))
