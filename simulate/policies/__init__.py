"""The policies, one small file each; `POLICIES` maps their names to their declarations."""

from simulate.policies import (
    a_l,
    a_max,
    a_min,
    a_random,
    fcfs,
    h_sf,
    mc_benchmark,
    mc_sf,
    slicing,
)
from simulate.policy import Policy

POLICIES: dict[str, Policy] = {
    policy.name: policy
    for policy in (
        h_sf.POLICY,
        a_max.POLICY,
        a_min.ON_CANCEL,
        a_min.LIVE,
        a_min.THINNED,
        a_l.POLICY,
        a_random.POLICY,
        mc_sf.POLICY,
        mc_benchmark.POLICY,
        fcfs.POLICY,
        slicing.POLICY,
    )
}
