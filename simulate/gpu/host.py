"""Swapping the cache of preempted requests to the host's memory: what a token takes.

Every accelerator moves its own part over its own link, all at the same time, and iterations wait
for it: arXiv 2309.06180 (vLLM), section 4.5, compares this with recomputing the cache.

Links: PCI Express x16 as in NVIDIA's data sheets, which state the sum of both directions: 64 GB/s
for A100 SXM and L40S (generation 4), 128 GB/s for H100 SXM and H200 SXM (generation 5). One
direction is half of it. Of that, a share of 0.8 is assumed to be reached.
"""

from fractions import Fraction

from kvratio.simulate.gpu.catalogue import GB
from kvratio.simulate.gpu.deployment import Deployment

HOST_LINKS = {
    "A100 40 GB SXM": 32 * GB,
    "A100 80 GB SXM": 32 * GB,
    "H100 80 GB SXM": 64 * GB,
    "H200 141 GB SXM": 64 * GB,
    "L40S 48 GB PCIe": 32 * GB,
}  # bytes a second in one direction, by `Accelerator.name`
SHARE = Fraction(8, 10)
PS_PER_S = 10**12


def swap_time(deployment: Deployment) -> int:
    """Picoseconds for the cache of a token in one direction, on the fullest accelerator.

    >>> from kvratio.simulate.gpu.deployment import deployment
    >>> swap_time(deployment("llama-2-70b:a100-80x2"))
    6400000
    """
    link = HOST_LINKS[deployment.accelerator.name] * SHARE
    return round(deployment.kv_bytes_each * PS_PER_S / link)
