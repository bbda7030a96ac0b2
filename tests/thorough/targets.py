"""Which tests concern which module, for mutation testing: arguments of pytest, quick ones first.

Tests that start other processes are left out: those would import the module from its file.
"""

from pathlib import Path

SUBPROCESSES = (
    "--deselect=tests/test_optimality_command.py::test_the_command",
    "--deselect=tests/test_optimality_command.py"
    "::test_the_checker_is_short_and_needs_the_standard_library_alone",
    "--deselect=tests/test_engine.py::test_same_seed_same_bytes_in_another_process",
)
CHECKER = (
    *("tests/test_grammar.py", "tests/test_optimality.py", "tests/test_optimality_command.py"),
    *("tests/test_enumeration.py", *SUBPROCESSES),
)
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
    *("kvratio/simulate/timing.py", "kvratio/simulate/timed.py"),
    *("tests/test_time_by_hand.py", "tests/test_timing.py"),
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
DECLARED = (
    *("tests/test_sources.py", "tests/test_declarations.py", "tests/test_admission.py"),
    *(*BY_HAND, *GSA),
    "--deselect=tests/test_gsa.py::test_fcfs_keeps_no_such_ratio",
)
FOLDER = Path(__file__).parent.parent.parent / "simulate" / "policies"
# what a word means to either engine: the kernel's half is held against the reference's
WORD_TESTS = (
    *("tests/test_words.py", "tests/test_declarations.py", "tests/test_admission.py", *BY_HAND),
    "tests/test_kernel.py::test_work_by_hand",
    "tests/test_keep.py::test_a_kept_token_is_made_once",
    "tests/test_keep.py::test_the_kit_sees_tokens_that_were_not_made",
    "tests/test_chunks.py::test_a_third_statement_of_fcfs",
    "tests/test_declared.py::test_the_fallback_of_thinning_is_as_declared",
    "tests/test_declared.py::test_thinning_spares_those_within_their_bounds",
    "tests/test_keep.py::test_random_batches_have_the_reference_schedules",
    "tests/test_kernel.py::test_random_batches_have_the_reference_schedules",
    "tests/test_declared.py::test_every_decision_is_as_declared",
)
POLICIES = sorted(f"simulate/policies/{path.name}" for path in FOLDER.glob("*.py"))
WORDS = sorted(
    str(path.relative_to(FOLDER.parent.parent)) for path in FOLDER.with_name("words").rglob("*.py")
)

# the rows of the ratios need a minute: the rows of a module alone
DERIVED = ("tests/test_derived.py::test_a_result_and_no_mutant_of_it_is_accepted", "-k")
MEASURED = (
    "tests/test_time_by_hand.py",
    "tests/test_measures.py",
    "tests/test_third_statements.py",
)
READ = ("tests/test_traces.py", "tests/test_formats.py")
MODELLED = (
    *("tests/test_gpu.py", "tests/test_gpu_fit.py", "tests/test_gpu_profile.py"),
    "--deselect=tests/test_gpu_fit.py::test_the_published_errors_come_out_again",
    "--deselect=tests/test_gpu_fit.py::test_the_fit_finds_durations_again",
)
WAITING = (
    *("tests/test_wait_thresholds.py", "tests/test_wait_fast.py"),
    *("tests/test_third_statements.py", "tests/test_wait.py"),
)
# without thousands of requests, which Python would run
LEARNING = (
    *("tests/test_plans.py", "tests/test_third_statements.py", "tests/test_learned.py"),
    "--deselect=tests/test_learned.py::test_two_lengths_with_prompts",
    "--deselect=tests/test_learned.py::test_below_a_min",
    "--deselect=tests/test_learned.py::test_both_engines_cut_and_replan",
    "--deselect=tests/test_learned.py::test_the_price_of_a_plan_is_the_form",
)
# without the compiler
KERNEL = (
    "tests/test_time_by_hand.py",
    "tests/test_kernel.py::test_work_by_hand",
    "tests/test_kernel.py::test_the_queue_has_room_for_all_keys",
    "tests/test_third_statements.py",
    "tests/test_kernel.py::test_a_livelock_is_named_as_the_reference_names_it",
    "tests/test_timing.py::test_a_livelock_is_named_in_time",
    "tests/test_kernel.py::test_progress_grows_to_all_requests",
    "tests/test_kernel.py::test_numbers_beyond_64_bits_go_to_the_reference_engine",
    "tests/test_kernel.py::test_a_run_beyond_the_horizon_is_left_to_the_reference_engine",
    "tests/test_timing.py::test_times_beyond_64_bits_go_to_the_reference_engine",
    "tests/test_timing.py::test_time_that_runs_out_is_left_to_the_reference_engine",
    "tests/test_kernel.py::test_random_batches_have_the_reference_schedules",
    "tests/test_chunks.py::test_both_engines_agree_and_the_verifier_accepts",
    "tests/test_chunks.py::test_a_third_statement_of_fcfs",
    "tests/test_keep.py::test_random_batches_have_the_reference_schedules",
    "tests/test_timing.py::test_random_batches_agree_in_time",
)
BELOW = "tests/test_compare_timed.py::test_no_schedule_is_below_the_bound"
COMPARED = (
    *("tests/test_compared_by_hand.py", "tests/test_stopwatch.py"),
    *("tests/test_compare_timed.py", "tests/test_third_statements.py"),
)
EXPERIMENTS = (
    *("tests/test_compared_by_hand.py", "tests/test_experiments.py"),
    "--deselect=tests/test_experiments.py::test_a_slice_comes_out_again",
    "--deselect=tests/test_experiments.py::test_the_command_lists_runs_and_names_what_is_missing",
)
HINDSIGHT = (
    *("tests/test_hindsight_parts.py", "tests/test_profile_cuts.py", "tests/test_annealing.py"),
    *("tests/test_relaxation.py", "tests/test_hindsight.py"),
)


