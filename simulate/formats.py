"""What publishers and tools call the columns of a trace, and in which unit their times are.

`reports/docs/howto/trace-format.md` has the table for readers.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError, one_of, rational

SECONDS, MILLISECONDS, DATES = "s", "ms", "date"
UNITS = (SECONDS, MILLISECONDS, DATES)
OUTPUT = (
    "output_tokens",
    "GeneratedTokens",  # Azure
    "output_length",  # Mooncake, Dynamo, Qwen-Bailian, genai-perf
    "Response tokens",  # BurstGPT
    "num_decode_tokens",  # Vidur
    "token_size",  # splitwise-sim
    "output_tokens_count",  # GuideLLM
    "output_lens",  # vLLM's benchmark
)
PROMPT = (
    "prompt_tokens",
    "ContextTokens",
    "input_length",
    "Request tokens",
    "num_prefill_tokens",
    "prompt_size",
    "prompt_tokens_count",
    "input_lens",
)
# `timestamp` alone says no unit; see `unit_of`
ARRIVAL: dict[str, str | None] = {
    "arrival_s": SECONDS,
    "TIMESTAMP": DATES,
    "Timestamp": SECONDS,
    "arrived_at": SECONDS,
    "arrival_timestamp": SECONDS,
    "timestamp": None,
}
QWEN = {"chat_id", "turn"}  # Qwen-Bailian: `timestamp` in seconds
MOONCAKE = "input_length"  # JSON Lines with it count milliseconds
WITHOUT_ARRIVAL = {
    "delay": "`delay` counts from the end of the session's turn before, which needs service times: "
    "simulate as a batch, or add a column arrival_s",
}
EPOCH = 10**8  # seconds, three years: later times are counted from a date, not from a start


class Columns(NamedTuple):
    """Which columns hold what; None: the source has none."""

    output: str
    prompt: str | None
    arrival: str | None
    unit: str | None
    without: str = ""  # why there are no arrivals, if there is more to say than that


def asked_for(text: str | None) -> dict[str, str]:
    """What a user says of the columns: "arrival=t,prompt=in,output=out,unit=s", any of them.

    >>> asked_for("output=out,unit=ms")
    {'output': 'out', 'unit': 'ms'}
    """
    required = "arrival=NAME,prompt=NAME,output=NAME,unit=s|ms|date, each at most once"
    found: dict[str, str] = {}
    for part in [] if text is None else text.split(","):
        key, equals, name = (word.strip() for word in part.partition("="))
        if not equals or not name or key in found or key not in ("unit", *Columns._fields[:3]):
            raise InputError("columns", text, required)
        found[key] = name
    if "unit" in found:
        one_of("unit", found["unit"], UNITS)
    return found


def recognised(where: str, names: Collection[str], asked: Mapping[str, str], csv: bool) -> Columns:
    """The columns of a source with these names. Raises `InputError` for what cannot be told.

    >>> recognised("t.csv", ["Timestamp", "Request tokens", "Response tokens"], {}, csv=True)
    Columns(output='Response tokens', prompt='Request tokens', arrival='Timestamp', unit='s', \
without='')
    """
    for key in Columns._fields[:3]:
        if key in asked and asked[key] not in names:
            listed = ", ".join(map(str, names))
            raise InputError(f"{where}: {key}", asked[key], f"one of its columns, {listed}")
    output = asked.get("output") or next((name for name in OUTPUT if name in names), None)
    if output is None:
        required = f"a column {' or '.join(OUTPUT[:3])}, or --columns output=NAME"
        raise InputError(f"{where}: columns", ", ".join(map(str, names)), required)
    prompt = asked.get("prompt") or next((name for name in PROMPT if name in names), None)
    arrival = asked.get("arrival") or next((name for name in ARRIVAL if name in names), None)
    without = "" if arrival else why_without(names)
    unit = asked.get("unit") or (None if arrival is None else unit_of(arrival, names, csv))
    return Columns(output, prompt, arrival, unit, without)


def why_without(names: Collection[str]) -> str:
    """Why a row with these names has no arrival, if there is more to say.

    >>> why_without(["delay"])[:14], why_without(["output_tokens"])
    ('`delay` counts', '')
    """
    return next((WITHOUT_ARRIVAL[name] for name in names if name in WITHOUT_ARRIVAL), "")


def unit_of(arrival: str, names: Collection[str], csv: bool) -> str | None:
    """The unit that a column's name stands for; None where the name does not say it.

    >>> unit_of("timestamp", ["timestamp", "input_length", "output_length"], csv=False)
    'ms'
    >>> unit_of("timestamp", ["timestamp", "input_length", "chat_id", "turn"], csv=False)
    's'
    """
    if arrival not in ARRIVAL or ARRIVAL[arrival] is not None:
        return ARRIVAL.get(arrival)
    if set(names) >= QWEN:
        return SECONDS
    if MOONCAKE in names:
        return None if csv else MILLISECONDS
    return SECONDS


# Azure's fractions of a second have seven digits, one more than `datetime` keeps; its trace of 2024
# adds an offset from UTC.
ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"(.+?\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?")


def moment(cell: Any) -> Fraction:
    """Seconds since 1970 of a date and time in ISO form; without an offset it is UTC.

    >>> moment("1970-01-02 01:00:00.5+01:00")
    Fraction(172801, 2)
    """
    match = MOMENT.fullmatch(str(cell).strip())
    if match is None:
        raise ValueError
    day_and_time, fraction, offset = match.groups()
    since = datetime.fromisoformat(day_and_time + (offset or "Z")) - ORIGIN
    return since.days * 86400 + since.seconds + Fraction(fraction or 0)


def is_date(cell: Any) -> bool:
    """Is it a date and time, and no number?"""
    return MOMENT.fullmatch(str(cell).strip()) is not None


def seconds(cell: Any, unit: str) -> Fraction:
    """The time in a cell, in seconds. Raises `ValueError` for anything else."""
    if unit == DATES:
        return moment(cell)
    number = rational("time", str(cell))
    return number / 1000 if unit == MILLISECONDS else number
