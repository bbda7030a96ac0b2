"""Does the published map come out again? A slice of it, computed anew."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor

from kvratio.proofs_check.reproduction import AXES, FITTED, STATEMENTS, Setting
from kvratio.reports.studies.reproduction.study import SEEDS, Reproduction, published_row
from kvratio.reports.studies.study import carry_out

# every clock, at once and over time, where A_min queues and where it does not
SLICE = tuple(
    Setting(FITTED, unit, rate, 200, memory)
    for unit in AXES["unit"]
    for rate in (0, 2)
    for memory in (5000, 37_751)
)


def differences(
    executor: Executor | None,
    report: Callable[[int, int], None],
    settings: Iterable[Setting] = SLICE,
) -> Iterator[str]:
    """Where the settings, computed anew, differ from the published map; a line each."""
    study = Reproduction(settings=tuple(settings), seeds=SEEDS)
    rows = carry_out(study, None, executor, report)
    for setting, row in zip(study.settings, rows, strict=True):
        for name, now, there in zip(STATEMENTS, row, published_row(setting), strict=True):
            if tuple(now) != there:
                yield f"{setting.text}, {name}: {there} -> {tuple(now)}"
