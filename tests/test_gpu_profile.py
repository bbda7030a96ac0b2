"""Measured iterations: interpolation by hand, what is refused, and the two engines on one table."""

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from kvratio.reports.cli import cli
from kvratio.simulate import engine, kernel
from kvratio.simulate.cells import Cell, file_digests, key, requests_of
from kvratio.simulate.gpu.deployment import deployment
from kvratio.simulate.gpu.profile import Profiled, read_profile
from kvratio.simulate.gpu.roofline import decode_batch, iteration_by, prefill_batch
from kvratio.simulate.gpu.tables import lines
from kvratio.simulate.iteration import BEYOND, Batch, nanoseconds
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.timing import Timing
from kvratio.simulate.wait import run_wait
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance
from tests.test_timing import random_profile

TABLE = """phase,requests,tokens,milliseconds
decode,1,100,20
decode,1,300,24
decode,9,100,28
decode,9,300,40
prefill,1,100,30
prefill,2,250,90
"""


def profile(tmp_path: Path, text: str = TABLE) -> Path:
    file = tmp_path / "measured.csv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("batch", "milliseconds"),
    [
        (decode_batch(1, 100), 20),  # as measured
        (decode_batch(9, 300), 40),
        (decode_batch(1, 200), 22),  # half way along the tokens
        (decode_batch(5, 100), 24),  # half way along the requests
        (decode_batch(3, 200), 22 + Fraction(1, 4) * (34 - 22)),
        (
            Batch(2, 0, 250, 0, 0),
            Fraction(41, 2) + Fraction(1, 8) * (Fraction(59, 2) - Fraction(41, 2)),
        ),
        (decode_batch(4, 1), 20 + Fraction(3, 8) * 8),  # fewer tokens than were measured
        (prefill_batch(100), 30),
        (prefill_batch(7), 30),
        (prefill_batch(300), 60),
        (Batch(2, 2, 502, 500, 62_750), 90),
        (Batch(10, 1, 2700 + 301, 300, 45_150), 100),  # nine decode, one starts: both
        (Batch(0, 0, 0, 0, 0), 20),  # nobody runs: the shortest
    ],
)
def test_durations_by_hand(tmp_path: Path, batch: Batch, milliseconds: Fraction) -> None:
    found = read_profile(profile(tmp_path)).nanoseconds(batch)
    assert 0 <= found - 10**6 * milliseconds < 2


def exact(table: Profiled, batch: Batch) -> Fraction:
    """The rule once more, in fractions and not rounded."""

    def between(axis: tuple[int, ...], values: list[Fraction], at: Fraction) -> Fraction:
        for low, high, a, b in zip(axis, axis[1:], values, values[1:], strict=False):
            if at <= high:
                return a + (b - a) * max(Fraction(0), at - low) / (high - low)
        raise AssertionError(at)

    total, going = Fraction(0), batch.running - batch.started
    if going:
        mean = Fraction(batch.cache - batch.prompt - batch.started, going)
        rows = [
            between(
                table.at_tokens,
                [Fraction(table.decode[k * table.contexts + j]) for j in range(table.contexts)],
                mean,
            )
            for k in range(table.decodes)
        ]
        total += between(table.at_requests, rows, Fraction(going))
    if batch.started:
        total += between(
            table.at_prompt, [Fraction(p) for p in table.prefill], Fraction(batch.prompt)
        )
    return total


def test_durations_against_fractions() -> None:
    rng = Random(2)
    for _ in range(300):
        table = random_profile(rng, 50, 200)
        going, started = rng.randint(0, 50), rng.randint(0, 3)
        if not going + started:
            continue
        prompt = rng.randint(0, 200) if started else 0
        held = sum(rng.randint(1, 50) for _ in range(going))
        batch = Batch(going + started, started, held + prompt + started, prompt, 0)
        assert 0 <= table.nanoseconds(batch) - exact(table, batch) < 3  # rounded up twice


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (decode_batch(10, 100), "line 4: requests: expected at least 10"),
        (decode_batch(2, 301), "line 3: tokens: expected at least 301"),
        (Batch(2, 0, 601, 0, 0), "line 3: tokens: expected at least 301"),
        (prefill_batch(501), "line 7: tokens: expected at least 501"),
    ],
)
def test_nothing_is_guessed_beyond_the_table(tmp_path: Path, batch: Batch, words: str) -> None:
    file = profile(tmp_path)
    with pytest.raises(InputError) as caught:
        read_profile(file).nanoseconds(batch)
    assert str(caught.value).startswith(f"{file}, {words}, which an iteration of this run has")
    assert nanoseconds(read_profile(file), batch) == BEYOND


@pytest.mark.parametrize("run", [engine.run_timed, kernel.run_timed])
def test_both_engines_refuse_a_run_that_leaves_the_table(tmp_path: Path, run: object) -> None:
    """The tenth of ten requests, after some steps; nine are covered."""
    timing = Timing((0,) * 9 + (10**9,), read_profile(profile(tmp_path)))
    nine = Instance.of(4000, [80] * 9, prompt=50)
    ten = Instance.of(4000, [80] * 10, prompt=50)
    assert callable(run)
    assert run(nine, POLICIES["fcfs"], Timing(timing.arrival[:9], timing.iteration)).run.tel == 720
    with pytest.raises(InputError, match=r"line 4: requests: expected at least 10"):
        run(ten, POLICIES["fcfs"], timing)


