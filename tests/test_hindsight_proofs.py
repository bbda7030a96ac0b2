"""The study of how many requests can be proven: rows are checked, the page counts by hand."""

import json

from kvratio.proofs_check.certificate import read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.reports.studies.hindsight.proofs import WITHIN, Proof, Proofs, as_markdown
from kvratio.reports.studies.hindsight.trials import draw
from kvratio.reports.studies.study import carry_out
from tests.bruteforce import optimum


def test_a_row_is_the_optimum_with_its_certificate() -> None:
    study = Proofs(sizes=(4,), trials=2, nodes=50, rounds=1, certificates=1)
    rows = carry_out(study, None, None, lambda _done, _all: None)
    files = study.files(rows)
    assert sorted(files) == [
        "certificates/4-0.json",
        "hindsight-proofs.jsonl",
        "hindsight-proofs.md",
    ]
    for row in rows:
        proof = Proof(**row["proof"])
        instance = draw(1, proof.trial, 0, 4)
        columns = (instance.prompt, instance.output, instance.arrival)
        assert proof.lower == proof.upper == optimum(instance.memory, *columns)
    certified = check(read_certificate(files["certificates/4-0.json"]))
    first = json.loads(files["hindsight-proofs.jsonl"].splitlines()[0])
    assert (certified.lower, certified.upper) == (first["lower"], first["upper"])


def test_the_page_counts_what_is_proven_and_what_is_quick() -> None:
    proofs = [
        Proof(10, 0, 40, 100, 100, 1, 2.0),
        Proof(10, 1, 40, 100, 100, 300, WITHIN + 1.0),  # proven, but too late
        Proof(10, 2, 40, 95, 100, 9, 3.0),
    ]
    page = as_markdown(proofs, nodes=600, rounds=4)
    assert page.endswith("| 10 | 3 | 2 | 1 | 5.0 % | 9, 300 | 3.0, 61.0 |\n")
