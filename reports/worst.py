"""The worst output lengths for a policy in the fluid limit, and a proof that none is worse."""

import json
import multiprocessing
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kvratio.reports.certificate import Certificate
from kvratio.theory.adversary import Problem, Witness, worst_case
from kvratio.theory.certificates import MOST_LENGTHS, certify
from kvratio.theory.checks import rational, whole
from kvratio.theory.model import MOST_TOKENS
from kvratio.theory.slicing import proved_caps

POLL_SECONDS = 0.2  # how often a running solver is looked at: an interrupt is answered at once
Progress = Callable[[str], None]


@dataclass(frozen=True, repr=False)
class WorstCase:
    """A witness from below and a bound from above on a policy's ratio.

    `ratio` is exact at the witness; no distribution of lengths has a larger one than `bound`, which
    is certified, or None if none was computed. `certificate` proves it where it was made by one.
    """

    problem: Problem
    witness: Witness
    bound: Fraction | None
    certificate: Certificate | None

    @property
    def ratio(self) -> Fraction:
        """The exact ratio at the witness."""
        return self.witness.ratio

    def __repr__(self) -> str:
        above = "" if self.bound is None else f", at most {float(self.bound):.12f} (certified)"
        p = self.problem
        about = f"{p.policy} / {p.benchmark}, lengths in [{p.lower}, {p.upper}], s = {p.prompt}"
        return f"<{about}: at least {float(self.ratio):.12f}{above}>"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        problem, witness, bound = self.problem, self.witness, self.bound
        return {
            "policy": problem.policy,
            "benchmark": problem.benchmark,
            "l": problem.lower,
            "u": problem.upper,
            "prompt": str(problem.prompt),
            "caps": list(problem.caps),
            "witness": {str(length): share for length, share in witness.shares.items()},
            "ratio": [str(witness.ratio.numerator), str(witness.ratio.denominator)],
            "ratio_float": float(witness.ratio),
            "upper_bound": None
            if bound is None
            else [str(bound.numerator), str(bound.denominator)],
            "upper_bound_float": None if bound is None else float(bound),
        }


def problem_of(
    policy: str,
    u: int,
    l: int = 1,  # noqa: E741 (the paper's name)
    benchmark: str = "h-sf",
    prompt: Any = 0,
    caps: tuple[int, ...] = (),
    lengths: tuple[int, ...] = (),
) -> Problem:
    """What is asked; slicing without caps gets those of the proved rule. Raises `InputError`.

    >>> problem_of("slicing", 8).caps == proved_caps(0, 1, 8)
    True
    """
    exact = rational("prompt", prompt, least=0, most=MOST_TOKENS)
    whole("upper", u, least=whole("lower", l, least=1), most=MOST_TOKENS)
    if policy == "slicing" and not caps:
        caps = proved_caps(exact, l, u)
    return Problem(policy, benchmark, l, u, exact, caps, lengths)


def find(
    problem: Problem,
    seed: int = 0,
    progress: Progress = lambda _text: None,
    apart: bool = False,
) -> WorstCase:
    """Search the worst lengths, and bound them from above.

    `apart`: let the solver run in a process of its own (the main program must be importable).
    Up to 150 lengths by a certificate that the independent checker has accepted; for more, A_min
    and slicing have exact multipliers. An interrupt while the certificate is being computed keeps
    the witness.

    >>> round(float(find(problem_of("a-min", 2)).ratio), 6)  # P, Theorem 6: (3 - 1/2) / 2
    1.25
    """
    if len(problem.lengths) > MOST_LENGTHS:
        found = _linear(problem)
        if found is not None:
            return found
    progress("searching")
    witness = worst_case(problem, seed=seed, progress=progress)
    try:
        bound, certificate = _certified(problem, progress, apart)
    except KeyboardInterrupt:
        bound, certificate = None, None
    return WorstCase(problem, witness, bound, certificate)


def _linear(problem: Problem) -> WorstCase | None:
    """Witness and bound for more lengths than a certificate can have, through structure; or None.

    A_min, staggered or not, and slicing have linear algorithms: kvratio.theory.survival,
    kvratio.theory.stages.
    """
    from kvratio.theory import stages, survival

    s, low, high, benchmark = problem.prompt, problem.lower, problem.upper, problem.benchmark
    if len(problem.lengths) < high - low + 1:
        return None
    if problem.policy in survival.POLICIES:
        family = (s, low, high, benchmark, problem.policy)
        bound = survival.upper_bound(*family).bound
        return WorstCase(problem, survival.worst_case(*family), bound, None)
    if problem.policy == "slicing":
        case = stages.Case(s, low, high, benchmark)
        bound = stages.upper_bound(case, problem.caps).bound
        return WorstCase(problem, stages.worst_case(case, problem.caps), bound, None)
    return None


def _certified(
    problem: Problem, progress: Progress, apart: bool
) -> tuple[Fraction | None, Certificate | None]:
    """A bound that the checker accepted, and its certificate; nothing for many lengths."""
    from kvratio.proofs_check.copositive import check

    if len(problem.lengths) > MOST_LENGTHS:
        return None, None
    progress("proving an upper bound")
    proof = _apart(problem, progress) if apart else certify(problem)
    text = json.dumps(proof.to_json()) + "\n"
    return check(text).bound, Certificate(text)


def _apart(problem: Problem, progress: Progress) -> Any:
    """The solver's proof from a process of its own, so that an interrupt ends it at once."""
    context = multiprocessing.get_context("spawn")
    started = time.perf_counter()
    with context.Pool(1, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        answer = pool.apply_async(certify, (problem,))
        while not answer.ready():
            answer.wait(POLL_SECONDS)
            progress(f"proving an upper bound: {time.perf_counter() - started:.0f} s")
        return answer.get()
