"""Statements of the theorems about volumes: four slicings, offset slicing, one machine.

Templates as in `statements`; the definitions are those of `formal/Volumes.v`, r a list of (share or
weight, volume), a and z ends of a range of levels e^l.
"""

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
