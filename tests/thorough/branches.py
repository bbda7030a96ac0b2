"""Branch coverage of the checker and of what its path uses: every line and branch, by the tests.

python -m tests.thorough.branches
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.thorough.targets import SUBPROCESSES

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "reports" / "out" / "branches.json"
MEASURED = (
    *("proofs_check/certificate.py", "proofs_check/optimality.py", "proofs_check/enumeration.py"),
    *("proofs_check/copositive.py", "proofs_check/fluid.py"),
    *("theory/model.py", "theory/checks.py"),
)
TESTS = (
    *("tests/test_optimality.py", "tests/test_optimality_command.py", "tests/test_enumeration.py"),
    *("tests/test_grammar.py", "tests/test_copositive.py"),
    *("tests/test_model.py", "tests/test_model_columns.py"),
    *("tests/test_checks.py", "tests/test_exact.py"),
    *(f"kvratio/{name}" for name in MEASURED),  # their examples
)


def measure() -> dict[str, dict[str, int]]:
    """Run the tests of the checker under coverage; statements and branches, missing and in all."""
    work = RESULTS.parent
    work.mkdir(parents=True, exist_ok=True)
    data, report = work / "branches.data", work / "branches.raw.json"
    environment = {**os.environ, "COVERAGE_FILE": str(data)}
    tool = [sys.executable, "-m", "coverage"]
    include = f"--include={','.join(MEASURED)}"
    pytest = ["pytest", "-q", "-n0", "-p", "no:cacheprovider", *TESTS, *SUBPROCESSES]
    done = subprocess.run(
        [*tool, "run", "--branch", include, "-m", *pytest], cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit("the tests fail")
    subprocess.run([*tool, "json", "-q", "-o", str(report)], cwd=ROOT, env=environment, check=True)
    files = json.loads(report.read_text())["files"]
    wanted = ("num_statements", "missing_lines", "num_branches", "missing_branches")
    return {name: {key: files[name]["summary"][key] for key in wanted} for name in MEASURED}


def main() -> None:
    """Measure, keep the figures, and fail where a line or branch is missed."""
    found = measure()
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    missed = [name for name, f in found.items() if f["missing_lines"] or f["missing_branches"]]
    if missed:
        raise SystemExit(f"not covered in full: {', '.join(missed)}")


if __name__ == "__main__":
    main()
