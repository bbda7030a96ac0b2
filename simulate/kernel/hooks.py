"""What the words of a declaration do in the kernel, as functions that call the right word's.

A file of `kvratio.simulate.words` may define the functions named here, compiled; where it does not,
the default is called. Each hook takes the word's number, then the arguments of the function: the
state and, for the second kind, a request (or a running request's entry on the agenda).

A file may also define a `Store`, a named tuple with the word's own arrays, and `store`, which makes
one from an instance, a policy and whether the policy has the word. It is then found in `state.own`
by the name of the word.
"""

from collections import namedtuple
from collections.abc import Callable
from enum import IntEnum
from inspect import signature
from typing import Any

from kvratio.simulate import words
from kvratio.simulate.compiled import queue
from kvratio.simulate.compiled.compiler import compiled
from kvratio.simulate.compiled.state import NEVER, Entry, State
from kvratio.simulate.policy import Admits, Assumes, Evicts, Order, Policy
from kvratio.theory.model import Instance

KINDS: tuple[type[IntEnum], ...] = (Assumes, Order, Admits, Evicts)
Maker = Callable[[Instance, Policy, bool], Any]


def _makers() -> list[tuple[IntEnum, Maker]]:
    found: list[tuple[IntEnum, Maker]] = []
    for word in (word for kind in KINDS for word in kind):
        make = getattr(words.kernel_of(word), "store", None)
        if make is not None and all(make is not other for _, other in found):  # two may share one
            found.append((word, make))
    return found


MAKERS = _makers()
Own = namedtuple("Own", [word.name.lower() for word, _ in MAKERS])  # type: ignore[misc]


def stores(instance: Instance, policy: Policy) -> Any:
    """The stores of all words, at the start of a run."""
    declared = (policy.assumes, policy.order, policy.admits, policy.evicts)
    return Own(*(make(instance, policy, any(w is word for w in declared)) for word, make in MAKERS))


def own_function(word: IntEnum, name: str, default: Callable[..., Any]) -> Callable[..., Any]:
    """A word's function with this name, or the default."""
    function: Callable[..., Any] = getattr(words.kernel_of(word), name, default)
    return function


def chosen(functions: dict[int, Callable[..., Any]], default: Callable[..., Any]) -> Any:
    """A function of a word's number and the arguments of `default`: it calls the word's function.

    Its text is made here, one comparison a word, as compiled code cannot look up functions.
    """
    arguments = ", ".join(signature(default).parameters)
    lines = [f"def choose(word, {arguments}):"]
    names = {"default": default}
    for number, function in functions.items():
        if function is not default:
            names[f"of_{number}"] = function
            lines.append(f"    if word == {number}: return of_{number}({arguments})")
    lines.append(f"    return default({arguments})")
    exec("\n".join(lines), names)
    return compiled(names["choose"])


def _hook(kind: type[IntEnum], name: str, default: Callable[..., Any]) -> Any:
    return chosen({int(word): own_function(word, name, default) for word in kind}, default)


# --- defaults --------------------------------------------------------------------------------


@compiled
def _nothing(state: State) -> None:
    pass


@compiled
def _no(state: State) -> bool:  # noqa: ARG001
    return False


@compiled
def _yes(state: State) -> bool:  # noqa: ARG001
    return True


@compiled
def _nothing_for(state: State, request: int) -> None:
    pass


@compiled
def _no_for(state: State, request: int) -> bool:  # noqa: ARG001
    return False


@compiled
def never_for(state: State, request: int) -> int:  # noqa: ARG001
    return NEVER


@compiled
def _head(state: State) -> int:
    return queue.head(state) if state.clock[0].queued > 0 else -1


@compiled
def _outlives(state: State, request: int) -> bool:
    this, clock = state.requests[request], state.clock[0]
    return this.stage + 1 < state.rules[0].stages and clock.now - this.start >= this.assumed


@compiled
def learn(state: State, request: int, bound: int) -> None:
    """Raise the assumed length, never above what fits."""
    this = state.requests[request]
    most = state.rules[0].memory - this.prompt
    this.assumed = max(this.assumed, min(bound, most))


_later_length = _hook(Assumes, "later_length", never_for)


@compiled
def _promote(state: State, request: int) -> None:
    state.requests[request].stage += 1
    learn(state, request, _later_length(state.rules[0].assumes, state, request))


@compiled
def _evicted(state: State, request: int) -> None:
    made = state.clock[0].now - state.requests[request].start
    learn(state, request, made + state.rules[0].learns)


@compiled
def no_tie(state: State, entry: Entry) -> tuple[Any, int]:  # noqa: ARG001
    return queue.NO_CHANCE, entry.request


# --- what a policy assumes -------------------------------------------------------------------
# `later_length`, above: the length assumed in the stage that a request enters

arrived = _hook(Assumes, "arrived", _nothing_for)  # before it joins the queue
started = _hook(Assumes, "started", _nothing_for)
completed = _hook(Assumes, "completed", _nothing_for)  # before its attempt ends
look = _hook(Assumes, "look", _nothing)  # at all requests that are due, before promotions
outlives = _hook(Assumes, "outlives", _outlives)  # is the request to be promoted?
promote = _hook(Assumes, "promote", _promote)  # after its attempt has ended
evicted = _hook(Assumes, "evicted", _evicted)  # likewise; by thinning or an overflow
learns = _hook(Assumes, "learns", _no)  # is the kernel to stop for the file's `learn`?

# --- the order of the queue ------------------------------------------------------------------

key = _hook(Order, "key", never_for)  # of a request that joins

# --- the admission test ----------------------------------------------------------------------

has_room = _hook(Admits, "has_room", _yes)  # in the word's arrays, whatever a step does
begin = _hook(Admits, "begin", _nothing)  # a step's admissions
candidate = _hook(Admits, "candidate", _head)  # the request to start next, or -1
idle = _hook(Admits, "idle", _yes)  # does no request wait outside the queue?
# A step before which the candidate cannot start if nothing else happens until then; not after `now`
# exactly if it can start now. Between events the next step never gets easier, so NEVER stands for
# "not before the next event".
earliest = _hook(Admits, "earliest", never_for)
take = _hook(Admits, "take", queue.take)  # the candidate
counted = _hook(Admits, "counted", _nothing_for)  # a request starts
released = _hook(Admits, "released", _nothing_for)  # an attempt ends
used = _hook(Admits, "used", _nothing_for)  # before that, where it ends not for lack of cache
# does it matter to the test when a running request outlives its assumed length? then it is told
watches = _hook(Admits, "watches", _no_for)
overdue = _hook(Admits, "overdue", _nothing_for)
delayed = _hook(Admits, "delayed", _nothing_for)  # before a request's start moves a step on
finish = _hook(
    Admits, "finish", _nothing_for
)  # a step's admissions; the candidate that is left, or -1


@compiled
def none_waits(state: State) -> bool:
    """Does no request wait?"""
    return state.clock[0].queued == 0 and idle(state.rules[0].admits, state)


# --- which requests an overflow evicts -------------------------------------------------------

forgive = _hook(Evicts, "forgive", _nothing)  # a request has completed
# an overflow begins: do requests go in whole rounds, or one by one?
rounds = _hook(Evicts, "rounds", _no)
round_of = _hook(Evicts, "round_of", never_for)  # in rounds: the number of the request's
rank = _hook(Evicts, "rank", never_for)  # one by one: the smallest goes first
tie = _hook(Evicts, "tie", no_tie)  # order in a round, or among equal ranks: two numbers
