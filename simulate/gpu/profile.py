"""Iterations that a user has measured, in place of a model: `--gpu-profile FILE`.

A CSV with the columns `phase,requests,tokens,milliseconds`. A row is an iteration:

- `decode`: each of `requests` requests makes a token and then holds `tokens` tokens;
- `prefill`: `requests` requests start and process prompts of `tokens` tokens each.

Rows may be in any order. Decode rows form a grid: every number of requests, from 1 on, with every
number of tokens. Between its points the duration is interpolated, first along the tokens (the mean
of those that decode), then along the requests; for a prefill, along its prompt tokens in all. Below
the fewest tokens that were measured the duration is that of the fewest; beyond the most of either
kind a run is refused. An iteration with both takes the sum of both. Each interpolation is rounded
up to a nanosecond.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kvratio.simulate.gpu.tables import Line, lines
from kvratio.simulate.iteration import (
    BEYOND,
    MOST_DECODES,
    MOST_POINTS,
    MOST_PREFILLS,
    PS_PER_NS,
    Batch,
    IterationTime,
    nanoseconds,
)
from kvratio.theory.checks import InputError

NAME = "profile:"  # and a file: a model of iterations, by name
COLUMNS = ("phase", "requests", "tokens", "milliseconds")
DECODE, PREFILL = "decode", "prefill"
NS_PER_MS = 10**6
# of a table: the product of two of these, in nanoseconds and tokens, is below 2^63
MOST_MS = 60_000
MOST_TOKENS = 10**8


class Places(NamedTuple):
    """Lines of the file, for messages: those of the most requests, tokens, and prompt tokens."""

    requests: str
    tokens: str
    prompt: str


NOWHERE = Places("", "", "")


@dataclass(frozen=True, slots=True)
class Profiled(IterationTime):
    """Durations by a table. Of the coefficients only `fixed` is used: an iteration without requests
    takes as long as the shortest that was measured.

    `at_requests`, `at_tokens`: the grid of decode iterations, ascending; `decode`: durations in
    nanoseconds, all tokens of the fewest requests first; `at_prompt`, `prefill`: of prefills.
    """

    decodes: int = 0  # type: ignore[misc]  # how many values each of the columns has
    contexts: int = 0
    prefills: int = 0
    at_requests: tuple[int, ...] = ()
    at_tokens: tuple[int, ...] = ()
    at_prompt: tuple[int, ...] = ()
    decode: tuple[int, ...] = ()
    prefill: tuple[int, ...] = ()
    places: Places = NOWHERE

    def nanoseconds(self, batch: Batch) -> int:
        """Duration of an iteration. Raises `InputError` for one that the table does not cover."""
        found = nanoseconds(self, batch)
        if found < BEYOND:
            return found
        going = batch.running - batch.started
        required = (
            "at least {:,}, which an iteration of this run has: measure that, or simulate less"
        )
        if going > self.at_requests[-1]:
            place, most, asked = self.places.requests, self.at_requests[-1], going
        elif batch.started and batch.prompt > self.at_prompt[-1]:
            place, most, asked = self.places.prompt, self.at_prompt[-1], batch.prompt
        else:
            held = batch.cache - batch.prompt - batch.started
            place, most, asked = self.places.tokens, self.at_tokens[-1], -(-held // going)
        raise InputError(place, most, required.format(asked))

    @property
    def least(self) -> int:
        """No iteration with a running request takes fewer nanoseconds than this."""
        return min(*self.decode, *self.prefill)

    def needed(self, prompt: int, output: int) -> tuple[int, int]:
        """What a request adds to its iterations does not follow from a table: nothing for sure."""
        del prompt, output
        return 0, 0

    def bound(self, memory: int) -> int:
        """No iteration that is covered takes more picoseconds than this."""
        del memory
        return PS_PER_NS * (max(self.decode) + max(self.prefill))


class _Row(NamedTuple):
    line: Line
    requests: int
    tokens: int
    duration: int  # nanoseconds


def read_profile(path: Path) -> Profiled:
    """The table of a file. Raises `InputError` naming file and line for a hole, a duplicate, or a
    value that is out of range.

    >>> file = getfixture("tmp_path") / "a.csv"
    >>> _ = file.write_text('''phase,requests,tokens,milliseconds
    ... decode,1,100,20
    ... decode,1,300,24
    ... decode,9,100,28
    ... decode,9,300,40
    ... prefill,1,100,30
    ... prefill,1,500,90
    ... ''')
    >>> from kvratio.simulate.gpu.roofline import decode_batch
    >>> read_profile(file).nanoseconds(decode_batch(5, 200))
    28000000
    """
    found: dict[str, dict[tuple[int, ...], _Row]] = {DECODE: {}, PREFILL: {}}
    for line in lines(path, COLUMNS):
        phase = line.texts["phase"]
        if phase not in found:
            raise InputError(f"{line.place}: phase", phase, f"{DECODE} or {PREFILL}")
        row = _row(line)
        key = (row.requests, row.tokens) if phase == DECODE else (row.requests * row.tokens,)
        if key in found[phase]:
            required = f"each iteration once; it is in {found[phase][key].line.place} already"
            raise InputError(f"{line.place}: tokens", row.tokens, required)
        found[phase][key] = row
    return _profiled(path, *found.values())


def _row(line: Line) -> _Row:
    requests, tokens = line.number("requests", least=1), line.number("tokens", least=1)
    milliseconds = line.exact("milliseconds", above=0)
    if milliseconds > MOST_MS:
        where = f"{line.place}: milliseconds"
        raise InputError(where, line.texts["milliseconds"], f"at most {MOST_MS:,}")
    if requests * tokens > MOST_TOKENS:
        raise InputError(
            f"{line.place}: tokens", tokens, f"at most {MOST_TOKENS:,} over all requests"
        )
    return _Row(
        line, requests, tokens, -(-milliseconds.numerator * NS_PER_MS // milliseconds.denominator)
    )


def _profiled(
    path: Path, decodes: dict[tuple[int, ...], _Row], prefills: dict[tuple[int, ...], _Row]
) -> Profiled:
    requests, tokens = (sorted({key[k] for key in decodes}) for k in (0, 1))
    prompt = sorted(key[0] for key in prefills)
    for name, values, most in (
        (f"{DECODE}: requests", requests, MOST_DECODES),
        (f"{DECODE}: tokens", tokens, MOST_POINTS // MOST_DECODES),
        (f"{PREFILL}: tokens", prompt, MOST_PREFILLS),
    ):
        if not 2 <= len(values) <= most:
            raise InputError(f"{path}: {name}", len(values), f"2 to {most} different values")
    if requests[0] > 1:
        first = next(row for key, row in decodes.items() if key[0] == requests[0])
        required = f"{DECODE} rows from 1 request on; the fewest are"
        raise InputError(f"{first.line.place}: requests", requests[0], required + " these")
    for many in requests:
        for size in tokens:
            if (many, size) not in decodes:
                row = next(row for key, row in decodes.items() if key[0] == many)
                required = f"a row with {size} tokens too: the grid of {DECODE} rows has a hole"
                raise InputError(f"{row.line.place}: requests", many, required)
    grid = tuple(decodes[many, size].duration for many in requests for size in tokens)
    starts = tuple(prefills[(size,)].duration for size in prompt)
    most_requests, most_tokens = decodes[requests[-1], tokens[0]], decodes[1, tokens[-1]]
    return Profiled(
        fixed=PS_PER_NS * min(*grid, *starts),
        decodes=len(requests),
        contexts=len(tokens),
        prefills=len(prompt),
        at_requests=tuple(requests),
        at_tokens=tuple(tokens),
        at_prompt=tuple(prompt),
        decode=grid,
        prefill=starts,
        places=Places(
            f"{most_requests.line.place}: requests",
            f"{most_tokens.line.place}: tokens",
            f"{prefills[(prompt[-1],)].line.place}: tokens",
        ),
    )
