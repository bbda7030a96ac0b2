"""Maps of P's experiments: in which settings does each statement on latencies hold?

P (arXiv 2508.14544, section 6) states neither its memory nor its arrivals, and times batches by a
predictor whose coefficients it does not give. So each statement is looked at in every setting of a
grid. The rows of the map come from a producer (`kvratio study reproduction`); what the statements
say, and on which side of it an interval lies, is decided here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, product
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError

Run = tuple[str, str]  # prediction, policy
Numbers = Mapping[str, Fraction]
Estimate = tuple[float, float]  # mean over seeds, half the width of its 95 % interval

# Predictions, in the words of `kvratio.simulate.predictions`: P's three experiments
ROUGH, BINS = "1:1000", "bins:10:1000"
NARROW, WIDE, WIDEST = "relative:0.1", "relative:0.95", "relative:0.99"
PREDICTIONS = {
    ROUGH: "[1, 1000]",
    BINS: "ten bins",
    NARROW: "(1 ± 0.1) o",
    WIDE: "(1 ± 0.95) o",
    WIDEST: "(1 ± 0.99) o",
}
PRINTED, LIVE = "a-min", "a-min-live"
POLICIES = ("h-sf", "a-max", PRINTED, LIVE)

# The grid. `rate`: Poisson arrivals a second, 0 for all at once; a step counts as 0.1 s.
FITTED, VICUNA = "fitted", "Vicuna"
STEPS, PARALLEL = "steps", "tensor parallel"
STEPS_A_SECOND = 10
AXES: dict[str, tuple[Any, ...]] = {
    "lengths": (FITTED, VICUNA),
    "unit": (STEPS, PARALLEL, "pipeline"),
    "rate": (0, 50, 20, 5, 2),
    "requests": (200, 600, 2000),
    "memory": (
        *(2000, 5000, 10_000, 16_492, 37_751),
        *(50_000, 100_000, 200_000, 480_000, 1_000_000),
    ),
}
# Budgets for P's hardware: that of arXiv 2502.07115, and what the roofline's deployment leaves
HARDWARE = (16_492, 37_751)


class Setting(NamedTuple):
    """A point of the grid."""

    lengths: str
    unit: str
    rate: int
    requests: int
    memory: int

    @property
    def text(self) -> str:
        """For the reader."""
        return f"M = {self.memory:,}, n = {self.requests:,}, {self._how}"

    @property
    def place(self) -> str:
        """Likewise, without n.

        >>> ASSUMED.place
        'M = 16,492, all at once, steps, fitted lengths'
        """
        return f"M = {self.memory:,}, {self._how}"

    @property
    def _how(self) -> str:
        a_step = f"{Fraction(self.rate, STEPS_A_SECOND)} a step"
        arrivals = a_step if self.unit == STEPS else f"{self.rate} a second"
        when = f"Poisson arrivals, {arrivals}" if self.rate else "all at once"
        unit = self.unit if self.unit == STEPS else f"seconds ({self.unit})"
        return f"{when}, {unit}, {self.lengths} lengths"


SETTINGS = tuple(Setting(*values) for values in product(*AXES.values()))
ASSUMED = Setting(FITTED, STEPS, 0, 2000, HARDWARE[0])  # the one that is nearest to what P says


@dataclass(frozen=True, slots=True)
class Statement:
    """A ratio of two latencies, averaged over seeds, and what is said of it.

    `numbers` has either `target` and `tolerance` (relative), or `least`, or `most`.
    """

    id: str
    title: str
    above: Run
    below: Run
    numbers: Numbers

    @property
    def text(self) -> str:
        """The ratio in words.

        >>> STATEMENTS["exp1-a-min"].text, STATEMENTS["exp2-a-max"].text
        ('a-min over h-sf, [1, 1000]', 'a-max, ten bins, over a-max, [1, 1000]')
        """
        (one, policy), (other, base) = self.above, self.below
        if one == other:
            return f"{policy} over {base}, {PREDICTIONS[one]}"
        return f"{policy}, {PREDICTIONS[one]}, over {base}, {PREDICTIONS[other]}"

    @property
    def claimed(self) -> str:
        """The range that is claimed of it, in words.

        >>> STATEMENTS["exp1-a-max"].claimed, STATEMENTS["exp3-5x"].claimed
        ('between 1.5 and 2.5', 'at most 0.2')
        """
        low, high = bounds(self.numbers)
        if low <= 0:
            return f"at most {high:.4g}"
        return f"at least {low:.4g}" if high == inf else f"between {low:.4g} and {high:.4g}"

    def side(self, found: Estimate, numbers: Numbers | None = None) -> bool | None:
        """Does it hold: is the whole interval on the claimed side? None if it is on neither.

        >>> STATEMENTS["exp1-a-min"].side((1.02, 0.01)), STATEMENTS["exp1-a-min"].side((1.1, 0.01))
        (True, None)
        """
        low, high = bounds(self.numbers if numbers is None else numbers)
        first, last = found[0] - found[1], found[0] + found[1]
        if low <= first and last <= high:
            return True
        return False if last < low or first > high else None


def bounds(numbers: Numbers) -> tuple[float, float]:
    """The least and the largest mean that a statement allows.

    >>> bounds({"target": Fraction(2), "tolerance": Fraction(1, 4)})
    (1.5, 2.5)
    """
    if "target" in numbers:
        target, allowed = numbers["target"], numbers["target"] * numbers["tolerance"]
        return float(target - allowed), float(target + allowed)
    return float(numbers.get("least", 0)), float(numbers.get("most", "inf"))


def _statement(id: str, title: str, above: Run, below: Run, **numbers: str) -> Statement:
    return Statement(id, title, above, below, {k: Fraction(v) for k, v in numbers.items()})


def _same(id: str, title: str, prediction: str, policy: str) -> Statement:
    base = (prediction, "h-sf")
    return _statement(id, title, (prediction, policy), base, target="1", tolerance="1/10")


def _worse(id: str, title: str, prediction: str) -> Statement:
    return _statement(id, title, (prediction, "a-max"), (NARROW, "a-max"), least="5/4")


def _five(id: str, title: str, prediction: str, policy: str) -> Statement:
    return _statement(id, title, (prediction, policy), (prediction, "a-max"), most="1/5")


def _close(part: str, x: str, prediction: str) -> tuple[Statement, Statement]:
    """A_min is close to H-SF, by both readings of Algorithm 2."""
    return (
        _same(f"{part}-a-min", f"A_min = H-SF{x}", prediction, PRINTED),
        _same(f"{part}-a-min-live", f"A_min live = H-SF{x}", prediction, LIVE),
    )


STATEMENTS = {
    s.id: s
    for s in (
        *_close("exp1", "", ROUGH),
        _statement(
            "exp1-a-max-slow", "A_max slow", (ROUGH, "a-max"), (ROUGH, "h-sf"), least="5/4"
        ),
        _statement(
            *("exp1-a-max", "A_max = 2 H-SF", (ROUGH, "a-max"), (ROUGH, "h-sf")),
            target="2", tolerance="1/4",
        ),
        *_close("exp2", "", BINS),
        _statement(
            *("exp2-a-max", "bins halve A_max", (BINS, "a-max"), (ROUGH, "a-max")),
            target="1/2", tolerance="1/4",
        ),
        *_close("exp3-narrow", ", x = 0.1", NARROW),
        _same("exp3-narrow-a-max", "A_max = H-SF, x = 0.1", NARROW, "a-max"),
        *_close("exp3-0.95", ", x = 0.95", WIDE),
        _worse("exp3-0.95-a-max", "A_max worse, x = 0.95", WIDE),
        *_close("exp3-wide", ", x = 0.99", WIDEST),
        _worse("exp3-wide-a-max", "A_max worse, x = 0.99", WIDEST),
        _five("exp3-narrow-5x", "A_max = 5 A_min, x = 0.1", NARROW, PRINTED),
        _five("exp3-narrow-5x-live", "A_max = 5 A_min live, x = 0.1", NARROW, LIVE),
        _five("exp3-0.95-5x", "A_max = 5 A_min, x = 0.95", WIDE, PRINTED),
        _five("exp3-0.95-5x-live", "A_max = 5 A_min live, x = 0.95", WIDE, LIVE),
        _five("exp3-5x", "A_max = 5 A_min, x = 0.99", WIDEST, PRINTED),
        _five("exp3-5x-live", "A_max = 5 A_min live, x = 0.99", WIDEST, LIVE),
    )
}  # fmt: skip

Found = Mapping[str, Estimate]  # by the id of a statement
Map = Mapping[Setting, Found]
Sides = dict[Setting, bool | None]


@lru_cache(maxsize=4)
def read_map(file: Path) -> Map:
    """The map in a file. Raises `InputError` for a file that is none."""
    try:
        return parsed(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        required = f"a map of `kvratio study reproduction` ({error})"
        raise InputError("map", str(file), required) from None


def parsed(text: str) -> Map:
    """The map in a text as `kvratio study reproduction` writes it.

    >>> rows = '[["fitted", "steps", 0, 200, 9, [1, 0]]]'
    >>> list(parsed('{"statements": ["exp1-a-min"], "settings": ' + rows + "}").values())
    [{'exp1-a-min': (1.0, 0.0)}]
    """
    data, found = json.loads(text), {}
    for row in data["settings"]:
        values = ((float(mean), float(half)) for mean, half in row[len(Setting._fields) :])
        names = zip(data["statements"], values, strict=True)
        found[Setting(*row[: len(Setting._fields)])] = dict(names)
    return found


# What is said of one experiment, together; A_min as printed, and live
EXPERIMENTS: dict[str, tuple[str, ...]] = {
    "exp1": ("exp1-a-min", "exp1-a-max-slow", "exp1-a-max"),
    "exp2": ("exp2-a-min", "exp2-a-max"),
    "exp3": (
        *("exp3-narrow-a-min", "exp3-narrow-a-max"),
        *("exp3-0.95-a-min", "exp3-0.95-a-max", "exp3-wide-a-min", "exp3-wide-a-max"),
    ),
}
LIVE_TOO = {
    part: tuple(f"{n}-live" if n.endswith("a-min") else n for n in names)
    for part, names in EXPERIMENTS.items()
}


def together(sides: Iterable[bool | None]) -> bool | None:
    """Do all hold? No, if one fails.

    >>> together([True, None]), together([True, None, False])
    (None, False)
    """
    known = list(sides)
    return False if False in known else None if None in known else True


# Beyond the grid: A_max is overloaded and A_min is not, so the ratio falls as n grows. The other
# setting is the nearest one of the grid that can be run again.
OVERLOADED, NEAR = Setting(FITTED, STEPS, 3, 6000, 5000), Setting(FITTED, STEPS, 2, 2000, 5000)
FIVE_TIMES = ("exp3-0.95-5x", "exp3-0.95-5x-live", "exp3-5x", "exp3-5x-live")
BEYOND: dict[str, tuple[tuple[Setting, bool], ...]] = dict.fromkeys(
    FIVE_TIMES, ((OVERLOADED, True), (NEAR, False))
)


def sides(found: Map, names: Sequence[str], numbers: Numbers | None = None) -> Sides:
    """Whether the statements all hold, in every setting of the map.

    `numbers` are taken instead of the statement's own, if there is one statement.
    """
    return {
        setting: together(
            STATEMENTS[n].side(row[n], numbers if len(names) == 1 else None) for n in names
        )
        for setting, row in found.items()
    }


def distance(one: Setting, other: Setting) -> int:
    """Steps of the grid between two settings.

    >>> distance(ASSUMED, ASSUMED._replace(unit="pipeline", memory=2000))
    5
    """
    pairs = zip(AXES.values(), one, other, strict=True)
    return sum(abs(axis.index(a) - axis.index(b)) for axis, a, b in pairs)


def again(setting: Setting) -> bool:
    """Can the judge run it again: are lengths and clock the ones that need no other's word?"""
    return (setting.lengths, setting.unit) == (FITTED, STEPS)


