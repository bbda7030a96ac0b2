"""Formulas in text, such as `(3 - alpha)/2`, typeset as MathML, which browsers draw offline.

`typeset` finds the formulas in a sentence and leaves its words as they are; `formula` takes a text
that is one formula (the closed forms of `theory`, in Python's notation). What cannot be read as a
formula stays text: nothing is ever lost or guessed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "kappa": "κ", "lambda": "λ",
    "mu": "μ", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
    "Lambda": "Λ", "Psi": "Ψ", "infinity": "∞", "inf": "∞", "oo": "∞",
}  # fmt: skip
FUNCTIONS = {
    "sqrt", "ln", "log", "log2", "exp", "expint", "polygamma", "max", "min", "Max", "tr", "E", "CR",
    "TEL", "P", "O", "Omega",
}  # fmt: skip
POLICIES = {"H-SF", "A_max", "A_min", "A_l", "A_random", "MC-SF", "SVF", "GSA", "GBA", "OPT", "TEL"}
RELATIONS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "=": "=", "->": "→", "~": "~"}
SUMS = {"+": "+", "-": "−", "+-": "±"}
CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}
PUNCTUATION = {",", ";", ":", "%"}
MOST_WORDS = 2  # within the groups of a formula; with more of them it is a sentence in brackets
ARTICLES = {"a", "A", "I", "P"}  # single letters that are words unless something is done with them

# symbols with hyphens between them are a difference, but for the name of the policy a-l
SYMBOL = rf"(?:[a-z]|{'|'.join(GREEK)})"
TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<counted>[\d.]+-(?!{SYMBOL}\b)[a-z]+)"
    r"|(?P<number>\d+(?:,\d{3})*(?:\.\d+(?:\.\.\.)?)?)"
    rf"|(?P<word>(?!(?!a-l\b){SYMBOL}(?:-{SYMBOL})+(?![-\w]))[a-z]+(?:-[a-z]+)+|'s\b)"
    r"|(?P<name>(?:H-SF|MC-SF)\b|Q(?=x)|[a-z]\d(?![-\w])|[A-Za-z]+(?:_[A-Za-z0-9]+)?)"
    r"|(?P<mark>\.\.\.|\*\*|_(?=[({])|<=|>=|->|\+-|[-+*/^()\[\]{}|<>=~,;:%'.])|(?P<other>.)"
)


class Token(NamedTuple):
    """A piece of text: its kind, itself, and whether a blank stands before it."""

    kind: str
    text: str
    spaced: bool


class NoFormulaError(ValueError):
    """The text is no formula."""


def tokens(text: str) -> list[Token]:
    """The pieces of a text.

    >>> [t.text for t in tokens("A_min <= 3/2 H-SF")]
    ['A_min', '<=', '3', '/', '2', 'H-SF']
    """
    found: list[Token] = []
    spaced = False
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "space":
            spaced = True
            continue
        found.append(Token(kind, match[0], spaced))
        spaced = False
    return found


def formula(text: str) -> Markup | None:
    """A text that is one formula, as MathML; None where it cannot be read as one.

    >>> formula("a/b")
    Markup('<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>')
    >>> formula("(a") is None
    True
    """
    try:
        return Markup(f"<math>{Parser(tokens(text)).whole()}</math>")
    except NoFormulaError:
        return None


def typeset(text: str) -> Markup:
    """A sentence with its formulas typeset; words and what is no formula stay as they are.

    >>> typeset("at most x^2, & more")
    Markup('at most <math><msup><mi>x</mi><mn>2</mn></msup></math>, &amp; more')
    """
    out = Markup("")
    for piece, drawn in pieces(text):
        out += escape(piece) if drawn is None else drawn
    return out


def pieces(text: str) -> Iterator[tuple[str, Markup | None]]:
    """The text in pieces, each with its MathML if it is a formula.

    >>> [piece for piece, drawn in pieces("at most x^2, no more") if drawn]
    ['x^2']
    """
    for is_formula, piece in _runs(text):
        yield piece, formula(piece) if is_formula else None


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, each marked as formula or not; words end a formula and
    punctuation end a formula outside its groups."""
    run: list[tuple[str, str]] = []  # what a token is, and the token
    depth = 0
    for match in TOKEN.finditer(text):
        role = _role(match)
        separates = role == "word" or match[0] in PUNCTUATION
        depth = max(0, depth + (match[0] in "([{") - (match[0] in ")]}"))
        if separates and depth == 0:
            yield from _trimmed(run)
            yield False, match[0]
            run = []
        else:
            run.append((role, match[0]))
    yield from _trimmed(run)


