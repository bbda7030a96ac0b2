"""Closed forms of `theory`, in Python's notation, as MathML: cases under each other, `log` as the
natural logarithm that it is, and what a symbol stands for on a line of its own.

A text is never lost: what cannot be read as a formula is a sentence with formulas in it.
"""

import re

from markupsafe import Markup, escape

from kvratio.reports.render.mathml import (
    FUNCTIONS,
    GREEK,
    MOST_WORDS,
    NoFormulaError,
    Parser,
    row_of,
    tokens,
    typeset,
)

NAMES = {"log": "ln", "Max": "max", "Min": "min"}
SYMBOLS = {"polygamma": "ψ", "expint": "E"}  # with their order as index
READ = FUNCTIONS | SYMBOLS.keys()
DEFINED = re.compile(r", (?=[A-Za-z]\w*(?:\^\d+)? = )")  # before what a symbol stands for
PATH = re.compile(r"\b[a-z]{3,}/(?=\w+/)")  # ids of other bounds, which are no quotients
WORD = re.compile(r"\b[a-z]{2,}\b")
EQUATION = re.compile(r"Eq\((?P<left>[^,()]*), (?P<right>.*)\)", re.DOTALL)


def closed_form(text: str) -> Markup:
    """A closed form, line by line: the formula, then what its symbols stand for.

    >>> closed_form("1 + r, r = sqrt(u)")
    Markup('<math><mn>1</mn><mo>+</mo><mi>r</mi></math>,<br><math><mi>r</mi><mo>=</mo><msqrt><mi>u</mi></msqrt></math>')
    """
    return Markup(",<br>").join(_line(part) for part in parts(text))


def parts(text: str) -> list[str]:
    """The text cut where a symbol is defined, outside of all brackets.

    >>> parts("f(a, b = 1), c = 2")
    ['f(a, b = 1)', 'c = 2']
    """
    places = [
        match
        for match in DEFINED.finditer(text)
        if text.count("(", 0, match.start()) == text.count(")", 0, match.start())
    ]
    ends = [0, *(match.end() for match in places)], [*(m.start() for m in places), len(text)]
    return [text[low:high] for low, high in zip(*ends, strict=True)]


def _line(text: str) -> Markup:
    equation = EQUATION.fullmatch(text)
    shown = f"{equation['left']} = {equation['right']}" if equation else text
    if PATH.search(shown):
        return escape(text)
    words = [word for word in WORD.findall(shown) if word not in GREEK.keys() | READ]
    if len(words) <= MOST_WORDS:
        try:
            return Markup(f"<math>{_ClosedForm(tokens(shown)).whole()}</math>")
        except NoFormulaError:
            pass
    return typeset(re.sub(r"\blog\b", "ln", text))


class _ClosedForm(Parser):
    """Also reads the functions of SymPy."""

    def name(self, text: str) -> str:
        if self.peek() == "(":
            if text == "Piecewise":
                return self.cases()
            if text == "exp":
                out, alone = self.primary()
                return f"<msup><mi>e</mi>{row_of(alone or out)}</msup>"
            if text in SYMBOLS:
                return self.ordered(SYMBOLS[text])
        return super().name(NAMES.get(text, text))

    def expect(self, mark: str) -> None:
        if self.take().text != mark:
            raise NoFormulaError(f"{mark} was expected")

    def ordered(self, symbol: str) -> str:
        """A function with its order: `polygamma(0, x)`."""
        self.expect("(")
        order = self.sum(",")
        self.expect(",")
        argument = self.sum(")")
        self.expect(")")
        return f"<msub><mi>{symbol}</mi>{row_of(order)}</msub><mrow><mi>(</mi>{argument}<mi>)</mi></mrow>"  # noqa: E501

    def cases(self) -> str:
        """`Piecewise((value, condition), ...)`: a case a line."""
        self.expect("(")
        rows = ""
        while True:
            self.expect("(")
            value = self.sum(",")
            self.expect(",")
            condition = self.condition()
            self.expect(")")
            rows += f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>"
            if self.take().text == ")":
                return f'<mtable class="cases">{rows}</mtable>'

    def condition(self) -> str:
        if self.peek() == "True":
            self.take()
            return "<mtext>otherwise</mtext>"
        return self.listed(")")
