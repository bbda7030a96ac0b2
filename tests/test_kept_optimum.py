"""The hindsight optimum with kept tokens: against enumeration, and certificates against forgers.

Expected optima come from `tests.bruteforce.optimum_keeping`, which tries every set in every step.
"""

import json
import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kvratio as kv
from kvratio.proofs_check.certificate import CertificateError
from kvratio.proofs_check.kept_certificate import (
    KeptCertified,
    _full,
    _limits,
    check_kept,
    read_kept,
)
from kvratio.proofs_check.work import work
from kvratio.reports.cli import cli
from kvratio.theory.area import lower_bound
from kvratio.theory.checks import InputError, WorkLimitError
from kvratio.theory.hindsight.kept.optimum import optimum_kept
from kvratio.theory.hindsight.kept.prices import SCALE, Kept, Prices
from kvratio.theory.hindsight.kept.search import Rest
from kvratio.theory.hindsight.kept.serve import serve
from kvratio.theory.hindsight.kept.states import beginning, full_steps
from kvratio.theory.hindsight.optimum import Effort
from kvratio.theory.model import Instance, Preemption, Schedule, verify
from tests.bruteforce import optimum, optimum_keeping

FORGED = Path(__file__).parent / "forged" / "kept"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FORGED / "expected.json").read_text())
GRAMMAR = (Path(__file__).parent.parent / "proofs_check" / "FORMAT-KEPT.md").read_text()
QUICK = Effort(moves=20, root_iterations=60, nodes=20_000)


def random_instance(rng: random.Random, most: int, arrives: bool) -> Instance:
    memory, n = rng.randint(2, 7), rng.randint(1, most)
    prompt = [rng.choice([0, 0, rng.randint(0, memory - 1)]) for _ in range(n)]
    output = [rng.randint(1, min(4, memory - s)) for s in prompt]
    arrival = [rng.randint(0, 4) * arrives for _ in range(n)]
    return Instance.of(memory, output, prompt=prompt, arrival=arrival)


def brute(instance: Instance) -> int:
    return optimum_keeping(instance.memory, instance.prompt, instance.output, instance.arrival)


def checked(data: Any) -> KeptCertified:
    return check_kept(read_kept(json.dumps(data)))


def reason(text: str) -> str | None:
    try:
        check_kept(read_kept(text))
    except CertificateError as error:
        return error.reason if error.detail else ""
    return None


@pytest.mark.parametrize("arrives", [False, True])
def test_the_optimum_is_that_of_enumeration_and_one_more_is_rejected(arrives: bool) -> None:
    rng = random.Random(11 + arrives)
    for _ in range(15):
        instance = random_instance(rng, 4, arrives)
        found = optimum_kept(instance, effort=QUICK)
        assert found.lower == found.upper == brute(instance)
        assert verify(found.schedule, instance, Preemption.KEEP).tel == found.upper
        data = found.certificate
        assert data is not None
        certified = checked(data)
        assert certified.lower <= found.lower == certified.upper
        # the claim of one more, with a schedule that has it, whatever the search is allowed
        longer = {**data, "lower": found.upper + 1, "search": 10**6, **_one_later(instance, data)}
        assert reason(json.dumps(longer)) == "schedule below the bound"


def _one_later(instance: Instance, data: dict[str, Any]) -> dict[str, Any]:
    """The schedule with the last attempt to end put off by a step: one step of latency more."""
    rows = [list(row) for row in data["schedule"]]
    last = max(range(len(rows)), key=lambda k: rows[k][2])
    rows[last][1:3] = [rows[last][1] + 1, rows[last][2] + 1]
    later = Schedule.from_json(rows)
    return {"schedule": rows, "upper": verify(later, instance, Preemption.KEEP).tel}


