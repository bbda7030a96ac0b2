"""Who takes part in a run: a declared policy, or a scheduler of one's own.

A contender is given as

- a name, perhaps with parameters: "a-min", "slicing:caps=4,16" (`kvratio.simulate.policies.named`),
  or, where preemption keeps the tokens, "las", "mlfq:quantum=4" (`kvratio.simulate.preemptive`);
- "module:Class", a class (or factory) of schedulers to import; the current folder is on the path;
- a `Policy` record (`kvratio.simulate.policy`);
- a class or factory of schedulers (`kvratio.simulate.engine.Scheduler`), called for every run with
  those of `n` (number of requests) and `seed` that its signature names; or a scheduler, of which
  every run gets a copy.

Declared policies run on the compiled engine, schedulers of one's own on the reference engine.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from kvratio.simulate.policies import POLICIES, named
from kvratio.simulate.policy import Policy
from kvratio.theory.checks import InputError, nearest
from kvratio.theory.model import Preemption

NEEDED = ("arrive", "complete", "evict", "admit")  # the methods of a scheduler
FORMS = "the name of a policy, module:Class, a Policy, or a class of schedulers"


@dataclass(frozen=True)
class Contender:
    """A name for tables, and what runs: a `Policy`, or what `scheduler` makes schedulers from."""

    name: str
    player: Any

    @property
    def declared(self) -> Policy | None:
        """The declaration, if it is a declared policy."""
        return self.player if isinstance(self.player, Policy) else None

    @property
    def reads_seed(self) -> bool:
        """Can two runs with different seeds differ? Otherwise one run says all."""
        if self.declared is not None:
            return self.declared.randomised
        return callable(self.player) and "seed" in inspect.signature(self.player).parameters

    def check_preemption(self, preemption: Preemption) -> None:
        """Raise `InputError` where the contender has no meaning with this reading of preemption.

        A class of schedulers with the attribute `preemption = "keep"` resumes requests. Declared
        policies have a meaning either way.
        """
        if getattr(self.player, "preemption", None) == Preemption.KEEP and not preemption.keeps:
            required = f"keep for {self.name}, which resumes requests where they stopped"
            raise InputError("preemption", str(preemption), required)

    def code(self) -> str | None:
        """SHA-256 of the file that defines a scheduler of one's own; None for a declared policy.

        What that file imports is not looked at.
        """
        if self.declared is not None:
            return None
        kind = self.player if inspect.isroutine(self.player) else _class_of(self.player)
        try:
            return sha256(Path(inspect.getfile(kind)).read_bytes()).hexdigest()
        except (TypeError, OSError):
            return sha256(self.name.encode()).hexdigest()


def contender(target: Any) -> Contender:
    """Whom a text or an object names. Raises `InputError` for anything else.

    >>> contender("slicing:caps=4,16").declared.caps
    (4, 16)
    >>> contender("a_min")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: policy: expected one of ..., got 'a_min'; nearest: a-min
    """
    if isinstance(target, str):
        module, colon, name = target.partition(":")
        from kvratio.simulate.preemptive import PREEMPTIVE, preemptive  # it needs the engine

        if module in PREEMPTIVE:
            return Contender(target, preemptive(target))
        if module in POLICIES or not colon or "=" in name:
            return Contender(target, named(target))
        return Contender(target, _checked(target, _imported(target, module, name)))
    if isinstance(target, Policy):
        if target.name in POLICIES and POLICIES[target.name] != target:
            fix = "dataclasses.replace(policy, name=...)"
            raise InputError("policy", target.name, "a name that no policy has", fix)
        return Contender(target.name, target)
    return Contender(getattr(target, "__name__", type(target).__name__), _checked(target, target))


def contenders(targets: Any, also: Iterable[str] = ()) -> list[Contender]:
    """One or several, each once. `also`: further names that the caller knows how to run.

    Raises `InputError` if two different ones have the same name.

    >>> [one.name for one in contenders(["a-min", "h-sf", "a-min"])]
    ['a-min', 'h-sf']
    """
    if isinstance(targets, str | Policy) or callable(targets):
        targets = [targets]
    found: dict[str, Contender] = {}
    for target in targets:
        known = isinstance(target, str) and target in also
        one = Contender(target, target) if known else contender(target)
        if found.setdefault(one.name, one).player != one.player:
            raise InputError("policies", one.name, "different names for different policies")
    if not found:
        raise InputError("policies", [], "at least one policy")
    return list(found.values())


def scheduler(player: Any, n: int, seed: int) -> Any:
    """A new scheduler for one run of `n` requests."""
    if not callable(player):
        return deepcopy(player)
    named_ones = inspect.signature(player).parameters
    return player(**{k: v for k, v in (("n", n), ("seed", seed)) if k in named_ones})


def unknown_parameters(factory: Callable[..., Any]) -> set[str]:
    """What a class or a factory of schedulers needs besides `n` and `seed`.

    >>> unknown_parameters(lambda n, width, seed=0: None)
    {'width'}
    """
    needed = {
        p.name
        for p in inspect.signature(factory).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    return needed - {"n", "seed"}


def _class_of(player: Any) -> type:
    return player if inspect.isclass(player) else type(player)


def _imported(target: str, module: str, name: str) -> Any:
    here = os.getcwd()
    if here not in sys.path:  # a console script has its own folder there instead
        sys.path.insert(0, here)
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise InputError("policy", target, f"a module that imports ({error})") from error
        close = nearest(module, POLICIES)
        hint = f"nearest policy: {', '.join(close)}" if close else ""
        expected = f"a module {module} in this folder or installed ({error})"
        raise InputError("policy", target, expected, hint) from error
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError("policy", target, f"a module that imports ({reason})") from error
    if not hasattr(found, name):
        classes = [n for n, value in vars(found).items() if hasattr(value, "admit")]
        known = f"it has {', '.join(classes)}" if classes else ""
        raise InputError("policy", target, f"a name that {module} defines", known)
    return getattr(found, name)


def _checked(target: Any, found: Any) -> Any:
    """A policy, or what makes schedulers, looked at before anything runs."""
    if isinstance(found, Policy):
        return found
    if callable(found) and unknown_parameters(found):
        raise InputError("policy", target, "a class that needs at most n and seed to be made")
    if not callable(found) or inspect.isclass(found):
        missing = [name for name in NEEDED if not callable(getattr(found, name, None))]
        if missing:
            fix = f"{', '.join(missing)} missing: derive it from kvratio.Scheduler"
            raise InputError("policy", target, FORMS, fix)
    return found
