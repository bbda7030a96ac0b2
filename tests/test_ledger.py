"""The ledger as a whole: the command, its exit status, its table, and untrusted sources."""

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from kvratio.proofs_check import __main__ as module
from kvratio.proofs_check import ledger
from kvratio.proofs_check.claim import Claim, Entry, examine
from kvratio.proofs_check.evidence import STUDENT, confidence, optimum, sample_at_most, sample_near
from kvratio.proofs_check.ledger import markdown, select
from kvratio.proofs_check.numbered import answers
from kvratio.proofs_check.source import PAPER, Place, said_by
from kvratio.proofs_check.sources import OPTIMA, Sources, load
from kvratio.proofs_check.verdict import Bearing, Verdict
from kvratio.reports.claims import text
from kvratio.reports.commands.check import PUBLISHED, command
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule, ScheduleError

QUICK = ["--claim", "t6-s0", "--claim", "example-1"]


@pytest.fixture
def wrong_expectation(monkeypatch: pytest.MonkeyPatch) -> Claim:
    (claim,) = select(["t6-s0"])
    wrong = replace(claim, expected=Verdict.REFUTED)
    monkeypatch.setattr(ledger, "claims", lambda: (wrong,))
    return wrong


def test_check_prints_all_evidence_of_a_claim() -> None:
    result = CliRunner().invoke(command, ["--claim", "t6-prompts"])
    assert result.exit_code == 0
    assert "t6-prompts: refuted" in result.output
    assert "94/69 = 1.3623188 > 4/3" in result.output


def test_json_rows() -> None:
    result = CliRunner().invoke(command, [*QUICK, "--json", "-"])
    rows = json.loads(result.output)
    assert [(row["id"], row["verdict"]) for row in rows] == [
        ("t6-s0", "proved"),
        ("example-1", "proved"),
    ]
    assert {"id", "reading", "source", "verdict", "evidence"} <= set(rows[0])
    assert rows[0]["evidence"][0]["kind"] == "exact"


@pytest.mark.usefixtures("wrong_expectation")
def test_a_wrong_expectation_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert "computed proved, declared refuted" in result.output
    assert module.main([]) == 1
    assert "t6-s0: proved, but refuted was declared" in capsys.readouterr().out


def test_bad_input() -> None:
    for arguments in (["--claim", "no-such"], ["--write", "--quick"], ["--json", "no/folder/x"]):
        with pytest.raises(InputError):
            CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert module.main(["no-such"]) == 2
    with pytest.raises(InputError, match="simulator"):
        load("no_such_module:run")
    with pytest.raises(InputError, match="simulator"):
        load("math")


def test_the_module_alone_checks_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert module.main(["h-sf-optimal"]) == 0
    assert "h-sf-optimal: refuted" in capsys.readouterr().out


def test_the_published_table_lists_every_claim() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    for claim in ledger.claims():
        section = text.partition(f"\n## {claim.id}\n")[2].partition("\n## ")[0]
        assert f"Condition and claim: {claim.sentence}\n" in section
        assert f"**{claim.expected}**." in section.splitlines()[1]


def test_published_sections_are_what_the_check_finds() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    for name in ("t6-s0", "t2-arithmetic", "h-sf-optimal", "t5-prompts"):
        entry = examine(select([name])[0], Sources())
        section = markdown([entry]).partition(f"\n## {name}\n")[2]
        assert section in text


def test_write_and_check_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kvratio.reports.commands.check as check

    two = tuple(select(["t6-s0", "example-1"]))
    monkeypatch.setattr(ledger, "claims", lambda: two)
    monkeypatch.setattr(check, "PUBLISHED", tmp_path / "claims.md")
    assert CliRunner().invoke(command, ["--write"]).exit_code == 0
    first = (tmp_path / "claims.md").read_bytes()
    assert CliRunner().invoke(command, ["--check"]).exit_code == 0
    assert CliRunner().invoke(command, ["--write"]).exit_code == 0
    assert (tmp_path / "claims.md").read_bytes() == first
    (tmp_path / "claims.md").write_bytes(first.replace(b"proved", b"open"))
    result = CliRunner().invoke(command, ["--check"])
    assert result.exit_code == 1
    assert "kvratio check --write" in result.output


def fast_but_wrong(instance: Instance, policy: str, seed: int) -> Schedule:
    """A simulator that claims to run everything at once."""
    del policy, seed
    return Schedule.of([(i, 0, o, True) for i, o in enumerate(instance.output)])


def test_a_simulator_is_not_believed() -> None:
    sources = Sources(simulator=f"{__name__}:fast_but_wrong")
    assert sources.tel(Instance.of(4, [1, 1]), "any", 0) == 2
    with pytest.raises(ScheduleError, match="budget"):
        sources.tel(Instance.of(4, [3, 3]), "any", 0)