def test_any_prices_bound_from_below_in_every_state() -> None:
    """Random prices, and states on the way: never above the least latency through the state."""
    rng = random.Random(3)
    for _ in range(20):
        instance = random_instance(rng, 3, arrives=True)
        kept = Kept.of(instance, rng.randint(1, 12))
        shape = kept.horizon
        prices = kept.rounded(
            Prices(*(kept.limits * 0.0 + [rng.choice([0, rng.random()]) for _ in range(shape)]
                     for _ in range(2)))
        )  # fmt: skip
        best = brute(instance)
        assert kept.bound(prices, SCALE) <= SCALE * best
        start = beginning(kept.counts.tolist())
        assert Rest(kept, prices).bound(start, 0, 0) == kept.bound(prices, SCALE)
        certificate = {
            **_claim(instance, best),
            "cache": prices.cache.tolist(),
            "done": prices.done.tolist(),
        }
        assert checked(certificate).lower == best


def _claim(instance: Instance, best: int) -> dict[str, Any]:
    found = optimum_kept(instance, effort=QUICK)
    assert found.certificate is not None
    return {**found.certificate, "lower": best, "search": 10**6}


def test_every_limit_of_completions_is_that_of_the_machine() -> None:
    rng = random.Random(8)
    for _ in range(50):
        instance = random_instance(rng, 6, arrives=True)
        kept = Kept.of(instance, 20)
        assert kept.limits.tolist() == _limits(instance, kept.horizon)


@pytest.mark.parametrize("name", EXPECTED)
def test_forged_certificates_are_rejected_for_their_reason(name: str) -> None:
    assert reason((FORGED / f"{name}.json").read_text()) == EXPECTED[name]["reason"]


def test_every_reason_of_this_format_has_a_forgery_and_a_line_in_the_grammar() -> None:
    from kvratio.proofs_check.kept_certificate import REASONS

    forged = {entry["reason"] for entry in EXPECTED.values()}
    assert set(REASONS) <= forged
    assert all(f"| `{name}` |" in GRAMMAR for name in REASONS)


def test_the_lines_of_the_checker_are_stated() -> None:
    folder = Path(__file__).parent.parent / "proofs_check"
    lines = len((folder / "kept_certificate.py").read_text().splitlines())
    assert f"the {lines} lines of `kept_certificate.py`" in (folder / "TRUST.md").read_text()


def test_damage_never_makes_a_false_claim_pass() -> None:
    rng = random.Random(2)
    text = (FORGED / "valid.json").read_text()
    for _ in range(150):
        at = rng.randrange(len(text))
        damaged = text[:at] + rng.choice("0123456789,[]-") + text[at + 1 :]
        try:
            certificate = read_kept(damaged)
            if certificate.search > 1000:
                continue
            certified = check_kept(certificate)
        except CertificateError:
            continue
        assert certified.lower <= brute(certificate.instance) <= certified.upper


def test_keeping_is_no_worse_than_losing_and_can_be_better() -> None:
    rng = random.Random(6)
    for _ in range(30):
        instance = random_instance(rng, 4, arrives=False)
        without = optimum(instance.memory, instance.prompt, instance.output, instance.arrival)
        assert lower_bound(instance) <= brute(instance) <= without
    assert brute(Instance.of(4, [4, 4, 4])) == 19 < optimum(4, [0] * 3, [4] * 3, [0] * 3) == 24


def test_large_instances_have_bounds_and_schedules() -> None:
    rng = random.Random(1)
    instance = Instance.of(40, [rng.randint(1, 36) for _ in range(30)], prompt=4)
    found = optimum_kept(instance, effort=Effort(moves=5, root_iterations=5, nodes=10))
    assert lower_bound(instance) <= found.lower < found.upper
    assert found.certificate is not None
    assert checked(found.certificate).lower == found.certificate["lower"]
    huge = Instance.of(10**6, [1000] * 60)
    far = optimum_kept(huge, effort=Effort(moves=0))
    assert far.certificate is None
    assert far.lower == lower_bound(huge)


