"""What can be tested, and what it says about itself.

- A declared `Policy` (`kvratio.simulate.policy`): everything is known from its declaration.
- A *scheduler*: a class or function that makes a new `kvratio.simulate.engine.Scheduler` for every
  run. It is called with those of `n` (number of requests) and `seed` that its signature names.
- A *system*: a class or object with a method `simulate(instance, seed)` that runs foreign code in
  an engine of its own and returns a `kvratio.theory.model.Schedule` or an `SystemRun`, or raises
  `Stuck`.
- A text, "package.module:name" of any of these, or the name of a shipped policy.

A scheduler or a system may carry these attributes:

- `sees`: the hidden columns that it reads, of "output", "upper" and "lower" (default: none);
- `declares`: a `Policy` that it claims to implement; it is then held against every word of it;
- `claims`: names of invariants that hold only for some, see `kvratio.simulate.testing.invariants`;
- `preemption`: "cancel" (default), an evicted request's tokens are lost, or "keep";
- `proved_bound`: a bound on the total latency that its author has proved: a number of at least 1, a
  ratio to the optimum, or a function of an `Instance` that gives a number of steps, or None where
  it says nothing; the search is steered towards it (`proved-bound`);
- `space`: limits of the instances it accepts, keyword arguments of
  `kvratio.simulate.testing.strategies.instances`, such as `{"batch": True, "least_prompt": 1}`.

A scheduler with a method `assumed(request)`, a lower bound on the output length that it has
learned so far, is also held against the truth of that.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import import_module
from math import isfinite
from numbers import Real
from typing import Any

from kvratio.simulate.contender import scheduler, unknown_parameters
from kvratio.simulate.declared import Declared
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.policy import Policy
from kvratio.simulate.preemptive import PREEMPTIVE
from kvratio.simulate.testing.history import History, listen, watch
from kvratio.simulate.testing.limit import limited
from kvratio.simulate.view import HIDDEN_COLUMNS
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Preemption

REQUIRED = (
    "a Policy, a class or factory of schedulers, a system with a method simulate, "
    'or "package.module:name" of one'
)


SCHEDULER = ("sees", "arrive", "complete", "evict", "admit")


@dataclass(frozen=True)
class Subject:
    """Something under test: how it is run, what it says of itself, how code names it."""

    name: str
    code: tuple[str, ...]  # the last line is an expression
    play: Callable[[Instance, int], History] = lambda instance, _: History(instance, ())
    sees: frozenset[str] = frozenset()
    declares: Policy | None = None
    preemption: Preemption = Preemption.CANCEL
    claims: frozenset[str] = frozenset()
    has_bounds: bool = False
    is_system: bool = False
    space: Mapping[str, Any] = field(default_factory=dict)
    lower_bound: Callable[[Instance], Any] | None = None
    proved_bound: Any = None


CASE_SECONDS = 10.0  # of wall-clock time a run may take; small instances need milliseconds


def subject_of(
    target: Any,
    lower_bound: Callable[[Instance], Any] | None = None,
    case_seconds: float = CASE_SECONDS,
    preemption: Preemption | str | None = None,
    proved_bound: Any = None,
    **space: Any,
) -> Subject:
    """Prepare a target for testing. Raises `InputError` for anything else than those above.

    `space` narrows the instances further; `lower_bound` is a certified lower bound on the total
    latency of an instance, in steps, used beside the kit's own; `proved_bound` stands for the
    attribute of that name, `preemption` for what the target says. A run that takes longer than
    `case_seconds` is stopped and counts as a livelock (`kvratio.simulate.testing.limit`).

    >>> subject_of("a-min").sees
    frozenset({'lower'})
    """
    name, code, target = _named(target)
    reading = preemption or getattr(target, "preemption", Preemption.CANCEL)
    known = Subject(
        name,
        code,
        preemption=Preemption.of(reading),
        declares=getattr(target, "declares", None),
        claims=frozenset(getattr(target, "claims", ())),
        space={**getattr(target, "space", {}), **space},
        lower_bound=lower_bound,
        proved_bound=_bound_of(target) if proved_bound is None else proved_bound,
    )
    if known.proved_bound is not None and not callable(known.proved_bound):
        exact_bound("proved_bound", known.proved_bound)
    subject = _playing(known, target)
    return replace(subject, play=limited(subject.play, case_seconds))


def _bound_of(target: Any) -> Any:
    """The attribute of a class as it stands there: a function in it is no method."""
    owner = target if inspect.isclass(target) else type(target)
    found = inspect.getattr_static(target, "proved_bound", None)
    if found is None:
        found = inspect.getattr_static(owner, "proved_bound", None)
    return found.__func__ if isinstance(found, staticmethod) else found


def exact_bound(argument: str, value: Any) -> Fraction:
    """A declared bound as an exact number. Raises `InputError` unless it is one, and at least 1.

    >>> exact_bound("proved_bound", 1.5)
    Fraction(3, 2)
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    if not is_number or value < 1:
        required = "a number of at least 1, or a function of an instance that gives one, or None"
        raise InputError(argument, value, required)
    return Fraction(value)