def nearest(known: Sides) -> tuple[Setting, ...]:
    """The two settings nearest to each other of which it holds in one and fails in the other.

    Pairs that the judge can run again come first; of several, the nearest to P's own setting as far
    as it is known (`ASSUMED`). Empty, if there are none.

    >>> near, far = ASSUMED._replace(memory=37_751), ASSUMED._replace(memory=1_000_000)
    >>> nearest({ASSUMED: False, near: True, far: True}) == (near, ASSUMED)
    True
    """
    holds, fails = ([s for s in known if known[s] is side] for side in (True, False))
    mine = list(product(filter(again, holds), filter(again, fails)))
    return min(
        mine or product(holds, fails),
        key=lambda p: (distance(*p), distance(p[0], ASSUMED) + distance(p[1], ASSUMED), p),
        default=(),
    )


def chosen(found: Map, names: Sequence[str], numbers: Numbers | None = None) -> tuple[Setting, ...]:
    """The settings that are the evidence: the `nearest` two, or, where all agree, the least clear
    one that can be run again."""
    known = sides(found, names, numbers)
    if pair := nearest(known):
        return pair
    candidates = [s for s in known if again(s) and known[s] is not None]
    return (min(candidates, key=lambda s: (_clearness(found[s], names, numbers), s)),)


