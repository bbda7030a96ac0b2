"""The value of a formula in Typst's mathematics mode, read by a parser of its own.

What the printers write is compared with what they were given.
"""

import re
from collections.abc import Mapping
from math import e, exp, log, pi, sqrt

TOKEN = re.compile(
    r'\s+|op\("[a-z]+"\)|upright\("[^"]*"\)|"[^"]*"|paren\.[lr]|\d+(?:\.\d+)?|[a-z]{2,}|\\,|.'
)
CALLS = {"ln": log, "exp": exp, "max": max, "min": min}
NAMES = {"α": "alpha", "ρ": "rho", "β": "beta", "λ": "lambda", "μ": "mu", "σ": "sigma"}
END = ""


class Formula:
    """Recursive descent; `values` gives the symbols theirs."""

    def __init__(self, text: str, values: Mapping[str, float]) -> None:
        self.tokens = [token for token in TOKEN.findall(text) if token.strip()]
        self.values = {"e": e, "π": pi, **values}
        self.k = 0

    def peek(self) -> str:
        return self.tokens[self.k] if self.k < len(self.tokens) else END

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert not expected or token in expected, (token, expected, self.tokens)
        self.k += 1
        return token

    def sum(self) -> float:
        total, sign = 0.0, 1
        if self.peek() in ("−", "+", "-"):
            sign = -1 if self.take() != "+" else 1
        while True:
            total += sign * self.product()
            if self.peek() not in ("−", "+", "-"):
                return total
            sign = -1 if self.take() != "+" else 1

    def product(self) -> float:
        total = self.factor()
        while True:
            token = self.peek()
            if token == "slash":
                self.take()
                total /= self.factor()
            elif token in ("dot", "thin", "∗"):
                self.take()
            elif token in (END, "−", "+", "-", ",", r"\,", ")", "paren.r"):
                return total
            else:
                total *= self.factor()

    def factor(self) -> float:
        token = self.take()
        if token == "−":
            return -self.factor()
        if token in ("(", "paren.l"):
            value = self.sum()
            self.take(")", "paren.r")
            return value
        if match := re.fullmatch(r'(?:op|upright)\("([a-z]+)"\)', token):
            called = CALLS[match[1]]
            return float(called(*self.arguments()))
        if token in ("lr", "sqrt", "frac", "attach"):
            return self.call(token)
        return float(token) if token[0].isdigit() else self.values[NAMES.get(token, token)]

    def call(self, name: str) -> float:
        self.take("(")
        if name == "attach":
            k = self.k
            first = self.take() if self.tokens[k + 1] == "," else ""
            value = self.sum() if not first else 0.0
            self.take(",")
            place = self.take("t", "b")
            self.take(":")
            if place == "b":
                name = f"{NAMES.get(first, first)}_{self.take()}"
                self.take(")")
                return self.values[name]
            if first:
                value = float(first) if first.isdigit() else self.values[NAMES.get(first, first)]
            value **= self.sum()
        else:
            value = self.sum()
            if name == "frac":
                self.take(",")
                value /= self.sum()
        self.take(")")
        return sqrt(value) if name == "sqrt" else value

    def arguments(self) -> list[float]:
        if self.peek() != "lr":
            return [self.factor()]
        self.take()
        self.take("(")
        self.take("(", "paren.l")
        found = [self.sum()]
        while self.peek() == r"\,":
            self.take()
            found.append(self.sum())
        self.take(")", "paren.r")
        self.take(")")
        return found


def value(text: str, values: Mapping[str, float]) -> float:
    """The value of a whole formula."""
    formula = Formula(text, values)
    found = formula.sum()
    assert formula.peek() == END, formula.tokens[formula.k :]
    return found
