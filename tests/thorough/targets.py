"""Which tests concern which module, for mutation testing: arguments of pytest, quick ones first."""

TARGETS: dict[str, tuple[str, ...]] = {
    "theory/model.py": ("theory/model.py", "tests/test_model.py"),
    "theory/checks.py": ("theory/checks.py", "tests/test_checks.py"),
    "theory/area.py": ("tests/test_area.py",),
    "proofs_check/certificate.py": (
        "proofs_check/certificate.py",
        "tests/test_optimality.py",
        "--deselect=tests/test_optimality.py::test_the_command",
        "--deselect=tests/test_optimality.py::test_the_checker_is_short_and_needs_the_standard_library_alone",
    ),
    "proofs_check/optimality.py": (
        "proofs_check/optimality.py",
        "tests/test_optimality.py",
        "--deselect=tests/test_optimality.py::test_the_command",
        "--deselect=tests/test_optimality.py::test_the_checker_is_short_and_needs_the_standard_library_alone",
    ),
}
