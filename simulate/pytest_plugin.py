"""The pytest plugin: `pytest --kvratio-policy=package.module:MyPolicy`.

Each invariant of `kvratio.simulate.testing` becomes a test; one that fails shows a smallest failing
instance as code to paste. Without paths on the command line only these tests run. A policy is
anything that `kvratio.simulate.testing.subject` describes; the option can be repeated.

pytest loads this module in every session of every project that has kvratio installed, so it
imports nothing until the option is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kvratio.simulate.testing.conformance import Result
    from kvratio.simulate.testing.invariants import Invariant
    from kvratio.simulate.testing.subject import Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kvratio-policy` and `--kvratio-examples`."""
    group = parser.getgroup("kvratio", "conformance of scheduling policies")
    group.addoption(
        "--kvratio-policy",
        action="append",
        default=[],
        metavar="MODULE:NAME",
        help="test a policy, a scheduler or a system against every invariant (repeatable)",
    )
    group.addoption(
        "--kvratio-examples",
        type=int,
        default=None,
        metavar="N",
        help="cases tried for each invariant (default: 200)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Without paths on the command line, collect nothing else."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    if config.option.kvratio_policy and not named:
        config.args = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add a test for each policy and invariant, before `-k` selects."""
    for name in session.config.option.kvratio_policy:
        items.extend(_tests(session, name))


def _tests(session: pytest.Session, name: str) -> Iterator[ConformanceTest]:
    from kvratio.simulate.testing.conformance import EXAMPLES
    from kvratio.simulate.testing.invariants import INVARIANTS
    from kvratio.simulate.testing.subject import subject_of
    from kvratio.theory.checks import InputError, whole

    examples = session.config.option.kvratio_examples
    try:
        subject = subject_of(name)
        tries = EXAMPLES if examples is None else whole("examples", examples, least=1)
    except InputError as error:
        raise pytest.UsageError(str(error)) from error
    for invariant in INVARIANTS.values():
        test = ConformanceTest.from_parent(session, name=f"{name}::{invariant.name}")
        yield test.about(subject, invariant, tries)


class ConformanceTest(pytest.Item):
    """One invariant of one policy."""

    def about(self, subject: Subject, invariant: Invariant, tries: int) -> ConformanceTest:
        """What is tested, and with how many cases."""
        self.subject, self.invariant, self.tries = subject, invariant, tries
        return self

    def runtest(self) -> None:
        """Search; what is not claimed counts as skipped."""
        from kvratio.simulate.testing.conformance import try_invariant

        result = try_invariant(self.subject, self.invariant, self.tries)
        if result.outcome == "not claimed":
            pytest.skip(f"not claimed; applies to {self.invariant.scope}")
        if result.outcome == "violated":
            raise _ViolatedError(result)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: object = None,  # noqa: ARG002 (pytest names it)
    ) -> str:
        """The report alone: nobody wants the traceback of the search."""
        if isinstance(excinfo.value, _ViolatedError):
            return excinfo.value.result.text()
        return str(excinfo.getrepr())

    def reportinfo(self) -> tuple[str, None, str]:
        """Where the test is, in pytest's reports."""
        return self.subject.name, None, f"{self.subject.name}: {self.invariant.name}"


class _ViolatedError(Exception):
    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.told)
