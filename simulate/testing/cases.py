"""What an invariant is tried on, and how to write it down as code to paste."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from kvratio.theory.checks import whole
from kvratio.theory.model import Instance

FAMILY_SAMPLE = 20  # instances over which an average is taken


@dataclass(frozen=True)
class Case:
    """An instance and a seed; `other` is the second instance of a comparison."""

    instance: Instance
    seed: int = 0
    other: Instance | None = None

    @property
    def size(self) -> int:
        """Number of requests."""
        return self.instance.n

    def code(self) -> list[str]:
        """Python statements that define `case`.

        >>> print(*Case(Instance.of(4, [2], prompt=1, interval=(1, 2))).code(), sep="\\n")
        instance = Instance.of(4, [2], prompt=1, interval=(1, 2))
        case = Case(instance)
        """
        lines, arguments = [f"instance = {instance_code(self.instance)}"], ["instance"]
        if self.seed:
            arguments.append(f"seed={self.seed}")
        if self.other is not None:
            lines.append(f"other = {instance_code(self.other)}")
            arguments.append("other=other")
        return [*lines, f"case = Case({', '.join(arguments)})"]


@dataclass(frozen=True)
class Family:
    """Random instances to average over: `requests` of uniform lengths 1 ... `longest`, in batch.

    `memory` and `prompt` in tokens, `longest` in tokens. All have the interval [1, longest],
    whatever the memory.
    """

    requests: int
    longest: int
    memory: int
    prompt: int = 0
    seed: int = 0

    @property
    def size(self) -> int:
        """Number of requests."""
        return self.requests

    def instances(self, memory: int) -> list[Instance]:
        """The sample, with a budget of `memory` tokens; the requests do not depend on it.

        >>> len({i.output for i in Family(2, longest=9, memory=9).instances(20)}) > 10
        True
        """
        whole("memory", memory, least=self.prompt + self.longest)
        rng = np.random.default_rng(self.seed)
        size = (FAMILY_SAMPLE, self.requests)
        outputs = rng.integers(1, self.longest + 1, size=size).tolist()
        return [
            Instance.of(memory, row, prompt=self.prompt, interval=(1, self.longest))
            for row in outputs
        ]

    def code(self) -> list[str]:
        """Python statements that define `case`."""
        return [f"case = {self!r}"]


def instance_code(instance: Instance) -> str:
    """The call of `Instance.of` that builds an instance, defaults left out.

    >>> instance_code(Instance.of(9, [3, 4], prompt=[1, 2], arrival=[0, 5], interval=(1, 4)))
    'Instance.of(9, [3, 4], prompt=[1, 2], arrival=[0, 5], interval=(1, 4))'
    """
    arguments = [str(instance.memory), str(list(instance.output))]
    pairs = list(zip(instance.lower, instance.upper, strict=True))
    unpredicted = [(1, max(1, instance.memory - s)) for s in instance.prompt]
    for name, values in (("prompt", instance.prompt), ("arrival", instance.arrival)):
        if any(values):
            arguments.append(f"{name}={_one_or_all(list(values))}")
    if pairs != unpredicted:
        arguments.append(f"interval={_one_or_all(pairs)}")
    return f"Instance.of({', '.join(arguments)})"


def _one_or_all(values: list[Any]) -> Any:
    """One number or pair where it stands for all.

    >>> _one_or_all([(1, 2), (1, 2)])
    (1, 2)
    """
    return values[0] if len(set(values)) == 1 else values
