"""Bounds with explicit errors on the latency of policies, for every finite instance.

The fluid forms (`kvratio.theory.forms`) say where a latency tends to as M and n/M grow. Here is
what holds at every n and M, with all requests present at time 0: an upper bound on the total
latency of a policy, as the engines run it, for each instance. It has the fluid form times 1 + e,

    e = (P - 1)/(M - P + 1),      P the largest peak s + (assumed length),

with terms that do not grow with n/M. This e is attained: outputs of one token, M + 1 a multiple of
P = s + 1.

admission   the lemma: while the queue's head waits, more than M - P tokens are spoken for; the
            policies that start every request once (H-SF, A_random, A_max, SVF, MC-SF, ...)
promotion   A_l, with any threshold: requests that start twice
pipelines   GSA and GBA: the slicing that starts in staggered pipelines
thinned     A_min as P's Lemmas 1 and 2 have it (thinned), in expectation
last_in     overflows that evict the newest: FCFS, slicing with paced starts
own_levels  the same where each request has levels of its own: offset and learned slicing
kept        least attained service, GSA and FCFS, where preemption keeps the tokens
overflow    Algorithm 2 as printed: why it has no bound of this kind
greedy      offset slicing with greedy starts: above its form at every size
closed      the same as multiples of the fluid forms
derived     every step of that, checked; and what is false of the forms at every size
sizes       the M and n from which a published ratio holds within 1, 5 and 10 %
seconds     what a bound in steps says in time, where iterations lie between two lines
policies    all of them by the names of `kvratio.simulate`, each with its conditions
"""
