"""The statements of the theorems: (claim, proof in Coq, template), and the claims without one.

The templates are Coq; {c} is the constant c of the claim. Names are those of `formal/Fluid.v` (a
capital module before a dot: a definition of that file). Everything is about real numbers but the
lengths l, u, which are natural ones; `INR` makes a real number of a natural one.
"""

LENGTHS = "0 <= s -> (1 <= l <= u)%nat -> shares x ->"
PAIR = "(1 <= l < u)%nat -> 0 <= X -> 0 <= Y ->"
TWO = "(two l u X Y) l u"

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
)

NONE: dict[str, str] = {}
