"""Fluid latency forms: the one place where each policy's expected latency is defined.

Scope: n requests of a common prompt `s` (tokens), output lengths in [l, u], all present at time 0,
memory M. As M and n/M grow (Chen, Ye, Zhou, arXiv 2508.14544, section 4; below called P), with
x_j the share of requests of length j,

    E[TEL] = n^2 / (2 M) * x'Qx * (1 + O(1/M)).

Every policy here works in *stages*, one after the other. A stage takes the time T (in units of
n/M steps: the memory-time that its requests hold); a request that completes in it leaves on
average at half of it; one that is still there afterwards has waited all of it. Hence

    x'Qx = sum over stages of  T * (done + 2 * left),

where T, done and left are linear in the shares x. A `Form` says what one unit of share of each
length adds to the three (an `Effect`): that is the definition. Two sizes occur: the *batch
charge* c(k) = k (s + k), for requests that start together and are charged their peak, and the
*volume* v(k) = s k + k (k + 1) / 2, for staggered starts.

    H_SF             stage k: the requests of length k, each charged c(k)               (P, Lemma 2)
    AREA             as H_SF with v(k): a lower bound for every schedule, the fluid optimum
    A_RANDOM         one stage, true lengths, random order, charge c(j)          (P, Theorem EC.1)
    A_MAX            one stage, random order; a slot s + u for j steps: charge j (s + u)
    A_MIN            stage k: requests whose lower bound is k share slots of s + k      (P, Lemma 2)
    A_MIN_STAGGERED  as A_MIN, but a request below its bound holds only s + g tokens
    A_L              two lengths: all run l tokens in batches, the rest starts again (P, Theorem 7)
    promotion(m)     A_l for any lengths: stage 1 up to the threshold m, the rest starts again
    slicing(caps)    stage r: all run up to cap r with staggered starts, the rest starts again
    in_pipelines     as slicing, whoever completes early keeps the place up to the cap (GSA, GBA)

`tel` evaluates a form exactly (Fraction in, Fraction out). `kvratio.theory.matrices` derives from
the same stages the matrix Q, its simplified entries, and fast arrays.

>>> from fractions import Fraction
>>> tel(A_MIN, {1: 49, 50: 1}, 0) / tel(H_SF, {1: 49, 50: 1}, 0)
Fraction(372401, 249950)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError, one_of, rational, whole

Shares = Mapping[int, Fraction | int]
Interval = tuple[int, int]


def batch_charge(length: Any, s: Any) -> Any:
    """c(k) = k (s + k): k steps at the peak s + k. Any number type; numpy and sympy too.

    >>> batch_charge(3, 1)
    12
    """
    return length * (s + length)


def volume(length: Any, s: Any) -> Any:
    """v(k) = s k + k (k + 1) / 2: the sum of s + g over g = 1 ... k. Exact for Fraction s.

    >>> volume(3, Fraction(1))
    Fraction(9, 1)
    """
    return length * (2 * s + length + 1) / 2


class Effect(NamedTuple):
    """What one unit of share of one length adds to a stage: its time, completions, survivors."""

    time: Any
    done: Any
    left: Any


class Stage(NamedTuple):
    """Requests longer than `after` take part; those of length at most `cap` are all done then."""

    after: Any
    cap: Any
    first: bool


Rule = Callable[[Stage, Any, Any], Effect]


@dataclass(frozen=True)
class Form:
    """A policy in the fluid limit. Build none yourself: use the constants and `slicing`.

    `caps(l, u)` lists the stages by their caps, ascending. `ends(stage, length, s)` is the effect
    of a request with after < length <= cap, `passes(stage, length, s)` of one with length > cap.
    The rules use only + - * /, so numbers, numpy arrays and sympy symbols all go through them.
    """

    name: str
    source: str
    caps: Callable[[int, int], Sequence[int]]
    ends: Rule
    passes: Rule
    two_point: bool = False  # defined for the lengths l and u only


def every_length(low: int, high: int) -> Sequence[int]:
    return range(low, high + 1)


def one_stage(_low: int, high: int) -> Sequence[int]:
    return (high,)


def _both_ends(low: int, high: int) -> Sequence[int]:
    return (low, high) if low < high else (high,)


def _waits(_stage: Stage, _length: Any, _s: Any) -> Effect:
    """A longer request has not started yet."""
    return Effect(0, 0, 1)


def _alone(charge: Callable[[Any, Any], Any]) -> Rule:
    """A request runs once, to its end, and holds its charge of memory-time."""
    return lambda _stage, length, s: Effect(charge(length, s), 1, 0)


def _cut(charge: Callable[[Any, Any], Any]) -> Rule:
    """A longer request runs up to the cap, is cancelled and starts again in the next stage."""
    return lambda stage, _length, s: Effect(charge(stage.cap, s), 0, 1)


def _holds_upper_slot(stage: Stage, length: Any, s: Any) -> Effect:
    """A_max keeps s + u tokens (the only stage's cap is u) for as long as the request runs."""
    return Effect(length * (s + stage.cap), 1, 0)


def _shrinks(stage: Stage, length: Any, s: Any, below_bound: Any = 0) -> Effect:
    """One class of A_min, lower bound k = cap (P, Lemma 1 and Proposition 1).

    Of the requests of length j, all start in class l, a part 1 / (s + k) in each later class k. A
    cohort that started together holds its slots of s + k: for k steps in full, later because a
    part (s + k) / (s + g) of it is left when each survivor has g tokens. So it holds (s + k) j
    (less `below_bound`, where starts are staggered) and a part (s + k) / (s + j) completes. What
    is left after class k is 1 - (s + l) / (s + j) - (k - l) / (s + j) = (j - k) / (s + j).
    """
    k = stage.cap
    starts = 1 if stage.first else 1 / (s + k)
    time = starts * ((s + k) * length - below_bound)
    return Effect(time, starts * (s + k) / (s + length), (length - k) / (s + length))


def _shrinks_staggered(stage: Stage, length: Any, s: Any) -> Effect:
    """As `_shrinks`, holding s + g while g < k: k (s + k) - v(k) = k (k - 1) / 2 less a start."""
    below_bound = batch_charge(stage.cap, s) - volume(stage.cap, s)
    return _shrinks(stage, length, s, below_bound)


H_SF = Form("H-SF", "P Lemma 2", every_length, _alone(batch_charge), _waits)
AREA = Form("area bound", "MC-SF, GSA", every_length, _alone(volume), _waits)
A_RANDOM = Form("A_random", "P Theorem EC.1", one_stage, _alone(batch_charge), _waits)
A_MAX = Form("A_max", "P Algorithm 1", one_stage, _holds_upper_slot, _waits)
A_MIN = Form("A_min", "P Lemma 2", every_length, _shrinks, _shrinks)
A_MIN_STAGGERED = Form(
    "staggered A_min", "ours", every_length, _shrinks_staggered, _shrinks_staggered
)
A_L = Form(
    "A_l",
    "P Theorem 7",
    _both_ends,
    _alone(batch_charge),
    _cut(batch_charge),
    two_point=True,
)


def slicing(caps: Sequence[int]) -> Form:
    """Slicing with the given caps (ascending, in tokens); the last must reach u when it is used.

    Raises `InputError` for caps that are not strictly ascending whole numbers of at least 1.

    >>> tel(slicing((1, 2, 4)), {1: 3, 4: 1}, 0)
    Fraction(36, 1)
    """
    stages = tuple(whole(f"caps[{r}]", cap, least=1) for r, cap in enumerate(caps))
    if not stages or any(a >= b for a, b in pairwise(stages)):
        raise InputError("caps", list(caps), "at least one cap, strictly ascending")

    def reaching(_low: int, high: int) -> Sequence[int]:
        if stages[-1] < high:
            raise InputError("caps", list(stages), f"a last cap of at least u = {high}")
        return stages

    return Form("slicing", "GSA's idea", reaching, _alone(volume), _cut(volume))


def in_pipelines(caps: Sequence[int], known: bool = False) -> Form:
    """Slicing through staggered pipelines, GSA: all that take part are charged the cap's volume.

    A pipeline keeps the place of those that complete early. `known`: GBA, which knows the lengths:
    the requests of a class run once, charged the volume of the class's cap. Caps as in `slicing`.

    >>> tel(in_pipelines((1, 4)), {1: 1, 3: 1}, 0), tel(slicing((1, 4)), {1: 1, 3: 1}, 0)
    (Fraction(16, 1), Fraction(12, 1))
    """
    name = "GBA" if known else "GSA"

    def ends(stage: Stage, _length: Any, s: Any) -> Effect:
        return Effect(volume(stage.cap, s), 1, 0)

    passes = _waits if known else _cut(volume)
    return Form(name, "arXiv 2601.22996", slicing(caps).caps, ends, passes)


SLOTS, OWN = "slots", "own"
READINGS = (SLOTS, OWN)
_CHARGES: dict[str, Rule] = {SLOTS: _holds_upper_slot, OWN: _alone(batch_charge)}


def promotion(threshold: int, first: str = SLOTS, second: str = SLOTS) -> Form:
    """A_l for any lengths: all are assumed to need `threshold` tokens, the unfinished then u.

    P (Algorithm 6) has two lengths and the threshold l; on these every reading below is `A_L`.
    Stage 1 runs every request up to the threshold m. Those longer than m are evicted there, join
    the queue's end, and run to their end in stage 2. The readings say what a request that
    completes in its stage is charged (an evicted one holds c(m) in all of them):

        first="slots"   j (s + m): a slot of the assumed length, as in A_max's analysis
        first="own"     c(j): its own length, as in A_random's analysis
        second="slots"  j (s + u)
        second="own"    c(j); the upper end u plays no part, so this is also the version for
                        lengths without an upper end

    With m = u nothing is promoted: A_max in slots, A_random at own lengths. Raises `InputError`
    for an unknown reading, and where it is used for a threshold outside [1, u].

    >>> tel(promotion(2), {1: 1, 3: 1}, 0) - tel(promotion(2, OWN, OWN), {1: 1, 3: 1}, 0)
    Fraction(3, 1)
    >>> tel(promotion(9), {1: 1, 3: 1}, 0)
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: threshold: expected a threshold of at most u = 3, got 9
    """
    one_of("first", first, READINGS)
    one_of("second", second, READINGS)
    rules = _CHARGES[first], _CHARGES[second]
    cap = whole("threshold", threshold, least=1)

    def both(_low: int, high: int) -> Sequence[int]:
        if cap > high:
            raise InputError("threshold", cap, f"a threshold of at most u = {high}")
        return (cap, high) if cap < high else (high,)

    def ends(stage: Stage, length: Any, s: Any) -> Effect:
        return rules[0 if stage.first else 1](stage, length, s)

    name = f"A_l, threshold {cap} ({first}, {second})"
    return Form(name, "P Algorithm 6, for any lengths", both, ends, _cut(batch_charge))


def geometric_caps(u: int, base: int = 2) -> tuple[int, ...]:
    """The caps 1, b, b^2, ... up to the first that is at least u.

    >>> geometric_caps(10)
    (1, 2, 4, 8, 16)
    """
    high, b = whole("u", u, least=1), whole("base", base, least=2)
    caps = [1]
    while caps[-1] < high:
        caps.append(caps[-1] * b)
    return tuple(caps)


def stages(form: Form, l: int, u: int) -> Iterator[Stage]:  # noqa: E741 (P's letter)
    """The stages of a form on [l, u], in order.

    >>> list(stages(A_MAX, 1, 4))
    [Stage(after=0, cap=4, first=True)]
    """
    after = 0
    for cap in form.caps(l, u):
        yield Stage(after, cap, after == 0)
        after = cap


def effect(form: Form, stage: Stage, length: int, s: Any) -> Effect:
    """What one unit of share of this length adds to this stage.

    >>> effect(A_MIN, Stage(0, 1, True), 2, Fraction(0))
    Effect(time=Fraction(2, 1), done=Fraction(1, 2), left=Fraction(1, 2))
    """
    if length <= stage.after:
        return Effect(0, 0, 0)
    rule = form.ends if length <= stage.cap else form.passes
    return rule(stage, length, s)


def prompt_length(s: Any) -> Fraction:
    """Check a common prompt length: an exact number, at least 0 (tokens)."""
    return rational("s", s, least=0)


def interval(l: int, u: int) -> Interval:  # noqa: E741
    """Check a predicted interval 1 <= l <= u (tokens).

    >>> interval(3, 2)
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: u: expected a whole number, at least 3, got 2
    """
    low = whole("l", l, least=1)
    return low, whole("u", u, least=low)


def histogram(
    shares: Shares, within: Interval | None = None
) -> tuple[dict[int, Fraction], int, int]:
    """Check shares (or counts) by length; return them with the interval that they live in.

    The interval defaults to the shortest and the longest length given. Zero shares are allowed,
    nothing negative, not all zero.

    >>> histogram({2: 1, 5: 0})
    ({2: Fraction(1, 1), 5: Fraction(0, 1)}, 2, 5)
    >>> histogram({})
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: shares: expected a share for at least one length, got {}
    """
    if not shares:
        raise InputError("shares", dict(shares), "a share for at least one length")
    exact = {
        whole("length", k, least=1): rational(f"shares[{k}]", x, least=0) for k, x in shares.items()
    }
    if not any(exact.values()):
        raise InputError("shares", dict(shares), "at least one positive share")
    low, high = interval(*(within or (min(exact), max(exact))))
    for length in exact:
        whole("length", length, least=low, most=high)
    return exact, low, high


def defined_lengths(form: Form, low: int, high: int) -> Sequence[int]:
    """The lengths that the form is defined for."""
    return form.caps(low, high) if form.two_point else range(low, high + 1)


def tel(form: Form, shares: Shares, s: Any, within: Interval | None = None) -> Fraction:
    """x'Qx, exactly: multiply by n^2 / (2 M) for the latency in steps (shares summing to 1).

    `shares` maps length to share or count, `s` is the common prompt (tokens), `within` the
    predicted interval [l, u], by default the hull of the lengths. Work: stages times lengths.
    Raises `InputError` for a bad histogram, s < 0, u < l, or A_L with lengths between l and u.

    >>> tel(H_SF, {1: 2, 3: 1}, 0)
    Fraction(17, 1)
    """
    exact, low, high = histogram(shares, within)
    prompt = prompt_length(s)
    used = {length: x for length, x in exact.items() if x}
    if not set(used) <= set(defined_lengths(form, low, high)):
        raise InputError("shares", list(used), f"the lengths {low} and {high} only ({form.name})")
    total = Fraction(0)
    for stage in stages(form, low, high):
        time = wait = Fraction(0)
        for length, x in used.items():
            if length > stage.after:
                one = effect(form, stage, length, prompt)
                time += one.time * x
                wait += (one.done + 2 * one.left) * x
        total += time * wait
    return total


def ratio(
    form: Form, benchmark: Form, shares: Shares, s: Any, within: Interval | None = None
) -> Fraction:
    """The ratio of two forms at one histogram, exactly.

    >>> ratio(A_MAX, H_SF, {1: 1}, 0, within=(1, 4))
    Fraction(4, 1)
    """
    return tel(form, shares, s, within) / tel(benchmark, shares, s, within)
