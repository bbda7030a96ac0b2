"""Doubly nonnegative certificates: upper bounds of competitive ratios, found and rounded here.

For forms A and B and shares x >= 0, a bound lambda with

    lambda B - A = P + N,   P positive semidefinite,   N nonnegative in every entry,

proves x'Ax <= lambda x'Bx. The least such lambda is a semidefinite program (cvxpy, Clarabel). Its
answer is a float and proves nothing; `certify` moves it a little inwards and rounds P to an exact
LDL' factorisation in integers, and `kvratio.proofs_check.copositive` (which takes nothing from
here) multiplies that out. Where the largest eigenvector of (A, B) is nonnegative, as for A_min, no
semidefinite program is needed: N = 0 and P = lambda B - A.

>>> from kvratio.theory.adversary import Problem
>>> found = certify(Problem("a-min", "h-sf", upper=2))  # P, Theorem 6: (3 - 1/2) / 2
>>> round(float(found.bound), 6), len(found.factor)
(1.25, 2)
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import scipy.linalg

from kvratio.theory.adversary import Array, Problem, scaled, top_eigenvector
from kvratio.theory.checks import InputError

FORMAT = "kvratio-copositive"
VERSION = 1
MOST_LENGTHS = 150  # the semidefinite program grows with the sixth power: u = 100 takes minutes
BOUND_DIGITS = 10**12  # bounds are rounded up to a multiple of 1 / BOUND_DIGITS
FACTOR_BITS = 45  # fractional bits kept of the triangular factor, in the scaled coordinates
PIVOT_BITS = 80  # of the pivots, which can be as small as the margin
MARGIN = 1e-9  # least relative margin by which P is moved inwards: float noise is far below it


@dataclass(frozen=True)
class Certificate:
    """bound * B - A >= factor diag(pivots) factor' / denominator, entry by entry."""

    problem: Problem
    bound: Fraction
    denominator: int
    pivots: tuple[int, ...]
    factor: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data in the grammar of `kvratio.proofs_check.copositive`."""
        problem = self.problem
        return {
            "format": FORMAT,
            "version": VERSION,
            "policy": problem.policy,
            "caps": list(problem.caps),
            "benchmark": problem.benchmark,
            "prompt": [problem.prompt.numerator, problem.prompt.denominator],
            "lower": problem.lower,
            "upper": problem.upper,
            "lengths": list(problem.lengths),
            "bound": [self.bound.numerator, self.bound.denominator],
            "denominator": self.denominator,
            "pivots": list(self.pivots),
            "factor": [list(row) for row in self.factor],
        }


def certify(problem: Problem) -> Certificate:
    """A certificate whose bound exceeds the best doubly nonnegative one by about `MARGIN`.

    Raises `InputError` for more than `MOST_LENGTHS` lengths, and `ArithmeticError` when the solver
    gives no usable answer. Measured on two cores: u = 60 in 15 s, u = 100 in 160 s; under a second
    where the largest eigenvector is nonnegative.
    """
    if len(problem.lengths) > MOST_LENGTHS:
        raise InputError("lengths", len(problem.lengths), f"at most {MOST_LENGTHS}")
    a, b, scale = scaled(*problem.matrices())
    vector, value = top_eigenvector(a, b)
    if vector.min() > 0:
        bound, slack = value, np.zeros_like(a)
    else:
        bound, slack = _semidefinite(a, b)
    return _rounded(problem, bound, bound * b - a - slack, scale)


def program(a: Array, b: Array) -> tuple[Any, Any, Any]:
    """The semidefinite program of a bound, its lambda, and its N: the least lambda for which some N
    (nonnegative, zero on the diagonal) makes lambda B - A - N semidefinite. All are n x n.

    >>> problem, bound, slack = program(np.eye(2), np.eye(2))
    >>> round(float(problem.solve()), 3)
    1.0
    """
    import cvxpy

    n = len(a)
    bound = cvxpy.Variable()
    slack = cvxpy.Variable((n, n), symmetric=True)
    constraints = [
        bound * b - a - slack >> 0,
        slack[np.triu_indices(n, 1)] >= 0,
        cvxpy.diag(slack) == 0,
    ]
    return cvxpy.Problem(cvxpy.Minimize(bound), constraints), bound, slack


def _semidefinite(a: Array, b: Array) -> tuple[float, Array]:
    """Lambda and N, by a solver."""
    import cvxpy

    problem, bound, slack = program(a, b)
    problem.solve(solver=cvxpy.CLARABEL)
    if problem.status not in (cvxpy.OPTIMAL, cvxpy.OPTIMAL_INACCURATE) or slack.value is None:
        raise ArithmeticError(f"no certificate: the semidefinite solver says {problem.status}")
    return float(bound.value), np.maximum(slack.value, 0)


def _rounded(problem: Problem, value: float, p: Array, scale: Array) -> Certificate:
    """Round P (scaled coordinates) to an exact factorisation; enlarge the bound as needed.

    P + margin I is positive definite; the bound value + 2 margin leaves margin * (2 B - I) in N,
    which is positive in every entry since the scaled B has ones on its diagonal.
    """
    least = float(scipy.linalg.eigvalsh(p, subset_by_index=(0, 0))[0])
    margin = max(0.0, -least) + MARGIN * value
    bound = Fraction(ceil(BOUND_DIGITS * (value + 2 * margin)), BOUND_DIGITS)
    root = np.linalg.cholesky(p + margin * np.eye(len(p)))
    diagonal = np.diag(root)
    unit = (root / diagonal) / scale[:, None]
    factor = tuple(
        tuple(_fixed(x, FACTOR_BITS) for x in row[: i + 1]) for i, row in enumerate(unit)
    )
    pivots = tuple(_fixed(x * x, PIVOT_BITS) for x in diagonal)
    return Certificate(problem, bound, 2 ** (2 * FACTOR_BITS + PIVOT_BITS), pivots, factor)


def _fixed(x: float, bits: int) -> int:
    """The whole number nearest to x * 2^bits."""
    nearest: int = round(Fraction(float(x)) * 2**bits)
    return nearest
