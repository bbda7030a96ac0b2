"""A model on accelerators: what the cache of a token takes, and the budget M in tokens."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any

from kvratio.simulate.gpu.catalogue import ACCELERATORS, MODELS, Accelerator, Model
from kvratio.theory.checks import InputError, one_of, rational, whole

GIB = 1 << 30
MOST_ACCELERATORS = 1024


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What no data sheet states. Named, so that a result can say what it rests on.

    `utilisation`: share of the memory that the engine may use (vLLM's default is 0.9). `reserve`:
    bytes an accelerator kept for activations, logits, CUDA graphs and communication buffers.
    `bandwidth`, `arithmetic`, `link`: shares of the peaks that are reached; `attention`: the share
    of the memory bandwidth with which the cache is read. In nanoseconds, `exchange`: latency of one
    exchange between accelerators, and `hop` more of it for every accelerator but the first;
    `launch`: what an iteration takes before they work, and `layer` more of it for every layer;
    `request`: the host's work for each request of an iteration (preparation, sampling). `crowded`:
    picoseconds for each byte of the hidden vectors that are exchanged (two a layer) for tokens
    beyond the first `crowd` of an iteration.
    """

    utilisation: Fraction = Fraction(9, 10)
    reserve: int = 2 * GIB
    bandwidth: Fraction = Fraction(8, 10)
    arithmetic: Fraction = Fraction(6, 10)
    attention: Fraction = Fraction(8, 10)
    link: Fraction = Fraction(7, 10)
    exchange: int = 10_000
    hop: int = 0
    launch: int = 1_000_000
    layer: int = 0
    request: int = 0
    crowded: Fraction = Fraction(0)
    crowd: int = 0

    def __post_init__(self) -> None:
        for name in ("utilisation", "bandwidth", "arithmetic", "attention", "link"):
            rational(name, getattr(self, name), above=0, most=1)
        rational("crowded", self.crowded, least=0)
        for name in ("reserve", "exchange", "hop", "layer", "request", "crowd"):
            whole(name, getattr(self, name))
        whole("launch", self.launch, least=1)

    def with_values(self, values: Mapping[str, int | Fraction]) -> "Assumptions":
        """The same with these values, by name; whole numbers stay whole, fractions exact.

        >>> Assumptions().with_values({"hop": 7}).hop
        7
        >>> Assumptions().with_values({"hop": Fraction(7, 2)})
        Traceback (most recent call last):
        ...
        kvratio.theory.checks.InputError: hop: expected a whole number, at least 0, got 7/2
        """
        unknown = set(values) - {field.name for field in fields(self)}
        if unknown:
            raise InputError("assumptions", sorted(unknown), "names of assumptions")
        given: dict[str, Any] = dict(values)
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One model on `count` accelerators of one kind: one worker of the model.

    Weights are split evenly. Tensor parallel: every layer is split; KV heads, too, and where there
    are fewer than accelerators, each accelerator holds one. `pipeline`: the layers are split; a
    batch passes the accelerators in turn, and none starts before it is through, so that several
    are no faster than one. Raises `InputError` when heads or layers cannot be split or nothing is
    left for the cache.

    >>> deployment("llama-2-70b:a100-80x2").kv_bytes
    327680
    """

    model: Model
    accelerator: Accelerator
    count: int = 1
    assumptions: Assumptions = field(default_factory=Assumptions)
    pipeline: bool = False

    def __post_init__(self) -> None:
        whole("count", self.count, least=1, most=MOST_ACCELERATORS)
        if self.pipeline and self.count > self.model.layers:
            required = f"at most the {self.model.layers} layers of {self.model.name}"
            raise InputError("count", self.count, required)
        if self.model.heads % self.count and not self.pipeline:
            required = f"a divisor of the {self.model.heads} attention heads of {self.model.name}"
            raise InputError("count", self.count, required)
        if self.budget < 1:
            required = (
                f"more memory: {self.usable:,} bytes an accelerator are usable, weights take "
                f"{self.weights:,} and the reserve {self.assumptions.reserve:,}"
            )
            raise InputError("accelerators", self.describe(), required)

    def describe(self) -> str:
        """Model and accelerators in words."""
        split = ", pipeline" if self.pipeline else ""
        return f"{self.model.name} on {self.count} x {self.accelerator.name}{split}"

    @property
    def kv_bytes(self) -> int:
        """Cache that one token takes over all accelerators, in bytes: keys and values of all
        layers and KV heads, without copies."""
        model = self.model
        return 2 * model.layers * model.kv_heads * model.head_size * model.value_bytes

    @property
    def kv_bytes_each(self) -> int:
        """Cache that one token takes on each accelerator (the fullest of them), in bytes."""
        model, layers, heads = self.model, self.model.layers, self.model.kv_heads
        if self.pipeline:
            layers = -(-layers // self.count)
        else:
            heads = -(-heads // self.count)
        return 2 * layers * heads * model.head_size * model.value_bytes

    @property
    def usable(self) -> int:
        """Bytes that the engine may use on each accelerator."""
        return int(self.accelerator.memory * self.assumptions.utilisation)

    @property
    def weights(self) -> int:
        """Bytes of weights on each accelerator."""
        return -(-self.model.parameters * self.model.value_bytes // self.count)

    @property
    def budget(self) -> int:
        """The budget M in tokens; it may be negative while a deployment is being checked."""
        left = self.usable - self.weights - self.assumptions.reserve
        return left // self.kv_bytes_each

    def reserve_for(self, tokens: int) -> int:
        """The largest reserve an accelerator with which the budget is `tokens`, in bytes.

        It is what a published budget implies, if everything else is as assumed; negative if that
        budget cannot be.
        """
        return self.usable - self.weights - tokens * self.kv_bytes_each


def deployment(text: str, assumptions: Assumptions | None = None) -> Deployment:
    """Read "MODEL:ACCELERATOR", "MODEL:ACCELERATORxCOUNT" or "MODEL:ACCELERATORxCOUNT:pipeline".

    >>> deployment("llama-2-70b:a100-80x2").budget
    37751
    """
    name, _, rest = text.partition(":")
    pattern = r"(?P<kind>[a-z0-9-]+?)(?:x(?P<count>[0-9]{1,4}))?(?P<pipeline>:pipeline)?"
    match = re.fullmatch(pattern, rest)
    if match is None:
        raise InputError("gpu", text, "MODEL:ACCELERATORxCOUNT, and :pipeline if it is one")
    model = MODELS[one_of("model", name, MODELS)]
    accelerator = ACCELERATORS[one_of("accelerator", match["kind"], ACCELERATORS)]
    count = 1 if match["count"] is None else int(match["count"])
    pipeline = match["pipeline"] is not None
    return Deployment(model, accelerator, count, assumptions or Assumptions(), pipeline)
