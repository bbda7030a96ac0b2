"""Statements of the theorems about finite instances (`formal/Model.v`, `Policies.v`, `Greedy.v`).

Templates as in `statements`. "For all schedules" is any valid one, with cancelled attempts; SVF and
MC-SF are the schedules `in_order`: what starts never waits while it fits (a test compares them with
`greedy.py`); `gsa` has GSA's latency phase by phase (a test compares it with `pipelines.py`).
"""

INSTANCE = "sane rs -> (forall q, In q rs -> arrival q = 0)%Z -> (0 < M)%Z ->\n    "
SCALED = "t'"  # the starts with less memory
BY_VOLUME = (
    "(forall i j, (i <= j < length rs)%nat -> (twice (pick rs i) <= twice (pick rs j))%Z) ->"
)
LATENCY = "IZR (total (length rs) (fun i => t i + output (pick rs i))%Z)"


def _in_order_of_volume(share: str) -> str:
    """SVF's schedule t, peaks of at most this share of M, against any schedule."""
    return (
        f"forall M rs t {share} sch, {INSTANCE}{BY_VOLUME}\n"
        f"    {share} < 1 -> (forall i, (i < length rs)%nat ->\n"
        f"      IZR (prompt (pick rs i) + output (pick rs i))%Z <= {share} * IZR M) ->\n"
        "    in_order M rs (fun i => output (pick rs i)) t -> valid M rs sch ->\n"
        f"    {LATENCY} <= (1 + {{c}} / (1 - {share})) * IZR (tel rs sch)"
    )


def _packed(starts: str, memory: str) -> str:
    """No request has room at a step before its own, down to the latest start before that."""
    return (
        f"(forall i k, (i < length rs)%nat -> 0 <= k < {starts} i ->\n"
        f"    (forall j, (j < length rs)%nat -> {starts} j < {starts} i -> {starts} j <= k) ->\n"
        f"    ~ valid {memory} rs (fun j => Run [] (if Nat.eqb j i then k else {starts} j)))"
    )


ONE_PROMPT = (
    "sane rs -> (forall q, In q rs -> arrival q = 0)%Z ->\n"
    "  (forall q, In q rs -> prompt q = s /\\ s + output q <= M)%Z -> (0 <= s)%Z ->"
)
SLICED = "gsa M s 1 0 (map output rs) latency -> valid M rs sch ->"
WAIT = "(IZR {} * v / (IZR (M - (s + len)) + {{a}}))"  # of so many before, in a phase of slice len

