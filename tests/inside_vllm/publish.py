"""Everything that is claimed of the policies inside vLLM, measured: `make vllm`.

Takes the trace's file as argument and writes reports/published/vllm.json and vllm.md. Exits with an
error if a schedule differs, or if a step takes more than `MOST` times vLLM's own.
"""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from tests.inside_vllm.page import MOST, page

PUBLISHED = Path(__file__).parents[2] / "reports" / "published"


def main(trace: Path) -> int:
    """Measure, write, and judge."""
    from tests.inside_vllm import aborts, agreement, engine_core, overhead

    print("aborted, nothing left of them:", dict(sorted(aborts.totals().items())))
    data = {
        "versions": {name: version(name) for name in ("vllm", "torch", "numpy", "numba")},
        "python": platform.python_version(),
        "agreement": agreement.rows(),
        "engine_core": engine_core.rows(trace),
        "overhead": overhead.rows(),
        "setting": {
            "trace": engine_core.TRACE,
            "requests": engine_core.SIZE,
            "longest": engine_core.LONGEST,
            "memory": engine_core.MEMORY,
            "block": engine_core.BLOCK,
            "rate": engine_core.RATE,
            "running": overhead.RUNNING,
            "waiting": overhead.WAITING,
        },
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(data[name])}" for name in data)
    (PUBLISHED / "vllm.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    (PUBLISHED / "vllm.md").write_text(page(data), encoding="utf-8")
    differ = [row for row in data["agreement"] if row["equal"] < row["cases"]]
    slow = [row for row in data["overhead"] if row["ratio"] > MOST]
    for row in (*differ, *slow):
        print("FAILED", row)
    return 1 if differ or slow else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
