"""Statements of the theorems about volumes: four slicings, offsets, kept tokens, one machine.

Templates as in `statements`; the definitions are those of `formal/Volumes.v`, r a list of (share or
weight, volume), a and z ends of a range of levels e^l.
"""

# a = v(l): the volume that every request has at least
SHORTEST = "requests r -> List.Forall (fun q => {} <= snd q) r"
LEVELS = "forall r a z, requests r -> a <= z ->"

BY_VOLUME: tuple[tuple[str, str, str], ...] = (
    (
        "four-slicings",
        "FourSlicings.four",
        "forall r m, requests r -> whole r ->\n"
        "  (by_levels r 0 (four_levels 5 m) + by_levels r 0 (four_levels 7 m)\n"
        "    + by_levels r 0 (four_levels 10 m) + by_levels r 0 (four_levels 14 m)) / 4\n"
        "  <= {c} * area_of r",
    ),
    (
        "price-upper",
        "Constants.independent_offsets",
        f"{LEVELS} ex_RInt (offset_stage {{y}} r) a z /\\\n"
        "  RInt (offset_stage {y} r) a z <= {c} * area_of r",
    ),
    (
        "kept-slices-geometric",
        "KeptLevels.from_2",
        f"forall r a m, 0 < a -> {SHORTEST.format('a')} ->\n"
        "  kept_levels (fun _ => 0) r 0 (growing {g} a m) <= {c} * area_of r",
    ),
    # per = r M, the time of recomputing a token in the form's units
    (
        "kept-restarts",
        "KeptLevels.restarts",
        f"(forall r s l h per m, 0 <= s -> 1 <= l -> {SHORTEST.format('volume s l')} ->\n"
        "    0 <= per -> h = per * (s + l) / volume s l -> h <= {h} ->\n"
        "    kept_levels (recompute s per) r 0 (growing {g} (volume s l) m)\n"
        "      <= {c} * area_of r) /\\\n"
        "  (forall g, 1 < g -> {c} <= 1 + sqrt g + 2 * {h} * g / (g - 1))",
    ),
    (
        "price-one-machine",
        "OneMachine.machine",
        "forall r a z, requests r -> a <= z ->\n"
        "  (forall p, In p r -> a <= ln (snd p) /\\ ln (snd p) + 2 * ln {y} <= z) ->\n"
        "  ex_RInt (delays {y} r) a z /\\\n"
        "  RInt (delays {y} r) a z + own_times {y} a r <= {c} * smith r",
    ),
    (
        "price-common-offset",
        "Constants.common_offset",
        f"{LEVELS} ex_RInt (class_stage {{m}}%nat {{r}} r) a z /\\\n"
        "  RInt (class_stage {m}%nat {r} r) a z <= {c} * area_of r",
    ),
    (
        "price-four-classes",
        "Constants.four_classes",
        f"{LEVELS} ex_RInt (class_stage {{m}}%nat {{r}} r) a z /\\\n"
        "  RInt (class_stage {m}%nat {r} r) a z <= {c} * area_of r",
    ),
)
