"""A report as Markdown, and its tables as CSV and LaTeX."""

import csv
import io
from collections.abc import Iterable, Sequence

from kvratio.reports.document import (
    MEANING,
    Block,
    Column,
    Document,
    Figure,
    Finding,
    Kind,
    Section,
    Table,
    Viewer,
)


def markdown(document: Document) -> str:
    """The whole report; figures are linked, evidence is listed below each claim."""
    lines = [f"# {document.title}", "", f"{document.description}.", ""]
    lines += ["How numbers were obtained:", ""]
    lines += [f"- **{label}**: {meaning}" for label, meaning in MEANING.items()]
    for section in document.sections:
        lines += ["", section_markdown(section).removesuffix("\n")]
    lines += ["", "## What was run", "", f"To repeat it: `{document.command}`.", ""]
    lines += ["Versions, seeds, sources and the hashes of all files: `manifest.json`."]
    return "\n".join(lines) + "\n"


def section_markdown(section: Section, level: int = 2, figures: str = "figures/") -> str:
    """One section under a heading of that level; `figures`: where the figures are.

    >>> section_markdown(Section("x", "Title", ("A paragraph.",)))
    '## Title\\n\\nA paragraph.\\n'
    """
    lines = [f"{'#' * level} {section.title}"]
    for block in section.blocks:
        lines += ["", *_block(block, figures)]
    for part in section.parts:
        lines += ["", section_markdown(part, level + 1, figures).removesuffix("\n")]
    return "\n".join(lines) + "\n"


def _block(block: Block, figures: str) -> list[str]:
    if isinstance(block, str):
        return [block]
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return [f"![{block.text}]({figures}{block.name}.svg)", "", block.caption]
    if isinstance(block, Viewer):
        return [f"{block.caption} (The page shows them: `index.html`.)"]
    return [line for finding in block for line in _finding(finding)]


def _finding(finding: Finding) -> list[str]:
    return [
        f"- {finding.number} **{finding.verdict}** {finding.id}: {finding.reading}: "
        f"{finding.claim} ({finding.source})".replace("-  ", "- "),
        *([f"    - counterexample: {finding.counterexample}"] if finding.counterexample else []),
        f"    - checked: `{finding.checked}`. {finding.provenance}",
        *([f"    - planned before the run: {finding.planned}"] if finding.planned else []),
        *([f"    - checked by Coq: {finding.coq}"] if finding.coq else []),
        *(f"    - [{e.obtained}, {e.outcome}] {e.text}" for e in finding.evidence),
    ]


def _table(table: Table) -> list[str]:
    heads = [head(column) for column in table.columns]
    aligned = ["---:" if column.kind is Kind.NUMBER else "---" for column in table.columns]
    rows = (
        [_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    )
    lines = [f"**{table.caption}**", "", *pipe_table(heads, rows, aligned)]
    return [*lines, "", table.note] if table.note else lines


def head(column: Column) -> str:
    """A column's name with how its numbers were obtained.

    >>> from kvratio.reports.document import Obtained
    >>> head(Column("mean", obtained=Obtained.SIMULATED))
    'mean (simulated)'
    """
    return f"{column.name.strip()} ({column.obtained})" if column.obtained else column.name.strip()


def _cell(cell: str, column: Column) -> str:
    return f"`{cell}`" if column.kind is Kind.FORMULA and cell else cell


def pipe_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], aligned: Sequence[str] = ()
) -> list[str]:
    """The lines of a table in Markdown; `aligned` is its second line, cell by cell.

    >>> pipe_table(["x"], [["a | b"]])
    ['| x |', '| --- |', '| a \\\\| b |']
    """

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    return [line(header), line(aligned or ["---"] * len(header)), *map(line, rows)]


def csv_text(table: Table) -> str:
    """Comma-separated values; numbers have no thousands separators."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(head, table.columns))
    writer.writerows(plain(row, table.columns) for row in table.rows)
    return stream.getvalue()


def plain(row: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Thousands separators are for readers of text, not for programs.

    >>> from kvratio.reports.document import Obtained
    >>> plain(("a, b", "1,200"), (Column("x", Kind.TEXT), Column("y", obtained=Obtained.CITED)))
    ['a, b', '1200']
    """
    return [
        cell.replace(",", "") if column.kind is Kind.NUMBER else cell
        for cell, column in zip(row, columns, strict=True)
    ]


_ESCAPES = {
    "\\": r"\textbackslash{}", "_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$",
    "{": r"\{", "}": r"\}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\(<\)",
    ">": r"\(>\)", "±": r"\(\pm\)",
}  # fmt: skip


def tex_text(text: str) -> str:
    r"""Plain text as LaTeX.

    >>> tex_text("A_min, 5 %")
    'A\\_min, 5 \\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


def latex(table: Table) -> str:
    """A longtable (packages longtable, booktabs)."""
    aligned = "".join("r" if column.kind is Kind.NUMBER else "l" for column in table.columns)

    def line(cells: Iterable[str]) -> str:
        return " & ".join(map(tex_text, cells)) + r" \\"

    return "\n".join(
        [
            rf"\begin{{longtable}}{{{aligned}}}",
            rf"\caption{{{tex_text(table.caption)}}} \\",
            r"\toprule",
            line(map(head, table.columns)),
            r"\midrule",
            r"\endhead",
            *map(line, table.rows),
            r"\bottomrule",
            r"\end{longtable}",
            "",
        ]
    )
