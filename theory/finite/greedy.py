"""Greedy starts stay above the fluid form at every size: offset slicing on equal outputs of 2.

s = 0, n outputs of two tokens at time 0, M even. A share f of the requests has a first level below
v(2) = 3 (of volume), runs for one token and is cancelled there. While these run nothing overflows:
M a step, f n/M steps if f n is a multiple of M. All others go on to two tokens. Admission while the
next step fits starts M of them; the step after it needs 2 M, and the last M/2 admitted are evicted;
the M/2 that are left fill the memory and complete. So M/2 complete every two steps, and

    TEL = f n^2/M + sum of 2 j M/2, j = 1 ... 2 n/M  =  (2 f + 4) n^2/(2 M) + n.

The fluid form, with staggered starts, has v(2) in place of 4: 2 f + 3. With b = 13.8073 a first
level b^x, 0 <= x < 1, is below 3 for f = ln 3/ln b = 0.4185: 1.26 times the form, for every M and
as n/M grows. So no bound F (1 + e) + O(n), e -> 0, holds for greedy offset slicing; what holds is
in `last_in`. (First come, first served has f = 0: 4/3 times.) `kvratio study convergence` shows how
far it is on other lengths, and how paced starts approach the form.
"""

from fractions import Fraction

import sympy

from kvratio.theory.bound import Bound, identity, words
from kvratio.theory.formula import read

# what the result says, read back where it is derived
TEL, FORM = "(2 f + 4) n^2/(2 M) + n", "(2 f + 3) n^2/(2 M)"
RATIO = "(2 f + 4)/(2 f + 3)"

F, N, M, J = sympy.symbols("f n M j", positive=True)


def latency(cancelled: int, n: int, memory: int) -> Fraction:
    """Total latency in steps, where `cancelled` requests run for a token first.

    >>> latency(0, 4, 4)  # 2 + 2 + 4 + 4
    Fraction(12, 1)
    """
    return Fraction(n * cancelled + 2 * n * n, memory) + n


def bounds() -> list[Bound]:
    """The family.

    >>> [bound.obtained for bound in bounds()]
    ['derived']
    """
    tel = F * N**2 / M + sympy.summation(2 * J * M / 2, (J, 1, 2 * N / M))
    return [
        Bound(
            id="finite/offset slicing, greedy",
            statement="s = 0, n outputs of 2, M even, a share f with a first level below 3, f n a "
            "multiple of M and 2 n of M: offset slicing that admits while the next step fits has "
            f"TEL = {TEL}, where its form is {FORM}, at every M",
            policy="offset slicing, greedy",
            family="outputs of 2, no prompt, M even",
            benchmark="its fluid form",
            closed_form=RATIO,
            value="",
            attained="n/M -> infinity",
            source="ours",
            steps=(
                words(
                    "M start; the next step needs 2 M, so the last M/2 are evicted; M/2 complete, "
                    "in every two steps, after the f n/M steps in which all wait."
                ),
                identity("TEL", tel, read(TEL, F, N, M)),
                identity(
                    "the limit of the ratio",
                    sympy.limit(tel / read(FORM, F, N, M), N, sympy.oo),
                    read(RATIO, F),
                ),
            ),
        )
    ]