FINITE: tuple[tuple[str, str, str], ...] = (
    (
        "gsa-finite",
        "Sliced.gsa_ratio",
        f"forall M s rs latency sch, {ONE_PROMPT} (0 < M)%Z ->\n"
        f"  {SLICED} IZR latency <= {{bound}} * IZR (tel rs sch)",
    ),
    # P: the largest peak of a slice; e is (P - 1)/(M - P + 1) or more
    (
        "gsa-large-memory",
        "Sliced.large_memory",
        f"forall M s P rs e latency sch, {ONE_PROMPT} (P <= M)%Z ->\n"
        "  (forall i q, 0 <= i -> In q rs -> 2 ^ i < 2 * output q ->\n"
        "    s + Z.min (2 ^ i) (M - s) <= P)%Z ->\n"
        f"  IZR (P - 1)%Z <= e * IZR (M - P + 1)%Z -> {SLICED}\n"
        "  IZR latency <= (44 / 3 + 32 / 3 * e) * IZR (tel rs sch) /\\\n"
        "  (e <= {e} -> IZR latency <= {bound} * IZR (tel rs sch))",
    ),
    (
        "finite-gsa",
        "Sliced.phase_takes",
        "forall M s len k now W, (0 <= s)%Z -> (1 <= len <= M - s)%Z -> W <> [] ->\n"
        "  in_parallel M s len k -> let v := IZR (len * (2 * s + len + 1)) / 2 in\n"
        f"  (forall j, (0 <= j)%Z -> IZR (j * len / k) <= {{c}} * {WAIT.format('j')}) /\\\n"
        "  IZR (phase_ends len k now W) <= IZR now\n"
        f"    + {{c}} * {WAIT.format('(Z.of_nat (length W) - 1)')} + {{b}} * IZR len",
    ),
    ("svf-ratio", "Lists.volume_order", _in_order_of_volume("a")),
    (
        "route-area-order",
        "Lists.area_order",
        f"({_in_order_of_volume('e')}) /\\\n"
        "  (forall d, 0 < d -> exists e, 0 < e < 1 /\\ 1 + {c} / (1 - e) <= {limit} + d)",
    ),
    (
        "svf-area",
        "Lists.area_bound",
        "forall M rs sch, sane rs -> (forall q, In q rs -> arrival q = 0)%Z ->\n"
        f"  {BY_VOLUME} valid M rs sch ->\n"
        "  (total (length rs) (fun j => total (S j) (fun i => twice (pick rs i)))\n"
        "    <= 2 * (M * tel rs sch))%Z",
    ),
    (
        "kept-area",
        "Stopped.kept_area",
        f"forall M rs steps, sane rs -> {BY_VOLUME} keeps_tokens M rs steps ->\n"
        "  {c} * IZR (total (length rs) (fun j => total (S j) (fun i => twice (pick rs i))))\n"
        "    <= 2 * (IZR M * IZR (kept_tel rs steps))",
    ),
    (
        "kept-preemption-helps",
        "Stopped.preemption_helps",
        "exists M rs steps, sane rs /\\ keeps_tokens M rs steps /\\\n"
        "  forall sch, valid M rs sch -> {c} * IZR (kept_tel rs steps) <= IZR (tel rs sch)",
    ),
    (
        "lemma-ec1",
        "Remarks.a_max_slower",
        "(exists M l u rs steps, 0 < l <= u /\\\n"
        "  Forall (fun r => l <= output r <= u /\\ arrival r = 0) rs /\\\n"
        "  let a_max := run_of (starts M rs (map (fun _ => u) rs) steps) in\n"
        "  let a_random := run_of (starts (M * l / u) rs (map output rs) steps) in\n"
        "  valid M rs a_max /\\ valid (M * l / u) rs a_random /\\\n"
        "  tel rs a_random < tel rs a_max)%Z",
    ),
    (
        "ec10-turned",
        "Remarks.turned_fails",
        "(exists M l u rs steps, 0 < l <= u /\\\n"
        "  Forall (fun r => l <= output r <= u /\\ arrival r = 0) rs /\\\n"
        "  let whole := run_of (starts M rs (map output rs) steps) in\n"
        "  let part := run_of (starts (M * l / u) rs (map output rs) steps) in\n"
        "  valid M rs whole /\\ valid (M * l / u) rs part /\\\n"
        "  u * tel rs whole < l * tel rs part)%Z",
    ),
    (
        "prop-ec1",
        "Remarks.scaling_fails",
        "(exists M p q rs t t', 0 < p < q /\\\n"
        "  valid M rs (fun j => Run [] (t j)) /\\\n"
        "  valid (M * p / q) rs (fun j => Run [] (t' j)) /\\\n"
        "  (forall i j, (i < length rs)%nat -> (j < length rs)%nat ->\n"
        "    0 <= (t i - t j) * (t' i - t' j)) /\\\n"
        f"  {_packed('t', 'M')} /\\\n  {_packed(SCALED, '(M * p / q)')} /\\\n"
        "  q * tel rs (fun j => Run [] (t j)) < p * tel rs (fun j => Run [] (t' j)))%Z",
    ),
    (
        "mc-sf-4.3",
        "Lists.prediction_order",
        f"forall M rs guess t r sch, {INSTANCE}"
        "(forall i j, (i <= j < length rs)%nat ->\n"
        "      guess i <= guess j /\\ prompt (pick rs i) = prompt (pick rs j))%Z ->\n"
        "    (forall i, (i < length rs)%nat -> (output (pick rs i) <= guess i)%Z /\\\n"
        "      IZR (guess i) <= r * IZR (output (pick rs i)) /\\\n"
        "      (2 * (prompt (pick rs i) + guess i) <= M)%Z) ->\n"
        "    in_order M rs guess t -> valid M rs sch ->\n"
        f"    {LATENCY} <= (1 + {{c}} * r ^ 3) * IZR (tel rs sch)",
    ),
    (
        "mc-sf-worst",
        "Greedy.mc_sf_worse",
        "exists M rs steps, (30 <= M <= 50)%Z /\\ (40 <= length rs <= 60)%nat /\\\n"
        "  Forall (fun r =>\n"
        "    1 <= prompt r <= 5 /\\ 1 <= output r <= M - prompt r /\\ arrival r = 0)%Z rs /\\\n"
        "  let mc_sf := run_of (starts M rs (map output rs) steps) in\n"
        "  valid M rs mc_sf /\\\n"
        "  exists sch, valid M rs sch /\\ {worst} * IZR (tel rs sch) < IZR (tel rs mc_sf)",
    ),
    (
        "example-1",
        "Greedy.example_1",
        "(let five := [Req 1 1 0; Req 1 1 0; Req 1 1 0; Req 1 1 0; Req 1 1 0] in\n"
        "  let h_sf := run_of (starts 10 five [1; 1; 1; 1; 1] 5) in\n"
        "  let a_max := run_of (starts 10 five [4; 4; 4; 4; 4] 5) in\n"
        "  valid 10 five h_sf /\\ valid 10 five a_max /\\\n"
        "  tel five h_sf = {H-SF} /\\ tel five a_max = {A_max})%Z",
    ),
    (
        "h-sf-optimal",
        "Greedy.h_sf_beaten",
        "(exists M rs steps, let h_sf := run_of (starts M rs (map output rs) steps) in\n"
        "  valid M rs h_sf /\\ exists sch, valid M rs sch /\\ tel rs sch < tel rs h_sf)%Z",
    ),
)
