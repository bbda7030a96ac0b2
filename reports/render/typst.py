"""Parts of a report as source for the compiler Typst.

Text is never markup: whatever a report says, names from outside included, stands in string
literals, which have two characters to escape. Formulas in sentences are those that pages typeset as
MathML, turned into Typst's; closed forms come from sympy (`kvratio.reports.render.typst_printer`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from xml.etree import ElementTree

from kvratio.reports.document import (
    Block,
    Claims,
    Column,
    Figure,
    Kind,
    Table,
    Viewer,
)
from kvratio.reports.render.links import NAMED, SOURCE
from kvratio.reports.render.mathml import formula as mathml_formula
from kvratio.reports.render.mathml import pieces
from kvratio.reports.render.text import head
from kvratio.reports.render.typst_printer import parsed, symbol, typst
from kvratio.theory.checks import printable

LONG_WORD = 18  # letters without a blank: a cell may break within
WRAPPED = 30  # letters of a cell from which on its column takes a share of the width
SHORT = 14  # letters of a cell that stays on one line
WIDEST = 90  # letters: a longer cell does not ask for more width
FONT = "DejaVu Sans"  # of figures; matplotlib, which measured their letters, brings it
WHOLE = 24  # rows: a table of so many is not divided
MANY = 6  # columns: from more on one label stands for all numbers, if it is the same
NAMES = "name"  # the column with the names that the command line takes
BREAK = "\u200b"  # a place where a line may end


def string(text: str) -> str:
    r"""A string literal on one line; what a page would obey and not show is escaped.

    >>> print(string('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    return _literal(printable(text.replace("\n", " ")))


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(text: str) -> str:
    """Plain text in markup; a long word may break.

    >>> words("a #b")
    '#"a #b";'
    """
    return f"#{_breakable(text)};" if text else ""


def _breakable(text: str) -> str:
    """A string literal with places in its long words where a line may end."""
    return _literal(
        re.sub(
            rf"\S{{{LONG_WORD},}}",
            lambda m: re.sub(rf"([/_=,:.(-](?=\w)|\S{{{LONG_WORD}}})", rf"\1{BREAK}", m[0]),
            printable(text.replace("\n", " ")),
        )
    )


def prose(text: str, between: Callable[[str], str] | None = None) -> str:
    """A sentence: code marked, published files and papers linked; what is between them with its
    formulas typeset, or as `between` has it."""
    between = between or formulas
    out, end = "", 0
    for match in NAMED.finditer(text):
        out += between(text[end : match.start()])
        if match["file"]:
            path = match["file"]
            out += f"#link({string(f'{SOURCE}/{path}')}, raw({_breakable(path)}));"
        elif match["paper"]:
            url = f"https://arxiv.org/abs/{match['id']}"
            out += f"#link({string(url)}, {string(match[0])});"
        elif match["repository"]:
            out += f"#link({string(f'https://{match[0]}')}, {_breakable(match[0])});"
        else:
            out += _code(match["code"])
        end = match.end()
    return out + between(text[end:])


def _code(text: str) -> str:
    """Code; what is short stays on one line."""
    code = f"raw({_breakable(text)})"
    return f"#box({code});" if len(text) <= WRAPPED else f"#{code};"


def formulas(text: str) -> str:
    """A sentence with its formulas typeset; its words stay as they are.

    >>> formulas("at most x^2")
    '#"at most ";$attach(x, t: 2)$'
    """
    out = plain = ""
    for piece, drawn in pieces(text):
        if drawn is None:
            plain += piece
        else:
            out, plain = f"{out}{words(plain)}${from_mathml(str(drawn))}$", ""
    return out + words(plain)


def closed_form(text: str) -> str:
    """A closed form in Python's notation as formulas in a row; as a sentence if it has words.

    >>> closed_form("1 + r, r = sqrt(u)")
    '$display(r + 1)$, #h(0.8em) $display(r = sqrt(u))$'
    """
    found = parsed(text)
    if found is None:
        drawn = mathml_formula(text)
        return (
            formulas(text)
            if drawn is None
            else f"$display({from_mathml(str(drawn), stacked=True)})$"
        )
    try:
        made = [(f"{symbol(name)} = " if name else "") + typst(value) for name, value in found]
    except TypeError:
        return formulas(text)
    return ", #h(0.8em) ".join(f"$display({one})$" for one in made)


BRACKETS = {
    "(": "paren.l", ")": "paren.r", "[": "bracket.l", "]": "bracket.r", "{": "brace.l",
    "}": "brace.r", "|": "bar.v",
}  # fmt: skip
SUMS = frozenset("+−±=<>≤≥→~,;:")
MARKS = {
    **BRACKETS, "<": "lt", ">": "gt", "\u2062": "", ",": r"\,", ";": r"\;", ":": r"\:", "~": "∼",
    "%": r"\%", "/": "slash", "^": "hat", "'": "prime", "′": "prime", "*": "∗",
}  # fmt: skip


def from_mathml(text: str, *, stacked: bool = False) -> str:
    """MathML of `kvratio.reports.render.mathml` as the content of a Typst formula.

    `stacked`: fractions one above the other; otherwise on the line, in the brackets they need.

    >>> sum_over_two = "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>"
    >>> from_mathml(f"<math>{sum_over_two}</math>", stacked=True)
    'frac(a + b, 2)'
    >>> from_mathml(f"<math>{sum_over_two}</math>")
    'lr((a + b)) slash 2'
    """
    return _row(ElementTree.fromstring(text), stacked)


def _row(element: ElementTree.Element, stacked: bool) -> str:
    children = list(element)
    ends = [child.text for child in children[:1] + children[-1:]]
    made = [_element(child, stacked) for child in children]
    for k, child in enumerate(children[1:], 1):  # no blank between a function and its argument
        if children[k - 1].tag == "mi" and child.tag == "mrow" and made[k - 1].endswith(")"):
            made[k - 1 : k + 1] = ["", made[k - 1] + made[k]]
    if len(ends) == 2 and ends[0] in ("(", "[", "{") and ends[1] in (")", "]", "}"):
        return f"lr({' '.join(filter(None, made))})"
    return " ".join(filter(None, made))


def _element(element: ElementTree.Element, stacked: bool) -> str:
    text = element.text or ""
    made = [_element(child, stacked) for child in element]
    match element.tag:
        case "mi":
            if text in BRACKETS:
                return BRACKETS[text]
            return text if len(text) == 1 else f"upright({string(text)})"
        case "mn" | "mtext":
            return text if text.isdigit() else string(text)
        case "mo":
            return MARKS.get(text, text)
        case "mspace":
            return "thin"
        case "mfrac" if stacked:
            return f"frac({', '.join(made)})"
        case "mfrac":
            above, below = (
                f"lr(({one}))" if _compound(child, k) else one
                for k, (child, one) in enumerate(zip(element, made, strict=True))
            )
            return f"{above} slash {below}"
        case "msqrt":
            return f"sqrt({_row(element, stacked)})"
        case "msup" | "msub":
            return f"attach({made[0]}, {'t' if element.tag == 'msup' else 'b'}: {made[1]})"
        case "mrow" | "math":
            return _row(element, stacked)
    raise ValueError(element.tag)


def _compound(element: ElementTree.Element, place: int) -> bool:
    """Does an operand of a fraction on the line need brackets? Above (place 0) a sum, below any
    product or quotient as well; what is a group, a root or a power has its own."""
    children = list(element)
    if element.tag == "mrow" and len(children) == 1:
        return _compound(children[0], place)
    if element.tag == "mfrac":
        return place == 1
    if element.tag != "mrow" or not children:
        return False
    if children[0].text in BRACKETS:
        return False
    marks = [child.text for child in children if child.tag == "mo"]
    if any(mark in SUMS for mark in marks):
        return True
    called = len(children) == 2 and children[0].tag in ("mi", "msub") and children[1].tag == "mrow"
    return place == 1 and not called


def blocks(found: Iterable[Block]) -> str:
    """Blocks of a section one after the other; schedules to look at are on the pages only."""
    return "\n\n".join(filter(None, map(block, found)))


def block(one: Block) -> str:
    """One block as source."""
    if isinstance(one, str):
        return prose(one, words)  # names from outside are no formulas
    if isinstance(one, Table):
        return table(one)
    if isinstance(one, Figure):
        return figure(one)
    if isinstance(one, Claims):
        return table(one.table())
    if isinstance(one, Viewer):
        return ""
    return "\n".join(f"#headline[{prose(h.text)}][{prose(h.condition)}]" for h in one)


def figure(one: Figure, *, floats: bool = True) -> str:
    """The drawing itself, as SVG, with its caption; it may float to the top of a page."""
    svg = one.svg.replace("font-family: sans-serif", f"font-family: {FONT}")
    place = "" if floats else ", place: none, width: 66%"
    return f"#drawing({_literal(svg)}, alt: {string(one.text)}{place})[{prose(one.caption)}]"


def table(one: Table, widths: Sequence[str] = ()) -> str:
    """A table under its caption; its head comes again on every page."""
    columns = widths or [_width(k, one) for k in range(len(one.columns))]
    aligned = ", ".join("right" if c.kind is Kind.NUMBER else "left" for c in one.columns)
    ways = {c.obtained for c in one.columns if c.kind is Kind.NUMBER}
    (way,) = ways if len(ways) == 1 and len(one.columns) > MANY else (None,)
    names = [column.name if way else head(column) for column in one.columns]
    heads = ", ".join(f"[{words(name)}]" for name in names)
    rows = "\n".join(
        "  " + "".join(f"[{_cell(c, k)}], " for c, k in zip(row, one.columns, strict=True))
        for row in one.rows
    )
    caption = f"{one.caption} (all numbers: {way})" if way else one.caption
    note = f", note: [{prose(one.note, words)}]" if one.note else ""
    whole = str(len(one.rows) <= WHOLE).lower()
    return (
        f"#listing(whole: {whole}, caption: [{prose(caption)}], columns: ({', '.join(columns)},), "
        f"align: ({aligned},){note}, heads: ({heads},),\n{rows})"
    )


def _width(k: int, one: Table) -> str:
    longest = max((len(row[k]) for row in one.rows), default=0)
    number = one.columns[k].kind is Kind.NUMBER
    if number or longest <= WRAPPED or len(one.columns) > MANY:
        return "auto"
    return f"{min(longest, WIDEST)}fr"


def _cell(cell: str, column: Column) -> str:
    if column.kind is Kind.FORMULA:
        return closed_form(cell) if cell else ""
    if column.name == NAMES:
        return _code(cell)
    content = prose(cell) if column.kind is Kind.TEXT else words(cell)
    return content if len(cell) > SHORT else f"#box[{content}];"
