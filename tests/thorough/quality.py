"""The page of the quality of the suite, from the figures that the thorough runs have left.

    python -m tests.thorough.quality

writes reports/published/quality.md and quality.json; a run that is missing is said to be missing.
What was not run here keeps its published figures; where a module's text has changed since, its row
of the mutation testing says so, and the total of its part leaves it out.
Survivors of the mutation testing are listed with the reasons of `survivors.json`, by the changed
line; one without a reason is a gap in the tests and is called so.
"""

import json
from collections.abc import Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from scipy.stats import beta, norm

from tests.thorough import branches, fuzz, timed
from tests.thorough.faults import digest, places
from tests.thorough.mutation import Result, stored
from tests.thorough.targets import TARGETS

ROOT = Path(__file__).parent.parent.parent
PUBLISHED = ROOT / "reports" / "published"
REASONS = Path(__file__).parent / "survivors.json"
LEVEL = 0.95  # of the confidence intervals
UNEXPLAINED = "no reason known: a gap in the tests"


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Clopper and Pearson's interval for the share of all faults that the tests kill.

    >>> interval(10, 10)[1]
    1.0
    """
    rest = (1 - LEVEL) / 2
    low = 0.0 if not killed else float(beta.ppf(rest, killed, tried - killed + 1))
    high = 1.0 if killed == tried else float(beta.ppf(1 - rest, killed + 1, tried - killed))
    return low, high


def together(rows: Sequence[dict[str, Any]]) -> tuple[float, float, float]:
    """The share of all faults of several modules that the tests kill, and an interval for it.

    Every module counts with all its faults, whatever share of them was tried. The interval is that
    of stratified sampling without replacement by the normal distribution; a module's share is
    moved towards one half (one fault more killed, one more survived), so that a module without
    survivors is not taken for certain.

    >>> together([{"faults": 10, "tried": 10, "killed": 9}])
    (0.9, 0.9, 0.9)
    """
    faults = sum(row["faults"] for row in rows)
    share = variance = 0.0
    for row in rows:
        weight, tried, killed = row["faults"] / faults, row["tried"], row["killed"]
        share += weight * killed / tried
        middle = (killed + 1) / (tried + 2)
        variance += weight**2 * (1 - tried / row["faults"]) * middle * (1 - middle) / tried
    reach = float(norm.ppf((1 + LEVEL) / 2)) * sqrt(variance)
    return share, max(0.0, share - reach), min(1.0, share + reach)


def reasons() -> dict[str, dict[str, str]]:
    """Why a survivor is none, by module and by "before => after"; "*" stands for all others."""
    found: dict[str, dict[str, str]] = json.loads(REASONS.read_text(encoding="utf-8"))
    return found


def explained(module: str, survivors: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The survivors (line and change) of a module with their reasons."""
    known = reasons().get(module, {})
    missing = known.get("*", UNEXPLAINED)
    return [{**one, "reason": known.get(one["change"], missing)} for one in survivors]


def module_row(module: str, results: Iterable[Result]) -> dict[str, Any]:
    """The figures of one module; survivors with their reasons."""
    mine = [r for r in results if r.mutant.module == module]
    survivors = [
        {"line": r.mutant.line, "change": f"{r.mutant.before} => {r.mutant.after}"}
        for r in sorted(mine, key=lambda r: r.mutant.line)
        if r.outcome == "survived"
    ]
    code = (ROOT / module).read_text(encoding="utf-8")
    return {
        "module": module,
        "source": digest(module),
        "faults": len(places(code)),
        "tried": len(mine),
        "killed": sum(r.outcome != "survived" for r in mine),
        "timeouts": sum(r.outcome == "timeout" for r in mine),
        "seconds": round(sum(r.seconds for r in mine)),
        "survivors": explained(module, survivors),
    }


def published() -> dict[str, Any]:
    """The figures of the last page."""
    file = PUBLISHED / "quality.json"
    last: dict[str, Any] = {"mutation": {}, "fuzzing": [], "branches": {}}
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else last


def mutation_row(
    module: str, results: Iterable[Result], earlier: dict[str, Any] | None
) -> dict[str, Any]:
    """The figures of one module: of the stored results, else those published (`earlier`)."""
    row = module_row(module, results)
    if row["tried"] or earlier is None or not earlier["tried"]:
        return row
    same = earlier["source"] == row["source"]
    survivors = explained(module, earlier["survivors"]) if same else earlier["survivors"]
    return {**earlier, "survivors": survivors}


def collect() -> dict[str, Any]:
    """All figures; mutation results of an older text of a module do not count."""
    current = {module: digest(module) for group in TARGETS.values() for module in group}
    results = [r for (source, m), r in stored().items() if source == current.get(m.module)]
    last = published()
    earlier = {row["module"]: row for group in last["mutation"].values() for row in group}
    groups = {
        name: [mutation_row(module, results, earlier.get(module)) for module in group]
        for name, group in TARGETS.items()
    }
    others = {"fuzzing": fuzz.RESULTS, "branches": branches.RESULTS, "times": timed.RESULTS}
    return {
        "mutation": groups,
        **{
            key: json.loads(path.read_text(encoding="utf-8"))
            if path.exists()
            else last.get(key, {})
            for key, path in others.items()
        },
    }


