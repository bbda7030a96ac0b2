"""Traces: the formats, the real files, and rows that are no requests."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from kvratio.simulate.predictions import columns
from kvratio.simulate.traces import read_trace
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError

Reader = Callable[..., Requests]

NATIVE = "arrival_s,prompt_tokens,output_tokens\n0,10,3\n0.25,20,4\n"
AZURE = (
    "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2023-11-16 18:15:46.6805900,374,44\n"
    "2023-11-16 18:15:50.9951690,396,109\n"
)


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Write a file of the given name and content, then read it as a trace."""

    def write_and_read(content: str | bytes, name: str = "trace.csv") -> Requests:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_trace(path)

    return write_and_read


def test_native(read: Reader) -> None:
    requests = read(NATIVE)
    assert requests.output == (3, 4)
    assert requests.prompt == (10, 20)
    assert requests.arrival == (0, Fraction(1, 4))
    assert requests.columns == {}
    assert requests.source.endswith("trace.csv")


def test_azure_keeps_all_seven_digits_and_counts_from_the_first_request(read: Reader) -> None:
    requests = read(AZURE)
    assert requests.arrival == (0, Fraction("4.3145790"))
    assert (requests.prompt, requests.output) == ((374, 396), (44, 109))


def test_azure_2024_has_offsets_and_sometimes_no_fraction(read: Reader) -> None:
    rows = ["2024-05-10 00:00:00.009930+00:00", "2024-05-10 02:00:01+02:00", "2024-05-10 00:00:02Z"]
    cells = "".join(f"{row},1,1\n" for row in rows)
    requests = read("TIMESTAMP,ContextTokens,GeneratedTokens\n" + cells)
    assert requests.arrival == (0, Fraction("0.99007"), Fraction("1.99007"))


def test_a_day_ends_and_the_earliest_row_need_not_be_the_first(read: Reader) -> None:
    rows = ["2023-12-31 23:59:59.5", "2024-01-01 00:00:00.25", "2023-12-31 23:59:59"]
    requests = read("TIMESTAMP,GeneratedTokens\n" + "".join(f"{row},1\n" for row in rows))
    assert requests.arrival == (0, Fraction(1, 2), Fraction(5, 4))


def test_mooncake_counts_in_milliseconds_and_drops_what_is_no_number(read: Reader) -> None:
    lines = [
        {"timestamp": 27, "input_length": 6755, "output_length": 500, "hash_ids": [0, 1]},
        {"timestamp": 3052, "input_length": 7322, "output_length": 490, "hash_ids": [0]},
    ]
    requests = read("\n\n".join(map(json.dumps, lines)), "mooncake.jsonl")
    assert requests.arrival == (Fraction(27, 1000), Fraction(3052, 1000))
    assert (requests.prompt, requests.output) == ((6755, 7322), (500, 490))
    assert requests.columns == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n", "\n  \n"),
        lambda text: "\n" + text.rstrip("\n"),
        lambda text: text.replace(",", ", "),
        lambda text: text.replace("10", '"10"'),
    ],
    ids=["mark", "windows", "old mac", "blank", "spaces", "no last end", "padded", "quoted"],
)
def test_harmless_variations_of_a_csv_file(
    read: Reader, change: Callable[[str], str | bytes]
) -> None:
    assert read(change(NATIVE)) == read(NATIVE)


def test_a_byte_order_mark_before_json_lines(read: Reader) -> None:
    line = '{"output_length": 5}\n'
    marked, plain = read(line.encode("utf-8-sig"), "x.jsonl"), read(line, "x.jsonl")
    assert marked == plain


def test_only_the_output_is_required_and_numeric_columns_are_kept(read: Reader) -> None:
    requests = read("model,output_tokens,p10,p90,gap\nm,5,2.5,1e1,\nm,6,3,nan,4\n")
    assert requests.prompt is None
    assert requests.arrival is None
    assert requests.columns == {"p10": (Fraction(5, 2), Fraction(3))}


