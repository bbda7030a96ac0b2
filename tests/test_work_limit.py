"""Certificates that would take minutes or gigabytes: refused, before they are checked."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kvratio.proofs_check import optimality
from kvratio.proofs_check.certificate import CertificateError, read_certificate
from kvratio.proofs_check.optimality import check
from kvratio.proofs_check.work import MOST_WORK, limit_work, work
from kvratio.reports import PUBLISHED
from kvratio.reports.studies.smallest.certificate import document
from kvratio.theory.checks import WorkLimitError
from kvratio.theory.hindsight.search import plain_schedule
from tests.certificates import as_text
from tests.command import kvratio
from tests.test_optimality import one_by_one, random_constraint, random_instance, random_leaf

FORGED = Path(__file__).parent / "forged"
VALID: dict[str, Any] = json.loads((FORGED / "valid.json").read_text())
TWO = [{"prompt": s, "output": 9_999_940} for s in (0, 1)]
BOMBS: dict[str, dict[str, Any]] = {
    "long outputs": {"instance": {"memory": 10**7, "requests": TWO}, "tree": [0], "prices": [[]]},
    "late steps": {"prices": [[[0, 9_999_990]]] * 99, "tree": [*range(99)]},
    "late steps of many constraints": {
        "cuts": [["ahead", 1, 0]] * 60,
        "prices": [[[c, 9_999_990] for c in range(61)]],
    },
    "rows that continue rows": {"prices": [[[0, 1]]] + [[k, [0, 1]] for k in range(20_000)]},
    "corners without number": {
        "version": 2,
        "cuts": [["profile", [[1, 0, w] for w in range(1, 20_000)]]],
    },
    "a table over a large memory": {
        "version": 2,
        "instance": {"memory": 10**6, "requests": [{"prompt": 1, "output": 1}]},
        "cuts": [["profile", [[1, 0, 1]]]],
    },
    "many leaves": {"prices": [[[0, 90_000]]] * 2, "tree": [[0, 1], 0, 1] * 2_000},
}


@pytest.mark.parametrize("changes", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_at_once(changes: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "bomb.json"
    file.write_text(json.dumps(VALID | changes))
    ended = kvratio("verify-certificate", file)
    assert (ended.status, ended.out) == (3, "")
    assert f"at most {MOST_WORK} entries" in ended.err
    assert "--work" in ended.err


def test_the_limit_is_adjustable(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(VALID))
    needed = work(json.dumps(VALID))
    assert kvratio("verify-certificate", file).status == 0
    assert kvratio("verify-certificate", file, "--work", str(needed)).status == 0
    assert kvratio("verify-certificate", file, "--work", str(needed - 1)).status == 3


def test_no_certificate_of_ours_is_refused() -> None:
    for folder in (PUBLISHED / "optima", FORGED):
        for file in folder.glob("*.json"):
            # rejected for 10^9 steps of output, and for more work than enumeration may take
            if file.stem not in ("huge-memory", "all-too-long"):
                limit_work(file.read_text(encoding="utf-8"), MOST_WORK // 100)


def test_what_is_no_certificate_costs_nothing_here_and_is_for_the_reader_to_reject() -> None:
    for text in ("", "[", "[" * 100_000, "null", "{}", '{"prices": 3}', '{"tree": [' + "9" * 5000):
        assert work(text) == 0
        with pytest.raises(CertificateError):
            read_certificate(text)


class Counter:
    """Counts the entries that parts of the checker make or look at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries = 0
        for name, size in (
            ("_bends", lambda _first, weights: len(weights)),
            ("_ramps", len),
            ("_least", lambda costs, first, last, _scale: len(costs[first : last + 1])),
            ("_split", lambda case, *_rest: len(case[0])),
        ):
            monkeypatch.setattr(optimality, name, self.counting(getattr(optimality, name), size))

    def counting(self, function: Any, size: Callable[..., int]) -> Any:
        def counted(*arguments: Any) -> Any:
            self.entries += size(*arguments)
            result = function(*arguments)
            if function.__name__ == "_bends":
                assert len(result) <= 8
            return result

        return counted


def test_the_checker_never_does_more_than_was_counted_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Random instances, cuts, continued rows and trees; and the same with their limits forged."""
    counter, rng = Counter(monkeypatch), random.Random(5)
    for _ in range(300):
        instance = random_instance(rng, rng.randint(1, 4), 12)
        cuts = [random_constraint(rng, instance) for _ in range(2)]
        tree, leaves = random_leaf(rng, instance, rng.randint(0, 3))
        rows: list[Any] = []
        for p in range(len(leaves)):
            row = [[rng.randint(0, 2), rng.randint(0, 30), *[1] * rng.randint(0, 5)]]
            rows.append([rng.randrange(p), *row] if p and rng.random() < 0.5 else row)
        schedule = plain_schedule(instance, one_by_one(instance))
        form = {"version": 2, "scale": 1, "cuts": cuts, "prices": rows, "tree": tree}
        text = as_text(document(instance, schedule, 0, **form))
        counter.entries = 0
        with suppress(CertificateError):  # too weak: the rest of the tree is not looked at
            check(read_certificate(text))
        assert 0 < counter.entries <= work(text)


def test_a_limit_that_is_reached_decides_nothing() -> None:
    with pytest.raises(WorkLimitError, match="work of the certificate"):
        limit_work(json.dumps(VALID), 3)