def _role(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "space":
        return "space"
    if kind == "name":
        first = text.split("_")[0]
        known = text in POLICIES | FUNCTIONS or first in GREEK
        return "math" if known or len(first) == 1 or first[1:].isdigit() else "word"
    if kind == "number":
        return "math"
    if kind == "mark" and text in ".'":
        return "edge"
    return "edge" if text in ",;:%" else "math" if kind == "mark" else "word"


def _trimmed(run: list[tuple[str, str]]) -> Iterator[tuple[bool, str]]:
    """The formula within a run; blanks, punctuation and operators at its ends are text."""
    low, high = 0, len(run)
    while low < high and (run[low][0] in ("space", "edge") or run[low][1] in (")", "/")):
        low += 1
    while high > low and _hangs(*run[high - 1]):
        high -= 1
    parts = (run[:low], run[low:high], run[high:])
    before, middle, after = ("".join(piece for _, piece in part) for part in parts)
    if before:
        yield False, before
    if middle:
        yield _is_formula(run[low:high]), middle
    if after:
        yield False, after


def _hangs(role: str, piece: str) -> bool:
    blank = role in ("space", "edge") and piece != "'"
    return blank or piece in ("+", "-", "/", "(", *RELATIONS)


def _is_formula(run: list[tuple[str, str]]) -> bool:
    """Whether to typeset a run: not an article, a number or a name alone."""
    if sum(role == "word" for role, _ in run) > MOST_WORDS:
        return False
    pieces = [piece for role, piece in run if role != "space"]
    if len(pieces) == 1:
        first = pieces[0].split("_")[0]
        letter = len(first) == 1 and pieces[0].isidentifier() and pieces[0] not in ARTICLES
        return letter or first in GREEK or "_" in pieces[0]
    known = [piece for role, piece in run if role == "math" and piece not in POLICIES]
    if not any(piece[0].isalnum() for piece in known):
        return False
    return any(piece in RELATIONS or piece in ("**", *"+-*/^'([{") for piece in pieces)


class Parser:
    """Recursive descent over the tokens of a formula; raises `NoFormulaError`."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.k = 0

    def peek(self) -> str:
        return self.tokens[self.k].text if self.k < len(self.tokens) else ""

    def take(self) -> Token:
        if self.k == len(self.tokens):
            raise NoFormulaError("it ends too early")
        self.k += 1
        return self.tokens[self.k - 1]

    def whole(self) -> str:
        out = self.listed("")
        if self.k < len(self.tokens):
            raise NoFormulaError(self.peek())
        return out

    def listed(self, closing: str) -> str:
        """Relations with punctuation between them, up to a closing mark."""
        out = ""
        while self.peek() != closing and self.k < len(self.tokens):
            if self.peek() in PUNCTUATION:
                mark = self.take().text
                out += f"<mo>{'…' if mark == '...' else mark}</mo>"
            elif self.peek() in RELATIONS:
                out += f"<mo>{escape(RELATIONS[self.take().text])}</mo>"
            else:
                out += self.sum(closing)
        return out

    def sum(self, closing: str) -> str:
        out = ""
        while True:
            if self.peek() in SUMS:
                out += f"<mo>{SUMS[self.take().text]}</mo>"
            out += self.product(closing)
            if self.peek() not in SUMS:
                return out

    def product(self, closing: str) -> str:
        out = self.quotient()
        while True:
            if self.peek() == "*":
                self.take()
                out += "<mo>⁢</mo>" + self.quotient()
            elif self.starts_factor(closing):
                out += "<mspace width='.17em'/>" + self.quotient()
            else:
                return out

    def starts_factor(self, closing: str) -> bool:
        if self.k == len(self.tokens) or self.peek() == closing:
            return False
        token = self.tokens[self.k]
        return token.kind in ("number", "name", "word", "counted") or token.text in "([{"

    def quotient(self) -> str:
        out, alone = self.power()
        while self.peek() == "/":
            self.take()
            below, below_alone = self.power()
            out = f"<mfrac>{row_of(alone or out)}{row_of(below_alone or below)}</mfrac>"
            alone = ""
        return out

    def power(self) -> tuple[str, str]:
        """A base with its exponent; and, if it is nothing but a group, what is in the group."""
        out, alone = self.primary()
        if self.peek() == "_":
            self.take()
            below, below_alone = self.primary()
            out, alone = f"<msub>{row_of(out)}{row_of(below_alone or below)}</msub>", ""
        while self.peek() == "'":
            self.take()
            out, alone = f"<msup>{row_of(out)}<mo>′</mo></msup>", ""
        if self.peek() in ("^", "**"):
            self.take()
            sign = f"<mo>{SUMS[self.take().text]}</mo>" if self.peek() == "-" else ""
            exponent, exponent_alone = self.primary()
            out = f"<msup>{row_of(out)}{row_of(sign + (exponent_alone or exponent))}</msup>"
            alone = ""
        return out, alone

    def primary(self) -> tuple[str, str]:
        token = self.take()
        if token.kind == "number":
            return f"<mn>{token.text}</mn>", ""
        if token.kind == "name":
            return self.name(token.text), ""
        if token.kind in ("word", "counted"):
            return f"<mtext>{token.text}</mtext>", ""
        if token.text == "...":
            return "<mo>…</mo>", ""
        if token.text in CLOSING:
            inside = self.listed(CLOSING[token.text])
            if self.peek() != CLOSING[token.text]:
                raise NoFormulaError("an open group")
            end = self.take().text
            mark = "<mi>{}</mi>"  # operators would be stretched, which needs a font of mathematics
            whole = f"<mrow>{mark.format(token.text)}{inside}{mark.format(end)}</mrow>"
            return whole, inside if token.text == "(" else ""
        raise NoFormulaError(token.text)

    def name(self, text: str) -> str:
        if text == "sqrt":
            out, alone = self.primary()
            return f"<msqrt>{alone or out}</msqrt>"
        first, _, below = text.partition("_")
        if first[1:].isdigit():  # t0
            first, below = first[0], first[1:]
        if len(first) > 1 and first not in GREEK and text not in FUNCTIONS | POLICIES:
            return f"<mtext>{text}</mtext>"
        shown = GREEK.get(first, {"Omega": "Ω", "log2": "log"}.get(first, first))
        out = f"<mi>{shown}</mi>"
        if first == "log2":
            out = "<msub><mi>log</mi><mn>2</mn></msub>"
        if below:
            out = f"<msub>{out}<mi>{GREEK.get(below, below)}</mi></msub>"
        called = (
            self.k < len(self.tokens) and self.peek() in "([" and not self.tokens[self.k].spaced
        )
        if called and (text in FUNCTIONS or text in POLICIES or len(first) == 1):
            out += self.primary()[0]
        elif text in FUNCTIONS - {"E", "P", "O", "TEL"} and self.starts_factor(""):
            out += "<mspace width='.17em'/>" + self.power()[0]
        return out


def row_of(content: str) -> str:
    """One element, as `mfrac` and `msup` want it.

    >>> row_of("<mi>a</mi><mi>b</mi>")
    '<mrow><mi>a</mi><mi>b</mi></mrow>'
    """
    return (
        content
        if re.fullmatch(r"<(m[a-z]+)[^>]*>[^<]*</\1>", content)
        else f"<mrow>{content}</mrow>"
    )