def test_wait_refuses_it_too(tmp_path: Path) -> None:
    timing = Timing((0,) * 10, read_profile(profile(tmp_path)))
    with pytest.raises(InputError, match="line 4: requests: expected"):
        run_wait("wait", Instance.of(40_000, [80] * 10, prompt=50), timing)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("decode,9,300,40\n", "", "line 4: requests: expected a row with 300 tokens too"),
        ("decode,9,300", "decode,9,100", "line 5: tokens: expected each iteration once"),
        ("prefill,2,250", "prefill,4,25", "line 7: tokens: expected each iteration once"),
        ("prefill,2,250,90\n", "", "prefill: tokens: expected 2 to"),
        ("decode,1,", "decode,2,", "line 2: requests: expected decode rows from 1 request"),
        ("decode,1,100", "decoding,1,100", "line 2: phase"),
        (",20\n", ",0\n", "line 2: milliseconds"),
        (",20\n", ",-3\n", "line 2: milliseconds"),
        (",20\n", ",nan\n", "line 2: milliseconds"),
        (",20\n", ",60001\n", "line 2: milliseconds"),
        ("1,100,20", "1,1.5,20", "line 2: tokens"),
        ("1,100,20", "1,0,20", "line 2: tokens"),
        ("9,300", "9,100000000", "line 5: tokens"),
        ("phase,", "kind,", "line 1"),
        ("decode,1,100,20\n", "decode,1,100\n", "line 2"),
        (TABLE, "", "no rows"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    file = profile(tmp_path, TABLE.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_profile(file)
    assert str(file) in str(caught.value)
    assert words in str(caught.value)


def test_on_the_command_line(tmp_path: Path) -> None:
    file = profile(tmp_path, TABLE.replace("300", "900").replace("9,", "99,"))
    asked = ["simulate", "--gpu", "llama-3-8b:l40s", "--memory", "2000", "--requests", "20"]
    asked += ["--workload", "uniform:l=2,u=30,rate=20", "--policy", "fcfs"]
    result = CliRunner().invoke(cli, [*asked, "--gpu-profile", str(file)])
    assert result.exit_code == 0, result.output
    assert f"profile:{file}" in result.output.replace("\n", "")
    for wrong in (
        ["--gpu-profile", str(file), "--iteration", "roofline"],
        ["--gpu-profile", str(tmp_path / "none.csv")],
    ):
        refused = CliRunner().invoke(cli, [*asked, *wrong])
        assert refused.exit_code != 0


def test_a_sweep_knows_the_content(tmp_path: Path) -> None:
    """Another content is another row, and is refused where the sweep had the first."""
    file = profile(tmp_path)
    cell = Cell("fcfs", "lmsys", requests=3, gpu="llama-3-8b:h100", iteration=f"profile:{file}")
    before = file_digests([cell])
    assert set(before) == {str(file)}
    first = key(cell, before)
    assert requests_of(cell, before).timing == Timing((0,) * 3, read_profile(file))
    profile(tmp_path, TABLE.replace("40", "41"))
    assert key(cell, file_digests([cell])) != first
    with pytest.raises(InputError, match="the content of the sweep"):
        requests_of(cell, before)


def test_what_is_certified_of_a_table(tmp_path: Path) -> None:
    """Only that no iteration is shorter than the shortest row."""
    times = iteration_by(deployment("llama-3-8b:h100"), f"profile:{profile(tmp_path)}")
    assert times.least == 20 * 10**6
    assert times.needed(10, 10) == (0, 0)
    assert times.bound(10**6) == 1000 * 10**6 * (40 + 90)


def test_the_largest_batches_are_named(tmp_path: Path) -> None:
    """Rows in no order: the places are those of the most requests and of the most tokens."""
    rows = [
        (5, 100),
        (9, 300),
        (1, 300),
        (5, 300),
        (9, 100),
        (1, 100),
        (1, 200),
        (5, 200),
        (9, 200),
    ]
    text = "phase,requests,tokens,milliseconds\n"
    text += "".join(f"decode,{n},{size},20\n" for n, size in rows)
    text += "prefill,1,900,90\nprefill,1,100,30\nprefill,1,400,40\n"
    found = read_profile(profile(tmp_path, text)).places
    lines = (2 + rows.index((9, 100)), 2 + rows.index((1, 300)), 2 + len(rows))
    for place, line, name in zip(found, lines, ("requests", "tokens", "tokens"), strict=True):
        assert place.endswith(f"measured.csv, line {line}: {name}")


def test_a_prompt_beyond_the_longest_is_named(tmp_path: Path) -> None:
    table = read_profile(profile(tmp_path, TABLE + "prefill,1,300,95\n"))
    with pytest.raises(InputError, match=r"at least 501, .*got 500"):
        table.nanoseconds(prefill_batch(501))


@pytest.mark.parametrize("many", [32, 33])
def test_a_grid_has_at_most_1024_points(tmp_path: Path, many: int) -> None:
    rows = [f"decode,{n},{10 * size},20" for n in (1, 2) for size in range(1, many + 1)]
    text = "\n".join(["phase,requests,tokens,milliseconds", *rows, *TABLE.splitlines()[-2:]])
    if many == 32:
        assert read_profile(profile(tmp_path, text)).contexts == 32
    else:
        with pytest.raises(InputError, match="decode: tokens: expected 2 to 32 different"):
            read_profile(profile(tmp_path, text))


def test_rows_of_a_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 3: expected 2 cells, and at most 100,000 rows"):
        list(lines(profile(tmp_path, "a,b\n1,2\n1,2,3\n"), ["a"]))
    assert sum(1 for _ in lines(profile(tmp_path, "a\n" + "1\n" * 100_000), ["a"])) == 100_000
    with pytest.raises(InputError, match="line 100002"):
        list(lines(profile(tmp_path, "a\n" + "1\n" * 100_001), ["a"]))
