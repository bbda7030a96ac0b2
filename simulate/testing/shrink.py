"""Shrink a case that violates an invariant: greedily, until no small change makes it smaller.

Changes, in this order: leave out a request; take a smaller memory; predict nothing; take smaller
numbers in the columns; lower two numbers together, by one each. Hypothesis could shrink its own
draws, but draws each candidate again; this works on the case itself, ten times faster.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import combinations
from typing import Any

from kvratio.simulate.testing.cases import Case, Family
from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance

COLUMNS = {"prompt": 0, "output": 1, "arrival": 0, "lower": 1, "upper": 1}  # and the least entry
PREDICTED = ("lower", "upper")


def shrink(
    case: Case | Family, violates: Callable[[Any], bool], space: Mapping[str, Any]
) -> Case | Family:
    """A smallest case that still violates, within the limits of `space`.

    >>> big = Case(Instance.of(20, [3, 9, 4], prompt=[1, 2, 3]), seed=2)
    >>> small = shrink(big, lambda c: sum(c.instance.output) >= 6, {})
    >>> small == Case(Instance.of(6, [6]))
    True
    """
    seen: set[Case | Family] = set()
    while True:
        for candidate in _smaller(case, space):
            if candidate not in seen:
                seen.add(candidate)
                if violates(candidate):
                    case = candidate
                    break
        else:
            return case


def _smaller(case: Case | Family, space: Mapping[str, Any]) -> Iterator[Case | Family]:
    if isinstance(case, Family):
        yield from _smaller_families(case, space.get("least_prompt", 0))
        return
    right = _right(case.instance)
    for pair in _smaller_pairs(case.instance, case.other or case.instance):
        if all(_accepted(i, space) and (not right or _right(i)) for i in pair):
            other = None if case.other is None else pair[1]
            yield Case(pair[0], case.seed, other)
    for seed in _below(case.seed, 0):
        yield replace(case, seed=seed)


def _right(instance: Instance) -> bool:
    """Does every interval contain the truth?"""
    columns = zip(instance.lower, instance.output, instance.upper, strict=True)
    return all(low <= output <= high for low, output, high in columns)


def _accepted(instance: Instance, space: Mapping[str, Any]) -> bool:
    common = len(set(instance.prompt)) <= 1 or not space.get("common_prompt")
    return common and min(instance.prompt, default=10**9) >= space.get("least_prompt", 0)


def _smaller_pairs(one: Instance, two: Instance) -> Iterator[tuple[Instance, Instance]]:
    """Smaller instances of a comparison: the same change of both; where they differ, of each alone.

    Where there is no comparison, `two` is `one`.
    """
    predicted = not _unpredicted(one)
    for k in range(one.n):
        yield _without(one, k), _without(two, k)
    for memory in _below(one.memory, 1):
        yield from _valid(one, two, {"memory": memory}, {"memory": memory})
    if predicted and (one.lower, one.upper) == (two.lower, two.upper):
        yield _unpredict(one), _unpredict(two)
    for name in COLUMNS:
        # without a prediction the ends follow from the memory: there is nothing smaller
        if predicted or name not in PREDICTED or one.upper != two.upper:
            yield from _smaller_columns(one, two, name)
    yield from _smaller_twos(one, two, predicted)


def _smaller_columns(
    one: Instance, two: Instance, name: str
) -> Iterator[tuple[Instance, Instance]]:
    """One column smaller: all at its least, all prompts by one, then one entry."""
    least = COLUMNS[name]
    a, b = getattr(one, name), getattr(two, name)
    wholes = [(least,) * one.n]
    if name == "prompt":
        wholes.append(tuple(max(0, s - 1) for s in a))
    for whole in wholes:
        yield from _valid(one, two, {name: whole}, {name: whole})
    for k in range(one.n):
        for value in _below(a[k], least):
            changed = {name: (*a[:k], value, *a[k + 1 :])}
            yield from _valid(one, two, changed, changed if a == b else {})
        if a != b:
            for value in _below(b[k], least):
                yield from _valid(one, two, {}, {name: (*b[:k], value, *b[k + 1 :])})


def _smaller_twos(
    one: Instance, two: Instance, predicted: bool
) -> Iterator[tuple[Instance, Instance]]:
    """Two numbers smaller by one, in columns that both instances share."""
    numbers = [at for at in _numbers(one) if predicted or at[0] not in PREDICTED]
    for first, second in combinations(numbers, 2):
        changes = _lowered(one, first, second)
        if all(getattr(one, name) == getattr(two, name) for name in changes):
            yield from _valid(one, two, changes, changes)


def _numbers(instance: Instance) -> list[tuple[str, int]]:
    """The memory and all entries of the columns, by name and place."""
    return [("memory", 0), *((name, k) for name in COLUMNS for k in range(instance.n))]


def _lowered(instance: Instance, *numbers: tuple[str, int]) -> dict[str, Any]:
    """The columns of an instance in which these numbers are smaller by one."""
    changes: dict[str, Any] = {}
    for name, k in numbers:
        value = changes.get(name, getattr(instance, name))
        if name == "memory":
            changes[name] = value - 1
        else:
            changes[name] = (*value[:k], value[k] - 1, *value[k + 1 :])
    return changes


def _below(value: int, least: int) -> list[int]:
    """Smaller values, the boldest first.

    >>> _below(9, 1), _below(2, 1), _below(1, 1)
    ([1, 5, 8], [1], [])
    """
    return sorted({least, (least + value) // 2, value - 1} - {value}) if value > least else []


def _valid(
    one: Instance, two: Instance, changes: dict[str, Any], others: dict[str, Any]
) -> Iterator[tuple[Instance, Instance]]:
    """The changed pair, if it changes and is well-formed; no predictions stay none."""
    try:
        pair = _changed(one, changes), _changed(two, others)
    except InputError:
        return
    if pair != (one, two):
        yield pair


def _changed(instance: Instance, changes: dict[str, Any]) -> Instance:
    if _unpredicted(instance) and not changes.keys() & {"lower", "upper"}:
        columns = {name: changes.get(name, getattr(instance, name)) for name in COLUMNS}
        memory = changes.get("memory", instance.memory)
        kept = {name: columns[name] for name in ("prompt", "arrival")}
        return Instance.of(memory, columns["output"], **kept)
    return replace(instance, **changes)


def _without(instance: Instance, k: int) -> Instance:
    columns = {name: getattr(instance, name) for name in COLUMNS}
    return replace(instance, **{name: c[:k] + c[k + 1 :] for name, c in columns.items()})


def _unpredict(instance: Instance) -> Instance:
    return Instance.of(
        instance.memory, instance.output, prompt=instance.prompt, arrival=instance.arrival
    )


def _unpredicted(instance: Instance) -> bool:
    return instance == _unpredict(instance)


def _smaller_families(family: Family, least_prompt: int) -> Iterator[Family]:
    least = {"requests": 1, "longest": 1, "memory": 1, "prompt": least_prompt, "seed": 0}
    for field in fields(family):
        for value in _below(getattr(family, field.name), least[field.name]):
            smaller = replace(family, **{field.name: value})
            if smaller.memory >= smaller.prompt + smaller.longest:
                yield smaller
