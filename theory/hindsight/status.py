"""The three things that can be known about a schedule after looking for the best one."""

from enum import StrEnum


class Status(StrEnum):
    """Proven best, some schedule with a gap to the bound, or no schedule at all."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible with gap"
    UNSOLVED = "not solved"