def _clearness(row: Found, names: Sequence[str], numbers: Numbers | None) -> float:
    """How far the means are from changing sides, all together."""
    total = 0.0
    for name in names:
        statement, mean = STATEMENTS[name], row[name][0]
        low, high = bounds(statement.numbers if numbers is None else numbers)
        inside = min(mean - low, high - mean)
        total += max(0.0, -inside) if statement.side(row[name], numbers) is False else 0.0
    return total or min(
        min(row[n][0] - low, high - row[n][0])
        for n in names
        for low, high in [bounds(STATEMENTS[n].numbers if numbers is None else numbers)]
    )


def runs(known: Sides, lengths: str, unit: str, rate: int) -> Iterator[str]:
    """For each n in words: on which memories of the grid it holds; none where it holds nowhere."""
    for n in AXES["requests"]:
        holds = [(m, known.get(Setting(lengths, unit, rate, n, m))) for m in AXES["memory"]]
        spans = [list(run) for side, run in groupby(holds, lambda h: h[1]) if side is True]
        if spans:
            ends = ((run[0][0], run[-1][0]) for run in spans)
            words = (f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in ends)
            yield f"n = {n:,} at M = {', '.join(words)}"


def summary(known: Sides) -> str:
    """How often it holds and fails, and where with all requests at once, fitted lengths."""
    holds, fails, undecided = (list(known.values()).count(side) for side in (True, False, None))
    text = f"holds on {holds} and fails on {fails} of {len(known)} settings ({undecided} undecided)"
    if not holds:
        return text
    steps, seconds = (
        "; ".join(runs(known, FITTED, unit, 0)) or "nowhere" for unit in (STEPS, PARALLEL)
    )
    return (
        f"{text}. Fitted lengths, all at once, in steps: {steps}. "
        f"The same in seconds (tensor parallel): {seconds}"
    )


def extremes(found: Map, name: str) -> str:
    """The smallest and the largest mean of a statement's ratio, and where."""
    least = min(found, key=lambda s: (found[s][name][0], s))
    most = max(found, key=lambda s: (found[s][name][0], s))
    return (
        f"means from {found[least][name][0]:.3g} ({least.text}) "
        f"to {found[most][name][0]:.3g} ({most.text})"
    )
