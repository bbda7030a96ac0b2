"""Tables as LaTeX and text as Markdown: what comes from outside stays in its place."""

import pytest

from kvratio.reports.document import Column, Kind, Table
from kvratio.reports.render.text import escaped, latex
from tests.latex import rows_of_latex


def test_a_name_in_markdown_cannot_leave_its_place() -> None:
    assert escaped("<img src=x onerror=y>").startswith("\\<img")
    assert escaped("a\n\n<b>") == "a  \\<b>"
    assert escaped("\\`<b>`") == "\\\\`<b>`", "an escaped backtick begins no code"
    assert escaped("![x](javascript:y)") == "![x\\](javascript:y)"


def test_outside_text_makes_a_valid_latex_table() -> None:
    columns = (Column("x", Kind.TEXT), Column("y", Kind.TEXT))
    body = (("[l, u]", "*"), ("a\\b ^~{}$#", "µ ≤ 中"), ("* star", ""))
    caption, head, *rows = rows_of_latex(latex(Table("t", "50 % of a_b & c", columns, body)))
    assert (len(caption), len(head)) == (1, 2)
    assert [len(row) for row in rows] == [2, 2, 2]


@pytest.mark.parametrize("broken", ["a & b_c", "{a & b}", "a } b", "µ", r"\unknown"])
def test_the_parser_of_latex_can_fail(broken: str) -> None:
    with pytest.raises(AssertionError):
        rows_of_latex("\\begin{longtable}{ll}\n" + broken + " \\\\\n\\end{longtable}\n")
