"""Measured settings: durations of a prefill and of decode iterations, and their batches.

A row of the file is a setting that was run several times: `batch` requests of `prompt_tokens` each
at the same time. `prefill_ms` is the time to their first tokens, and `decode_ms` the mean of the
decode iterations thereafter. How many there were follows from the end-to-end time, since some
outputs ended before `output_tokens`. A mean over iterations is compared with one iteration of the
mean context, which is the same for a model that is linear in the context.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import NamedTuple

from kvratio.simulate.gpu.catalogue import ACCELERATORS, MODELS
from kvratio.simulate.gpu.deployment import Deployment
from kvratio.simulate.gpu.fitted import MODEL
from kvratio.simulate.gpu.roofline import decode_batch
from kvratio.simulate.gpu.tables import Line, lines
from kvratio.simulate.iteration import Batch
from kvratio.theory.checks import InputError

COLUMNS = (
    "hardware", "tensor_parallel", "prompt_tokens", "batch", "output_tokens", "prefill_ms",
    "decode_ms", "end_to_end_ms",
)  # fmt: skip
HARDWARE, ACCELERATOR = "a100-80gb", "a100-80"


class Measured(NamedTuple):
    """A setting. `made`: decode iterations; `prefill`, `decode`: of one iteration, in ns."""

    accelerators: int
    prompt: int
    batch: int
    made: int
    prefill: int
    decode: int

    @property
    def deployment(self) -> Deployment:
        """What was measured: tensor parallel on so many accelerators."""
        return Deployment(MODELS[MODEL], ACCELERATORS[ACCELERATOR], self.accelerators)

    @property
    def fits(self) -> bool:
        """Can all its requests be in the cache at once, as the setting says?"""
        return self.batch * (self.prompt + self.made + 1) <= self.deployment.budget

    @property
    def batches(self) -> tuple[Batch, Batch]:
        """The iteration that processes all prompts, and the decode iteration of mean context."""
        b, s = self.batch, self.prompt
        prefill = Batch(b, b, b * (s + 1), b * s, b * s * (s + 1) // 2)
        return prefill, decode_batch(b, s + 1 + (self.made + 1) // 2)


def read_measured(path: Path) -> list[Measured]:
    """The rows of a file, in its order. Raises `InputError` naming file and line."""
    return [_measured(line) for line in lines(path, COLUMNS)]


def _measured(line: Line) -> Measured:
    if line.texts["hardware"] != HARDWARE:
        raise InputError(f"{line.place}: hardware", line.texts["hardware"], HARDWARE)
    prefill, decode, all_of_it = (
        line.exact(name, above=0) for name in ("prefill_ms", "decode_ms", "end_to_end_ms")
    )
    asked = line.number("output_tokens", least=2)
    made = min(asked - 1, max(1, round((all_of_it - prefill) / decode)))
    return Measured(
        line.number("tensor_parallel", least=1),
        line.number("prompt_tokens", least=1),
        line.number("batch", least=1),
        made,
        _nanoseconds(prefill),
        _nanoseconds(decode),
    )


def _nanoseconds(milliseconds: Fraction) -> int:
    return round(milliseconds * 10**6)


def settings(rows: Sequence[Measured]) -> list[Measured]:
    """Those that fit the cache, in the order of their fields; of several that differ only in the
    number of tokens made, the median, so that each setting counts once."""
    fitting = sorted(row for row in rows if row.fits)
    found = []
    for key, group in groupby(fitting, key=lambda row: row[:3]):
        columns = zip(*(row[3:] for row in group), strict=True)
        found.append(Measured(*key, *(round(median(column)) for column in columns)))
    return found
