"""Runs a part of `make thorough` and keeps how long it took, for the page of the quality.

    python -m tests.thorough.timed branches python -m tests.thorough.branches

The times go to reports/out/thorough.json, one entry a part; the last run of a part replaces the
one before. The exit status is that of the command.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent.parent.parent / "reports" / "out" / "thorough.json"


def main(arguments: Sequence[str]) -> int:
    """Run the command that follows the name of the part."""
    name, *command = arguments
    started = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known[name] = {
        "command": " ".join([Path(command[0]).name, *command[1:]]),
        "status": status,
        "seconds": round(time.monotonic() - started),
        "processor": round(used.ru_utime + used.ru_stime),
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
