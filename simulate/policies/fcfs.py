"""First come, first served, with preemption of the newest: the default of serving engines.

Admits in order of arrival whenever the next step fits, assuming nothing of output lengths. When
the next step does not fit, the newest are preempted, lose their cache (recompute) and return to
their place in the queue; no request is admitted in such a step. A running request arrived before
all that wait, so that place is the front. Predictions are never read.

`WATERMARK` keeps 1 % of the budget free at admission, as the block manager of vLLM's first engine
does. What differs from vLLM: there a preempted request keeps its generated text, which is prefilled
again with the prompt, so that it goes on where it was; here, as in P's model, it starts anew. There
the cache is handed out in blocks (of 16 tokens by default) and a batch may be limited in requests
and tokens; here the cache is counted in tokens and is the only limit. There a request whose prompt
leaves less than the watermark is refused; here it runs when nothing else does.
"""

from dataclasses import replace
from fractions import Fraction

from kvratio.simulate.policy import Admits, Assumes, Order, Policy, Ties
from kvratio.theory.checks import rational

POLICY = Policy(
    name="fcfs",
    title="FCFS",
    source="default of serving engines (vLLM, recompute)",
    assumes=Assumes.NOTHING,
    order=Order.ARRIVAL,
    ties=Ties.INDEX,
    admits=Admits.NEXT_STEP,
)


def watermark(reserve: Fraction | str) -> Policy:
    """FCFS that keeps a share of the budget free at admission.

    Raises `InputError` unless 0 <= reserve < 1.
    """
    return replace(
        POLICY,
        name="fcfs-watermark",
        title="FCFS watermark",
        source="vLLM (arXiv 2309.06180), recompute",
        reserve=rational("reserve", reserve),
    )


WATERMARK = watermark(Fraction(1, 100))
