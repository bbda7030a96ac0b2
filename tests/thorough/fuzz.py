"""Fuzzing of every parser with atheris, guided by coverage; no input may end in a traceback.

    python -m tests.thorough.fuzz --runs 100000 csv workload

Each parser gets its own process, its own corpus, kept from run to run, and a seed. An input that
raises what is not documented, or takes longer than `PATIENCE` seconds, is written to
`reports/out/fuzz/` and makes the run fail.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OUT = ROOT / "reports" / "out" / "fuzz"
RESULTS = ROOT / "reports" / "out" / "fuzz.json"
PATIENCE = 25  # seconds for one input
MEMORY = 4096  # MiB
INSTRUMENTED = [f"kvratio.{room}" for room in ("theory", "simulate", "proofs_check", "reports")]


def entry(word: bytes) -> str:
    r"""A line of a dictionary, as libFuzzer reads it: it knows no escape but these.

    >>> print(entry(b'a "b"\n'))
    "a \x22b\x22\x0a"
    """
    plain = set(range(32, 127)) - set(b'"\\')
    return '"' + "".join(chr(b) if b in plain else f"\\x{b:02x}" for b in word) + '"'


def fuzz(name: str, runs: int, seed: int) -> None:
    """Fuzz one parser in this process, which then ends."""
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED):  # what was imported before is not
        from tests.thorough.parsers import LONGEST, SPOOFS, parsers, survives

        parser = parsers()[name]
        for example in parser.seeds:
            survives(parser, example)
    corpus = OUT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for k, example in enumerate(parser.seeds):
        (corpus / f"seed-{k}").write_bytes(example)
    words = OUT / f"{name}.words"
    found = [*(word.encode("utf-8", "surrogatepass") for word in parser.words), *SPOOFS]
    words.write_text("".join(f"{entry(word)}\n" for word in found), encoding="ascii")
    options = {
        "runs": runs,
        "seed": seed,
        "max_len": LONGEST,
        "timeout": PATIENCE,
        "rss_limit_mb": MEMORY,
        "dict": words,
        "artifact_prefix": f"{OUT}/{name}-",
    }
    arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)]
    atheris.Setup(arguments, lambda data: survives(parser, data) and None)
    atheris.Fuzz()


def fuzzed(name: str, runs: int, seed: int) -> dict[str, object]:
    """Fuzz one parser in a process of its own; what came of it."""
    command = [sys.executable, "-m", "tests.thorough.fuzz", "--here", "--runs", str(runs)]
    done = subprocess.run(
        [*command, "--seed", str(seed), name],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=ROOT,
        check=False,
    )
    (OUT / f"{name}.log").write_text(done.stdout + done.stderr)
    counts = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    found = re.search(r"Test unit written to (\S+)", done.stderr)
    return {
        "parser": name,
        "inputs": int(counts[1]) if counts else 0,
        "seconds": int(counts[2]) if counts else None,
        "found": Path(found[1]).name if found else None,
        "status": done.returncode,
    }


def main(arguments: Sequence[str]) -> None:
    """Fuzz the named parsers (default: all), keep the figures, fail where something is found."""
    import argparse

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parsers", nargs="*", metavar="PARSER")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs of a parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="one parser, in this process")
    options = parser.parse_args(arguments)
    if options.here:
        fuzz(options.parsers[0], options.runs, options.seed)
    from tests.thorough.parsers import parsers

    OUT.mkdir(parents=True, exist_ok=True)
    known = (
        {row["parser"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    )
    failed = []
    for name in options.parsers or parsers():
        row = fuzzed(name, options.runs, options.seed)
        known[name] = row
        RESULTS.write_text(json.dumps(list(known.values()), indent=1) + "\n")
        print(json.dumps(row), file=sys.stderr, flush=True)
        if row["status"] != 0 or not row["inputs"]:
            failed.append(name)
    if failed:
        raise SystemExit(f"found something: {', '.join(failed)}; see {OUT}")


if __name__ == "__main__":
    main(sys.argv[1:])
