"""MC-Benchmark: MC-SF's admission test in order of arrival (arXiv 2502.07115 v5, section 5.2).

Wrong predictions: as for A_max.
"""

from dataclasses import replace

from kvratio.simulate.policies import mc_sf
from kvratio.simulate.policy import Order

POLICY = replace(
    mc_sf.POLICY,
    name="mc-benchmark",
    title="MC-Benchmark",
    source="arXiv 2502.07115 section 5.2",
    order=Order.ARRIVAL,
)
