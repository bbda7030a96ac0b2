"""The one table as text: for the terminal, as Markdown, LaTeX, HTML and JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from html import escape
from textwrap import fill

from kvratio.reports.bounds.summary import (
    AGAINST,
    LENGTHS,
    POLICIES,
    PROMPT_NAMES,
    PROMPTS,
    ZERO,
    Cell,
    Published,
)
from kvratio.reports.render.text import pipe_table, tex_text

TITLE = "The worst ratio of latency to that of H-SF, and to the optimum, in the fluid limit"
PUBLISHED_ROW = "published"
HEADS = ("lengths", "prompt s", "against", *POLICIES)
MARKS = {"derived": "", "certified": " c", "numeric": " n"}
WIDTH = 108  # of the notes, in characters
NOTES = (
    "No mark: derived; c: certified (an exact enclosure was checked); n: numeric. ~f: no bound, "
    "the ratio grows like f as u/l or u grows; >~f: at least like f.",
    "Each number is a supremum, over alpha = l/u (two-point) or q (the other families), reached or "
    "approached. A_l has the best threshold for each of them; own, slots: what a request that "
    "completes is charged, its own length or a slot of the assumed one (theory.forms.promotion). "
    "Optimum: the area bound. s = E[o]: the prompt is as long as the mean output.",
)
FIND = 'Behind a cell: kvratio.bounds(id="{id}"); all ids: kvratio bounds --table --format json.'

Line = tuple[tuple[str, str, str], dict[str, Cell | Published]]


def lines(cells: Sequence[Cell], published: Sequence[Published]) -> list[Line]:
    """The rows of the table that have a cell: the three labels, and what stands under each policy.

    Published figures stand below the ratios to H-SF without prompts.
    """
    found: list[Line] = []
    for lengths in LENGTHS:
        for prompt in PROMPTS:
            for against in AGAINST:
                row: dict[str, Cell | Published] = {
                    c.policy: c
                    for c in cells
                    if (c.lengths, c.prompt, c.against) == (lengths, prompt, against)
                }
                if not row:
                    continue
                found.append(((lengths, PROMPT_NAMES[lengths, prompt], against), row))
                cited = {p.policy: p for p in published if p.lengths == lengths}
                if cited and prompt == ZERO and against == "H-SF":
                    labels = (lengths, PROMPT_NAMES[lengths, prompt], PUBLISHED_ROW)
                    found.append((labels, dict(cited)))
    return found


def shown(cell: Cell | Published | None) -> str:
    """What stands in a cell: four digits and a mark, or how the ratio grows.

    >>> shown(Cell("two-point", "0", "A_min", "H-SF", "1.68223", "", "certified", "x"))
    '1.682 c'
    """
    if cell is None:
        return ""
    if isinstance(cell, Published):
        return cell.figure
    if cell.value == "inf":
        return cell.growth.replace(" ", "") or "inf"
    return f"{float(cell.value):.4g}{MARKS[cell.obtained]}"


def verdicts(published: Sequence[Published]) -> str:
    """What the ledger says about the published figures, in one sentence."""
    each = "; ".join(
        f"{p.lengths} {p.policy.split()[0]} {p.figure}: {p.verdicts[0]} ({p.claims[0]}), with "
        f"prompts {p.verdicts[1]} ({p.claims[1]})"
        for p in published
    )
    return (
        f"Published, arXiv 2508.14544, without prompts: {each}. Its A_l has the threshold l, and "
        "is defined on two lengths only."
    )


def notes(cells: Sequence[Cell], published: Sequence[Published]) -> list[str]:
    """The paragraphs below the table."""
    return [*NOTES, verdicts(published), FIND.format(id=cells[0].id)]


def terminal(cells: Sequence[Cell], published: Sequence[Published]) -> str:
    """The table for a terminal, with its notes."""
    found = lines(cells, published)
    values = [[*labels, *(shown(row.get(p)) for p in POLICIES)] for labels, row in found]
    rows = [list(HEADS), *_without_repetition(values)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEADS))]
    texts = [
        "  ".join(
            cell.ljust(width) if k < 3 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "-" * max(map(len, texts))
    body = [texts[0], rule]
    for row, text in zip(rows[1:], texts[1:], strict=True):
        if row[0] and len(body) > 2:
            body.append("")
        body.append(text)
    below = [fill(note, WIDTH) for note in notes(cells, published)]
    return "\n".join([TITLE, "", *body, rule, *below]) + "\n"


def _without_repetition(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Labels only where they change."""
    found, above = [], ("", "")
    for row in rows:
        first = "" if row[0] == above[0] else row[0]
        second = "" if (row[0], row[1]) == above else row[1]
        found.append([first, second, *row[2:]])
        above = (row[0], row[1])
    return found


