"""A model on accelerators: what the cache of a token takes, and the budget M in tokens."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from simulate.gpu.catalogue import ACCELERATORS, MODELS, Accelerator, Model
from theory.checks import InputError, one_of, rational, whole

GIB = 1 << 30
MOST_ACCELERATORS = 1024


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What no data sheet states. Named, so that a result can say what it rests on.

    `utilisation`: share of the memory that the engine may use (vLLM's default is 0.9). `reserve`:
    bytes an accelerator kept for activations, logits, CUDA graphs and communication buffers.
    `bandwidth`, `arithmetic`, `link`: shares of the peaks that are reached. `exchange`: latency of
    one all-reduce, `launch`: work of an iteration that no accelerator does, in nanoseconds.
    """

    utilisation: Fraction = Fraction(9, 10)
    reserve: int = 2 * GIB
    bandwidth: Fraction = Fraction(8, 10)
    arithmetic: Fraction = Fraction(6, 10)
    link: Fraction = Fraction(7, 10)
    exchange: int = 10_000
    launch: int = 1_000_000

    def __post_init__(self) -> None:
        for name in ("utilisation", "bandwidth", "arithmetic", "link"):
            rational(name, getattr(self, name), above=0, most=1)
        whole("reserve", self.reserve)
        whole("exchange", self.exchange)
        whole("launch", self.launch, least=1)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One model on `count` accelerators of one kind, in tensor parallel: one worker of the model.

    Weights are split evenly. KV heads are split too; where there are fewer than accelerators, each
    accelerator holds one. Raises `InputError` when heads cannot be split or nothing is left for
    the cache.

    >>> deployment("llama-2-70b:a100-80x2").kv_bytes
    327680
    """

    model: Model
    accelerator: Accelerator
    count: int = 1
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        whole("count", self.count, least=1, most=MOST_ACCELERATORS)
        if self.model.heads % self.count:
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
        return f"{self.model.name} on {self.count} x {self.accelerator.name}"

    @property
    def kv_bytes(self) -> int:
        """Cache that one token takes over all accelerators, in bytes: keys and values of all
        layers and KV heads, without copies."""
        model = self.model
        return 2 * model.layers * model.kv_heads * model.head_size * model.value_bytes

    @property
    def kv_bytes_each(self) -> int:
        """Cache that one token takes on each accelerator, in bytes."""
        model = self.model
        heads = -(-model.kv_heads // self.count)
        return 2 * model.layers * heads * model.head_size * model.value_bytes

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
    """Read "MODEL:ACCELERATOR" or "MODEL:ACCELERATORxCOUNT".

    >>> deployment("llama-2-70b:a100-80x2").budget
    37751
    """
    name, _, rest = text.partition(":")
    match = re.fullmatch(r"(?P<kind>[a-z0-9-]+?)(?:x(?P<count>[0-9]{1,4}))?", rest)
    if match is None:
        raise InputError("gpu", text, "MODEL:ACCELERATOR or MODEL:ACCELERATORxCOUNT")
    model = MODELS[one_of("model", name, MODELS)]
    accelerator = ACCELERATORS[one_of("accelerator", match["kind"], ACCELERATORS)]
    count = 1 if match["count"] is None else int(match["count"])
    return Deployment(model, accelerator, count, assumptions or Assumptions())
