"""Validators of arguments, with the project's one error type.

Every public function checks its arguments here, so that bad input is answered by one sentence:
the argument's name, what was expected, what was given, and what to do where that is not plain.
This module imports nothing of ours.
"""

import re
from collections.abc import Iterable, Sized
from difflib import get_close_matches
from fractions import Fraction
from numbers import Rational
from operator import index
from typing import Any

# A text such as 1e999999999 would be a number of a billion digits; no quantity here needs more
# than the range of a double.
MOST_EXPONENT = 400
MOST_SECONDS = 10**9  # of a time limit: thirty years


class InputError(ValueError):
    """Bad input. The message names the argument, what was expected, what was given, and the fix.

    `argument`: the option, the field, or the file with its line and column. `expected`: a condition
    with its unit. `fix`: what to do about it, where the condition does not say so.

    >>> raise InputError("memory", -1, "a whole number of tokens, at least 1")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: memory: expected a whole number of tokens, at least 1, got -1
    """

    def __init__(self, argument: str, value: object, expected: str, fix: str = "") -> None:
        self.argument, self.value, self.expected, self.fix = argument, value, expected, fix
        message = f"{argument}: expected {expected}, got {_short(value)}"
        super().__init__(printable(f"{message}; {fix}" if fix else message))

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, object, str, str]]:
        return type(self), (self.argument, self.value, self.expected, self.fix)

    def within(self, place: str) -> "InputError":
        """The same error of the same kind, said of an argument of `place`, such as a file.

        >>> print(InputError("memory", -1, "a whole number").within("a.json"))
        a.json: memory: expected a whole number, got -1
        """
        return type(self)(f"{place}: {self.argument}", self.value, self.expected, self.fix)


class WorkLimitError(InputError):
    """Input that would take more work than is allowed. Nothing was decided; the limit can be moved.

    >>> raise WorkLimitError("work", 10**6, "at most 1000", "--work N allows N")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.WorkLimitError: work: expected at most 1000, got 1000000; --work N \
allows N
    """


def printable(text: str) -> str:
    """The text on one line, with everything escaped that a terminal would obey and not show.

    Names of files, columns and keys come from outside: a line break in one could otherwise look
    like a line of ours, and an escape code hide one. Lone surrogates, which no encoding takes, and
    marks that turn the direction of writing are escaped as well.

    >>> printable("a.csv"), printable("a\\n\\x1b[2Kb\\ud800")
    ('a.csv', 'a\\\\n\\\\x1b[2Kb\\\\ud800')
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _short(value: object, limit: int = 80) -> str:
    if value is None:
        return "nothing"
    text = str(value) if isinstance(value, Fraction) else repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def whole(argument: str, value: Any, *, least: int = 0, most: int | None = None) -> int:
    """Return `value` as a Python int; reject anything that is not a whole number in range.

    NumPy integers are accepted (they have `__index__`); booleans and floats are not.

    >>> whole("memory", 16, least=1)
    16
    """
    required = f"a whole number, at least {least}"
    if most is not None:
        required += f" and at most {most}"
    try:
        number = index(value)
    except TypeError:
        raise InputError(argument, value, required) from None
    if isinstance(value, bool):
        raise InputError(argument, value, required)
    if number < least or (most is not None and number > most):
        raise InputError(argument, number, required)
    return number


def rational(
    argument: str,
    value: Any,
    *,
    above: Fraction | int | None = None,
    least: Fraction | int | None = None,
    below: Fraction | int | None = None,
    most: Fraction | int | None = None,
) -> Fraction:
    """Return `value` (int, Fraction, or a string such as "1/3" or "0.25") as an exact Fraction.

    Floats are refused: their exact value is rarely the one that was meant.

    >>> rational("alpha", "0.25", above=0, most=1)
    Fraction(1, 4)
    """
    limits = [
        f"{words} {bound}"
        for words, bound in (
            ("above", above),
            ("at least", least),
            ("below", below),
            ("at most", most),
        )
        if bound is not None
    ]
    required = " ".join(["an exact rational number", " and ".join(limits)]).strip()
    if isinstance(value, bool) or not isinstance(value, Rational | str):
        raise InputError(argument, value, required)
    exponent = re.search(r"[eE][+-]?([\d_]+)\s*$", value) if isinstance(value, str) else None
    try:
        if exponent and int(exponent[1]) > MOST_EXPONENT:
            raise ValueError
        number = Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise InputError(argument, value, required) from None
    if (
        (above is not None and number <= above)
        or (least is not None and number < least)
        or (below is not None and number >= below)
        or (most is not None and number > most)
    ):
        raise InputError(argument, value, required)
    return number


def duration(argument: str, value: Any) -> float:
    """Require a time limit: a finite number of seconds above 0.

    >>> duration("seconds", float("nan"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: seconds: expected a number of seconds, above 0, got nan
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 < value <= MOST_SECONDS
    ):
        raise InputError(argument, value, "a number of seconds, above 0")
    return float(value)


def same_length(argument: str, value: Sized, length: int, partner: str) -> None:
    """Require that a column has as many entries as its partner.

    >>> same_length("output", (1, 2), 2, "prompt")
    """
    if len(value) != length:
        required = f"one entry a request, as {partner} has ({length})"
        raise InputError(argument, f"{len(value)} entries", required)


def one_of(argument: str, value: str, known: Iterable[str]) -> str:
    """Require one of the known names; otherwise list them, and name the nearest.

    >>> one_of("policy", "h-sf", ("h-sf", "a-max"))
    'h-sf'
    >>> one_of("policy", "A_max", ("h-sf", "a-max"))
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: policy: expected one of a-max, h-sf, got 'A_max'; nearest: \
a-max
    """
    names = sorted(known)
    if value not in names:
        close = nearest(str(value), map(str, names))
        hint = f"nearest: {', '.join(close)}" if close else ""
        raise InputError(argument, value, "one of " + ", ".join(map(str, names)), hint)
    return value


def nearest(value: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like a text: those that differ in case and marks only, or up
    to three that are spelt alike.

    >>> [nearest(text, ("a-min", "a-max", "fcfs")) for text in ("A_min", "amin", "fcf", "x")]
    [['a-min'], ['a-min'], ['fcfs'], []]
    >>> nearest("A_min", ("a-min", "a-min-live")), nearest("aminn", ("a-min", "a-min-live"))
    (['a-min'], ['a-min', 'a-min-live'])
    """
    plain = {name: re.sub(r"[\W_]", "", name.casefold()) for name in known}
    text = re.sub(r"[\W_]", "", value.casefold())
    same = [name for name, letters in plain.items() if letters == text]
    alike = get_close_matches(text, plain.values(), n=3)
    return same or [name for name, letters in plain.items() if letters in alike]
