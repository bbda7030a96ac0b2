"""First come, first served, with preemption of the newest: the default of serving engines.

Admits in order of arrival whenever the next step fits, assuming nothing of output lengths. When
the next step does not fit, the newest are preempted, lose their cache (recompute) and return to
their place in the queue; nobody is admitted in such a step. Predictions are never read.
"""

from simulate.policy import Admits, Assumes, Order, Policy, Ties

POLICY = Policy(
    name="fcfs",
    title="FCFS",
    source="default of serving engines (vLLM, recompute)",
    assumes=Assumes.NOTHING,
    order=Order.ARRIVAL,
    ties=Ties.INDEX,
    admits=Admits.NEXT_STEP,
)
