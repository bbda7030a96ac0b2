"""Which measured settings are fitted, which are held out, and the page that says how it went."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from kvratio.reports.studies.gpu_fit.fit import (
    PARAMETERS,
    Errors,
    Values,
    bands,
    errors,
    fit,
    ratios,
)
from kvratio.reports.studies.gpu_fit.measured import Measured, read_measured, settings
from kvratio.reports.studies.gpu_fit.page import page
from kvratio.reports.studies.study import Files, Study, Task
from kvratio.simulate.gpu.fitted import Bands
from kvratio.simulate.gpu.roofline import iteration_time
from kvratio.simulate.request_files import digest
from kvratio.theory.checks import InputError

HALF, ALL, WITHOUT = "half", "all", "without"
KINDS = ("decode", "prefill")
DIGITS = 4  # decimals of a published error


def parts(
    found: Sequence[Measured], part: str, count: int = 0
) -> tuple[list[Measured], list[Measured]]:
    """The settings that are fitted, and those that are held out.

    "half": every second setting in their order is fitted, from the first on. "without": all but
    those on `count` accelerators. "all": all, and none is held out.
    """
    if part == HALF:
        return list(found[::2]), list(found[1::2])
    fitted = [one for one in found if part == ALL or one.accelerators != count]
    return fitted, [one for one in found if one not in fitted]


@dataclass(frozen=True)
class GpuFit(Study):
    """The fit to the settings of a file."""

    name: ClassVar[str] = "gpu-fit"

    data: Path

    def plan(self) -> list[Task]:
        """One fit each: half, all, and without each number of accelerators."""
        counts = sorted({one.accelerators for one in self._settings})
        if len(counts) < 2:
            raise InputError(f"{self.data}: tensor_parallel", counts, "two values or more")
        where = (str(self.data), digest(str(self.data)))
        cases = [(HALF, 0), (ALL, 0), *((WITHOUT, count) for count in counts)]
        return [(*case, *where) for case in cases]

    @staticmethod
    def row(task: Task) -> dict[str, str]:
        """The fitted values, as exact texts."""
        part, count, path, _ = task
        fitted, _ = parts(settings(read_measured(Path(path))), part, count)
        return {name: str(value) for name, value in fit(fitted).items()}

    def files(self, rows: Sequence[Any]) -> Files:
        """The values and errors as data, and the page."""
        data = self.result(rows)
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(data[name])}" for name in data)
        return {"gpu-fit.json": f"{{\n{lines}\n}}\n", "gpu-fit.md": page(data)}

    @property
    def _settings(self) -> list[Measured]:
        return settings(read_measured(self.data))

    def result(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Everything that the page says, as plain data."""
        found, cases = self._settings, []
        left = []
        for (part, count, *_), row in zip(self.plan(), rows, strict=True):
            values = values_of(row)
            fitted, held = parts(found, part, count)
            off = errors(values, held) if held else None
            if part == WITHOUT and off:
                left.append(off)
            cases.append(
                {
                    "part": part if part != WITHOUT else f"{part} {count} accelerators",
                    "settings": len(fitted),
                    "held_out": len(held),
                    "values": row,
                    "errors_fitted": _plain(errors(values, fitted)),
                    "errors_held_out": _plain(off),
                }
            )
        half = values_of(rows[0])
        held = parts(found, HALF)[1]
        return {
            "rows": len(read_measured(self.data)),
            "left_out": sum(not row.fits for row in read_measured(self.data)),
            "settings": len(found),
            "fits": cases,
            "bands": {
                "held_out": _band(bands([errors(half, held)])),
                "left_out": _band(bands(left)),
            },
            "roofline": _plain(roofline_errors(found)),
            "table": [
                [*one[:3], one in held, *(round(ratio - 1, DIGITS) for ratio in pair)]
                for one, pair in zip(found, ratios(half, found), strict=True)
            ],
        }


def values_of(row: dict[str, str]) -> Values:
    """Fitted values from their exact texts.

    >>> values_of({"hop": "3", "link": "1/2"})
    {'hop': 3, 'link': Fraction(1, 2)}
    """
    whole = {p.name for p in PARAMETERS if p.unit == 1}
    return {name: int(text) if name in whole else Fraction(text) for name, text in row.items()}


def roofline_errors(found: Sequence[Measured]) -> dict[str, Errors]:
    """Of the same settings by the roofline, under the assumptions as they are."""
    pairs = []
    for one in found:
        times = iteration_time(one.deployment)
        prefill, decode = (times.nanoseconds(batch) for batch in one.batches)
        pairs.append((prefill / one.prefill, decode / one.decode))
    prefills, decodes = zip(*pairs, strict=True)
    return {"decode": Errors.of(decodes), "prefill": Errors.of(prefills)}


def _plain(found: dict[str, Errors] | None) -> dict[str, dict[str, float]] | None:
    if found is None:
        return None
    return {
        kind: {name: round(value, DIGITS) for name, value in off._asdict().items()}
        for kind, off in found.items()
    }


def _band(found: Bands) -> dict[str, list[int]]:
    return {kind: list(getattr(found, kind)) for kind in KINDS}
