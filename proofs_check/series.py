"""Exact sums of polynomials times geometric terms, over infinitely many lengths.

A sequence p(k) * z^(k-1) with a polynomial p has the tail sum, for |z| < 1,

    sum over i >= k of p(i) z^(i-1) = z^(k-1) * sum over n of (D^n p)(k) z^n r^(n+1), r = 1/(1-z),

with D the difference D p(k) = p(k+1) - p(k): the shift is 1 + D, and 1/(1 - z (1 + D)) expands in
powers of z D r, which is finite on polynomials. So tails and totals are polynomials in k, z and r.
"""

from kvratio.proofs_check.polynomial import Poly, variables


def tail(p: Poly, z: Poly, r: Poly) -> Poly:
    """The factor of z^(k-1) in the sum over i >= k of p(i) z^(i-1); p, z, r polynomials, p in k.

    >>> k, q, r = variables("k q r")
    >>> tail(Poly.of(1), q, r) == r  # q^(k-1) + q^k + ... = q^(k-1) / (1 - q)
    True
    """
    (k,) = variables("k")
    total, difference, weight = Poly({}), p, r
    while difference != 0:
        total = total + difference * weight
        difference = difference.put(k=k + 1) - difference
        weight = weight * z * r
    return total


def total(p: Poly, z: Poly, r: Poly) -> Poly:
    """The sum over all i >= 1 of p(i) z^(i-1).

    >>> k, q, r = variables("k q r")
    >>> total(k, q, r) == r + q * r**2
    True
    """
    return tail(p, z, r).put(k=1)


def cleared(p: Poly, name: str, power: int, one_over: Poly) -> Poly:
    """one_over^power * p, where the variable `name` stands for 1 / one_over.

    >>> q, r = variables("q r")
    >>> cleared(r + q * r**2, "r", 2, 1 - q) == 1
    True
    """
    result = Poly({})
    for monomial, c in p.terms.items():
        exponent = dict(monomial).get(name, 0)
        if exponent > power:
            raise ValueError(f"{name}^{exponent} in {p}")
        rest = Poly({tuple(pair for pair in monomial if pair[0] != name): c})
        result = result + rest * one_over ** (power - exponent)
    return result
