"""What a part of kvratio needs beyond its core, and the line that installs it."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from kvratio.theory.checks import InputError

P = ParamSpec("P")
R = TypeVar("R")

# package (as imported) -> the extra of pyproject.toml that brings it; tests compare the two
EXTRAS = {
    "clarabel": "theory",
    "cvxpy": "theory",
    "flint": "theory",
    "highspy": "theory",
    "mpmath": "theory",
    "scipy": "theory",
    "sympy": "theory",
    "threadpoolctl": "theory",
    "jinja2": "report",
    "matplotlib": "report",
    "typst": "report",
    "pyarrow": "sweep",
}


def missing(error: ModuleNotFoundError) -> InputError | None:
    """The line that installs what was not found; None if it is no package of an extra.

    >>> print(missing(ModuleNotFoundError("No module named 'sympy'", name="sympy")))
    package: expected an optional package that is installed, got 'sympy'; \
pip install "kvratio[theory]"
    """
    package = (error.name or "").split(".")[0]
    if package not in EXTRAS:
        return None
    line = f'pip install "kvratio[{EXTRAS[package]}]"'
    return InputError("package", package, "an optional package that is installed", line)


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Answer with the line that installs an optional package where the function misses one."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ModuleNotFoundError as error:
            found = missing(error)
            if found is None:
                raise
            raise found from error

    return call
