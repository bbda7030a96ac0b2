"""The policies, one small file each; `POLICIES` maps their names to their declarations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kvratio.simulate.policies import (
    a_l,
    a_max,
    a_min,
    a_random,
    fcfs,
    gsa,
    guarded_slicing,
    h_sf,
    learned_slicing,
    mc_benchmark,
    mc_sf,
    offset_slicing,
    protection,
    shortest_predicted,
    slicing,
    svf,
)
from kvratio.simulate.policy import Policy
from kvratio.theory.checks import InputError, one_of

POLICIES: dict[str, Policy] = {
    policy.name: policy
    for policy in (
        h_sf.POLICY,
        a_max.POLICY,
        a_min.ON_CANCEL,
        a_min.LIVE,
        a_min.THINNED,
        a_min.STAGGERED,
        a_l.POLICY,
        a_random.POLICY,
        mc_sf.POLICY,
        mc_benchmark.POLICY,
        protection.POLICY,
        protection.CLEARING,
        svf.POLICY,
        shortest_predicted.POLICY,
        fcfs.POLICY,
        fcfs.WATERMARK,
        gsa.SLICES,
        gsa.CLASSES,
        slicing.POLICY,
        offset_slicing.POLICY,
        learned_slicing.POLICY,
        guarded_slicing.POLICY,
    )
}


def _caps(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(item) for item in text.split(","))
    except ValueError:
        raise InputError("caps", text, "whole numbers, separated by commas") from None


def _threshold(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        required = "a whole number of tokens, from 1 to the upper end of the predictions"
        raise InputError("threshold", text, required) from None


def _count(name: str) -> Callable[[str], int]:
    """What reads the whole number of this name."""

    def read(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise InputError(name, text, "a whole number") from None

    return read


# What makes a policy from its parameters, and what reads their texts
Makers = dict[str, tuple[Callable[..., Policy], dict[str, Callable[[str], Any]]]]
MAKERS: Makers = {
    "a-l": (a_l.promoting, {"threshold": _threshold, "admits": str}),
    "slicing": (slicing.sliced, {"caps": _caps, "growth": str}),
    "offset-slicing": (
        offset_slicing.offset_slicing,
        {"growth": str, "classes": _count("classes"), "admits": str},
    ),
    "guarded-slicing": (
        guarded_slicing.guarded,
        {"horizon": str, "overtaking": _count("overtaking")},
    ),
    "alpha-protection": (protection.protection, {"alpha": str, "beta": str}),
    "fcfs-watermark": (fcfs.watermark, {"reserve": str}),
    "gsa": (gsa.gsa, {"growth": str, "first": str}),
    "gba": (gsa.gba, {"growth": str, "first": str}),
}


def named(text: str) -> Policy:
    """The policy that a text names: one of `POLICIES`, or `NAME:key=value,key=value`.

    - `a-l:threshold=8`, `a-l:threshold=8,admits=slots`
    - `slicing:caps=4,16,64` or `slicing:growth=3/2`
    - `offset-slicing:growth=8,classes=1`, `offset-slicing:admits=paced`
    - `guarded-slicing:overtaking=4`, `guarded-slicing:horizon=1/8`
    - `alpha-protection:alpha=0.2,beta=0.5`
    - `fcfs-watermark:reserve=0.05`
    - `gsa:growth=2,first=16`, `gba:growth=3/2`

    The text is the name of the result. Numbers are exact: 0.2, 1/5.
    Raises `InputError` for a name, a key or a value that is not known.

    >>> named("slicing:caps=4,16").caps
    (4, 16)
    >>> named("h-sf:x=1")
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.InputError: policy: expected no parameters for h-sf, got 'h-sf:x=1'
    """
    name, colon, rest = text.partition(":")
    policy = POLICIES[one_of("policy", name, POLICIES)]
    if not colon:
        return policy
    if name not in MAKERS:
        raise InputError("policy", text, f"no parameters for {name}")
    make, parameters = MAKERS[name]
    given = _values(text, rest, f"{name}:key=value, keys {', '.join(parameters)}, each once")
    values = {}
    for key, value in given.items():
        if key not in parameters:
            raise InputError("policy", text, f"no keys but {', '.join(parameters)}")
        values[key] = parameters[key](value)
    return replace(make(**values), name=text, title=f"{policy.title} ({rest})")


def _values(text: str, rest: str, required: str) -> dict[str, str]:
    """The values by key; a comma within a value is not followed by `key=`."""
    values: dict[str, list[str]] = {}
    key = ""
    for item in rest.split(","):
        start, equals, value = item.partition("=")
        if equals and start and start not in values:
            key = start
            values[key] = [value]
        elif key and not equals:
            values[key].append(item)
        else:
            raise InputError("policy", text, required)
    return {key: ",".join(items) for key, items in values.items()}
