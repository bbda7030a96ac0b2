"""P Theorem 4, "no policy without the lengths beats A_min": staggered A_min and slicing do."""

from collections.abc import Iterator
from fractions import Fraction

from kvratio.proofs_check.claim import Claim, Numbers
from kvratio.proofs_check.evidence import (
    above,
    certificate,
    identity,
    nonnegative,
    quadratic,
    refuted_by,
    show,
    words,
)
from kvratio.proofs_check.fluid import latency, ratio, shares_of
from kvratio.proofs_check.polynomial import variables
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict

DOUBLING = (1, 2, 4, 8, 16, 32, 64, 128)


def two_lengths() -> list[Finding]:
    """u = 2, s = 0: staggered A_min is at most 31/25, and A_min is 5/4 at shares 2, 1."""
    bound = Fraction(31, 25)
    forms = {
        policy: [latency(policy, {1: x, 2: y}, 0, (1, 2)) for x, y in ((1, 0), (1, 1), (0, 1))]
        for policy in ("a-min-staggered", "h-sf")
    }
    a, both, c = (
        bound * b - f for f, b in zip(forms["a-min-staggered"], forms["h-sf"], strict=True)
    )
    return [
        quadratic(f"lengths 1 and 2: staggered A_min <= {bound} H-SF", a, both - a - c, c),
        above("A_min / H-SF at shares 2 and 1", ratio("a-min", "h-sf", {1: 2, 2: 1}), bound),
    ]


def staggered_everywhere() -> list[Finding]:
    """A_min's stages are shortened, and every stage but the first of l = 1 strictly."""
    s, k, e = variables("s k e")
    return [
        identity(
            "a slot of s + k tokens for k steps holds k (s + k); its request uses v(k) = s k + "
            "k (k+1)/2 of it, so that k (k-1)/2 is freed",
            k * (s + k) - (s * k + k * (k + 1) / 2),
            k * (k - 1) / 2,
        ),
        nonnegative("k (k-1)/2 with k = 1 + e", (1 + e) * e / 2),
    ]


def staggered(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    yield words(
        "P charges a request that restarts with bound k a constant slot of s + k tokens. With "
        "staggered starts it needs only what it holds, and stage k takes e k (k-1)/(2 (s+k)) less "
        "for every unit of share in it, everything else being equal. By hand, lengths 1, 2 with "
        "shares 2, 1 and s = 0. H-SF: 9 + 3 = 12. A_min: stage 1 takes 4 and is waited "
        "2 + 1/2 + 1 = 7/2, stage 2 takes 2 and is waited 1/2: 15, ratio 5/4. Staggered: stage 2 "
        "takes 3/2: 59/4, ratio 59/48, and no shares make it more than 1.24."
    )
    yield refuted_by(
        "s = 0, lengths 1 and 2: A_min has ratio 5/4 at shares 2 and 1, staggered A_min 31/25 at "
        "most for all shares",
        [*two_lengths(), *staggered_everywhere()],
    )
    proof, bound = certificate(
        sources.certificates / "a-min-staggered-h-sf-u20.json",
        policy="a-min-staggered",
        benchmark="h-sf",
        prompt=Fraction(0),
        lower=1,
        upper=20,
        lengths=tuple(range(1, 21)),
    )
    yield refuted_by(worse(20, "staggered A_min", bound), [proof, _witness(20, bound)])


def doubling(sources: Sources) -> tuple[Finding, Fraction]:
    """The stored bound on slicing with caps 1, 2, 4, ... against H-SF, all lengths in [1, 100]."""
    return certificate(
        sources.certificates / "slicing-doubling-h-sf-u100.json",
        policy="slicing",
        benchmark="h-sf",
        prompt=Fraction(0),
        lower=1,
        upper=100,
        lengths=tuple(range(1, 101)),
        caps=DOUBLING,
    )


def slicing(_numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    proof, bound = doubling(sources)
    yield words(
        "Slicing: in the stage of cap X every unfinished request runs until it has made X tokens, "
        "and is cancelled if it is not complete; caps 1, 2, 4, ..., 128, staggered starts."
    )
    yield refuted_by(worse(100, "slicing", bound), [proof, _witness(100, bound)])


def worse(u: int, other: str, bound: Fraction) -> str:
    """The counterexample in a line; what is said of the shares is checked by `_witness`."""
    return f"s = 0, lengths 1 ... {u}: A_min exceeds {show(bound)}, which bounds {other}"


def _witness(u: int, bound: Fraction) -> Finding:
    """A_min's ratio at S_k = 1/(2k - 1) is above the other policy's for all shares."""
    tails = [Fraction(1, 2 * k - 1) for k in range(1, u + 1)]
    text = f"A_min / H-SF where the share of lengths >= k is 1/(2k - 1), k <= {u}"
    return above(text, ratio("a-min", "h-sf", shares_of(tails)), bound)


STATEMENT = (
    "No policy that does not know the lengths has a smaller competitive ratio than A_min as M -> "
    "infinity."
)
THEOREM = "arXiv 2508.14544, Theorem 4"
CLAIMS = (
    Claim(
        "t4-staggered",
        "fluid limit, against A_min with staggered starts",
        STATEMENT,
        THEOREM,
        "for all u: max over shares of policy/H-SF >= max over shares of A_min/H-SF",
        Verdict.REFUTED,
        staggered,
    ),
    Claim(
        "t4-slicing",
        "fluid limit, against slicing with doubling caps",
        STATEMENT,
        THEOREM,
        "for all u: max over shares of policy/H-SF >= max over shares of A_min/H-SF",
        Verdict.REFUTED,
        slicing,
    ),
)
