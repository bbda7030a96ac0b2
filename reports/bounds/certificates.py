"""The stored certificates: read, checked, and made into rows of the table of bounds.

`reports/published/certificates/*.json` are doubly nonnegative certificates that take a solver
seconds to minutes to find. Nothing in them is believed: a row exists only once the independent
checker (`kvratio.proofs_check.copositive`) has accepted its file. They are made by
`kvratio worst-case ... --certificate FILE` with the file's policy, caps, benchmark, prompt and
lengths.
"""

from fractions import Fraction

from kvratio.proofs_check.copositive import RatioBound, check
from kvratio.reports import PUBLISHED
from kvratio.theory.bound import Bound, certified
from kvratio.theory.formula import digits
from kvratio.theory.survival import worst_case

NAMES = {
    "h-sf": "H-SF",
    "area": "area bound",
    "a-random": "A_random",
    "a-max": "A_max",
    "a-min": "A_min",
    "a-min-staggered": "staggered A_min",
    "slicing": "slicing",
}


def stored() -> dict[str, str]:
    """The texts of the stored certificates by file name, sorted.

    >>> "a-min-staggered-h-sf-u20.json" in stored()
    True
    """
    folder = PUBLISHED / "certificates"
    found = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir()}
    return {name: found[name] for name in sorted(found) if name.endswith(".json")}


def row(file: str, text: str) -> Bound:
    """One certificate as a row; raises `CopositiveError` when the checker rejects it.

    The statement says on which side of A_min's exact worst case (same lengths, prompt and
    benchmark) the certified bound lies: a bound below it contradicts Theorem 4 of P.
    """
    proved: RatioBound = check(text)
    bench, policy = NAMES[proved.benchmark], NAMES[proved.policy]
    caps = f" with caps {', '.join(map(str, proved.caps))}" if proved.caps else ""
    a_min = worst_case(proved.prompt, proved.lower, proved.upper, proved.benchmark).ratio
    side = "below" if proved.bound < a_min else "above"
    family = f"all lengths in [{proved.lower}, {proved.upper}], s = {proved.prompt}"
    if len(proved.lengths) <= proved.upper - proved.lower:
        family = f"lengths {', '.join(map(str, proved.lengths))}, s = {proved.prompt}"
    return Bound(
        id=f"certificate/{file.removesuffix('.json')}",
        statement=(
            f"{family}: {policy}{caps} is at most this times {bench} "
            f"({side} A_min's worst case, {float(a_min):.4f})"
        ),
        policy=policy,
        family=family,
        benchmark=bench,
        closed_form="doubly nonnegative certificate",
        value=_rounded_up(proved.bound),
        attained=f"reports/published/certificates/{file}",
        source="ours",
        steps=(
            certified("proofs_check.copositive accepts the file", lambda: check(text) == proved),
        ),
    )


def _rounded_up(bound: Fraction) -> str:
    """Twelve digits that are never below the bound."""
    ulp = Fraction(1, 10**11)  # of the digits shown, for bounds below 10
    return digits(-(-bound // ulp) * ulp)


def bounds() -> list[Bound]:
    """A row for every stored certificate."""
    return [row(file, text) for file, text in stored().items()]
