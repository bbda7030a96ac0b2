"""Ctrl-C that brings along what had been found."""

from typing import Any


class Stopped(KeyboardInterrupt):
    """Raised in place of `KeyboardInterrupt`; `found` is the best result so far.

    >>> Stopped("a schedule").found
    'a schedule'
    """

    def __init__(self, found: Any) -> None:
        self.found = found
        super().__init__("interrupted")
