"""A small parser of the LaTeX that our tables use."""

import re


def rows_of_latex(text: str) -> list[list[str]]:
    """The cells of a longtable, read by a small parser of the LaTeX that tables use: balanced
    groups, known commands, `&` and line ends only between cells."""
    assert text.startswith("\\begin{longtable}{")
    body = text[text.index("\n") + 1 : text.index("\\end{longtable}")]
    rows, cells, cell, depth, k = [], [], "", 0, 0
    commands = re.compile(
        r"\\(?:(?:caption|toprule|midrule|endhead|bottomrule|textbackslash|textasciicircum"
        r"|textasciitilde|pm)(?![a-zA-Z])|[_&%#${}()])"
    )
    while k < len(body):
        if body.startswith("\\\\", k):
            assert depth == 0
            assert not re.match(r"\\\\\s*[\[*]", body[k:]), "an argument of the line end"
            rows.append([*cells, cell.strip()])
            cells, cell, k = [], "", k + 2
        elif body[k] == "\\":
            match = commands.match(body, k)
            assert match, body[k : k + 20]
            cell, k = cell + match[0], match.end()
        elif body[k] == "&":
            assert depth == 0
            cells, cell, k = [*cells, cell.strip()], "", k + 1
        else:
            assert " " <= body[k] <= "~" or body[k] == "\n"
            assert body[k] not in "#$%^_~"
            depth += (body[k] == "{") - (body[k] == "}")
            assert depth >= 0
            cell, k = cell + body[k], k + 1
    assert depth == 0
    return rows
