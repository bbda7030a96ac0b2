"""Statements of the theorems about the papers' texts: Algorithm 5, Corollary 1, (13) of WAIT.

Templates as in `statements`. Algorithm 5 starts from m, the largest lower end up to the output o; I
is the list of intervals. In (13) segment k begins with e (k - 1) tokens made and ends with e k.
"""

INTERVALS = "(forall i, In i I -> (fst i <= snd i)%nat) ->"
LARGEST = (
    "In (l, u) I -> (l <= o <= u)%nat ->\n"
    "  (exists i, In i I /\\ fst i = m /\\ (m <= o)%nat) ->\n"
    "  (forall i, In i I -> (fst i <= o)%nat -> (fst i <= m)%nat) -> m = l"
)
SEGMENTS = "0 <= l -> e 0%nat = 0 -> (forall j, e j < e (S j)) ->"
MEAN = "l + (e (k - 1)%nat + e k) / 2 = l + sum e 1 k / 2"
A_IJ = (
    "INR (Nat.min i j) ^ 2 / (INR i * INR j) *\n"
    "    ((INR i + INR j) ^ 2 / 2 - INR (Nat.min i j) ^ 2)"
)

TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        "alg5-overlap",
        "Printed.overlapping",
        f"~ forall (I : list (nat * nat)) l u o m, {INTERVALS}\n  {LARGEST}",
    ),
    (
        "alg5-disjoint",
        "Printed.disjoint",
        f"forall (I : list (nat * nat)) l u o m, {INTERVALS}\n"
        "  (forall i j, In i I -> In j I ->\n"
        "    i = j \\/ (snd i < fst j)%nat \\/ (snd j < fst i)%nat) ->\n"
        f"  {LARGEST}",
    ),
    (
        "exp3-x",
        "Printed.wider",
        "~ forall o x y, 0 < o -> 0 < x -> x < y -> y < 1 ->\n"
        "  (1 + y) * o - (1 - y) * o <= (1 + x) * o - (1 - x) * o",
    ),
    # no constant says how near: where k has the largest chance
    (
        "sec5.3-peak",
        "Printed.no_peak_near_log",
        "~ exists C, forall q k, 0 < q < 1 -> (1 <= k)%nat ->\n"
        "  (forall j, (1 <= j)%nat ->\n"
        "    INR j * (1 - q) ^ 2 * q ^ (j - 1) <= INR k * (1 - q) ^ 2 * q ^ (k - 1)) ->\n"
        "  Rabs (INR k - ln (/ q)) <= C",
    ),
    (
        "wait-13",
        "Printed.more_than_three",
        f"~ forall (l : R) (e : nat -> R) k, {SEGMENTS} (1 <= k)%nat ->\n  {MEAN}",
    ),
    (
        "wait-13-two",
        "Printed.up_to_two",
        f"forall (l : R) (e : nat -> R) k, {SEGMENTS} (1 <= k <= 2)%nat ->\n  {MEAN}",
    ),
    (
        "corollary-1",
        "Printed.corollary_1",
        "forall x u, (1 <= u)%nat ->\n"
        f"  a_min 0 x 1 u = sum (fun i => sum (fun j => {A_IJ} * x i * x j) 1 u) 1 u /\\\n"
        "  h_sf 0 x 1 u =\n"
        "    sum (fun i => sum (fun j => INR (Nat.min i j) ^ 2 * x i * x j) 1 u) 1 u",
    ),
)
