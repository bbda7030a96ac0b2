"""Where the requests of a sweep come from."""

from fractions import Fraction
from pathlib import Path

import pytest

from kvratio.simulate.sources import digest, draw, files
from kvratio.theory.checks import InputError


@pytest.fixture
def trace(tmp_path: Path) -> str:
    rows = "".join(f"{10 + i * i},{i},{100 + i},{i + 1}\n" for i in range(30))
    (tmp_path / "t.csv").write_text("arrival_s,prompt_tokens,output_tokens,p10\n" + rows)
    return str(tmp_path / "t.csv")


def test_a_sample_of_a_file_keeps_rows_whole(trace: str) -> None:
    drawn = draw(trace, 10, 5, {trace: digest(trace)})
    assert drawn.prompt is not None
    assert sorted(set(drawn.prompt)) == list(drawn.prompt)
    assert drawn.output == tuple(100 + i for i in drawn.prompt)
    assert drawn.columns["p10"] == tuple(i + 1 for i in drawn.prompt)
    assert drawn != draw(trace, 10, 6, {trace: digest(trace)})
    assert drawn == draw(trace, 10, 5, {trace: digest(trace)})


def test_in_time_the_part_is_consecutive_and_starts_at_0(trace: str) -> None:
    starts = set()
    for seed in range(20):
        drawn = draw(trace, 10, seed, {trace: digest(trace)}, in_time=True)
        assert drawn.prompt is not None
        first = drawn.prompt[0]
        assert drawn.prompt == tuple(range(first, first + 10))
        assert drawn.arrival == tuple(Fraction(i * i - first * first) for i in drawn.prompt)
        starts.add(first)
    assert len(starts) > 5
    assert starts <= set(range(21))


def test_a_whole_file_is_as_it_stands(trace: str) -> None:
    drawn = draw(trace, None, 5, {trace: digest(trace)}, in_time=True)
    assert drawn.arrival is not None
    assert (len(drawn), drawn.arrival[0]) == (30, 10)


def test_beside_takes_arrivals_of_one_and_whole_rows_of_the_other(trace: str) -> None:
    drawn = draw(f"lmsys:rate=2 + {trace}", 200, 3, {trace: digest(trace)})
    alone = draw("lmsys:rate=2", 200, 3, {})
    assert (drawn.prompt, drawn.arrival) == (alone.prompt, alone.arrival)
    assert drawn.columns["p10"] == tuple(o - 99 for o in drawn.output)
    assert len(set(drawn.output)) == 30  # drawn with replacement
    assert files(drawn.source) == [trace]


@pytest.mark.parametrize(
    ("workload", "count", "message"),
    [
        ("lmsys", None, "a number of requests"),
        ("{t}", 31, "at most the 30"),
        ("{t}", 0, "at least 1"),
        ("lmsys + {t} + {t}", 3, "at most two sources"),
    ],
)
def test_bad_sources(trace: str, workload: str, count: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(workload.format(t=trace), count, 0, {trace: digest(trace)})
