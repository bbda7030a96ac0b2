"""Does what is published come out again? The smallest cells anew, and each closest approach."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from kvratio.reports import PUBLISHED
from kvratio.reports.studies.bounds_met.study import DATA, QUICK_SIZES, BoundsMet, Found, read
from kvratio.reports.studies.study import carry_out


def differences(
    executor: Executor | None,
    report: Callable[[int, int], None],
    published: Found | None = None,
) -> Iterator[str]:
    """Where the smallest size and the closest runs, computed anew, differ; a line each.

    The searches themselves are not repeated: another release of Hypothesis draws other batches.
    """
    there = published or read((PUBLISHED / DATA).read_text(encoding="utf-8"))
    study = BoundsMet(QUICK_SIZES, searched=())
    now = study.found(carry_out(study, None, executor, report)).rows
    (size,) = QUICK_SIZES
    known = {(row.law, row.policy): row for row in there.rows if _of(row.memory, row.requests)}
    for row in now:
        stored = known.pop((row.law, row.policy), None)
        if stored != row:
            yield f"{row.law}, {row.policy}, M = {size.memory}: {stored} -> {row}"
    yield from (f"{law}, {policy}: not computed any more" for law, policy in known)
    for at in there.approaches:
        if at.again() != at:
            yield f"closest approach of {at.policy}: {at} -> {at.again()}"


def _of(memory: int, requests: int) -> bool:
    (size,) = QUICK_SIZES
    return (memory, requests) == (size.memory, size.requests)
