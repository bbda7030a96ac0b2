"""The statements of the theorems: (claim, proof in Coq, template); `unformalised` has the others.

The templates are Coq; {c} is the constant c of the claim. Names are those of `formal/Fluid.v` (a
capital module before a dot: a definition of that file). Everything is about real numbers but the
lengths l, u, which are natural ones; `INR` makes a real number of a natural one.
"""

from kvratio.proofs_check.by_volume import BY_VOLUME
from kvratio.proofs_check.endless import ENDLESS
from kvratio.proofs_check.finite import FINITE
from kvratio.proofs_check.texts import TEXTS
from kvratio.proofs_check.unformalised import NONE

LENGTHS = "0 <= s -> (1 <= l <= u)%nat -> shares x ->"
PAIR = "(1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->"
TWO = "(two l u X Y) l u"
DOUBLING = "slicing 0 x 1 u 0 (map (Nat.pow 2) (seq 0 (S m)))"
T = "2 * INR l / (INR l + 1) + sum (fun k => / INR k) (S l) (u - l)"


TEMPLATES: tuple[tuple[str, str, str], ...] = (
    (
        "h-sf-2x",
        "Sums.h_sf_2area",
        "forall s x l u, 0 <= s -> shares x -> h_sf s x l u <= {bound} * area s x l u",
    ),
    (
        "secular-enclosure",
        "Secular.enclosure",
        "forall s la l u, 0 <= s -> (1 <= l <= u)%nat -> 1 <= la ->\n"
        "  sum (fun k => / (la * (s + 2 * INR k - 1) + s)) (S l) (u - l) =\n"
        "    INR l * (la - 1) / (la * INR l + s) ->\n"
        "  (forall x, shares x -> a_min s x l u <=\n"
        "    ((1 + {b} * la) / 2 + {c} * (INR (u - l) / (s + INR u))) * h_sf s x l u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf s x l u /\\\n"
        "    (1 + la) / 2 * h_sf s x l u <= a_min s x l u)",
    ),
    (
        "t5-sharper",
        "Logarithm.sharper",
        "forall u, (1 <= u)%nat ->\n"
        "  (forall x, shares x -> a_min 0 x 1 u <=\n"
        "    (1 + {c} * sum (fun k => / (2 * INR k - 1)) 1 u) * h_sf 0 x 1 u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf 0 x 1 u /\\\n"
        "    (1 + sum (fun k => / (2 * INR k - 1)) 1 u) / 2 * h_sf 0 x 1 u <= a_min 0 x 1 u)",
    ),
    (
        "t5-constant",
        "Logarithm.constant",
        "(forall u x, (1 <= u)%nat -> shares x ->\n"
        "    a_min 0 x 1 u <= (3 / 2 + {c} * ln (INR u)) * h_sf 0 x 1 u) /\\\n"
        "  (forall b, b < {c} -> exists u x, (1 <= u)%nat /\\ shares x /\\\n"
        "    (3 / 2 + b * ln (INR u)) * h_sf 0 x 1 u < a_min 0 x 1 u)",
    ),
    (
        "t6-s0",
        "TwoLengths.t6",
        f"forall l u X Y, {PAIR}\n  a_min 0 {TWO} <= ({{c}} - INR l / INR u) / 2 * h_sf 0 {TWO}",
    ),
    (
        "t6-prompts",
        "TwoLengths.t6_prompts",
        f"~ forall s l u X Y, 0 <= s -> {PAIR}\n"
        f"  a_min s {TWO} <= ({{c}} - INR l / INR u) / 2 * h_sf s {TWO}",
    ),
    (
        "popular-1.5",
        "TwoLengths.popular",
        f"forall l u X Y, {PAIR} a_min 0 {TWO} <= {{bound}} * h_sf 0 {TWO}",
    ),
    (
        "t7-rho",
        "TwoLengths.t7",
        f"forall s l u X Y rho, 0 <= s -> {PAIR} 0 <= rho -> c s u = rho ^ 2 * c s l ->\n"
        f"  (2 <= rho -> a_l s {TWO} <= (1 + 1 / ({{a}} * (rho - 1))) * h_sf s {TWO}) /\\\n"
        f"  (rho <= 2 -> a_l s {TWO} <= (1 + {{b}} / rho ^ 2) * h_sf s {TWO})",
    ),
    (
        "t7-s0",
        "TwoLengths.t7_s0",
        f"forall l u X Y rho, {PAIR} INR u = rho * INR l ->\n"
        f"  (2 <= rho -> a_l 0 {TWO} <= (1 + 1 / ({{a}} * (rho - 1))) * h_sf 0 {TWO}) /\\\n"
        f"  (rho <= 2 -> a_l 0 {TWO} <= (1 + {{b}} / rho ^ 2) * h_sf 0 {TWO})",
    ),
    (
        "t7-prompts",
        "TwoLengths.t7_prompts",
        f"~ forall s l u X Y rho, 0 <= s -> {PAIR} INR u = rho * INR l ->\n"
        f"  (2 <= rho -> a_l s {TWO} <= (1 + 1 / ({{a}} * (rho - 1))) * h_sf s {TWO}) /\\\n"
        f"  (rho <= 2 -> a_l s {TWO} <= (1 + {{b}} / rho ^ 2) * h_sf s {TWO})",
    ),
    (
        "popular-unbounded",
        "TwoLengths.unbounded",
        "forall s l b, 0 <= s -> (1 <= l)%nat -> exists u x, (l < u)%nat /\\ shares x /\\\n"
        "  0 < h_sf s x l u /\\ b * h_sf s x l u < a_max s x l u",
    ),
    (
        "a-min-below-a-random",
        "AllLengths.a_min_below_a_random",
        f"forall s x l u, {LENGTHS} a_min s x l u <= a_random s x l u",
    ),
    (
        "ec1-a-random",
        "AllLengths.a_random_rho",
        f"forall s x l u rho, {LENGTHS} 0 <= rho -> c s u = rho ^ 2 * c s l ->\n"
        "  a_random s x l u <= (1 + {a} * rho) / 2 * h_sf s x l u /\\ rho <= INR u / INR l",
    ),
    (
        "t1-upper",
        "AllLengths.t1",
        f"forall s x l u, {LENGTHS}\n"
        "  a_max s x l u <= INR u / INR l * a_random s x l u /\\\n"
        "  INR u / INR l * a_random s x l u <=\n"
        "    INR u / INR l * ((1 + {a} * (INR u / INR l)) / 2) * h_sf s x l u",
    ),
    (
        "a-max-exact",
        "AllLengths.a_max_exact",
        "forall s l u w, 0 <= s -> (1 <= l <= u)%nat -> 0 <= w ->\n"
        "  w ^ 2 = INR l ^ 2 + c s l * sum (fun k => / (s + 2 * INR k - 1)) (S l) (u - l) ->\n"
        "  (forall x, shares x -> a_max s x l u <=\n"
        "    {factor} * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf s x l u /\\ a_max s x l u =\n"
        "    {factor} * ((s + INR u) * (INR l + w) / (2 * c s l)) * h_sf s x l u)",
    ),
    (
        "a-min-moments",
        "AllLengths.moments",
        "forall s x u, 0 <= s -> (1 <= u)%nat -> shares x ->\n"
        "  a_min s x 1 u <= s * sum (fun k => INR k * x k) 1 u * sum x 1 u\n"
        "    + sum (fun k => INR k * x k) 1 u ^ 2 /\\\n"
        "  h_sf s x 1 u = s * stages (fun k n => sum x k n ^ 2) 1 u\n"
        "    + stages (fun k n => (2 * INR k - 1) * sum x k n ^ 2) 1 u",
    ),
    (
        "t5-fixed-prompt",
        "AllLengths.fixed_prompt",
        "forall s x u, 0 <= s -> (1 <= u)%nat -> shares x -> a_min s x 1 u <=\n"
        "  (1 + sum (fun k => / (s + 2 * INR k - 1)) 1 u / 2\n"
        "    + s * sqrt (sum (fun k => / (s + 2 * INR k - 1)) 1 u / (s + 1))) * h_sf s x 1 u",
    ),
    (
        "a-min-area",
        "Area.a_min_area",
        "(forall l u x, (1 <= l <= u)%nat -> shares x -> a_min 0 x l u <=\n"
        f"    (2 + {{c}} * ({T})) * area 0 x l u) /\\\n"
        "  (forall b, b < {c} -> exists l u x, (1 <= l <= u)%nat /\\ shares x /\\\n"
        f"    (2 + b * ({T})) * area 0 x l u < a_min 0 x l u)",
    ),
    (
        "kept-upper",
        "Area.least_attained_2",
        "forall s x u, 0 <= s -> (1 <= u)%nat -> shares x ->\n"
        "  least_attained s x u <= {c} * area s x 1 u",
    ),
    (
        "c2-never-worse",
        "Intervals.never_worse",
        "forall s x l ends u, 0 <= s -> (1 <= l)%nat -> ascending l ends u -> shares x ->\n"
        "  revised s x l ends u <= a_min s x l u",
    ),
    (
        "c2-s0",
        "Intervals.corollary_2",
        "(forall x l ends u, (1 <= l)%nat -> ascending l ends u -> shares x ->\n"
        "    revised 0 x l ends u <= (3 / 2 + {c} * ln (INR u / INR l)) * h_sf 0 x l u) /\\\n"
        "  (forall b, b < {c} -> exists l ends u x, (1 <= l)%nat /\\ ascending l ends u /\\\n"
        "    shares x /\\ (3 / 2 + b * ln (INR u / INR l)) * h_sf 0 x l u < revised 0 x l ends u)",
    ),
    (
        "c2-prompts",
        "Refuted.no_logarithm_intervals",
        "~ exists C, forall s x l ends u, 0 <= s -> (1 <= l)%nat -> ascending l ends u ->\n"
        "  shares x -> revised s x l ends u <= C * (1 + ln (INR u / INR l)) * h_sf s x l u",
    ),
    (
        "t5-prompts",
        "Refuted.no_logarithm",
        "~ exists C, forall s l u x, 0 <= s -> (1 <= l <= u)%nat -> shares x ->\n"
        "  a_min s x l u <= C * (1 + ln (INR u / INR l)) * h_sf s x l u",
    ),
    (
        "ec1-end-points",
        "Refuted.end_points",
        "exists u x, shares x /\\\n"
        "  forall X Y, 0 <= X -> 0 <= Y -> 0 < h_sf 0 (two 1 u X Y) 1 u ->\n"
        "    a_min 0 (two 1 u X Y) 1 u / h_sf 0 (two 1 u X Y) 1 u <\n"
        "    a_min 0 x 1 u / h_sf 0 x 1 u",
    ),
    (
        "t4-every-interval",
        "EveryInterval.staggered_smaller",
        "forall s l u, 0 <= s -> (1 <= l < u)%nat -> exists b,\n"
        "  (forall x, shares x -> a_min_staggered s x l u <= b * h_sf s x l u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf s x l u /\\ b * h_sf s x l u < a_min s x l u)",
    ),
    (
        "t4-staggered",
        "Refuted.staggered_better",
        "exists u b,\n"
        "  (forall x, shares x -> a_min_staggered 0 x 1 u <= b * h_sf 0 x 1 u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf 0 x 1 u /\\ b * h_sf 0 x 1 u < a_min 0 x 1 u)",
    ),
    (
        "switch-s0",
        "Refuted.switch",
        "forall l u, (1 <= l < u)%nat -> forall p q,\n"
        "  attains 0 l u a_l p -> attains 0 l u a_min q ->\n"
        "  (p < q <-> INR l / INR u < 1 / 2 /\\\n"
        "    0 < (INR l / INR u) ^ 2 - {b} * (INR l / INR u) + {c})",
    ),
    (
        "switch-prompts",
        "Refuted.switch_prompts",
        "exists s l u b, 0 <= s /\\ (1 <= l < u)%nat /\\ INR l / INR u < 1 / 2 /\\\n"
        "  0 < (INR l / INR u) ^ 2 - 3 * (INR l / INR u) + 1 /\\\n"
        f"  (forall X Y, 0 <= X -> 0 <= Y -> a_min s {TWO} <= b * h_sf s {TWO}) /\\\n"
        f"  (exists X Y, 0 <= X /\\ 0 <= Y /\\ b * h_sf s {TWO} < a_l s {TWO})",
    ),
    (
        "switch-guarantee",
        "Optimal.switching",
        f"forall l u X Y, {PAIR}\n"
        "  (if Rlt_dec (INR l / INR u) ((3 - sqrt 5) / 2)\n"
        f"   then a_l 0 {TWO} else a_min 0 {TWO}) <= {{c}} * h_sf 0 {TWO}",
    ),
    (
        "asymptotic-s0",
        "Optimal.not_within_a_constant",
        "~ exists C, forall u m b, (1 <= u <= 2 ^ m)%nat ->\n"
        f"  (forall x, shares x -> {DOUBLING} <= b * h_sf 0 x 1 u) ->\n"
        "  forall x, shares x -> a_min 0 x 1 u <= C * b * h_sf 0 x 1 u",
    ),
    (
        "asymptotic-prompts",
        "Remarks.not_within_a_constant_prompts",
        "~ exists C, forall s u m b, 0 <= s -> (1 <= u <= 2 ^ m)%nat ->\n"
        "  (forall x, shares x ->\n"
        f"    {DOUBLING.replace('slicing 0', 'slicing s')} <= b * h_sf s x 1 u) ->\n"
        "  forall x, shares x -> a_min s x 1 u <= C * b * h_sf s x 1 u",
    ),
    (
        "sec4-range",
        "Remarks.slower_than_1_5",
        "~ exists c, 0 < c /\\ forall l u, (1 <= l <= u)%nat -> exists x, shares x /\\\n"
        "  0 < h_sf 0 x l u /\\\n"
        "  c * (INR u / INR l * sqrt (INR u / INR l)) * h_sf 0 x l u <= a_max 0 x l u",
    ),
    (
        "switch-guarantee-prompts",
        "Remarks.choice_with_prompts",
        f"~ forall s l u X Y, 0 <= s -> {PAIR}\n"
        f"  (if Rlt_dec (INR l / INR u) ((3 - sqrt 5) / 2) then a_l s {TWO} else a_min s {TWO})\n"
        "  <= Rmin ((3 - INR l / INR u) / 2)\n"
        f"       (1 + INR l / INR u / (2 * (1 - INR l / INR u))) * h_sf s {TWO}",
    ),
    (
        "t2-arithmetic",
        "Refuted.t2_arithmetic",
        "~ forall l u a b, 0 < l -> l < u -> 0 < a -> 0 < b -> (a / b) ^ 2 = l / u ->\n"
        "  (a * u + b * l) * (a * u * l + b * l * u) / (2 * l) /\n"
        "  (u * l * a ^ 2 / 2 + a * b * l ^ 2 + u * l * b ^ 2 / 2) =\n"
        "  u / l * (1 + sqrt (u / l)) / 2",
    ),
    (
        "t2-statement",
        "Refuted.t2_statement",
        "{upper} < 550 /\\\n  forall x, shares x -> a_max 0 x 1 100 <= {upper} * h_sf 0 x 1 100",
    ),
    (
        "t2-every-alpha",
        "Refuted.t2_every_alpha",
        "forall l u x, (1 <= l < u)%nat -> shares x -> 0 < h_sf 0 x l u ->\n"
        "  a_max 0 x l u < INR u / INR l * (1 + sqrt (INR u / INR l)) / 2 * h_sf 0 x l u",
    ),
    (
        "slicing-5",
        "Slicing.five",
        f"forall s x l u caps, {LENGTHS}\n"
        "  quadrupling s (l - 1) caps u -> slicing s x l u (l - 1) caps <= {c} * area s x l u",
    ),
    (
        "slicing-doubling",
        "Doubling.doubling_h_sf",
        f"forall x u m, (1 <= u <= 2 ^ m)%nat -> shares x ->\n  {DOUBLING} <= {{c}} * h_sf 0 x 1 u",
    ),
    (
        "t4-slicing",
        "Doubling.slicing_better",
        "exists u m b, (u <= 2 ^ m)%nat /\\\n"
        f"  (forall x, shares x -> {DOUBLING} <= b * h_sf 0 x 1 u) /\\\n"
        "  (exists x, shares x /\\ 0 < h_sf 0 x 1 u /\\ b * h_sf 0 x 1 u < a_min 0 x 1 u)",
    ),
    (
        "gsa-fluid",
        "Slicing.gsa",
        "forall s x u m, 0 <= s -> (1 <= u <= 2 ^ m)%nat -> shares x ->\n"
        "  slicing s x 1 u 0 (map (Nat.pow 2) (seq 0 (S m))) <= {bound} * area s x 1 u",
    ),
    (
        "gba-fluid",
        "Classes.gba",
        "forall s x u m, 0 <= s -> (1 <= u <= 2 ^ m)%nat -> shares x ->\n"
        "  batches s x u 0 (map (Nat.pow 2) (seq 0 (S m))) <= {bound} * area s x 1 u",
    ),
    (
        "secular-every-prompt",
        "EveryPrompt.every_prompt",
        "(forall s l u la, 0 <= s -> (1 <= l <= u)%nat -> 1 <= la ->\n"
        "    sum (fun k => / (la * (s + 2 * INR k - 1) + s)) (S l) (u - l) =\n"
        "      INR l * (la - 1) / (la * INR l + s) -> la <= {b} * sqrt (INR u / INR l)) /\\\n"
        "  (forall r e, (2 <= r)%nat -> 0 < e -> exists s, 0 <= s /\\\n"
        "    0 < h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r) /\\\n"
        "    ((1 + INR r) / 2 - e) * h_sf s (two 1 (r * r) (INR r) 1) 1 (r * r) <=\n"
        "    a_min s (two 1 (r * r) (INR r) 1) 1 (r * r))",
    ),
    *ENDLESS,
    *BY_VOLUME,
    (
        "fig1-law",
        "Constants.no_law",
        "~ forall u b, (1 <= u)%nat ->\n"
        "  (forall x, shares x -> a_min 0 x 1 u <= b * h_sf 0 x 1 u) ->\n"
        "  (exists x, shares x /\\ 0 < h_sf 0 x 1 u /\\ b * h_sf 0 x 1 u <= a_min 0 x 1 u) ->\n"
        "  Rabs (b - ({a} * ln (INR u + {b}) + {c})) <= {tolerance}",
    ),
    *FINITE,
    *TEXTS,
)

