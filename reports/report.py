"""The analysis report: a page, its Markdown version, the numbers, and a manifest with hashes."""

import hashlib
import json
import platform
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from reports.compare import Comparison
from reports.figures import cache_figure, latency_figure
from reports.output import write_text
from reports.terminal import COLUMNS, LEGEND, comparison_cells

DEPENDENCIES = ("numpy", "matplotlib")  # those that shape the bytes of the report
SHOWN_CACHES = ("h-sf", "a-max", "a-min", "fcfs")  # more curves than these hide each other


def report_files(comparison: Comparison, command: str, seed: int) -> dict[str, str]:
    """The texts of all files of the report, by name."""
    legend = LEGEND.format(bound=comparison.bound).replace("\n", " ")
    cells = comparison_cells(comparison)
    provenance = [
        f"kvratio {version('kvratio')}, seed {seed}, Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in DEPENDENCIES),
    ]
    page = _template("report.html.j2").render(
        description=comparison.description,
        columns=COLUMNS,
        rows=cells,
        legend=legend,
        figures=_figures(comparison),
        command=command,
        provenance=provenance,
    )
    texts = {
        "index.html": page,
        "report.md": _markdown(comparison.description, cells, legend, command, provenance),
        "policies.json": json.dumps(comparison.rows(), indent=2) + "\n",
        "policies.csv": "".join(_csv_line(row) for row in (COLUMNS, *cells)),
    }
    texts["manifest.json"] = _manifest(texts, command, provenance)
    return texts


def write_report(out: Path, texts: dict[str, str]) -> None:
    """Write the files of a report into the folder `out`, making it if needed."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_text(out / name, text)


def _template(name: str) -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string((files("reports") / "page" / name).read_text("utf-8"))


def _figures(comparison: Comparison) -> list[dict[str, str]]:
    caches = [run for run in comparison.runs if run.policy in SHOWN_CACHES] or comparison.runs[:4]
    return [
        {
            "svg": latency_figure(comparison),
            "alt": "Distribution of latency by policy",
            "caption": "A curve further to the left and higher is better. The latency axis is "
            "logarithmic.",
        },
        {
            "svg": cache_figure(caches),
            "alt": "Cache in use over time by policy",
            "caption": "What stays empty below the budget line was reserved for tokens that never "
            "came, or held back until it could be used without an eviction.",
        },
    ]


def _markdown(
    description: str, cells: list[tuple[str, ...]], legend: str, command: str, provenance: list[str]
) -> str:
    lines = ["# kvratio report", "", f"{description}.", ""]
    lines += [f"| {' | '.join(row)} |" for row in (COLUMNS, ["---"] * len(COLUMNS), *cells)]
    lines += ["", legend, "", f"`{command}`", "", *(f"- {line}" for line in provenance)]
    return "\n".join(lines) + "\n"


def _csv_line(cells: tuple[str, ...]) -> str:
    """Thousands separators are for readers of text, not for programs."""
    return ",".join(cell.replace(",", "") for cell in cells) + "\n"


def _manifest(texts: dict[str, str], command: str, provenance: list[str]) -> str:
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    content = {"command": command, "provenance": provenance, "sha256": hashes}
    return json.dumps(content, indent=2) + "\n"