REJECTED = [
    ("", "no rows"),
    ("\n \n", "no rows"),
    ("arrival_s,prompt_tokens,output_tokens\n", "no rows"),
    ("arrival_s,prompt_tokens\n0,1\n", "columns: expected a column"),
    ("output_tokens,output_tokens\n1,2\n", "line 1: expected"),
    (NATIVE + "1,2\n", "line 4: expected 3 cells"),
    (NATIVE + "1,2,3,4\n", "line 4"),
    (NATIVE + "\n\n1,2,0\n", "line 6: output_tokens: expected a whole number of tokens"),
    (NATIVE + "1,2,-5\n", "line 4: output_tokens: .*got '-5'"),
    (NATIVE + "1,2,5.5\n", r"line 4: output_tokens: .*got '5\.5'"),
    (NATIVE + "1,2,1_0\n", "line 4: output_tokens: .*got '1_0'"),
    (NATIVE + "1,2," + "9" * 5000 + "\n", "line 4: output_tokens: .*got '999"),
    (NATIVE + "1,2,\n", "line 4: output_tokens: .*got ''"),
    (NATIVE + "1,-2,5\n", "line 4: prompt_tokens: .*got '-2'"),
    (NATIVE + "1,x,5\n", "line 4: prompt_tokens: .*got 'x'"),
    (NATIVE + "-1,2,5\n", "line 4: arrival_s: expected a time of arrival, not negative, got '-1'"),
    (NATIVE + "soon,2,5\n", "line 4: arrival_s: .*got 'soon'"),
    (NATIVE + "inf,2,5\n", "line 4: arrival_s: .*got 'inf'"),
    (NATIVE + "1e999999999,2,5\n", "line 4: arrival_s: .*got '1e999999999'"),
    (AZURE + "yesterday,2,5\n", "line 4: TIMESTAMP: .*got 'yesterday'"),
    (AZURE + "2023-02-30 18:15:46.6,2,5\n", "line 4: TIMESTAMP"),
    (AZURE + "2023-11-16,2,5\n", "line 4: TIMESTAMP"),
    (NATIVE.encode() + b"1,2,\xff\n", "line 4: expected UTF-8, got b'\\\\xff'"),
    (NATIVE.encode() + b"1,2,3\n" * 8997 + b"\xe9\n1,2,3\n", "line 9001: .*got b'\\\\xe9'"),
    (NATIVE.encode("utf-16"), "line 1"),
    ('output_tokens\n"' + "9" * 200_000 + '"\n', "line 2"),
]


@pytest.mark.parametrize(("content", "words"), REJECTED, ids=[words for _, words in REJECTED])
def test_malformed_csv_is_reported_with_file_line_and_reason(
    read: Reader, tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "trace.csv"))
    assert re.search(words, message)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2: expected"),
        ("[1]", r"line 2: expected a JSON object, got \[1\]"),
        ("{}", "line 2: output_length: .*got nothing"),
        ('{"output_length": "many"}', "line 2: output_length: .*got 'many'"),
        ('{"output_length": true}', "line 2: output_length: .*got True"),
        ('{"output_length": 3.0}', r"line 2: output_length: .*got 3\.0"),
        ('{"output_length": 0}', "line 2: output_length: .*got 0"),
        ("[" * 100_000, "line 2: expected"),
        ('{"output_length": ' + "9" * 5000 + "}", "line 2: expected"),
        (b"\xff", "line 2: expected"),
        (
            '{"output_length": 3}',
            "line 2: timestamp: expected a time of arrival, not negative, got nothing",
        ),
        ('{"output_length": 3, "timestamp": -5}', "line 2: timestamp: .*got -5"),
        ('{"output_length": 3, "timestamp": NaN}', "line 2: timestamp: .*got nan"),
        ('{"output_length": 3, "timestamp": 1e999}', "line 2: timestamp: .*got inf"),
        ('{"output_length": 3, "timestamp": [1]}', r"line 2: timestamp: .*got \[1\]"),
    ],
)
def test_malformed_json_lines_are_reported_with_file_line_and_reason(
    read: Reader, tmp_path: Path, line: str | bytes, words: str
) -> None:
    first = b'{"output_length": 5, "timestamp": 0}\n'
    with pytest.raises(InputError) as caught:
        read(first + (line if isinstance(line, bytes) else line.encode()), "x.jsonl")
    assert re.match(f"{re.escape(str(tmp_path / 'x.jsonl'))}, {words}", str(caught.value))


# Real traces lie beside a checkout, not in it: (rows, prompts?, last arrival in whole seconds)
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
REAL = {
    "azure2023_conv.csv": (19_366, True, 3501),
    "azure2023_code.csv": (8_819, True, 3435),
    "mooncake_conversation.csv": (12_031, True, 3536),
    "ssjf_vicuna13b_calibrated.csv": (42_840, False, None),
    "castillo_test_ship.csv": (6_556, True, None),
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_files_where_they_are_present(name: str) -> None:
    path = SHARED / name
    if path.exists():
        requests = read_trace(path)
        rows, has_prompts, last = REAL[name]
        assert len(requests) == rows
        assert (requests.prompt is not None) == has_prompts
        assert (requests.arrival and int(max(requests.arrival))) == last
        for low, high, covered in COVERED.get(name, ()):
            intervals = columns(requests, low, high)
            pairs = zip(requests.output, intervals, strict=True)
            hits = sum(lower <= output <= upper for output, (lower, upper) in pairs)
            assert round(hits / rows, 2) == covered


# shares of true lengths within the predicted interval, as the description of the data states them
COVERED = {
    "ssjf_vicuna13b_calibrated.csv": [("bucket_lo", "bucket_hi", 0.60), ("p10", "p90", 0.82)]
}
