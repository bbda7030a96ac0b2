"""The verified checker: every published certificate passes; it and the Python checker agree.

Thousands of random and damaged certificates; CERTIFICATES=N in the environment says how many.
"""

import json
import os
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kvratio.proofs_check import coq
from kvratio.proofs_check.certificate import Certificate, CertificateError, read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.proofs_check.verified import HEADER, term, theorems, verdicts
from kvratio.reports import PUBLISHED
from kvratio.reports.studies.smallest.certificate import document
from kvratio.theory.hindsight.search import plain_schedule
from tests.certificates import as_text, bound
from tests.test_optimality import one_by_one, random_constraint, random_instance, random_leaf

pytestmark = pytest.mark.formal

COUNT = int(os.environ.get("CERTIFICATES", "3000"))


def later(text: str) -> bool:
    """Is it a certificate of version 3, which the checker in Coq does not know?"""
    return '"version": 3' in text


CERTIFICATES = [
    *sorted((PUBLISHED / "optima").glob("*.json")),
    *sorted((PUBLISHED / "adversary").glob("*.proof.json")),
    *sorted((PUBLISHED / "hindsight-profile" / "certificates").glob("*.json")),
    *(
        f
        for f in sorted((PUBLISHED / "hindsight-proofs").glob("*.json"))
        if not later(f.read_text())
    ),
]
FORGED = Path(__file__).parent.parent / "forged"
SMALL = ("valid.json", "looser-cut.json", *["valid-profile.json", "profile-looser.json"] * 3)


def accepts(certificate: Certificate) -> bool:
    """The Python checker's verdict."""
    try:
        check(certificate)
    except CertificateError:
        return False
    return True


def compared(folder: Path, certificates: list[Certificate], name: str) -> list[bool]:
    """The common verdicts of both checkers."""
    ours = [accepts(c) for c in certificates]
    theirs = verdicts(folder, certificates, name)
    assert len(theirs) == len(ours)
    differ = [c for c, a, b in zip(certificates, ours, theirs, strict=True) if a != b]
    assert not differ, differ[0]
    return ours


def test_every_published_certificate_is_a_theorem_without_axioms(folder: Path) -> None:
    texts = {f: f.read_text() for f in PUBLISHED.rglob("*.json")}
    every = [f for f, text in texts.items() if '"kvratio-optimality"' in text and not later(text)]
    assert sorted(every) == sorted(CERTIFICATES)

    def axioms(file: Path) -> str:
        name = re.sub(r"\W", "_", f"{file.parent.parent.name}_{file.stem}")
        certificate = read_certificate(file.read_text(encoding="utf-8"))
        return coq.run_text(folder, theorems({name: certificate}), f"Published_{name}")

    with ThreadPoolExecutor(2) as both:  # as `coq.build`: two cores
        answers = list(both.map(axioms, CERTIFICATES))
    assert all("Closed under the global context" in answer for answer in answers)


def test_a_bound_that_is_too_large_is_no_theorem(folder: Path) -> None:
    named = read_certificate((PUBLISHED / "optima" / "M4-s0-o2-2-3-3.json").read_text())
    text = theorems({"optimum": named}).replace("15 <= tel", "16 <= tel")
    with pytest.raises(coq.CoqError, match="Unable to unify"):
        coq.run_text(folder, text, "TooLarge")


def test_the_checker_rests_on_no_axiom(folder: Path) -> None:
    answer = coq.run_text(folder, f"{HEADER}Print Assumptions sound.\n", "Sound")
    assert "Closed under the global context" in answer


def random_certificates(rng: random.Random) -> list[Certificate]:
    """Random trees, prices, cuts, continued rows; with the largest bound that they prove, and more.

    The bound is computed by the letter of FORMAT.md; which of the two is accepted is for the
    checkers to say.
    """
    instance = random_instance(rng, rng.randint(1, 4), 8)
    cuts = [random_constraint(rng, instance) for _ in range(2)]
    scale = rng.randint(1, 4)
    tree, leaves = random_leaf(rng, instance, rng.randint(0, 3))
    rows: list[Any] = []
    least = None
    for windows in leaves:
        prices = {}
        row: list[Any] = []
        for _ in range(rng.randint(0, 3)):
            c, k = rng.randint(0, 2), rng.randint(0, 7)
            values = [rng.randint(0, 3) for _ in range(rng.randint(0, 3))]
            row.append([c, k, *values])
            prices |= {(c, k + d): v for d, v in enumerate(values)}
        rows.append(row)
        value = bound(instance, scale, cuts, prices, windows)
        least = value if least is None else min(least, value)
    assert least is not None
    certain = max(0, -(-least.numerator // least.denominator))
    schedule = plain_schedule(instance, one_by_one(instance))
    form = {"version": 2, "scale": scale, "cuts": cuts, "prices": rows, "tree": tree}
    texts = [as_text(document(instance, schedule, certain + d, **form)) for d in (0, 1)]
    return [read_certificate(text) for text in texts]


def test_random_certificates_get_the_same_verdict(folder: Path) -> None:
    rng = random.Random(19)
    certificates = [c for _ in range(COUNT // 3) for c in random_certificates(rng)]
    answers = compared(folder, certificates, "Random")
    assert len(answers) == 2 * (COUNT // 3)
    assert min(answers.count(True), answers.count(False)) > len(answers) / 5


def damaged(rng: random.Random, text: str) -> Certificate | None:
    """One number changed a little somewhere, if the result still follows the grammar."""
    data = json.loads(text)
    spots: list[tuple[Any, Any]] = []

    def numbers(value: Any) -> None:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                numbers(inner)
            elif isinstance(inner, int) and not isinstance(inner, bool) and key != "version":
                spots.append((value, key))

    numbers(data)
    value, key = rng.choice(spots)
    value[key] += rng.choice((-2, -1, 1, 2))
    try:
        certificate = read_certificate(json.dumps(data))
        term(certificate)
    except (CertificateError, ValueError):  # not for the checkers: malformed, or an unfinished run
        return None
    return certificate


def test_damaged_certificates_get_the_same_verdict(folder: Path) -> None:
    rng = random.Random(20)
    texts = [f.read_text(encoding="utf-8") for f in CERTIFICATES if f.stat().st_size < 3000]
    texts += [(FORGED / name).read_text() for name in SMALL]
    certificates: list[Certificate] = []
    while len(certificates) < COUNT // 3:
        if (certificate := damaged(rng, rng.choice(texts))) is not None:
            certificates.append(certificate)
    answers = compared(folder, certificates, "Damaged")
    assert True in answers
    assert False in answers
