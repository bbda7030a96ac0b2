"""Which tests concern which module, for mutation testing: arguments of pytest, quick ones first.

Tests that start other processes are left out: those would import the module from its file.
"""

from pathlib import Path

SUBPROCESSES = (
    "--deselect=tests/test_optimality.py::test_the_command",
    "--deselect=tests/test_optimality.py"
    "::test_the_checker_is_short_and_needs_the_standard_library_alone",
    "--deselect=tests/test_engine.py::test_same_seed_same_bytes_in_another_process",
)
CHECKER = ("tests/test_grammar.py", "tests/test_optimality.py", *SUBPROCESSES)
# cases worked out by hand
BY_HAND = ("tests/test_policies.py", "tests/test_field.py")
# the quick ones of many: they run for every fault
ENGINE = (
    *BY_HAND,
    "tests/test_engine.py",
    "--deselect=tests/test_engine.py::test_every_schedule_is_valid_and_measured_alike",
    "--deselect=tests/test_engine.py::test_right_predictions_are_enough_for_those_that_never_evict",
    *SUBPROCESSES,
)
# without those that compare with the kernel, which is slow to load
TIMED = (
    "tests/test_timing.py",
    "--deselect=tests/test_timing.py::test_kernel_and_engine_agree_in_time",
    "--deselect=tests/test_timing.py::test_random_batches_agree_in_time",
    "--deselect=tests/test_timing.py::test_a_gpu_under_load_agrees",
    "--deselect=tests/test_timing.py::test_many_moments_are_collected",
    "--deselect=tests/test_timing.py::test_time_that_runs_out_is_left_to_the_reference_engine",
)
GSA = (
    "tests/test_gsa.py",
    "--deselect=tests/test_gsa.py::test_published_ratios_hold_against_the_optimum",
    "--deselect=tests/test_gsa.py::test_published_ratios_hold_against_the_area_bound",
    "--deselect=tests/test_gsa.py::test_svf_keeps_its_ratio_against_the_optimum",
    "--deselect=tests/test_gsa.py::test_svf_keeps_its_ratio_against_the_area_bound",
)
# every decision against its definition; cancellations and other budgets against a simple server
DECISIONS = (
    "tests/test_learned.py::test_both_engines_cut_and_replan",
    "tests/test_learned.py::test_a_cancelled_request_is_forgotten",
    "tests/test_declared.py::test_every_decision_is_as_declared",
    "tests/test_declared.py::test_the_fallback_of_thinning_is_as_declared",
    "tests/test_declared.py::test_thinning_spares_those_within_their_bounds",
    "tests/test_stateful.py",
    "--deselect=tests/test_stateful.py::test_the_machine_finds_what_is_broken",
)
# what the declarations say, and what they lead to
DECLARED = ("tests/test_declarations.py", "tests/test_admission.py", *BY_HAND, *GSA)
FOLDER = Path(__file__).parent.parent.parent / "simulate" / "policies"
WORD_TESTS = (
    *("tests/test_declarations.py", "tests/test_admission.py"),
    *(*GSA, *ENGINE, *DECISIONS),
)
POLICIES = sorted(f"simulate/policies/{path.name}" for path in FOLDER.glob("*.py"))
WORDS = sorted(
    str(path.relative_to(FOLDER.parent.parent)) for path in FOLDER.with_name("words").rglob("*.py")
)

TARGETS: dict[str, dict[str, tuple[str, ...]]] = {
    "model": {
        "theory/model.py": ("theory/model.py", "tests/test_model.py"),
        "theory/checks.py": ("theory/checks.py", "tests/test_checks.py"),
        "theory/area.py": ("tests/test_area.py",),
    },
    "checker": {
        "proofs_check/certificate.py": ("proofs_check/certificate.py", *CHECKER),
        "proofs_check/optimality.py": ("proofs_check/optimality.py", *CHECKER),
    },
    "engine": {
        "simulate/engine.py": ("simulate/engine.py", *ENGINE, *TIMED),
        "simulate/queue.py": ("simulate/queue.py", "tests/test_queue.py", *ENGINE),
        "simulate/forecast.py": ("simulate/forecast.py", "tests/test_forecast.py", *ENGINE),
        "simulate/view.py": ("simulate/view.py", "tests/test_view.py", *ENGINE),
        **dict.fromkeys(("simulate/declared.py", *WORDS), WORD_TESTS),
    },
    "policies": {
        "simulate/policy.py": ("simulate/policy.py", *DECLARED),
        **{module: (module, *DECLARED) for module in POLICIES},
    },
}
