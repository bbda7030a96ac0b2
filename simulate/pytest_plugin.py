"""The pytest plugin: `pytest --kvratio-policy=package.module:MyPolicy`.

Each invariant of `kvratio.simulate.testing` becomes a test; one that fails shows a smallest failing
instance as code to paste. Without paths on the command line only these tests run. A policy is
anything that `kvratio.simulate.testing.subject` describes; the option can be repeated.

The tests have ids such as `kvratio-policy=package.module:MyPolicy::budget`. Such an id is also an
argument: `pytest "kvratio-policy=package.module:MyPolicy::budget"` runs that test, without the
option; so does `../kvratio-policy=...`, which pytest prints where it was started in a subfolder.
Policies are looked for in the folder in which pytest was started, too.

pytest loads this module in every session of every project that has kvratio installed, so it
imports nothing until a policy is named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kvratio.simulate.testing.conformance import RaisedError, Result
    from kvratio.simulate.testing.invariants import Invariant
    from kvratio.simulate.testing.subject import Subject

PREFIX = "kvratio-policy="  # of ids, in place of a path
# in a folder that is not the root pytest prints ids as paths from there
IDENTITY = re.compile(rf"(?:[^:]*[/\\])?({PREFIX}.+)")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kvratio-policy`, `--kvratio-examples` and `--kvratio-case-seconds`."""
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
    group.addoption(
        "--kvratio-case-seconds",
        type=float,
        default=None,
        metavar="S",
        help="wall-clock seconds after which a run counts as endless (default: 10)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take our ids out of the arguments; without other paths, collect nothing else.

    The ids are kept among the options, which pytest-xdist hands on to its workers.
    """
    option = config.option
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    ids = {argument: id_[1] for argument in config.args if (id_ := IDENTITY.fullmatch(argument))}
    option.kvratio_ids = [*getattr(option, "kvratio_ids", []), *ids.values()]
    if not option.kvratio_policy and not option.kvratio_ids:
        return
    config.args = [argument for argument in config.args if argument not in ids] if named else []
    if "s" not in option.reportchars.lower().replace("a", "s"):
        option.reportchars += "s"  # why an invariant is not run is part of the result
    folder = str(config.invocation_params.dir)
    if folder not in sys.path:
        sys.path.insert(0, folder)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add a test for each policy and invariant, before `-k` selects."""
    option = session.config.option
    wanted: dict[str, set[str] | None] = {}  # None: all
    for identity in option.kvratio_ids:
        name, _, invariant = identity.removeprefix(PREFIX).partition("::")
        chosen = wanted.setdefault(name, set())
        if not invariant:
            wanted[name] = None
        elif chosen is not None:
            chosen.add(invariant)
    for name in option.kvratio_policy:
        wanted.setdefault(name, None)  # an id narrows what the option names
    for name, invariants in wanted.items():
        policy = PolicyCollector.from_parent(session, name=name, nodeid=PREFIX + name)
        tests = list(policy.collect())
        unknown = (invariants or set()) - {test.name for test in tests}
        if unknown:
            raise pytest.UsageError(f"no invariant {', '.join(sorted(unknown))} of {name}")
        items.extend(test for test in tests if invariants is None or test.name in invariants)


class PolicyCollector(pytest.Collector):
    """The tests of one policy; its node id stands where others have a path."""

    def collect(self) -> Iterator[ConformanceTest]:
        """One test an invariant."""
        from kvratio.simulate.testing.conformance import EXAMPLES
        from kvratio.simulate.testing.invariants import INVARIANTS
        from kvratio.simulate.testing.subject import CASE_SECONDS, subject_of
        from kvratio.theory.checks import InputError, whole

        examples = self.config.option.kvratio_examples
        seconds = self.config.option.kvratio_case_seconds
        try:
            subject = subject_of(
                self.name, case_seconds=CASE_SECONDS if seconds is None else seconds
            )
            self.tries = EXAMPLES if examples is None else whole("examples", examples, least=1)
        except InputError as error:
            raise pytest.UsageError(str(error)) from error
        self.subject: Subject = subject
        self.errors: list[RaisedError | None] = []  # what `error` found, once it has looked
        for invariant in INVARIANTS.values():
            test: ConformanceTest = ConformanceTest.from_parent(self, name=invariant.name)
            yield test.about(self, invariant)

    def error(self) -> RaisedError | None:
        """The error of the policy's own code, if it raises one; looked for once."""
        from kvratio.simulate.testing.conformance import find_error

        if not self.errors:
            self.errors.append(find_error(self.subject))
        return self.errors[0]


class ConformanceTest(pytest.Item):
    """One invariant of one policy."""

    def about(self, policy: PolicyCollector, invariant: Invariant) -> ConformanceTest:
        """What is tested."""
        self.policy, self.invariant = policy, invariant
        return self

    def runtest(self) -> None:
        """Search; what is not claimed, or cannot be told, counts as skipped."""
        from kvratio.simulate.testing.conformance import try_invariant

        error = self.policy.error()
        if error is not None:
            raised = error.result
            if self.invariant is raised.invariant:
                raise _ViolatedError(raised)
            if error.in_most_runs:
                if not self._is_selected(raised.invariant):
                    raise _ViolatedError(raised)  # a session without any failure would look green
                pytest.skip(f"not run: the policy raises an error, see {raised.invariant.name}")
        result = try_invariant(self.policy.subject, self.invariant, self.policy.tries)
        if result.outcome == "not claimed":
            pytest.skip(f"not claimed; applies to {self.invariant.scope}")
        if result.outcome == "violated":
            raise _ViolatedError(result)

    def _is_selected(self, invariant: Invariant) -> bool:
        """Will the test of another invariant of the same policy run in this session?"""
        tests = (item for item in self.session.items if isinstance(item, ConformanceTest))
        return any(test.policy is self.policy and test.invariant is invariant for test in tests)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: object = None,  # noqa: ARG002 (pytest names it)
    ) -> str:
        """The report alone: the traceback of the search says nothing about the policy."""
        if isinstance(excinfo.value, _ViolatedError):
            return excinfo.value.result.text()
        return str(excinfo.getrepr())

    def reportinfo(self) -> tuple[str, None, str]:
        """Where the test is, in pytest's reports."""
        return self.policy.nodeid, None, f"{self.policy.name}: {self.invariant.name}"


class _ViolatedError(Exception):
    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.told)
