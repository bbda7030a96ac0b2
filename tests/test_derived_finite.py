"""What is called derived, for every finite instance: as `test_derived_price.py`."""

import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from importlib import import_module
from itertools import permutations
from pathlib import Path
from typing import Any

from kvratio.theory.bound import Bound
from kvratio.theory.finite import closed, last_in, own_levels, printed, rounded, staggered
from kvratio.theory.forms import A_MAX, A_RANDOM, H_SF, in_pipelines, promotion, tel
from kvratio.theory.model import Instance
from tests.derived import near
from tests.said import Check, between, results_held, said

CHECKS = tomllib.loads((Path(__file__).parent / "derivations_finite.toml").read_text())
MODULES = (
    "derived", "greedy", "kept", "last_in", "overflow", "own_levels", "printed", "rounded",
    "staggered", "thinned",
)  # fmt: skip


@cache
def rows() -> dict[str, Bound]:
    made = [b for name in MODULES for b in import_module(f"kvratio.theory.finite.{name}").bounds()]
    return {bound.id: bound for bound in made}


def finite_form(name: str) -> Check:
    """Both texts at an instance, against the bound of that instance."""
    counts, s, memory, u = {1: 7, 3: 4, 8: 2}, 3, 40, 9
    total = sum(n * k for k, n in counts.items())
    caps, threshold = (2, 4, 8), 3
    left = sum(n for k, n in counts.items() if k > threshold)
    waits = sum(n * sum(c for c in caps if c < k) for k, n in counts.items())
    own = sum(n * k * (s + k) for k, n in counts.items())
    cases: dict[str, tuple[Any, int, Any, dict[str, Any]]] = {
        "H-SF": (H_SF, s + 8, closed.h_sf(counts, s, memory), {"OWN": own}),
        "A_random": (A_RANDOM, s + 8, closed.a_random(counts, s, memory), {"OWN": own}),
        "A_max": (A_MAX, s + u, closed.a_max(counts, s, memory, u), {"OWN": (s + u) * total}),
        "A_l": (
            promotion(threshold), s + u, closed.a_l(counts, s, memory, threshold, u),
            {"LEFT": threshold * left},
        ),
        "GSA": (in_pipelines(caps), s + 8, closed.gsa(counts, s, memory, caps), {"LEFT": waits}),
        "GBA": (
            in_pipelines(caps, known=True), s + 8, closed.gba(counts, s, memory, caps),
            {"LEFT": waits},
        ),
    }  # fmt: skip
    form, peak, exact, values = cases[name]
    words = {
        r"sum (of )?(c\(o\)|o\(s \+ u\))/\(2M\)": "OWN/(2*M)",
        r"m for each request longer than m|m left": "LEFT",
        r"sum of the earlier (slices|caps) of each request|slices|caps": "LEFT",
        r"sum (of )?o\b": "ALL",
    }

    def check(bound: Bound) -> bool:
        assert bound.statement.count("e = (P - 1)/(M - P + 1)") == 1
        within = (1, u) if name in ("A_max", "A_l") else None
        value = float(tel(form, counts, s, within=within)) / (2 * memory)
        e = said("(P - 1)/(M - P + 1)", P=peak, M=memory)
        for text in (bound.closed_form, between(bound.statement, "<= ", ", F")):
            source = text if text is bound.closed_form else text.rpartition("<= ")[2]
            for word, symbol in words.items():
                source = re.sub(word, symbol, source)
            found = said(source, F=value, M=memory, e=e, ALL=total, **values)
            if not near(found, float(exact)):
                return False
        return True

    return check


def gba_optimum(bound: Bound) -> bool:
    """7 without an error, 11 with e = 1."""
    text = between(bound.statement, "has TEL <= (", ") times")
    return text == bound.closed_form and (said(text, e=0), said(text, e=1)) == (7, 11)


def as_printed(bound: Bound) -> bool:
    """From u = 500 on it is above Theorem 6, and not much before."""
    formula = between(bound.statement, "value and ", " times TEL")
    own = between(bound.statement, "is at least ", " times its")
    above = [u for u in range(2, 1000) if said(formula, u=u) > (3 - 1 / u) / 2]
    return (
        formula == bound.closed_form
        and near(said(own, u=50) * 3 / 2, said(formula, u=50))
        and above == list(range(above[0], 1000))
        and 450 < above[0] <= 500
    )


