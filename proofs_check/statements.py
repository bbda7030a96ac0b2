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
)

NONE: dict[str, str] = {}