def all_at_once(instance: Instance, seed: int) -> Schedule:
    """A search that claims to start everything at 0."""
    return fast_but_wrong(instance, "any", seed)


def test_a_search_is_not_believed() -> None:
    sources = Sources(search=f"{__name__}:all_at_once")
    assert sources.upper_bound(Instance.of(4, [1, 1]), 0) == 2
    with pytest.raises(ScheduleError, match="budget"):
        sources.upper_bound(Instance.of(4, [3, 3]), 0)


def test_samples_decide_only_outside_their_interval() -> None:
    values = [1.9, 2.0, 2.1]
    mean, half = confidence(values)
    assert mean == pytest.approx(2.0)
    assert half == pytest.approx(0.2485, abs=1e-3)
    outcomes = [sample_at_most("", values, bound).outcome for bound in (1.7, 1.9, 2.3)]
    assert outcomes == [Bearing.AGAINST, Bearing.FAILED, Bearing.STEP]
    near = [sample_near("", values, target, 0.2).outcome for target in (1.0, 1.7, 2.0)]
    assert near == [Bearing.AGAINST, Bearing.FAILED, Bearing.STEP]


def test_student_factors_are_rounded_up() -> None:
    from scipy.stats import t

    for df, factor in STUDENT.items():
        exact = t.ppf(0.975, df)
        assert exact <= factor <= exact + 0.0011
    assert confidence([1.0, 2.0] * 7)[1] > confidence([1.0, 2.0] * 8)[1]  # 13 takes the row of 11


@pytest.mark.parametrize(
    "damage",
    [
        ('"lower": 15, "upper": 15', '"lower": 16, "upper": 16'),
        ('"memory": 4', '"memory": 5'),
        ("[1, 1, 3, true]", "[1, 0, 2, true]"),
        ("{", ""),
    ],
)
def test_forged_optimality_certificates_prove_nothing(
    damage: tuple[str, str], tmp_path: Path
) -> None:
    name, instance = "M4-s0-o2-2-3-3.json", Instance.of(4, [2, 2, 3, 3])
    honest = (OPTIMA / name).read_text()
    assert optimum(OPTIMA / name, instance)[1:] == (15, 15)
    (tmp_path / name).write_text(honest.replace(*damage, 1))
    finding, *bounds = optimum(tmp_path / name, instance)
    assert finding.outcome is Bearing.FAILED
    assert bounds == [0, 0]


def test_an_optimality_certificate_of_another_instance_proves_nothing() -> None:
    finding, *_ = optimum(OPTIMA / "M2-s0-o2.json", Instance.of(4, [2, 2, 3, 3]))
    assert finding.outcome is Bearing.FAILED
    assert "another instance" in finding.text
    missing, *_ = optimum(OPTIMA / "no-such.json", Instance.of(4, [2, 2, 3, 3]))
    assert missing.outcome is Bearing.FAILED