def below_h_sf(bound: Bound) -> bool:
    """The latency of the family, summed request by request; 3/4 of the form as b grows."""
    formula = between(bound.statement, "has TEL = ", " for every")
    for m, a, b in ((1, 2, 3), (4, 1, 5)):
        ends = sorted([1 + i // (3 * m) for i in range((3 * a + 2) * m)])
        late, step = [], a
        for _ in range(b):  # m at a time, beside those of a step before
            step += 1
            late += [step + 1] * m
        if not near(said(formula, m=m, a=a, b=b), sum(ends) + sum(late)):
            return False
    return bound.closed_form == "3/4" and float(bound.value) == 0.75


def fcfs(bound: Bound) -> bool:
    """The mean, over all orders, of the bound of an order, before it is rounded."""
    formula = between(bound.statement, "sum of o: ", " in expectation")
    outputs, s, memory = (1, 3, 3, 4), 2, 11
    e = said(between(bound.statement, "e = ", ", P"), P=s + 4, M=memory)
    charges = {o: o * (s + o) for o in outputs}
    orders = list(permutations(outputs))
    waits = sum(sum(charges[o] for o in order[:j]) for order in orders for j in range(4))
    mean = waits / len(orders) / (memory - (s + 4) + 1) + sum(outputs)
    fluid = len(outputs) * sum(charges[o] for o in outputs) / (2 * memory)
    source = formula.replace("sum c(o)", "OWN").replace("sum o", "ALL")
    values = {"F": fluid, "OWN": sum(charges[o] for o in outputs), "ALL": sum(outputs)}
    found = said(source, e=e, M=memory, **values)
    return formula == bound.closed_form and near(found, mean)


def paced(bound: Bound) -> bool:
    """Two stages by hand: nine requests of s = 2, five of them done after one token, M = 20."""
    each, late = re.findall(r"of (V \+ \d+) each.* and \((.*)\) V_r", bound.statement)[0]
    closed = f"sum c/(M - P + 1) + (sum ({each}) + sum H V + ({late}) V_r)/M"
    waits = []
    for r, charge, room in ((1, 9 * 3, 18), (2, 9 * 3 + 4 * 15, 16)):
        stages = ((9, 3), (4, 12))[:r]  # requests, V
        spent = sum(n * said(each, V=v) + v * n.bit_length() for n, v in stages)
        waits.append(int(charge / room + (spent + said(late, K=6, r=r) * stages[-1][1]) / 20))
    first, second = waits
    total = 5 * first + 4 * second + 5 * (second - first) + 5 * 1 + 4 * (1 + 3)
    return closed == bound.closed_form and total == last_in.sliced({1: 5, 3: 4}, 2, 20, (1, 3))


def own_levels_paced(bound: Bound) -> bool:
    """Pair by pair, from the closed form's parts; the statement has the same ones."""
    found = re.fullmatch(
        r"sum \(o \+ (.*)\) \+ sum \((.*) \+ c\)/\(M - P \+ 1\) \+ "
        r"\(sum \((.*)\) \+ K sum (.*)\)/M, B = (.*)",
        bound.closed_form,
    )
    assert found is not None
    beside, held, starts, late, cut = found.groups()
    assert all(part in bound.statement for part in (beside, held, f"K {late}", f"B = {cut}"))
    outputs, s, memory, b = (1, 2, 2, 7), 1, 10, 3
    v = {o: s * o + o * (o + 1) // 2 for o in range(memory)}
    reach = {o: min(b * v[o], v[memory - s]) for o in outputs}
    below = {o: sum(b**k < v[o] for k in range(9)) if o > 1 else 0 for o in outputs}
    u, part, total, charged, cost = max(outputs), said(cut, b=b), 0.0, 0.0, 0.0
    for j, o in enumerate(outputs):
        total += o + said(beside, L=below[o], o=o, u=u)
        for i, other in enumerate(outputs):
            values = {"B": part, "m": min(v[other - 1], reach[o])}
            charged += said(held, **values) if i != j else 0
            smaller = min(reach[o], reach[other]) if i <= j else 0
            cost += said(starts, R=smaller, L=below[other], **values) - (i > j)
            if i < j:
                charged += max(k * (s + k) for k in (o, other) if v[k] <= smaller)
        heads = [k for k in range(2, 9) if (s + 1) * b ** (k - 1) < reach[o]]
        cost += 4 * sum(said(late, k=k, V=min((s + 1) * b**k, reach[o])) for k in heads)
    waits = int(charged / (memory - (s + u) + 1) + cost / memory)
    return total + waits == own_levels.paced(Instance.of(memory, outputs, prompt=s), Fraction(b))


def overdue(bound: Bound) -> bool:
    """On four requests of s = 1, seven times overdue, and on so many that n/g counts."""
    ends = [(1, 4), (1, 4), (2, 4), (3, 4)]
    few = Instance.of(100, [1, 3, 3, 3], prompt=1, interval=ends)
    many = Instance.of(100, [3] * 100, prompt=1, interval=(1, 3))
    exact = staggered.a_min_staggered if "staggered" in bound.id else staggered.a_min_learning
    least = bound.statement.partition("g = ")[2].split(",")[0].split(":")[0]
    for case, j in ((few, 7), (many, 300)):
        g = said(least, s=1, u=3, M=100, v=9)
        source = bound.closed_form.replace("max(1, n/g)", "MORE")
        found = said(source, s=1, u=3, l=1, J=j, MORE=max(1, case.n / g))
        if bound.closed_form not in bound.statement or not near(found, float(exact(case))):
            return False
    return True


def on_average(bound: Bound) -> bool:
    """Lengths of 2 and 3, two classes, three requests: 3, 3 and 2 of progress at most."""
    case = Instance.of(8, [3, 3, 2], prompt=[1, 0, 0], interval=[(1, 4), (2, 4), (2, 4)])
    g = said(between(bound.statement, "g = ", ", P"), M=8, P=4)
    source = bound.closed_form.replace("max(1, n/(3 g))", "MORE")
    found = said(source, c=3, u=3, J=3 + 2 + 1, MORE=max(1, 3 / (3 * g)))
    many = Instance.of(8, [3] * 30, prompt=1, interval=(3, 3))
    more = said(source, c=1, u=3, J=30, MORE=30 / (3 * g))
    exact = (printed.a_min(case), printed.a_min(many))
    return bound.closed_form in bound.statement and all(
        near(a, float(b)) for a, b in zip((found, more), exact, strict=True)
    )


def above_the_form(bound: Bound) -> bool:
    """The form as defined, with what the proof has in its place; and from which u on it is 1.06."""
    form = between(bound.statement, "its form has ", ": at least")
    limit, least = between(bound.statement, "is at least ", " n^2"), "53/50"
    first = int(between(bound.statement, "from u = ", " on"))
    ratios = {u: said(bound.closed_form, u=u) for u in range(6, 200, 2)}
    above = [u for u, ratio in ratios.items() if ratio >= said(least)]
    return (
        f"at least {least} times" in bound.statement
        and all(near(said(limit) / float(rounded.form(u)), r) for u, r in ratios.items())
        and all(near(said(form, u=u), float(rounded.form(u))) for u in (6, 60))
        and above == list(range(first, 200, 2))
        and near(said(between(bound.statement, "on, ", " as u")), said(bound.closed_form, u=1e12))
    )


def checks() -> Iterator[tuple[str, Check]]:
    for name in ("H-SF", "A_random", "A_max", "A_l", "GSA", "GBA"):
        yield f"finite/{name}", finite_form(name)
    yield "finite/GBA/optimum", gba_optimum
    yield "finite/A_min as printed", as_printed
    yield "finite/H-SF/below its form", below_h_sf
    yield "finite/FCFS", fcfs
    yield "finite/slicing, paced", paced
    yield "finite/offset slicing, paced", own_levels_paced
    yield "finite/A_min staggered", overdue
    yield "finite/A_min learning", overdue
    yield "finite/A_min as printed, on average", on_average
    yield "finite/A_min staggered/above its form", above_the_form


(
    test_every_result_of_these_modules_has_its_line,
    test_a_result_and_no_mutant_of_it_is_accepted,
) = results_held(rows, CHECKS, dict(checks()))
