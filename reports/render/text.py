"""A report as Markdown, and its tables as CSV and LaTeX."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from kvratio.reports.document import (
    MEANING,
    Block,
    Claims,
    Column,
    Document,
    Figure,
    Kind,
    Section,
    Table,
    Viewer,
)
from kvratio.reports.render.links import file_of

EVIDENCE = "The evidence of each claim: `claims.html`, or `kvratio check --claim NAME`."


def markdown(document: Document, linked: AbstractSet[str] = frozenset()) -> str:
    """The whole report; figures are linked, evidence is listed below each claim.

    Of tables whose files are `linked` to the published ones only the caption stands here.
    """
    lines = [f"# {escaped(document.title)}", "", f"{escaped(document.description)}.", ""]
    lines += ["How numbers were obtained:", ""]
    lines += [f"- **{label}**: {meaning}" for label, meaning in MEANING.items()]
    first = (document.own, document.front)
    for section in (*(one for one in first if one), *document.sections):
        lines += ["", section_markdown(section, linked=linked).removesuffix("\n")]
    lines += ["", "## What was run", "", "To repeat it:", "", *_code(document.command), ""]
    lines += ["Versions, seeds, sources and the hashes of all files: `manifest.json`."]
    return "\n".join(lines) + "\n"


def section_markdown(
    section: Section,
    level: int = 2,
    figures: str = "figures/",
    linked: AbstractSet[str] = frozenset(),
) -> str:
    """One section under a heading of that level; `figures`: where the figures are.

    >>> section_markdown(Section("x", "Title", ("A paragraph.",)))
    '## Title\\n\\nA paragraph.\\n'
    """
    lines = [f"{'#' * level} {escaped(section.title)}"]
    for block in section.blocks:
        lines += ["", *_block(block, figures, linked)]
    for part in section.parts:
        lines += ["", section_markdown(part, level + 1, figures, linked).removesuffix("\n")]
    return "\n".join(lines) + "\n"


def _block(block: Block, figures: str, linked: AbstractSet[str]) -> list[str]:
    if isinstance(block, str):
        return [escaped(block)]
    if isinstance(block, Table | Claims) and (path := f"tables/{block.name}.csv") in linked:
        url = file_of(path, linked)
        return [f"**{escaped(block.caption)}**: on the pages, and [published]({url})."]
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        text = escaped(block.text)
        place = file_of(f"{figures}{block.name}.svg", linked, drawn=True)
        return [f"![{text}]({place})", "", escaped(block.caption)]
    if isinstance(block, Viewer):
        return [f"{escaped(block.caption)} (The pages show them, `index.html` first.)"]
    if isinstance(block, Claims):
        return [*_table(block.table()), "", EVIDENCE]
    return [f"- **{escaped(one.text)}** {escaped(one.condition)}" for one in block]


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, but for code between backticks: no HTML, link or image.

    >>> escaped("a <img src=x> `<b>` [x](y)")
    'a \\\\<img src=x> `<b>` [x\\\\](y)'
    """
    parts = re.split(r"(`[^`]*`)", text.replace("\n", " "))
    return "".join(
        part if k % 2 else re.sub(r"[\\<&`]|\](?=\()|\](?=\[)", r"\\\g<0>", part)
        for k, part in enumerate(parts)
    )


def _table(table: Table) -> list[str]:
    heads = [head(column) for column in table.columns]
    aligned = ["---:" if column.kind is Kind.NUMBER else "---" for column in table.columns]
    rows = (
        [_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    )
    lines = [f"**{escaped(table.caption)}**", "", *pipe_table(heads, rows, aligned)]
    return [*lines, "", escaped(table.note)] if table.note else lines


def _code(text: str) -> list[str]:
    """A block of code; a name with line breaks or backticks in it cannot leave it."""
    return [f"    {line}" for line in text.splitlines()]


def head(column: Column) -> str:
    """A column's name with how its numbers were obtained.

    >>> from kvratio.reports.document import Obtained
    >>> head(Column("mean", obtained=Obtained.SIMULATED))
    'mean (simulated)'
    """
    return f"{column.name.strip()} ({column.obtained})" if column.obtained else column.name.strip()


def _cell(cell: str, column: Column) -> str:
    return f"`{cell}`" if column.kind is Kind.FORMULA and cell else escaped(cell)


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
    ">": r"\(>\)", "±": r"\(\pm\)", "\n": " ",
}  # fmt: skip


def tex_text(text: str) -> str:
    r"""Plain text as LaTeX.

    >>> tex_text("A_min, 5 %")
    'A\\_min, 5 \\%'
    """
    return "".join(_ESCAPES.get(character) or _plain(character) for character in text)


def _plain(character: str) -> str:
    """What every LaTeX can set; of others, which stand in names from outside, the code."""
    return character if " " <= character <= "~" else f"(U+{ord(character):04X})"


def latex(table: Table) -> str:
    """A longtable, to `\\input` after `\\usepackage{longtable,booktabs}`."""
    aligned = "".join("r" if column.kind is Kind.NUMBER else "l" for column in table.columns)

    def line(cells: Iterable[str]) -> str:
        text = " & ".join(map(tex_text, cells))
        # after the end of a row a bracket or a star would be an argument
        return ("{}" if text[:1] in ("[", "*") else "") + text + r" \\"

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
