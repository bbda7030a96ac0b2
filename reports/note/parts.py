"""The parts of the note that are not results: claims, how to check, references."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kvratio.reports.document import Column, Finding, Kind, Table
from kvratio.reports.render.links import PAPER
from kvratio.reports.render.typst import prose, string, table, words
from kvratio.reports.sections.overview import PAPER_ID, PAPER_TITLE

EXPERIMENTS = ("Experiment",)  # P's statements of which the published map of settings tells more
CLAIMS = ("3fr", "6fr", "5fr", "2.2fr", "6.5fr")  # widths of its columns
LONGEST = 170  # letters of a counterexample
TITLES = {
    PAPER_ID: f"L. Chen, Y. Ye, Z. Zhou. {PAPER_TITLE}",
    "2211.02044": "S. Jäger, G. Sagnol, D. Schmidt genannt Waldschmidt, P. Warode. Competitive "
    "kill-and-restart and preemptive strategies for non-clairvoyant scheduling",
    "2502.07115": "Online scheduling for LLM inference with KV cache constraints",
    "2504.11320": "Optimizing LLM inference: fluid-guided online scheduling with memory "
    "constraints",
}
CITED = re.compile(r"arXiv[: ](\d{4}\.\d{4,5})")


def claims(found: Sequence[Finding]) -> str:
    """P's numbered statements with condition and verdict, and where the others are."""
    shown = [
        one
        for one in found
        if one.number and one.said_by.startswith("P") and not one.number.startswith(EXPERIMENTS)
    ]
    rows = tuple(
        (
            f"{one.number}, `{one.id}`",
            one.claim,
            one.reading,
            one.verdict + (", Coq" if one.coq.startswith("theorem") else ""),
            _cut(one.counterexample),
        )
        for one in shown
    )
    heads = ("number, claim", "statement", "condition", "verdict", "smallest counterexample found")
    listed = Table(
        "note-claims",
        "Numbered statements of P, one row for each reading",
        tuple(Column(name, Kind.TEXT) for name in heads),
        rows,
        "Coq: its kernel checks the whole claim.",
    )
    lead = (
        f"Below are {len(shown)} of {len(found)} claims: those on P's numbered statements but for "
        "its experiments. A verdict is computed from evidence: proved, certified and refuted are "
        "rigorous; supported and contradicted rest on simulation with confidence intervals; "
        "depends means that a map of settings has both; cited that a publication proves it with a "
        "step that is not checked here. All claims with their evidence: "
        "`reports/published/claims.md`."
    )
    return f"{prose(lead)}\n\n{table(listed, CLAIMS)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} ..."


def checking(command: str, provenance: Sequence[str]) -> str:
    """How to doubt all this: commands, and what the note was made from."""
    steps = (
        'Install: `pip install "kvratio[all]"`.',
        "A claim with all of its evidence, gathered anew: `kvratio check --claim t6-prompts`; "
        'every row about a statement: `kvratio check --claim "theorem 6"`.',
        "Every bound derived again and compared with the published copy: `kvratio bounds --check`; "
        "every verdict: `kvratio check --check`.",
        "The formal proofs by the kernel of Coq: `kvratio check --formal`.",
        "A certificate of an optimum, by a checker that shares no code with the solver: "
        "`kvratio verify-certificate FILE`.",
    )
    made = "".join(f"[{prose(one)}], " for one in steps)
    lines = "".join(f"[{prose(one, words)}], " for one in provenance)
    return (
        f"#list({made})\n\n{prose('This note was made by')}\n\n"
        f"#block(inset: (left: 1em), raw({string(command)}))\n\n"
        f"{prose('from')}\n\n#fine(list({lines}))"
    )


def references(found: Sequence[Finding], rows: Iterable[Mapping[str, Any]]) -> str:
    """The papers that the claims and bounds name, and how many of them do."""
    named: dict[str, int] = {PAPER_ID: 0}
    for text in (*(one.source for one in found), *(str(row["source"]) for row in rows)):
        for paper in dict.fromkeys(CITED.findall(text)):
            named[paper] = named.get(paper, 0) + 1
    items = []
    for paper in sorted(named, key=lambda name: (name != PAPER_ID, name)):
        url = PAPER.replace(PAPER_ID, paper)
        title = f"{TITLES[paper]}. " if paper in TITLES else ""
        tail = f" Source of {named[paper]} claims and bounds." if named[paper] else ""
        link = f"#link({string(url)}, {string(f'arXiv {paper}')});"
        items.append(f"[{words(title)}{link}{words(f'.{tail}')}], ")
    return f"#list({''.join(items)})"
