"""The sweep that a TOML file describes.

    memory = [16492]                 # what stands on top holds for every block
    policies = ["h-sf", "a-min"]
    seeds = 10                       # 0 ... 9; or a list

    [[sweep]]                        # each block is a product of its lists
    workloads = ["lmsys"]
    requests = [200, 2000]
    predictions = ["1:1000", "bins:10:1000"]

    [[sweep]]
    workloads = ["lmsys + lengths.csv"]
    predictions = ["columns:p10,p90"]
    requests = [2000]

Lists: workloads, policies, memory, predictions, requests, takes, prompts, timed, gpus, iterations,
chunks, preemptions, columns, skip_invalid, seeds.
One value may stand for a list of one. Paths are relative to where the command runs.
"""

import tomllib
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from kvratio.simulate.cells import Cell
from kvratio.simulate.streams import read_text
from kvratio.simulate.sweep import AXES, MOST_CELLS, cells_of
from kvratio.theory.checks import InputError, whole

KINDS: dict[str, type] = {
    **dict.fromkeys(("seeds", "memory", "requests", "prompts", "chunks"), int),
    "skip_invalid": bool,
}
WORDS = {int: "a whole number", str: "a text", bool: "true or false"}


def read_config(path: Path) -> list[Cell]:
    """The cells of a TOML file, or `InputError` naming the file and what is wrong.

    >>> read_config(Path("no-such.toml"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.toml'
    """
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError("file", str(path), f"TOML ({error})") from None
    except RecursionError:
        raise InputError("file", str(path), "TOML, nested less deeply") from None
    try:
        return cells_of_config(data)
    except InputError as error:
        raise error.within(str(path)) from None


def cells_of_config(data: Mapping[str, Any]) -> list[Cell]:
    """The cells that the parsed file describes, without repetition.

    >>> len(cells_of_config({"workloads": "lmsys", "memory": 99, "policies": "h-sf", "seeds": 2}))
    2
    """
    common = {name: value for name, value in data.items() if name != "sweep"}
    blocks = data.get("sweep", [{}])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise InputError("sweep", blocks, "blocks that begin with [[sweep]]")
    axes = [_axes({**common, **block}) for block in blocks]
    count = sum(prod(map(len, block.values())) for block in axes)
    if count > MOST_CELLS:
        required = f"at most {MOST_CELLS} simulations, of all blocks together"
        raise InputError("sweep", f"{count} simulations", required)
    return list(dict.fromkeys(cell for block in axes for cell in cells_of(block)))


def _axes(block: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    axes: dict[str, Sequence[Any]] = {}
    for name, value in block.items():
        if name == "seeds" and not isinstance(value, list):
            axes[name] = range(whole("seeds", value, least=1, most=MOST_CELLS))
        else:
            axes[name] = value if isinstance(value, list) else [value]
        kind = KINDS.get(name, str)
        for entry in axes[name] if isinstance(axes[name], list) else ():
            if name in AXES and type(entry) is not kind:
                raise InputError(name, entry, WORDS[kind])
    return axes