# of claims without a theorem: a part of the argument that has one (claim, proof, template, what)
PARTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "price-lower",
        "Constants.price_lower_core",
        "forall y, 1 < y -> {c} * ln y ^ 2 < 2 * y - 3 + 1 / y /\\\n"
        "  forall w, 0 <= (y - 1) - 2 * {c} * w * y * ln y + {c} * w ^ 2 * y * (2 * y - 1)",
        "c < K(y) for all y > 1, and the inequality that every attempt keeps",
    ),
    (
        "kept-slices",
        "Kept.growth_4",
        f"(forall s x l u caps, {LENGTHS}\n"
        "    grows s {g} (v s l) l caps u -> kept s x l u caps <= {c} * area s x l u) /\\\n"
        f"  (forall s x l u g caps, {LENGTHS} grows s g (v s l) l caps u ->\n"
        "    (0 < g -> kept s x l u caps <= (2 + g / 4) * area s x l u) /\\\n"
        "    (4 <= g -> kept s x l u caps <= (1 + sqrt g) * area s x l u))",
        "the upper bounds",
    ),
    (
        "kept-slices-doubling",
        "Kept.growth_2",
        f"forall s x l u caps, {LENGTHS}\n"
        "  grows s {g} (v s l) l caps u -> kept s x l u caps <= {c} * area s x l u",
        "the upper bound",
    ),
)


def name(claim: str) -> str:
    """The name of a claim's theorem: its id with underscores.

    >>> name("popular-1.5")
    'popular_1_5'
    """
    return claim.replace("-", "_").replace(".", "_")


def remark(claim: str) -> str:
    """What the ledger says about Coq: the theorem's name, why there is none, or nothing.

    >>> remark("t6-s0"), remark("price-finite-fixed")[:32]
    ('theorem t6_s0', 'none: its phases through stagger')
    """
    if any(claim == covered for covered, _, _ in TEMPLATES):
        return f"theorem {name(claim)}"
    for covered, _, _, what in PARTS:
        if claim == covered:
            return f"a part, theorem {name(claim)}: {what}; {NONE[claim]}"
    return f"none: {NONE[claim]}" if claim in NONE else ""