def test_the_published_rows_are_those_of_the_table() -> None:
    rows = json.loads(PUBLISHED.with_suffix(".json").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == [claim.id for claim in ledger.claims()]
    text = PUBLISHED.read_text(encoding="utf-8")
    for row in rows:
        assert row["verdict"] == row["expected"]
        assert all(f"- {finding['text']}\n" in text for finding in row["evidence"])
        assert row["plan"] in text


def test_the_same_id_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from kvratio.proofs_check.claims import example_1

    monkeypatch.setattr(example_1, "CLAIMS", example_1.CLAIMS * 2)
    ledger.claims.cache_clear()
    with pytest.raises(RuntimeError, match="same id"):
        ledger.claims()
    monkeypatch.undo()
    assert len(ledger.claims()) > 20


def test_an_entry_judges_its_findings_each_time() -> None:
    (claim,) = select(["example-1"])
    entry = examine(claim, Sources())
    assert entry.as_expected
    assert not Entry(claim, ()).as_expected
    assert Entry(replace(claim, numbers={"A_max": Fraction(9)}), ()).verdict is Verdict.OPEN


def test_rows_that_share_a_sentence_are_told_apart_by_their_condition() -> None:
    rows = [(claim.statement, claim.reading) for claim in ledger.claims()]
    assert len(set(rows)) == len(rows)
    shared = Counter(claim.statement for claim in ledger.claims())
    assert max(shared.values()) > 1


def lines_with(statement: str, text: str) -> list[str]:
    return [line for line in text.splitlines() if statement in line]


def test_no_line_shows_a_disputed_sentence_without_its_condition() -> None:
    """Of rows with one sentence and different verdicts: in tables, sections, the terminal."""
    rows = ledger.claims()
    printed = "\n".join(line for claim in rows for line in text(Entry(claim, ())))
    published = PUBLISHED.read_text(encoding="utf-8")
    disputed = [a for a in rows if any(differ(a, b) for b in rows)]
    assert {claim.id for claim in disputed} >= {"t6-s0", "t6-prompts", "fig3-s0", "fig3-prompts"}
    for claim in disputed:
        readings = [other.reading for other in rows if other.statement == claim.statement]
        for where in (printed, published):
            found = [line for line in where.splitlines() if claim.statement in line]
            assert found
            assert all(any(reading in line for reading in readings) for line in found)


def differ(a: Claim, b: Claim) -> bool:
    return a.statement == b.statement and a.expected is not b.expected


def test_claims_are_found_by_number() -> None:
    four = {claim.id for claim in select(["theorem 4"])}
    assert {"t4-staggered", "t4-slicing", "t4-instance", "price-lower"} <= four
    assert all("Theorem 4" in map(str, claim.places) for claim in select(["Thm. 4"]))
    assert {claim.id for claim in select(["theorem ec.1"])} >= {"ec1-end-points", "ec1-a-random"}
    assert select(["FIGURE 3"]) == select(["fig. 3"])
    assert [c.id for c in select(["arXiv 2606.22327, theorem 3.2"])] == ["svf-ratio"]
    result = CliRunner().invoke(command, ["--claim", "corollary 1"])
    assert result.exit_code == 0
    assert result.output.startswith("Corollary 1, corollary-1: proved")


@pytest.mark.parametrize(
    ("asked", "near"), [("theorem 44", "nearest: Theorem 4"), ("t6", "nearest: t6-s0"), ("!", "")]
)
def test_a_number_that_nothing_has_is_one_clear_error(asked: str, near: str) -> None:
    with pytest.raises(InputError, match="an id or a number that `kvratio check` lists") as error:
        select([asked])
    assert near in str(error.value)
    assert len(str(error.value)) < 200


def test_the_numbered_come_first_and_in_order() -> None:
    numbers = [claim.number for claim in ledger.claims()]
    unnumbered = numbers.index("")
    assert not any(numbers[unnumbered:])
    theorems = list(dict.fromkeys(n for n in numbers if n.startswith("Theorem")))
    assert theorems == [*(f"Theorem {k}" for k in range(1, 9)), "Theorem EC.1"]


def test_every_source_says_who_says_it() -> None:
    """The grammar of `kvratio.proofs_check.source`: nothing that it does not understand."""
    for claim in ledger.claims():
        assert claim.said_by, claim.id
        ours = claim.said_by == "ours"
        assert ours == claim.source.startswith("ours")
        assert "Theorems" not in claim.source or claim.places
    assert said_by("somebody, somewhere") == ""


def test_a_counterexample_is_shown_just_for_what_fails() -> None:
    rows = json.loads(PUBLISHED.with_suffix(".json").read_text(encoding="utf-8"))
    stands = {"proved", "certified", "supported", "cited"}
    for row in rows:
        if row["verdict"] in stands | {"refuted", "contradicted"}:
            assert bool(row["counterexample"]) != (row["verdict"] in stands), row["id"]
    (refuted,) = select(["t6-prompts"])
    assert examine(refuted, Sources()).counterexample.startswith("l = 1, u = 3, s = 1, 10 short")


# How many numbered statements of each kind the paper has, counted in its text: (body, appendix EC).
PRINTED = {
    "Theorem": (8, 1),
    "Lemma": (3, 1),
    "Proposition": (1, 1),
    "Corollary": (2, 0),
    "Definition": (1, 5),
    "Example": (1, 1),
    "Algorithm": (6, 0),
    "Figure": (7, 0),
    "Equation": (5, 11),
    "Experiment": (3, 0),
}


@pytest.mark.parametrize("kind", PRINTED)
def test_every_numbered_statement_of_the_paper_is_listed(kind: str) -> None:
    body, appendix = PRINTED[kind]
    labels = [*map(str, range(1, body + 1)), *(f"EC.{k}" for k in range(1, appendix + 1))]
    listed = [place.label for place in answers() if place.kind == kind]
    assert sorted(listed) == sorted(labels)


@pytest.mark.parametrize("place", answers(), ids=str)
def test_nothing_numbered_is_without_an_answer(place: Place) -> None:
    """Rows that exist and are found by the number, or a reason."""
    answer = answers()[place]
    assert [bool(a) for a in (answer.rows, answer.same_as, answer.none)].count(True) == 1
    if answer.same_as:
        assert select([str(place)]) == select([str(answer.same_as)])
    elif answer.none:
        with pytest.raises(InputError, match="this one has none"):
            select([str(place)])
    else:
        found = {claim.id for claim in select([str(place)])}
        assert set(answer.rows) <= found
        assert any(claim.said_by != "ours" for claim in select(answer.rows))


def test_every_number_that_a_row_names_is_listed() -> None:
    """A typing error in a source would name a number that the paper does not have."""
    named = {place for claim in ledger.claims() for place in claim.places if place.paper == PAPER}
    assert named <= set(answers())
