"""The forms of Fluid.v, evaluated in Coq on random rational shares, are those of fluid.py."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from kvratio.proofs_check import coq
from kvratio.proofs_check.fluid import POLICIES, latency
from kvratio.proofs_check.theorems import number

pytestmark = pytest.mark.formal

NAMES = {policy: policy.replace("-", "_") for policy in POLICIES if policy != "slicing"}
CASES = 6  # of each form
HEADER = """Require Import Reals Lra List Arith. Import ListNotations.
From KVRatio Require Import Fluid.
Open Scope R_scope.
Ltac evaluate := cbv [h_sf area a_random a_max a_l a_min a_min_staggered a_min_with a_min_stage
  slicing stage stages by_length once sum upto c v two beyond]; cbn; field.
"""


def goal(rng: random.Random, policy: str, shift: Fraction = Fraction(0)) -> str:
    """One equation: the form at random shares equals what fluid.py says (plus `shift`)."""
    low = rng.randint(1, 2)
    high = low + rng.randint(0 if policy != "a-l" else 1, 2)
    prompt = Fraction(rng.randint(0, 6), rng.randint(1, 3))
    shares = {k: Fraction(rng.randint(1, 9), rng.randint(1, 5)) for k in range(low, high + 1)}
    if policy == "a-l":
        shares = {k: x for k, x in shares.items() if k in (low, high)}
    caps = tuple(sorted({rng.randint(1, high), high})) if policy == "slicing" else ()
    value = latency(policy, shares, prompt, (low, high), caps) + shift
    listed = "; ".join(number(shares.get(k, Fraction(0))) for k in range(low, high + 1))
    x = f"(fun k => nth (k - {low}) [{listed}] 0)"
    arguments = f"{number(prompt)} {x} {low} {high}"
    form = f"slicing {arguments} 0 [{'; '.join(map(str, caps))}]%nat" if caps else (
        f"{NAMES[policy]} {arguments}")  # fmt: skip
    return f"Goal {form} = {number(value)}."


def test_every_form_agrees(folder: Path) -> None:
    rng = random.Random(7)
    goals = [
        f"{goal(rng, policy)}\nProof. evaluate. Qed." for policy in POLICIES for _ in range(CASES)
    ]
    coq.run_text(folder, "\n".join([HEADER, *goals, ""]), "Forms")


def test_the_comparison_can_fail(folder: Path) -> None:
    rng = random.Random(8)
    wrong = [goal(rng, policy, Fraction(1, 1000)) for policy in POLICIES]
    text = "\n".join(f"{g}\nProof. Fail evaluate. Abort." for g in wrong)
    coq.run_text(folder, f"{HEADER}{text}\n", "WrongForms")
