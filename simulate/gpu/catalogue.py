"""Models and accelerators: cited integers, and the numbers of parameters that follow from them.

Models: shapes as in the published `config.json`. The number of parameters is derived from the
shape; the tests compare it with the totals of the published weights.

Accelerators: arithmetic (16 bit, dense) and bandwidths as in NVIDIA's data sheets; memory as the
driver reports it (`nvidia-smi`), because the "GB" of the data sheets stand for different numbers
of bytes.
"""

from dataclasses import dataclass

MIB = 1 << 20
GB = 10**9
TERA = 10**12


@dataclass(frozen=True, slots=True)
class Model:
    """A decoder-only transformer with grouped-query attention and a gated MLP.

    `hidden`: width of the residual stream; `inner`: width of the MLP; `tied`: the output head is
    the embedding; `biased`: queries, keys and values have biases; `value_bytes`: bytes a number in
    weights and cache.
    """

    name: str
    source: str
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    hidden: int
    inner: int
    vocabulary: int
    tied: bool = False
    biased: bool = False
    dtype: str = "bfloat16"
    value_bytes: int = 2

    @property
    def parameters(self) -> int:
        """Number of parameters.

        >>> MODELS["llama-2-70b"].parameters
        68976648192
        """
        return self.read + (0 if self.tied else self.head)

    @property
    def read(self) -> int:
        """Parameters that every iteration reads: all but an embedding of its own."""
        normed = (2 * self.layers + 1) * self.hidden
        return self.multiplied + self._biases + normed + self.head

    @property
    def multiplied(self) -> int:
        """Parameters of the matrices that every processed token meets."""
        attention = 2 * self.hidden * (self.heads + self.kv_heads) * self.head_size
        return self.layers * (attention + 3 * self.hidden * self.inner)

    @property
    def head(self) -> int:
        """Parameters of the output head, which meets only tokens that are followed by a new one."""
        return self.vocabulary * self.hidden

    @property
    def _biases(self) -> int:
        each = (self.heads + 2 * self.kv_heads) * self.head_size
        return self.layers * each if self.biased else 0


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device. `memory` in bytes; `bandwidth` of its memory and `link`, to the other devices in
    one direction, in bytes a second; `peak` in 16-bit floating-point operations a second."""

    name: str
    source: str
    memory: int
    bandwidth: int
    peak: int
    link: int


def _named(*entries: Model) -> dict[str, Model]:
    return {entry.name: entry for entry in entries}


META = "meta-llama/{} config.json (Hugging Face)"
QWEN = "Qwen/Qwen2.5-{} config.json (Hugging Face); arXiv 2412.15115, table 1"


Shape = tuple[int, int, int, int, int, int, int]


def _qwen(size: str, shape: Shape, tied: bool = False) -> Model:
    return Model(f"qwen-2.5-{size.lower()}", QWEN.format(size), *shape, tied, biased=True)


# shape: layers, heads, KV heads, head size, hidden, inner, vocabulary
MODELS = _named(
    Model(
        *("llama-2-7b", META.format("Llama-2-7b-hf"), 32, 32, 32, 128, 4096, 11008, 32000),
        dtype="float16",
    ),
    Model(
        *("llama-2-70b", META.format("Llama-2-70b-hf"), 80, 64, 8, 128, 8192, 28672, 32000),
        dtype="float16",
    ),
    Model("llama-3-8b", META.format("Meta-Llama-3-8B"), 32, 32, 8, 128, 4096, 14336, 128256),
    Model("llama-3-70b", META.format("Meta-Llama-3-70B"), 80, 64, 8, 128, 8192, 28672, 128256),
    Model(
        "mistral-7b",
        "mistralai/Mistral-7B-v0.1 config.json (Hugging Face); arXiv 2310.06825, table 1",
        *(32, 32, 8, 128, 4096, 14336, 32000),
    ),
    _qwen("0.5B", (24, 14, 2, 64, 896, 4864, 151936), tied=True),
    _qwen("1.5B", (28, 12, 2, 128, 1536, 8960, 151936), tied=True),
    _qwen("3B", (36, 16, 2, 128, 2048, 11008, 151936), tied=True),
    _qwen("7B", (28, 28, 4, 128, 3584, 18944, 152064)),
    _qwen("14B", (48, 40, 8, 128, 5120, 13824, 152064)),
    _qwen("32B", (64, 40, 8, 128, 5120, 27648, 152064)),
    _qwen("72B", (80, 64, 8, 128, 8192, 29568, 152064)),
)

SHEET = "NVIDIA {} data sheet; memory as nvidia-smi reports it ({:,} MiB)"
A100, A100_SMALL, H100, H200, L40S = 81920, 40960, 81559, 143771, 46068  # MiB

# The data sheets of H100, H200 state 1,979e12 with sparsity, which is twice the dense figure, and
# the sum of both directions of NVLink and PCIe.
ACCELERATORS = {
    "a100-40": Accelerator(
        "A100 40 GB SXM",
        SHEET.format("A100 (40 GB)", A100_SMALL),
        A100_SMALL * MIB,
        1555 * GB,
        312 * TERA,
        300 * GB,
    ),
    "a100-80": Accelerator(
        "A100 80 GB SXM",
        SHEET.format("A100 (80 GB)", A100),
        A100 * MIB,
        2039 * GB,
        312 * TERA,
        300 * GB,
    ),
    "h100": Accelerator(
        "H100 80 GB SXM",
        SHEET.format("H100", H100),
        H100 * MIB,
        3350 * GB,
        1979 * TERA // 2,
        450 * GB,
    ),
    "h200": Accelerator(
        "H200 141 GB SXM",
        SHEET.format("H200", H200),
        H200 * MIB,
        4800 * GB,
        1979 * TERA // 2,
        450 * GB,
    ),
    "l40s": Accelerator(
        "L40S 48 GB PCIe",
        SHEET.format("L40S", L40S),
        L40S * MIB,
        864 * GB,
        36205 * TERA // 100,
        32 * GB,
    ),
}
