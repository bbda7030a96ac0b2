"""The forms of Fluid.v and Volumes.v, evaluated in Coq at random, are those of the Python judge."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from kvratio.proofs_check import coq
from kvratio.proofs_check.claims import four_slicings
from kvratio.proofs_check.fluid import POLICIES, latency
from kvratio.proofs_check.pipelines import gsa, parallel
from kvratio.proofs_check.theorems import number
from kvratio.theory.model import Instance, verify
from kvratio.theory.price import kept_slices

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


BY_VOLUME = """Require Import Reals Lra List Arith. Import ListNotations.
From KVRatio Require Import Volumes.
Open Scope R_scope.
Ltac cases := match goal with
  | |- context [Rlt_dec ?a ?b] => destruct (Rlt_dec a b); try (exfalso; lra)
  | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b); try (exfalso; lra) end.
Ltac evaluate := cbv [by_levels kept_levels spent mean more area_of Rmin]; repeat cases; lra.
"""
STAGES = 4  # levels up to 14 * 4^3 / 16


def test_slicing_by_volume_agrees(folder: Path) -> None:
    rng = random.Random(9)
    lines = [BY_VOLUME]
    for factor in four_slicings.FACTORS:
        volumes = [rng.randint(1, 20) for _ in range(3)]
        levels = [factor * 4**k // 16 for k in range(STAGES)]
        listed = "; ".join(map(str, levels))
        requests = f"[{'; '.join(f'(1, {v})' for v in volumes)}]"
        value = four_slicings.latency(volumes, factor)
        form = f"by_levels {requests} 0 [{listed}]"
        lines += [
            f"Goal four_levels {factor} {STAGES} = map INR [{listed}]%nat. reflexivity. Qed.",
            f"Goal {form} = {value}.\nProof. evaluate. Qed.",
            f"Goal {form} = {value + 1}.\nProof. Fail evaluate. Abort.",
            f"Goal area_of {requests} = {four_slicings.area(volumes)}.\nProof. evaluate. Qed.",
        ]
    coq.run_text(folder, "\n".join([*lines, ""]), "ByVolume")


def test_slices_that_keep_the_tokens_agree(folder: Path) -> None:
    rng = random.Random(10)
    lines = [HEADER.replace("beyond]", "beyond kept kept_slices]")]
    for _ in range(CASES):
        low, prompt = rng.randint(1, 2), Fraction(rng.randint(0, 6), rng.randint(1, 3))
        caps = [low + 1, low + 3]
        shares = [Fraction(rng.randint(1, 9), rng.randint(1, 5)) for _ in range(4)]
        value = kept_slices.form(prompt, [low, *caps], [Fraction(0)] * (low - 1) + shares)
        x = f"(fun k => nth (k - {low}) [{'; '.join(map(number, shares))}] 0)"
        form = f"kept {number(prompt)} {x} {low} {low + 3} [{'; '.join(map(str, caps))}]%nat"
        lines += [
            f"Goal {form} = {number(value)}.\nProof. evaluate. Qed.",
            f"Goal {form} = {number(value + 1)}.\nProof. Fail evaluate. Abort.",
        ]
    coq.run_text(folder, "\n".join([*lines, ""]), "Kept_forms")


def kept_latency(volumes: list[int], levels: list[int], restart: Fraction) -> Fraction:
    """Slices by volume that keep the tokens; a restart takes `restart` times the level."""
    after, total = 0, Fraction(0)
    for level in levels:
        left = sum(v > after for v in volumes)
        time = sum(min(v, level) - min(v, after) for v in volumes) + restart * after * left
        total += time * (left + sum(v > level for v in volumes))
        after = level
    return total


def test_levels_that_keep_the_tokens_agree(folder: Path) -> None:
    rng = random.Random(12)
    lines = [BY_VOLUME]
    for _ in range(CASES):
        volumes = [rng.randint(1, 20) for _ in range(3)]
        levels = sorted(rng.sample(range(1, 21), 3))
        restart = Fraction(rng.randint(0, 3), 2)
        listed = f"[{'; '.join(f'(1, {v})' for v in volumes)}] 0 [{'; '.join(map(str, levels))}]"
        form = f"kept_levels (fun C => {number(restart)} * C) {listed}"
        value = kept_latency(volumes, levels, restart)
        lines += [
            f"Goal {form} = {number(value)}.\nProof. evaluate. Qed.",
            f"Goal {form} = {number(value + 1)}.\nProof. Fail evaluate. Abort.",
        ]
    coq.run_text(folder, "\n".join([*lines, ""]), "Kept_levels")


def test_a_l_with_a_threshold_agrees(folder: Path) -> None:
    """At own lengths: all up to m tokens, those of more again to their end."""
    rng = random.Random(13)
    lines = [HEADER.replace("beyond]", "beyond a_l_up_to]")]
    for _ in range(CASES):
        m, prompt = rng.randint(1, 3), Fraction(rng.randint(0, 6), rng.randint(1, 3))
        shares = {k: Fraction(rng.randint(1, 9), rng.randint(1, 5)) for k in range(1, 4)}

        def charge(k: int, prompt: Fraction = prompt) -> Fraction:
            return k * (prompt + k)

        again = sum(x for k, x in shares.items() if k > m)
        first = sum(charge(min(k, m)) * x for k, x in shares.items())
        second = sum(charge(k) * x for k, x in shares.items() if k > m)
        value = first * (sum(shares.values()) + again) + second * again
        x = f"(fun k => nth (k - 1) [{'; '.join(map(number, shares.values()))}] 0)"
        form = f"a_l_up_to {m} {number(prompt)} {x} 1 3"
        lines += [
            f"Goal {form} = {number(Fraction(value))}.\nProof. evaluate. Qed.",
            f"Goal {form} = {number(Fraction(value) + 1)}.\nProof. Fail evaluate. Abort.",
        ]
    coq.run_text(folder, "\n".join([*lines, ""]), "A_l_up_to")


PHASES = """Require Import ZArith List Lia. Import ListNotations.
From KVRatio Require Import Policies Sliced.
Open Scope Z_scope.
Lemma same M s t now W a b : gsa M s t now W a -> a = b -> gsa M s t now W b.
Proof. intros G <-. exact G. Qed.
Ltac step number := eapply (phase _ _ _ _ _ number);
  [discriminate
  | apply largest_fits; try lia; vm_compute;
    (reflexivity || (left; reflexivity) || (right; discriminate))
  | match goal with |- gsa ?M ?s ?t ?now ?W ?l =>
      let t' := eval vm_compute in t in let now' := eval vm_compute in now in
      let W' := eval vm_compute in W in change (gsa M s t' now' W' l) end].
