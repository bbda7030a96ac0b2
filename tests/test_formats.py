"""What people feed to serving simulators: each format with its unit, wrong rows, large files.

The rows are made up, in the formats' public descriptions. Expected values are worked out by hand.
"""

import gzip
import json
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import kvratio as kv
from kvratio.simulate.exact import Exact
from kvratio.simulate.request_files import read_file
from kvratio.simulate.requests import Spec, draw, requests
from kvratio.simulate.traces import read_trace
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError
from tests.command import kvratio


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


MOONCAKE = {"input_length": 655, "output_length": 52}
EARLY = {"timestamp": 900, "input_length": 7, "output_length": 9}
SESSION = MOONCAKE | {"session_id": "s1"}
QWEN = MOONCAKE | {"chat_id": 159, "parent_chat_id": -1, "type": "text", "turn": 1}
BURST = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
# name, text, arrivals in seconds (None: lengths only), prompts, outputs
FORMATS: dict[str, tuple[str, str, Any, Any, Any]] = {
    "BurstGPT": (
        "b.csv",
        BURST + "5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1087,230,1317,API log\n",
        (5, 45), (472, 1087), (18, 230),
    ),
    "Azure 2024": (
        "a.csv",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,2162,5\n"
        "2024-05-10 00:00:01.5+00:00,76,15\n",
        (0, Fraction("1.49007")), (2162, 76), (5, 15),
    ),
    "zones that differ by row": (
        "z.csv",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 23:59:59+00:00,1,5\n"
        "2024-05-10 16:59:57-07:00,2,6\n",
        (0, 2), (2, 1), (6, 5),
    ),
    "ISO under another header": (
        "i.csv",
        "timestamp,input_length,output_length\n2024-05-10T00:00:00Z,10,5\n"
        "2024-05-10 00:00:01,11,6\n",
        (0, 1), (10, 11), (5, 6),
    ),
    "seconds in a CSV": (
        "t.csv",
        "timestamp,prompt_tokens,output_tokens\n0.5,10,5\n61.2,11,6\n",
        (Fraction(1, 2), Fraction("61.2")), (10, 11), (5, 6),
    ),
    "Mooncake": (
        "m.jsonl",
        lines({"timestamp": 0} | MOONCAKE, {"timestamp": 535} | MOONCAKE),
        (0, Fraction("0.535")), (655, 655), (52, 52),
    ),
    "epoch milliseconds": (
        "e.jsonl",
        lines({"timestamp": 1747000000000} | MOONCAKE, {"timestamp": 1747000001500} | MOONCAKE),
        (0, Fraction(3, 2)), (655, 655), (52, 52),
    ),
    "Dynamo, unsorted": (
        "d.jsonl",
        lines({"timestamp": 1000.5} | MOONCAKE, EARLY),
        (Fraction("0.9"), Fraction("1.0005")), (7, 655), (9, 52),
    ),
    "Qwen-Bailian": (
        "q.jsonl",
        lines({"timestamp": 0.114} | QWEN, {"timestamp": 61.114} | QWEN),
        (Fraction("0.114"), Fraction("61.114")), (655, 655), (52, 52),
    ),
    "genai-perf": (
        "g.jsonl",
        lines({"timestamp": 0} | SESSION, {"timestamp": 535} | SESSION),
        (0, Fraction("0.535")), (655, 655), (52, 52),
    ),
    "GuideLLM": (
        "l.jsonl",
        lines({"prompt": "hello", "prompt_tokens_count": 655, "output_tokens_count": 52}),
        None, (655,), (52,),
    ),
    "vLLM benchmark": (
        "v.json",
        json.dumps({"input_lens": [10, 20], "output_lens": [5, 6], "generated_texts": ["a", "b"]}),
        None, (10, 20), (5, 6),
    ),
    "Vidur, arrivals": (
        "va.csv",
        "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n4.314579,396,109\n",
        (0, Fraction("4.314579")), (374, 396), (44, 109),
    ),
    "Vidur, lengths": (
        "vl.csv",
        "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n1047,1368,2415,0.765\n",
        None, (1047,), (1368,),
    ),
    "splitwise-sim": (
        "s.csv",
        "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\n"
        "0,2,0,1,1,4096,32\n1,2,0,3,1,2048,8\n",
        (1, 3), (4096, 2048), (32, 8),
    ),
}  # fmt: skip


