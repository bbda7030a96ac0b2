"""Why a rigorous claim has no theorem of Coq: the reasons that the ledger shows."""

FINITE = "the policy on finite instances is not formalised"
INFINITE = "the closed forms of its series over all lengths are not formalised"
ALL_POLICIES = "the argument about every policy (a potential, expectations) is not formalised"
TEXT = "a remark of P's text, checked by numbers"
TEXT_OF_WAIT = "WAIT is not formalised"
SCHUR = "the mean of the shares between two levels (Jensen, Schur's test) is not formalised"
JOBS = "the expected cost of single jobs (pairs with independent offsets) is not formalised"

NONE: dict[str, str] = {
    "alg2-literal": FINITE,
    "t6-exact": FINITE,
    "t6-exact-live": FINITE,
    "t4-every-interval": "that the maximum over shares is attained (compactness) is not formalised",
    "t4-instance": FINITE,
    "example-ec1": FINITE,
    "prop-ec1": FINITE,
    "lemma-ec1": FINITE,
    "coupling-ec3": FINITE,
    "ec10-turned": FINITE,
    "lemma-1": FINITE,
    "lemma-1-live": FINITE,
    "prop-1": FINITE,
    "prop-1-live": FINITE,
    "prop-1-thinned": "the policy's random survival is not formalised",
    "corollary-1": "matrices are not formalised; its sums over lengths are, for t5-sharper",
    "lemma-3": "its integral (a Gram matrix) is not formalised",
    "alg5-overlap": TEXT,
    "alg5-disjoint": TEXT,
    "sec4-range": "that a logarithm grows slower than a root is argued in words",
    "switch-guarantee-prompts": "the bound on A_l is (theorem t7_rho); the comparison is not",
    "asymptotic-prompts": "its parts are (theorems slicing_5, t5_prompts); put together in words",
    "sec5.3-peak": TEXT,
    "exp3-x": TEXT,
    "fig3-increasing-prompts": INFINITE,
    "fig3-1.6-prompts": INFINITE,
    "svf-area": FINITE,
    "route-area-order": FINITE,
    "route-prop-1": FINITE,
    "wait-13": TEXT_OF_WAIT,
    "wait-13-two": TEXT_OF_WAIT,
    "t4-instance-live": FINITE,
    "t5-trace": "the inverse of a matrix of any size is not formalised",
    "fig1-fit": "its multipliers over 60 to 600 lengths are checked in Python only",
    "popular-a-l-geometric": INFINITE,
    "popular-a-l-linear": INFINITE,
    "popular-a-l-slots": "A_l with a threshold is not formalised",
    "svf-ratio": FINITE,
    "mc-sf-4.3": FINITE,
    "mc-sf-4.1": FINITE,
    "gsa-finite": FINITE,
    "four-slicings-supremum": SCHUR,
    "kept-lower": ALL_POLICIES,
    "price-lower": ALL_POLICIES,
    "price-lower-u3": ALL_POLICIES,
    "price-lower-u6": ALL_POLICIES,
    "price-lower-u9": ALL_POLICIES,
    "price-finite-offset": FINITE,
    "price-finite-fixed": FINITE,
    "price-finite-mixed": FINITE,
    "price-two-fixed-classes": SCHUR,
    "price-one-machine": JOBS,
}
