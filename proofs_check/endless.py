"""Statements of the theorems about endless lengths, geometric and linearly weighted geometric.

H-SF's form is the limit of those on the lengths up to u; A_min's is their limit and, as they rise
with u, their supremum. Coq's templates as in `statements`; q is the parameter of the lengths.
"""

GEOMETRIC, LINEAR = "(fun k => q ^ (k - 1))", "(fun k => INR k * q ^ (k - 1))"
ALL_Q = "forall q, 0 < q < 1 ->"
WITH_LN_2 = "({constant} + {logarithm} * ln 2)"


def _endless(shares: str, bound: str, prompt: str = "0") -> str:
    """H-SF tends to H, A_min on the lengths up to u stays below bound H; q is free."""
    return (
        f"exists H : R, is_lim_seq (h_sf {prompt} {shares} 1) H /\\\n"
        f"    forall u, (1 <= u)%nat -> a_min {prompt} {shares} 1 u <= {bound} * H"
    )


def _least(shares: str, bound: str) -> str:
    """No bound on all q is below this one."""
    return (
        f"forall b, b < {bound} -> exists q (H : R) u, 0 < q < 1 /\\\n"
        f"    is_lim_seq (h_sf 0 {shares} 1) H /\\ b * H < a_min 0 {shares} 1 u"
    )


def _rises(shares: str) -> str:
    """The ratio of the limits is a function of q that increases."""
    return (
        "(exists ratio : R -> R,\n"
        "    (forall q, 0 < q < 1 -> exists A H : R, 0 < H /\\\n"
        f"      is_lim_seq (a_min 0 {shares} 1) A /\\ is_lim_seq (h_sf 0 {shares} 1) H /\\\n"
        "      ratio q = A / H) /\\\n"
        "    (forall p q, 0 < p -> p < q -> q < 1 -> ratio p < ratio q))"
    )


def _thresholds(shares: str) -> str:
    """A_l up to a threshold m, on the lengths up to u."""
    return (
        f"forall q m, 0 < q < 1 -> exists H : R, is_lim_seq (h_sf 0 {shares} 1) H /\\\n"
        f"    forall u, (1 <= u)%nat -> a_l_up_to m 0 {shares} 1 u <= {{bound}} * H"
    )


ENDLESS: tuple[tuple[str, str, str], ...] = (
    (
        "fig3-every-prompt",
        "Endless.geometric_2",
        f"forall s q, 0 <= s -> 0 < q < 1 -> {_endless(GEOMETRIC, '{bound}', 's')}",
    ),
    ("fig3-s0", "Figure3.figure_3", f"{ALL_Q} {_endless(GEOMETRIC, WITH_LN_2)}"),
    (
        "fig3-limit",
        "Figure3.limit",
        f"({ALL_Q} {_endless(GEOMETRIC, WITH_LN_2)}) /\\\n  ({_least(GEOMETRIC, WITH_LN_2)})",
    ),
    (
        "fig3-prompts",
        "Figure3.not_with_prompts",
        f"~ forall s q, 0 <= s -> 0 < q < 1 -> {_endless(GEOMETRIC, WITH_LN_2, 's')}",
    ),
    (
        "popular-tight",
        "Figure3.not_tight",
        f"exists b, b < 17 / 10 /\\ {ALL_Q} {_endless(GEOMETRIC, 'b')}",
    ),
    ("fig3-increasing", "Curves.figure_3_rises", f"{_rises(GEOMETRIC)} /\\\n  {_rises(LINEAR)}"),
    (
        "t8-s0",
        "Linear.theorem_8",
        "let N q := (1 + q) ^ 2 * (1 + 3 * q + 6 * q ^ 2 + 3 * q ^ 3 + q ^ 4) in\n"
        "  let D q := 1 + 2 * q + 11 * q ^ 2 + 8 * q ^ 3 + 11 * q ^ 4 + 2 * q ^ 5 + q ^ 6 in\n"
        f"  ({ALL_Q} exists A H : R, 0 < H /\\ is_lim_seq (a_min 0 {LINEAR} 1) A /\\\n"
        f"    is_lim_seq (h_sf 0 {LINEAR} 1) H /\\ A / H = N q / D q) /\\\n"
        "  (forall p q, 0 < p -> p < q -> q <= 1 -> N p / D p < N q / D q) /\\\n"
        f"  ({ALL_Q} {_endless(LINEAR, '{bound}')})",
    ),
    ("popular-1.56", "Linear.at_most_1_56", f"{ALL_Q} {_endless(LINEAR, '{bound}')}"),
    ("fig3-1.6", "Linear.at_most_1_6", f"{ALL_Q} {_endless(LINEAR, '{bound}')}"),
    (
        "fig3-1.6-prompts",
        "Evaluated.above_8_5",
        f"~ forall s q, 0 <= s -> 0 < q < 1 -> {_endless(LINEAR, '{bound}', 's')}",
    ),
    (
        "fig3-tight",
        "Linear.tight",
        f"({ALL_Q} {_endless(LINEAR, '{bound}')}) /\\\n  ({_least(LINEAR, '{bound}')})",
    ),
    (
        "t8-every-prompt",
        "Linear.every_prompt",
        f"forall q, 0 < q < 1 -> forall s, 0 <= s -> {_endless(LINEAR, '{bound}', 's')}",
    ),
    (
        "t8-prompts",
        "Linear.not_with_prompts",
        f"~ forall s q, 0 <= s -> 0 < q < 1 -> {_endless(LINEAR, '{bound}', 's')}",
    ),
    ("popular-a-l-geometric", "Thresholds.a_l_geometric", _thresholds(GEOMETRIC)),
    ("popular-a-l-linear", "Thresholds.a_l_linear", _thresholds(LINEAR)),
    # all partial sums stay below a number that is below the printed one
    (
        "t8-printed-sum",
        "Refuted.printed_sum",
        "let q := 1 / 2 in exists b,\n"
        "  b < (1 + 2 * q + 11 * q ^ 2 + 8 * q ^ 3 + 11 * q ^ 4 + 2 * q ^ 5 + q ^ 6) /\n"
        "    ((1 - q) ^ 6 * (1 + q) ^ 4) /\\\n"
        "  forall n, sum (fun k => INR k ^ 3 * q ^ (k - 1) *\n"
        "    (2 * INR k * q ^ (k - 1) + sum (fun i => INR i * q ^ (i - 1)) (S k) (n - k))) 1 n\n"
        "    <= b",
    ),
)
