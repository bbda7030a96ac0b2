"""Why a rigorous claim has no theorem of Coq: the reasons that the ledger shows."""

FINITE = "the policy on finite instances is not formalised"
PIPELINES = "its phases through staggered pipelines on finite instances are not formalised"
ALGORITHM_2 = "Algorithm 2 on finite instances (its evictions) is not formalised"
INFINITE = "a bound of A_min from above over endless lengths, with prompts, is not formalised"
ALL_POLICIES = "the argument about every policy (a potential, expectations) is not formalised"
ALL_LISTS = "that a policy is a list of attempts (and a search through these) is not formalised"
SCHUR = "the mean of the shares between two levels (Jensen, Schur's test) is not formalised"
SLICES_KEPT = "that no smaller constant holds (lengths just above the levels) is not formalised"
POLICIES_KEPT = "A_min and A_l are not formalised when tokens are kept"

NONE: dict[str, str] = {
    "alg2-literal": ALGORITHM_2,
    "alg2-every-run": ALGORITHM_2,
    "t6-exact": ALGORITHM_2,
    "t6-exact-live": ALGORITHM_2,
    "t4-instance": ALGORITHM_2,
    "example-ec1": FINITE,
    "coupling-ec3": FINITE,
    "lemma-1": ALGORITHM_2,
    "lemma-1-live": ALGORITHM_2,
    "prop-1": ALGORITHM_2,
    "prop-1-live": ALGORITHM_2,
    "prop-1-thinned": "the policy's random survival is not formalised",
    "lemma-3": "its integral (a Gram matrix) is not formalised",
    "fig3-increasing-prompts": INFINITE,
    "route-prop-1": FINITE,
    "t4-instance-live": ALGORITHM_2,
    "t5-trace": "the inverse of a matrix of any size is not formalised",
    "fig1-fit": "its multipliers over 60 to 600 lengths are checked in Python only",
    "popular-a-l-slots": "A_l with a threshold is not formalised",
    "finite-in-order": FINITE,
    "finite-a-l": FINITE,
    "finite-thinned": "the policy's random survival is not formalised",
    "finite-staggered": FINITE,
    "finite-staggered-form": FINITE,
    "alg2-learning": ALGORITHM_2,
    "alg2-mean": ALGORITHM_2,
    "finite-las": FINITE,
    "finite-fcfs": FINITE,
    "finite-fcfs-kept": FINITE,
    "finite-slicing-paced": FINITE,
    "finite-offset-paced": FINITE,
    "never-worse": ALL_LISTS,
    "never-worse-chance": ALL_LISTS,
    "mean-and-tail": FINITE,
    "t6-printed-limit": ALGORITHM_2,
    "gba-doubling": FINITE,
    "lemma-2-h-sf": FINITE,
    "mc-sf-4.1": FINITE,
    "four-slicings-supremum": SCHUR,
    "kept-lower": ALL_POLICIES,
    "kept-preemption-helps-long": FINITE,
    "kept-slices": SLICES_KEPT,
    "kept-slices-doubling": SLICES_KEPT,
    "kept-a-min": POLICIES_KEPT,
    "kept-a-l": POLICIES_KEPT,
    "price-lower": ALL_POLICIES,
    "price-lower-u3": ALL_POLICIES,
    "price-lower-u6": ALL_POLICIES,
    "price-lower-u9": ALL_POLICIES,
    "price-short-intervals": ALL_POLICIES,
    "price-two-lengths": ALL_POLICIES,
    "price-predictions-gap": ALL_POLICIES,
    **{f"price-predictions-{rho}": ALL_POLICIES for rho in (5, 10, 100, 1000, 10_000)},
    "price-finite-offset": PIPELINES,
    "price-finite-fixed": PIPELINES,
    "price-finite-mixed": FINITE,
    "price-two-fixed-classes": SCHUR,
}
