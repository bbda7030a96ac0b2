"""The ledger has a row for everything that must be in it."""

import pytest

from kvratio.proofs_check.ledger import claims, select

# What has to be in the ledger, by source. A row that is renamed or lost fails here.
REQUIRED = {
    "arXiv 2508.14544: theorems": {
        "Theorem 1": ["t1-upper"],
        "Theorem 2": ["t2-arithmetic", "t2-statement", "t2-every-alpha"],
        "Theorem 3": ["t3-step"],
        "Theorem 4": ["t4-staggered", "t4-slicing", "t4-every-interval"],
        "Theorem 4, its proof": ["t4-instance", "t4-instance-live"],
        "Theorem 4, its proof, simulated": ["t4-worst-slicing", "t4-worst-staggered"],
        "Theorem 5": ["t5-trace", "t5-sharper", "t5-constant", "t5-fixed-prompt", "t5-prompts"],
        "Theorem 6": ["t6-s0", "t6-prompts", "t6-on-cancel", "t6-live", "t6-thinned"],
        "Theorem 6, exact": ["t6-exact", "t6-exact-live", "alg2-literal"],
        "Theorem 7": ["t7-s0", "t7-prompts", "t7-rho", "switch-s0", "switch-prompts"],
        "Theorem 8": ["t8-s0", "t8-prompts", "t8-printed-sum"],
        "Theorem EC.1": ["ec1-end-points", "ec1-a-random"],
        "appendix EC.1": ["example-ec1", "prop-ec1", "lemma-ec1", "coupling-ec3", "ec10-turned"],
        "Lemma 1": ["lemma-1", "lemma-1-live"],
        "Proposition 1": ["prop-1", "prop-1-live", "prop-1-thinned"],
        "Corollary 1 and Lemma 3": ["corollary-1", "lemma-3"],
        "Algorithm 5": ["alg5-overlap", "alg5-disjoint"],
        "section 4": ["sec4-range"],
        "asymptotic optimality": ["asymptotic-s0", "asymptotic-prompts"],
        "section 5.1": ["switch-guarantee", "switch-guarantee-prompts"],
        "section 5.3": ["sec5.3-peak", "fig3-tight"],
        "section 6, x": ["exp3-x"],
        "Corollary 2": ["c2-s0", "c2-prompts", "c2-never-worse"],
        "Lemma 2 as a limit": ["form-a-min", "form-a-min-live", "form-a-min-thinned"],
        "Lemma 2 as a limit, from below": ["lemma-2-h-sf"],
        "Theorem 6 as a limit, for Algorithm 2 as printed": ["t6-printed-limit"],
        "Theorem 6 where H-SF is below its form": ["t6-along-on-cancel", "t6-along-thinned"],
        "other forms as limits": ["form-h-sf", "form-a-l", "form-a-max", "form-a-random"],
    },
    "arXiv 2508.14544: figures, examples, experiments": {
        "figure 1": ["fig1-fit", "fig1-law"],
        "figure 3": ["fig3-s0", "fig3-limit", "fig3-prompts"],
        "figure 3, its curves": ["fig3-increasing", "fig3-increasing-prompts"],
        "figure 3, 1.6": ["fig3-1.6", "fig3-1.6-prompts"],
        "Example 1": ["example-1"],
        "Experiment 1": ["exp1-a-min", "exp1-a-min-live", "exp1-a-max-slow"],
        "Experiment 2": ["exp2-a-min", "exp2-a-min-live", "exp2-a-max"],
        "Experiments 1 and 2": ["exp1-together", "exp2-together", "exp12-together"],
        "Experiment 3, x = 0.1": [
            *("exp3-narrow-a-min", "exp3-narrow-a-min-live", "exp3-narrow-a-max"),
        ],
        "Experiment 3, x = 0.95": ["exp3-0.95-a-min", "exp3-0.95-a-min-live", "exp3-0.95-a-max"],
        "Experiment 3, x = 0.99": ["exp3-wide-a-min", "exp3-wide-a-min-live", "exp3-wide-a-max"],
        "Experiment 3": ["exp3-together", "exp3-together-live"],
    },
    "popular accounts": {
        "1.5": ["popular-1.5"],
        "1.7": ["fig3-s0"],
        "1.56": ["popular-1.56"],
        "A_l on three families": [
            "t7-s0",
            "popular-a-l-geometric",
            "popular-a-l-linear",
            "popular-a-l-slots",
        ],
        "logarithm": ["t5-constant"],
        "A_max unbounded": ["popular-unbounded"],
        "O(M log M)": ["t3-step"],
        "only lower bounds": ["popular-only-lower"],
        "twice": ["exp1-a-max"],
        "tight": ["popular-tight"],
        "halving": ["popular-halving"],
        "balloons": ["popular-balloons"],
        "five times": ["exp3-5x", "exp3-0.95-5x", "exp3-narrow-5x"],
        "five times, live": ["exp3-5x-live", "exp3-0.95-5x-live", "exp3-narrow-5x-live"],
        "the hindsight optimum": ["h-sf-optimal", "h-sf-2x"],
    },
    "other publications": {
        "SVF": ["svf-ratio"],
        "MC-SF, theorems": ["mc-sf-4.1", "mc-sf-4.3"],
        "MC-SF, study": ["mc-sf-model-1", "mc-sf-model-2", "mc-sf-worst"],
        "GSA": ["gsa-fluid", "gsa-finite", "gsa-sampled", "gsa-large-memory"],
        "finite sizes": [
            "finite-in-order",
            "finite-a-l",
            "finite-gsa",
            "gba-doubling",
            "finite-thinned",
        ],
        "finite sizes, tokens kept": ["finite-las", "finite-fcfs-kept"],
        "finite sizes, the newest evicted": [
            "finite-fcfs",
            "finite-slicing-paced",
            "finite-offset-paced",
        ],
        "Algorithm 2, every run": ["alg2-every-run", "alg2-learning", "alg2-mean"],
        "finite sizes, staggered A_min": ["finite-staggered", "finite-staggered-form"],
        "GBA": ["gba-fluid", "gba-sampled"],
        "SVF, other theorems": ["svf-area", "svf-1-bit", "svf-poisson", "svf-1-bit-poisson"],
        "ROUTE": ["route-constant", "route-makespan", "route-online", "route-prop-1"],
        "ROUTE, lengths known": ["route-area-order", "route-16", "route-28"],
        "WAIT": ["wait-13", "wait-13-two", "wait-theorem-1", "wait-theorem-2"],
    },
    "ours": {
        "A_min within 1/2, every prompt": ["secular-enclosure", "secular-every-prompt"],
        "the price of cancelling": ["price-upper", "price-lower"],
        "the price in numbers": ["price-lower-u3", "price-lower-u6", "price-lower-u9"],
        "classes of offsets": ["price-four-classes", "price-two-fixed-classes"],
        "one machine": ["price-one-machine", "price-common-offset"],
        "one machine, simulated": ["price-one-machine-sampled"],
        "finite instances": ["price-finite-offset", "price-finite-fixed", "price-finite-mixed"],
        "predictions": ["price-short-intervals", "price-two-lengths", "price-predictions-gap"],
        "predictions in numbers": [
            f"price-predictions-{rho}" for rho in (5, 10, 100, 1000, 10_000)
        ],
        "tokens kept": ["kept-upper", "kept-lower", "kept-area", "kept-preemption-helps"],
        "how much preemption can help": ["kept-preemption-helps-long"],
        "slices that keep the tokens": [
            "kept-slices",
            "kept-slices-doubling",
            "kept-slices-geometric",
            "kept-restarts",
        ],
        "A_min and A_l, tokens kept": ["kept-a-min", "kept-a-l"],
        "slicing": ["slicing-5", "slicing-doubling", "four-slicings", "four-slicings-supremum"],
        "A_max solved": ["a-max-exact"],
        "A_min, every prompt": ["a-min-moments", "fig3-every-prompt", "t8-every-prompt"],
        "A_min against others": ["a-min-below-a-random", "a-min-area"],
        "staggered A_min": ["t4-every-interval"],
        "never worse": ["never-worse", "never-worse-chance"],
        "mean and tail": ["mean-and-tail"],
    },
}


@pytest.mark.parametrize(
    ("source", "what"), [(source, what) for source, rows in REQUIRED.items() for what in rows]
)
def test_the_ledger_has_a_row_for_every_claim(source: str, what: str) -> None:
    assert select(REQUIRED[source][what])


def test_the_list_of_required_rows_is_complete() -> None:
    listed = {name for rows in REQUIRED.values() for ids in rows.values() for name in ids}
    assert {claim.id for claim in claims()} == listed