def _playing(known: Subject, target: Any) -> Subject:
    if isinstance(target, Policy):
        return _declared(known, target)
    return _system(known, target) if hasattr(target, "simulate") else _scheduler(known, target)


def _declared(known: Subject, policy: Policy) -> Subject:
    return replace(
        known,
        play=lambda instance, seed: watch(
            instance, Declared(policy, instance.n, seed), known.preemption
        ),
        sees=policy.sees,
        declares=policy,
        has_bounds=True,
    )


def _system(known: Subject, target: Any) -> Subject:
    system: Any = target() if inspect.isclass(target) else target
    return replace(
        known,
        play=lambda instance, seed: listen(
            instance, lambda i: system.simulate(i, seed), known.preemption
        ),
        sees=_seen(target, getattr(system, "sees", ())),
        is_system=True,
    )


def _scheduler(known: Subject, target: Any) -> Subject:
    make = _maker(target)
    sample = make(1, 0)
    missing = [name for name in SCHEDULER if not hasattr(sample, name)]
    if missing:
        raise InputError("target", target, f"schedulers with {', '.join(missing)}")
    return replace(
        known,
        play=lambda instance, seed: watch(instance, make(instance.n, seed), known.preemption),
        sees=_seen(target, sample.sees),
        has_bounds=hasattr(sample, "assumed"),
    )


def _seen(target: Any, sees: Any) -> frozenset[str]:
    """The hidden columns that a target reads, each by its right name."""
    unknown = sorted(str(name) for name in set(sees) - set(HIDDEN_COLUMNS))
    if unknown:
        required = f"names of {', '.join(HIDDEN_COLUMNS)}"
        raise InputError("sees", ", ".join(unknown), f"{required} (in {target!r})")
    return frozenset(sees)


def _named(target: Any) -> tuple[str, tuple[str, ...], Any]:
    """(name, code that names it, the object itself)."""
    if isinstance(target, str):
        if target in POLICIES:
            return _named(POLICIES[target])
        if target in PREEMPTIVE:
            return _named(PREEMPTIVE[target])
        module, _, name = target.partition(":")
        if not module or not name.isidentifier():
            raise InputError("target", target, REQUIRED)
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            required = f"something that can be imported ({error})"
            raise InputError("target", target, required) from error
        return target, (f"from {module} import {name}", name), found
    if isinstance(target, Policy):
        if POLICIES.get(target.name) == target:
            line = "from kvratio.simulate.policies import POLICIES"
            return target.name, (line, f'POLICIES["{target.name}"]'), target
        return target.name, (f"# policy: the declaration {target.name}", "policy"), target
    name = getattr(target, "__qualname__", type(target).__name__)
    module = getattr(target, "__module__", "")
    if name.isidentifier() and getattr(inspect.getmodule(target), name, None) is target:
        return f"{module}:{name}", (f"from {module} import {name}", name), target
    return name, (f"# target: {name} of {module}", "target"), target


def _maker(target: Any) -> Callable[[int, int], Any]:
    """Call a factory with those of `n` and `seed` that its signature names."""
    if not callable(target):
        raise InputError("target", target, REQUIRED)
    if unknown_parameters(target):
        raise InputError("target", target, "a class or factory that needs at most n and seed")
    return lambda n, seed: scheduler(target, n, seed)