"""


def test_gsa_agrees(folder: Path) -> None:
    """Phase by phase, with its numbers in parallel: the latency of the schedule of pipelines.py."""
    rng = random.Random(11)
    lines = [PHASES]
    for _ in range(CASES):
        memory, prompt = rng.randint(4, 30), rng.randint(0, 2)
        outputs = [rng.randint(1, memory - prompt) for _ in range(rng.randint(1, 8))]
        instance = Instance.of(memory, outputs, prompt=prompt)
        tel = verify(gsa(instance), instance).tel
        slices = [min(2**p, memory - prompt) for p in range((max(outputs) - 1).bit_length() + 1)]
        numbers = [parallel(memory, prompt, length) for length in slices]
        form = f"gsa {memory} {prompt} 1 0 [{'; '.join(map(str, outputs))}]"
        steps = f"{' '.join(f'step {k}.' for k in numbers)} apply all_done."
        for value, end in ((tel, "reflexivity. Qed."), (tel + 1, "Fail reflexivity. Abort.")):
            lines.append(f"Goal {form} {value}.\neapply same. {{ {steps} }} vm_compute. {end}")
        lines.append(f"Goal {form} {tel}.\neapply same. {{ Fail step {numbers[0] + 1}. Abort.")
    coq.run_text(folder, "\n".join([*lines, ""]), "Gsa")