def check(found: Requests, arrival: Any, prompt: Any, output: Any) -> None:
    assert (found.prompt, found.output) == (prompt, output)
    assert found.arrival == arrival if arrival else found.arrival is None


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_format_is_read_with_its_units(name: str, packed: bool) -> None:
    file, text, *expected = FORMATS[name]
    path = Path(file + ".gz" if packed else file)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = read_file(path)
    assert isinstance(found, Requests)
    check(found, *expected)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_without_a_name_of_a_file_is_told_by_its_content(name: str) -> None:
    _, text, *expected = FORMATS[name]
    Path("trace").write_text(text)
    found = read_file(Path("trace"))
    assert isinstance(found, Requests)
    check(found, *expected)


def test_a_trace_from_standard_input() -> None:
    words = ("simulate", "--policy", "fcfs", "--json", "-", "--trace", "-")
    for text in (
        "prompt_tokens,output_tokens\n1,3\n",
        lines({"prompt_tokens": 1, "output_tokens": 3}),
    ):
        ended = kvratio(*words, stdin=text.encode())
        assert (ended.status, ended.err) == (0, "")
        assert json.loads(ended.out)[0]["tel"] == 3
    instance = b'{"memory": 9,\n "requests": [{"prompt": 1, "output": 2}]}'
    assert json.loads(kvratio(*words, stdin=instance).out)[0]["tel"] == 2


def test_the_user_names_the_columns() -> None:
    Path("own.csv").write_text("t,in,out\n1500,7,3\n500,8,4\n")
    with pytest.raises(InputError, match=r"own.csv: columns.*--columns output=NAME"):
        read_trace(Path("own.csv"))
    own = "arrival=t,prompt=in,output=out"
    with pytest.raises(InputError, match=r"own.csv: t: .*got '1500'.*unit=s, unit=ms"):
        read_trace(Path("own.csv"), columns=own)
    for unit, factor in (("s", 1), ("ms", Fraction(1, 1000))):
        found = read_trace(Path("own.csv"), columns=f"{own},unit={unit}")
        check(found, (500 * factor, 1500 * factor), (8, 7), (4, 3))
    words = ("simulate", "--trace", "own.csv", "--columns", f"{own},unit=ms", "--policy", "fcfs")
    ended = kvratio(*words, "--timed", "10", "--json", "-")
    assert ended.status == 0
    assert len(kv.read_trace("own.csv", columns=f"{own},unit=s")) == 2


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("arrival", "arrival=NAME"),
        ("when=t", "arrival=NAME"),
        ("output=a,output=b", "each at most once"),
        ("unit=min", "unit: .*got 'min'"),
        ("output=gone", r"t.csv: output: .*one of its columns, a, output_tokens.*got 'gone'"),
    ],
)
def test_wrong_words_about_columns(columns: str, words: str) -> None:
    Path("t.csv").write_text("a,output_tokens\n1,2\n")
    with pytest.raises(InputError, match=words):
        requests(Spec(Path("t.csv"), prompt=1, columns=columns))


def test_a_csv_with_the_names_of_mooncake_does_not_say_its_unit() -> None:
    Path("m.csv").write_text("timestamp,input_length,output_length\n1000,5,6\n2000,7,8\n")
    with pytest.raises(InputError, match=r"m.csv: timestamp: .*a known unit.*got '1000'"):
        read_trace(Path("m.csv"))
    assert read_trace(Path("m.csv"), columns="unit=ms").arrival == (1, 2)


def test_what_is_missing_is_said() -> None:
    Path("delay.jsonl").write_text(lines(MOONCAKE, MOONCAKE | {"delay": 535}))
    with pytest.raises(InputError, match="needs service times"):
        requests(Spec(Path("delay.jsonl"), timed="10"))
    assert len(requests(Spec(Path("delay.jsonl")))) == 2  # as a batch
    chats = [{"id": "a", "conversations": [{"from": "human", "value": "hello"}]}]
    Path("sharegpt.json").write_text(json.dumps(chats))
    Path("sharegpt.jsonl").write_text(lines(*chats))
    for name in ("sharegpt.json", "sharegpt.jsonl"):
        with pytest.raises(InputError, match=r"count them with your model's tokenizer"):
            read_file(Path(name))


