"""When a run is given up, and the errors that say so; the same for every engine."""

from kvratio.theory.model import Instance

MOST_ATTEMPTS = 10_000_000  # of a run: a gigabyte or two


class EngineError(RuntimeError):
    """A scheduler asked for the impossible, overflowed the cache, or stopped making progress."""


class LivelockError(EngineError):
    """A scheduler stopped making progress: for long nothing arrives or completes."""


class EvictionsError(EngineError):
    """So many attempts were evicted that their record would fill the memory."""


class SchedulerFault(EngineError):  # noqa: N818 (of the scheduler, not of the engine)
    """A method of a scheduler of one's own raised an exception; `__cause__` is the exception."""


def check_attempts(count: int) -> None:
    """Raise `EvictionsError` for more attempts than can be kept.

    Where the budget is near the longest requests, a policy that readmits at once what it evicted
    makes attempts in proportion to the budget and the number of requests.
    """
    if count > MOST_ATTEMPTS:
        raise EvictionsError(f"more than {MOST_ATTEMPTS} attempts: requests evict each other")


def patience(instance: Instance) -> int:
    """Steps without an arrival or a completion after which a declared policy is given up.

    A longest conceivable attempt for every bound that can rise (each output token once), and a
    thousand more: out of reach for every policy whose runs are proved to end.

    >>> patience(Instance.of(10, [2, 3]))
    10050
    """
    return instance.memory * (1000 + sum(instance.output))