def test_handicaps_change_who_goes_first() -> None:
    instance = Instance.of(3, [3, 2])
    assert serve(instance, [0, 0])[0] == 2 + 4  # 1 first; 0 makes its first token beside it
    assert verify(Schedule.of(serve(instance, [-9, 0])[1]), instance, Preemption.KEEP).tel == 3 + 4


def test_the_command_line_knows_both_readings(tmp_path: Path) -> None:
    file, proof = tmp_path / "three.json", tmp_path / "proof.json"
    file.write_text(json.dumps(Instance.of(4, [4, 4, 4]).to_json()))
    run = CliRunner()
    told = run.invoke(cli, ["optimal", str(file), "--preemption", "keep", "--json", "-"])
    assert json.loads(told.output)["preemption"] == "keep"
    asked = ["optimal", str(file), "--preemption", "keep", "--certificate", str(proof)]
    assert run.invoke(cli, asked).exit_code == 0
    said = run.invoke(cli, ["verify-certificate", str(proof)]).output
    assert said.startswith("optimal: the least total latency where preemption keeps the tokens is")
    lost = run.invoke(cli, ["optimal", str(file), "--time-limit", "2"]).output
    assert "preempted requests lose their tokens" in lost
    assert "upper   24" in lost
    refused = run.invoke(cli, ["verify-certificate", str(FORGED / "flattered.json")])
    assert refused.exit_code == 1
    assert "upper is not the latency" in refused.output
    costly = run.invoke(cli, ["verify-certificate", str(proof), "--work", "10"])
    assert isinstance(costly.exception, WorkLimitError)


def test_work_counts_tables_and_search() -> None:
    text = (FORGED / "valid.json").read_text()
    more = text.replace('"search": ', '"search": 1')
    assert 0 < work(text) < work(more)
    far = text.replace('"arrival": 0', '"arrival": 1000000000')
    assert work(far) > 10**9


def test_bad_input_is_one_clear_error() -> None:
    instance = Instance.of(4, [4])
    with pytest.raises(InputError, match=r"preemption: expected .*, got 'swap'"):
        kv.optimal(instance, preemption="swap")
    with pytest.raises(InputError, match="solver: expected none where the tokens are kept"):
        kv.optimal(instance, preemption="keep", solver="HIGHS")
    with pytest.raises(InputError, match="at least one request"):
        kv.optimal(Instance.of(4, []), preemption="keep")


def _by_definition(able: Sequence[tuple[int, int, int, int]], memory: int) -> set[tuple[int, ...]]:
    """Every choice that fits and leaves no room for one more."""
    found = set()
    for way in product(*(range(count + 1) for *_, count in able)):
        room = memory - sum(taken * use for taken, (_, _, use, _) in zip(way, able, strict=True))
        more = (use for taken, (_, _, use, n) in zip(way, able, strict=True) if taken < n)
        if 0 <= room < min(more, default=memory + 1):
            found.add(way)
    return found


def test_full_steps_are_those_of_the_definition_and_of_the_producer() -> None:
    """All classes of one or two requests that use up to 4 tokens each, three classes at most."""
    for size in range(4):
        for kinds in product(product(range(1, 5), (1, 2)), repeat=size):
            able = [(k, 0, use, count) for k, (use, count) in enumerate(kinds)]
            for memory in range(1, 9):
                expected = _by_definition(able, memory)
                assert _full(able, memory, len(expected)) == expected
                assert {way for way in full_steps(able, memory) if way is not None} == expected


def test_too_many_full_steps_are_noticed_on_the_way() -> None:
    rng = random.Random(4)
    for _ in range(300):
        uses = [rng.randint(1, 12) for _ in range(rng.randint(1, 6))]
        able = [(k, 0, use, rng.choice([1, 1, 2, 3])) for k, use in enumerate(uses)]
        memory = rng.randint(1, 40)
        expected = _by_definition(able, memory)
        assert _full(able, memory, len(expected)) == expected
        assert len(_full(able, memory, len(expected) - 1)) >= len(expected)