def _modules(folder: str) -> list[str]:
    """The modules of a folder that hold code, from the project's root."""
    root = FOLDER.parent.parent
    return sorted(
        str(path.relative_to(root)) for path in (root / folder).glob("*.py") if path.stat().st_size
    )


TARGETS: dict[str, dict[str, tuple[str, ...]]] = {
    "model": {
        "theory/model.py": (
            *("kvratio/theory/model.py", "tests/test_model.py", "tests/test_model_columns.py"),
        ),
        "theory/checks.py": ("kvratio/theory/checks.py", "tests/test_checks.py"),
        "theory/area.py": ("tests/test_area.py",),
        "theory/machine.py": ("kvratio/theory/machine.py", "tests/test_area.py"),
        "theory/cache_prices.py": ("tests/test_cache_prices.py",),
    },
    "checker": {
        "proofs_check/certificate.py": ("kvratio/proofs_check/certificate.py", *CHECKER),
        "proofs_check/optimality.py": ("kvratio/proofs_check/optimality.py", *CHECKER),
        "proofs_check/enumeration.py": (
            *("kvratio/proofs_check/enumeration.py", "tests/test_enumeration.py"),
        ),
        "proofs_check/kept_certificate.py": ("tests/test_kept_optimum.py",),
        "proofs_check/priced.py": ("tests/test_priced.py",),
        "proofs_check/cancelling.py": ("tests/test_cancelling.py",),
        "proofs_check/copositive.py": ("tests/test_copositive.py",),
    },
    "engine": {
        "simulate/engine.py": ("kvratio/simulate/engine.py", *ENGINE, *TIMED),
        "simulate/limits.py": ("kvratio/simulate/limits.py", "tests/test_time_by_hand.py"),
        "simulate/queue.py": ("kvratio/simulate/queue.py", "tests/test_queue.py", *ENGINE),
        "simulate/forecast.py": ("kvratio/simulate/forecast.py", "tests/test_forecast.py", *ENGINE),
        "simulate/view.py": ("kvratio/simulate/view.py", "tests/test_view.py", *ENGINE),
        "simulate/declared.py": (*WORD_TESTS, *DECISIONS),
        **{module: (f"kvratio/{module}", *WORD_TESTS) for module in WORDS},
    },
    "policies": {
        "simulate/policy.py": ("kvratio/simulate/policy.py", *DECLARED),
        **{module: (f"kvratio/{module}", *DECLARED) for module in POLICIES},
    },
    "theory": {
        "theory/bound.py": ("kvratio/theory/bound.py", *DERIVED, "general"),
        "theory/formula.py": ("kvratio/theory/formula.py", *DERIVED, "general"),
        "theory/forms.py": ("tests/test_time_by_hand.py", "tests/test_forms.py"),
        "theory/lengths.py": ("tests/test_lengths.py", "tests/test_time_by_hand.py"),
        "theory/general.py": ("tests/test_general.py", *DERIVED, "general"),
        "theory/general_variants.py": ("tests/test_general.py", *DERIVED, "general"),
        "theory/survival.py": ("kvratio/theory/survival.py", "tests/test_general.py"),
        "theory/slicing.py": ("tests/test_slicing.py",),
        "theory/stages.py": ("kvratio/theory/stages.py", "tests/test_slicing.py"),
        "theory/learned.py": ("kvratio/theory/learned.py", *LEARNING),
    },
    "simulation": {
        "simulate/measures.py": ("kvratio/simulate/measures.py", *MEASURED),
        "simulate/predictions.py": ("tests/test_time_by_hand.py", "tests/test_predictions.py"),
        "simulate/traces.py": READ,
        "simulate/formats.py": READ,
        "simulate/timed.py": TIMED,
        "simulate/timing.py": TIMED,
        **{module: (f"kvratio/{module}", *MODELLED) for module in _modules("simulate/gpu")},
        "simulate/gpu/host.py": ("tests/test_compared_by_hand.py",),
        **dict.fromkeys(_modules("simulate/wait"), WAITING),
        **dict.fromkeys(_modules("simulate/learned"), LEARNING),
    },
    "kernel": dict.fromkeys(_modules("simulate/kernel"), KERNEL),
    "comparison": {
        **dict.fromkeys(_modules("reports/compare"), (*COMPARED, f"--deselect={BELOW}")),
        "reports/compare/shown.py": ("tests/test_shown.py",),
        "reports/compare/timed.py": COMPARED,
    },
    "experiments": dict.fromkeys(_modules("reports/studies/experiments"), EXPERIMENTS),
    "hindsight": dict.fromkeys(_modules("theory/hindsight"), HINDSIGHT),
}