def markdown(
    cells: Sequence[Cell],
    published: Sequence[Published],
    link: Callable[[str], str] = lambda _id: "",
) -> list[str]:
    """The table in Markdown; `link` gives the address of a row, if there is one."""

    def cell(policy: str, row: dict[str, Cell | Published]) -> str:
        at = row.get(policy)
        text = shown(at)
        return f"[{text}]({link(at.id)})" if isinstance(at, Cell) and link(at.id) else text

    found = lines(cells, published)
    rows = [[*labels, *(cell(policy, row) for policy in POLICIES)] for labels, row in found]
    aligned = ["---"] * 3 + ["---:"] * len(POLICIES)
    table = pipe_table(HEADS, _without_repetition(rows), aligned)
    below = [line for note in notes(cells, published) for line in ("", note)]
    return [*table, *below]


def slug(heading: str) -> str:
    """The anchor that a heading gets in Markdown: letters, digits, hyphens and underscores.

    >>> slug("geometric/A_l own, own/H-SF/s=0")
    'geometrica_l-own-ownh-sfs0'
    """
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in "-_ ")
    return kept.replace(" ", "-")


_TEX_GROWTH = {"u/l": "u/l", "sqrt(u/l)": r"\sqrt{u/l}", "u": "u", "ln(u)": r"\ln u"}


def latex(cells: Sequence[Cell], published: Sequence[Published]) -> str:
    """A table of one page (packages booktabs, amsmath); ids of the rows as comments."""
    heads = ("lengths", "prompt", "against", r"\(A_{\min}\)", r"\(A_\ell\), own",
             r"\(A_\ell\), slots", r"\(A_{\max}\)", r"\(A_{\mathrm{random}}\)", "H-SF")  # fmt: skip
    texts = [
        r"\begin{table}[p]", r"\centering\footnotesize",
        rf"\caption{{{tex_text(TITLE)}.}}", r"\label{tab:bounds}",
        r"\begin{tabular}{lllrrrrrr}", r"\toprule", " & ".join(heads) + r" \\", r"\midrule",
    ]  # fmt: skip
    found = lines(cells, published)
    labels = _without_repetition([at for at, _ in found])
    for (at, row), label in zip(found, labels, strict=True):
        if label[0] and at is not found[0][0]:
            texts.append(r"\addlinespace")
        values = [_tex(row.get(policy)) for policy in POLICIES]
        names = [tex_text(label[0]), rf"\({_TEX_PROMPTS[label[1]]}\)" if label[1] else "", label[2]]
        texts += [" & ".join([*names, *values]) + r" \\"]
        texts += [f"% {c.policy}: {c.id}" for c in row.values() if isinstance(c, Cell)]
    below = notes(cells, published)[:-1]  # the command is for readers at a terminal
    texts += [r"\bottomrule", r"\end{tabular}", "", r"\medskip"]
    texts += [r"\parbox{\linewidth}{\footnotesize", *map(_tex_note, below), "}", r"\end{table}"]
    return "\n".join(texts) + "\n"


_TEX_PROMPTS = {
    "s = 0": "s = 0",
    "s = l": r"s = \ell",
    "s = E[o]": r"s = \mathrm{E}[o]",
    "s -> inf": r"s \to \infty",
}


def _tex(cell: Cell | Published | None) -> str:
    if isinstance(cell, Cell) and cell.value == "inf" and cell.growth:
        sign, _, size = cell.growth.partition(" ")
        order = r"\Omega" if sign == ">~" else r"\Theta"
        return rf"\({order}({_TEX_GROWTH[size]})\)"
    number, _, mark = shown(cell).partition(" ")
    return (rf"\({number}\)" if number else "") + (rf"\,{mark}" if mark else "")


def _tex_note(note: str) -> str:
    signs = tex_text(note.replace(">~f:", "OMEGA:").replace("~f:", "THETA:"))
    return signs.replace("OMEGA", r"\(\Omega(f)\)").replace("THETA", r"\(\Theta(f)\)") + r"\par"


def html(cells: Sequence[Cell], published: Sequence[Published]) -> str:
    """The table for a notebook; the id of its row is shown where a pointer rests on a cell."""

    def cell(at: Cell | Published | None) -> str:
        name = at.id if isinstance(at, Cell) else ", ".join(at.claims) if at else ""
        title = f' title="{escape(name)}"' if name else ""
        return f"<td{title} style='text-align:right'>{escape(shown(at))}</td>"

    found = lines(cells, published)
    labels = _without_repetition([at for at, _ in found])
    body = "\n".join(
        "<tr>"
        + "".join(f"<th scope='row'>{escape(text)}</th>" for text in label)
        + "".join(cell(row.get(policy)) for policy in POLICIES)
        + "</tr>"
        for (_, row), label in zip(found, labels, strict=True)
    )
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in HEADS)
    below = "<br>".join(escape(note) for note in notes(cells, published))
    return (
        f"<table>\n<caption>{escape(TITLE)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n<p><small>{below}</small></p>"
    )


def plain(cells: Sequence[Cell], published: Sequence[Published]) -> str:
    """The cells and the published figures as JSON."""
    data = {"cells": [asdict(c) for c in cells], "published": [asdict(p) for p in published]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Sequence[Cell], Sequence[Published]], str]] = {
    "text": terminal,
    "markdown": lambda cells, published: "\n".join(markdown(cells, published)) + "\n",
    "latex": latex,
    "html": html,
    "json": plain,
}
