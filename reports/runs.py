"""Files of runs: the schedules of one or more policies on the same requests, for `kvratio view`.

A file is one JSON object:

    {"format": "kvratio runs 1",
     "description": "what was run",
     "instance": {"memory": M, "requests": [...]},            an instance file
     "runs": [{"policy": "a-min", "seed": 0,
               "schedule": [[request, start, end, finished], ...]}, ...]}

Where evicted requests kept their tokens, a run also has `"preemption": "keep"`, and its rows end
with the tokens that the attempt began with.

Reading is strict: no key may be missing or unknown, and every schedule is verified against the
model, so that what is shown has happened as shown.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kvratio.reports.output import write_text
from kvratio.simulate.records import Run
from kvratio.simulate.streams import read_text
from kvratio.theory.checks import InputError, printable, whole
from kvratio.theory.model import Instance, Preemption, Schedule, ScheduleError, verify

FORMAT = "kvratio runs 1"
KEYS = {"format", "description", "instance", "runs"}
RUN_KEYS = {"policy", "seed", "schedule"}
READING = "preemption"  # where it is not `cancel`


class Runs(NamedTuple):
    """At least one run of the same instance, and what was run."""

    description: str
    runs: tuple[Run, ...]


def to_json(runs: Runs) -> dict[str, Any]:
    """Plain data; `from_json` reads it back.

    >>> run = Run("h-sf", 0, Instance.of(9, [3]), Schedule.of([(0, 0, 3, True)]))
    >>> from_json(to_json(Runs("one", (run,)))).runs == (run,)
    True
    """
    return {
        "format": FORMAT,
        "description": runs.description,
        "instance": runs.runs[0].instance.to_json(),
        "runs": [
            {
                "policy": run.policy,
                "seed": run.seed,
                **({READING: str(run.preemption)} if run.preemption.keeps else {}),
                "schedule": run.schedule.to_json(),
            }
            for run in runs.runs
        ],
    }


def save_runs(path: Path, description: str, runs: Sequence[Run]) -> None:
    """Write runs of one instance to a file. Raises `InputError` if they are of different ones."""
    if not runs or any(run.instance != runs[0].instance for run in runs):
        raise InputError("runs", len(runs), "at least one run, all of the same instance")
    write_text(path, json.dumps(to_json(Runs(description, tuple(runs)))) + "\n")


def from_json(data: Any) -> Runs:
    """Read what `to_json` writes, and verify every schedule. Raises `InputError`.

    >>> from_json({"format": "something else"})
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: format: expected 'kvratio runs 1', got 'something else'
    """
    if not isinstance(data, dict):
        raise InputError("runs", data, f"an object with the keys {', '.join(sorted(KEYS))}")
    if data.get("format") != FORMAT:
        raise InputError("format", data.get("format"), repr(FORMAT))
    _exactly("runs", data, KEYS)
    if not isinstance(data["runs"], list) or not data["runs"]:
        raise InputError("runs", data["runs"], "a list of at least one run")
    instance = Instance.from_json(data["instance"])
    found = tuple(_run(k, entry, instance) for k, entry in enumerate(data["runs"]))
    return Runs(_text("description", data["description"]), found)


def _exactly(argument: str, data: dict[str, Any], keys: set[str]) -> None:
    if set(data) != keys:
        raise InputError(argument, sorted(data), f"exactly the keys {', '.join(sorted(keys))}")


def _text(argument: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(argument, value, "a text")
    return printable(value)  # it is shown: on a page, and in messages


def _run(k: int, entry: Any, instance: Instance) -> Run:
    if not isinstance(entry, dict):
        raise InputError(f"runs[{k}]", entry, f"an object with {', '.join(sorted(RUN_KEYS))}")
    _exactly(f"runs[{k}]", entry, RUN_KEYS | ({READING} & set(entry)))
    schedule = Schedule.from_json(entry["schedule"])
    reading = Preemption.of(entry.get(READING, str(Preemption.CANCEL)))
    try:
        verify(schedule, instance, reading)
    except ScheduleError as error:
        raise InputError(f"runs[{k}].schedule", str(error), "a schedule of the model") from None
    seed = whole(f"runs[{k}].seed", entry["seed"])
    return Run(_text(f"runs[{k}].policy", entry["policy"]), seed, instance, schedule, reading)


def read_runs(path: Path) -> Runs:
    """Read a file of runs. Raises `InputError` with the file's name.

    >>> read_runs(Path("no-such.json"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: file: expected a file that exists, got 'no-such.json'
    """
    text = read_text(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(str(path), text[:40], f"valid JSON ({error})") from None
    try:
        return from_json(data)
    except InputError as error:
        raise error.within(str(path)) from None


def together(files: Sequence[Runs]) -> Runs:
    """The runs of several files as one; raises `InputError` unless the requests are the same."""
    first = files[0]
    for other in files[1:]:
        if other.runs[0].instance != first.runs[0].instance:
            required = f"runs of the same requests and memory as {first.description!r}"
            raise InputError("runs", other.description, required)
    described = "; ".join(dict.fromkeys(one.description for one in files))
    return Runs(described, tuple(run for one in files for run in one.runs))