def markdown(data: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# Quality of the suite",
        "",
        "`make thorough` runs all this; `python -m tests.thorough.quality` writes the page.",
        "",
        "## Mutation testing",
        "",
        "One small fault at a time is put into a module, and the tests of that module have to",
        "fail. Faults: cosmic-ray's operators, and other words in a policy's declaration. Where",
        "not all were tried, those tried are a random sample (seed 0), and the interval holds the",
        f"share of all faults with {LEVEL:.0%} confidence. In a part's total every module counts",
        "with all its faults.",
        "A fault that makes the tests run out of time counts as killed. What is compiled otherwise",
        "is run by Python as it is written, on small batches.",
        "Figures of an older text were measured before the module last changed; their line numbers",
        "are those of that text, and the totals leave them out.",
        _extent(data["mutation"]),
        "",
        "| part | module | faults | tried | killed | share | interval | out of time | text |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, group in data["mutation"].items():
        lines += [_mutation_line(name, row) for row in group]
        lines.append(_total_line(name, [r for r in group if r["tried"] and _is_current(r)]))
    lines += ["", "### Survivors", ""]
    for group in data["mutation"].values():
        for row in group:
            lines += _survivor_lines(row)
    lines += _fuzzing_lines(data["fuzzing"])
    lines += _branch_lines(data["branches"])
    lines += _time_lines(data)
    return "\n".join(lines) + "\n"


def _extent(groups: dict[str, list[dict[str, Any]]]) -> str:
    """How much of all was tried."""
    rows = [row for group in groups.values() for row in group if row["faults"] or row["tried"]]
    now = [row for row in rows if row["tried"] and _is_current(row)]
    older = sum(bool(row["tried"]) for row in rows) - len(now)
    tried, killed = (sum(row[key] for row in now) for key in ("tried", "killed"))
    share = f", of which {killed:,} ({killed / tried:.1%}) were killed" if tried else ""
    none = len(rows) - len(now) - older
    return (
        f"Of {len(rows)} modules with faults {len(now)} were tried as they are now, with {tried:,} "
        f"faults{share};\n{older} have figures of an older text, {none} none."
    )


def _is_current(row: dict[str, Any]) -> bool:
    """Are the figures those of the module as it is now?"""
    return bool(row["source"] == digest(row["module"]))


def _mutation_line(name: str, row: dict[str, Any]) -> str:
    killed, tried, faults = row["killed"], row["tried"], row["faults"]
    if not tried:
        share, span = "not run", ""
    else:
        share = f"{killed / tried:.1%}"
        low, high = interval(killed, tried)
        span = "" if tried == faults else f"{low:.1%} to {high:.1%}"
    text = ("as now" if _is_current(row) else "older") if tried else ""
    cells = (name, row["module"], faults, tried, killed, share, span, row["timeouts"], text)
    return f"| {' | '.join(map(str, cells))} |"


def _total_line(name: str, rows: Sequence[dict[str, Any]]) -> str:
    """A part as a whole; `rows`: its modules that were run."""
    if not rows:
        return f"| {name} | **all** | | 0 | 0 | not run as now | | | |"
    keys = ("faults", "tried", "killed", "timeouts")
    faults, tried, killed, timeouts = (sum(row[key] for row in rows) for key in keys)
    share, low, high = together(rows)
    span = "" if tried == faults else f"{low:.1%} to {high:.1%}"
    cells = (name, "**all**", faults, tried, killed, f"{share:.1%}", span, timeouts, "as now")
    return f"| {' | '.join(map(str, cells))} |"


def _survivor_lines(row: dict[str, Any]) -> list[str]:
    if not row["survivors"]:
        return []
    older = "" if _is_current(row) else " (older text)"
    lines = [f"{row['module']}{older}:", "", "| line | fault | reason |", "| --- | --- | --- |"]
    for one in row["survivors"]:
        change = one["change"].replace("|", "\\|")
        lines.append(f"| {one['line']} | `{change}` | {one['reason']} |")
    return [*lines, ""]


def _fuzzing_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["## Fuzzing", ""]
    if not rows:
        return [*lines, "Not run.", ""]
    total = sum(row["inputs"] for row in rows)
    lines += [
        f"{total:,} inputs, guided by coverage (atheris), through every parser. An input is",
        f"accepted, or refused with the documented error, within {fuzz.PATIENCE} seconds; else it",
        "is a bug.",
        "What was found earlier, and is repaired, is in `tests/test_fuzz.py`.",
        "",
        "| parser | inputs | seconds | found |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        found = row["found"] or ("nothing" if row["status"] == 0 else f"status {row['status']}")
        lines.append(f"| {row['parser']} | {row['inputs']:,} | {row['seconds']} | {found} |")
    return [*lines, ""]


def _branch_lines(files: dict[str, dict[str, int]]) -> list[str]:
    lines = ["## Branch coverage of the checker", ""]
    if not files:
        return [*lines, "Not run."]
    lines += [
        "| file | statements | missed | branches | missed |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, f in files.items():
        cells = (f["num_statements"], f["missing_lines"], f["num_branches"], f["missing_branches"])
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return lines


def _time_lines(data: dict[str, Any]) -> list[str]:
    """How long the parts took that were run, whether together or one by one."""
    rows = [row for group in data["mutation"].values() for row in group if row.get("seconds")]
    lines = ["", "## Times", ""]
    if rows:
        tried, seconds = (sum(row[key] for row in rows) for key in ("tried", "seconds"))
        lines += [
            f"The {tried:,} faults in {len(rows)} modules of which the time is known took "
            f"{seconds / 60:,.0f} minutes of a processor,",
            "the tests without a fault not counted.",
        ]
    if not data["times"]:
        return [*lines, "Of no other part the time is known."]
    lines += ["", "| part | seconds | of the processor | status | command |", "| --- " * 5 + "|"]
    for name, one in data["times"].items():
        cells = (name, one["seconds"], one["processor"], one["status"], f"`{one['command']}`")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def main() -> None:
    """Collect the figures and write the page."""
    data = collect()
    (PUBLISHED / "quality.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    (PUBLISHED / "quality.md").write_text(markdown(data), encoding="utf-8")


if __name__ == "__main__":
    main()