WRONG = BURST + "5,ChatGPT,472,18,490,log\n45,ChatGPT,417,0,417,log\n50,ChatGPT,90,20,110,log\n"


def test_rows_without_output_or_beyond_the_budget_are_refused_or_left_out_and_counted() -> None:
    Path("b.csv").write_text(WRONG)
    with pytest.raises(InputError, match=r"line 3: Response tokens: .*got '0'.*--skip-invalid"):
        read_trace(Path("b.csv"))
    found = requests(Spec(Path("b.csv"), skip_invalid=True))
    assert (found.instance.output, found.source.skipped) == ((18, 20), 1)  # type: ignore[union-attr]
    assert found.description.endswith("; 1 rows left out")
    small = Spec(Path("b.csv"), memory=200, skip_invalid=True)
    assert requests(small).description.endswith("; 2 rows left out")
    assert requests(small).instance.output == (20,)
    Path("c.csv").write_text("prompt_tokens,output_tokens\n1,2\n\n300,4\n")
    with pytest.raises(InputError, match=r"line 4: prompt \+ output: .*memory = 200.*got 304"):
        requests(Spec(Path("c.csv"), memory=200))
    with pytest.raises(InputError, match="for one request to fit"):
        requests(Spec(Path("c.csv"), memory=2, skip_invalid=True))
    ended = kvratio("simulate", "--trace", "b.csv", "--skip-invalid", "--policy", "fcfs")
    assert ended.status == 0
    assert "; 1 rows left out" in ended.out


def test_a_hundred_requests_of_a_long_file_are_read_alone() -> None:
    """What follows is not looked at, so it may be anything, without an end."""
    import os
    import threading

    os.mkfifo("long")

    def write() -> None:
        with Path("long").open("w") as stream:
            stream.write("prompt_tokens,output_tokens\n" + "1,2\n" * 100)
            try:
                while True:
                    stream.write("3,4\n" * 100_000)
            except BrokenPipeError:
                pass

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    found = draw(Spec(Path("long"), requests=100))
    assert found.output == (2,) * 100
    writer.join()
    Path("t.csv").write_text("prompt_tokens,output_tokens\n" + "1,2\n" * 100 + "wrong\n")
    assert len(draw(Spec(Path("t.csv"), requests=100)).output) == 100
    with pytest.raises(InputError, match="line 102"):
        draw(Spec(Path("t.csv"), requests=101))
    with pytest.raises(InputError, match="at most the 100 requests"):
        draw(Spec(Path("t.csv"), requests=101, skip_invalid=True))


def test_a_file_takes_at_most_twice_its_size() -> None:
    rows = (
        f"2024-05-10 {k // 3600:02}:{k // 60 % 60:02}:{k % 60:02}.{k:06}+00:00,"
        f"{k % 4000},{k % 900 + 1}\n"
        for k in range(60_000)
    )
    Path("a.csv").write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n" + "".join(rows))
    size = Path("a.csv").stat().st_size
    read_trace(Path("a.csv"), most=10)  # what is loaded once does not count
    tracemalloc.start()
    try:
        found = read_trace(Path("a.csv"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == 60_000
    assert peak < 2 * size


def test_a_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvratio.simulate.traces.LONGEST_LINE", 1000)
    for name, text in (("a.csv", "output_tokens\n" + "1" * 5000), ("a.jsonl", "{" + " " * 5000)):
        Path(name).write_text(text)
        with pytest.raises(InputError, match="at most 1000"):
            read_trace(Path(name))


def test_exact_columns_read_as_tuples() -> None:
    values = (Fraction(1, 4), Fraction(3), Fraction(1, 3), Fraction(10**30), Fraction(1, 10**19))
    for count in range(len(values) + 1):
        column = Exact(values[:count])
        assert tuple(column) == values[:count]
        assert column == values[:count]
        assert column[:2] == values[:count][:2]
        assert column.taken(range(count)) == column
        order = column.order() or list(range(count))
        assert [values[k] for k in order] == sorted(values[:count])
        if count:
            assert column[-1] == values[count - 1]
            assert column.since(values[0]) == tuple(v - values[0] for v in values[:count])
    assert Exact([1]) != Exact([2])
    assert Exact([1]) != (1, 1)
    assert Exact([1]) != [1]
