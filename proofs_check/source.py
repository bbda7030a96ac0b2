"""Where a statement stands: who says it, and under which number of the paper.

A claim's `source` is text, parts separated by "; ". A part is one of

    arXiv ID, PLACE                 the statement is that publication's
    popular account[ ...]           it stands in popular accounts of the paper
    ours[, in place of PLACE ...]   it is ours; PLACE is what it answers

PLACE names numbered statements ("Theorem 6", "Theorems 1 and 2", "proof of Theorem 8", "figure 3",
"equation (EC.10)", "section 5.1"). Without an arXiv number a place is one of the paper, arXiv
2508.14544.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAPER = "2508.14544"
POPULAR, OURS = "popular account", "ours"
KINDS = (
    "Theorem", "Lemma", "Proposition", "Corollary", "Definition", "Example", "Algorithm", "Figure",
    "Equation", "Experiment", "Section",
)  # fmt: skip
# what people write for a kind, without a final full stop
SHORT = {
    "thm": "Theorem", "th": "Theorem", "lem": "Lemma", "prop": "Proposition", "cor": "Corollary",
    "def": "Definition", "ex": "Example", "alg": "Algorithm", "fig": "Figure", "eq": "Equation",
    "exp": "Experiment", "sec": "Section", "sect": "Section", "§": "Section",
}  # fmt: skip
LABEL = r"\(?(?:EC\.)?\d+(?:\.\d+)*\)?"
MENTION = re.compile(
    rf"\b(?P<kind>{'|'.join(KINDS)})s?\s+(?P<labels>{LABEL}(?:(?:,| and)\s+{LABEL})*)",
    re.IGNORECASE,
)
ARXIV = re.compile(r"\b\d{4}\.\d{5}\b")


@dataclass(frozen=True, order=True)
class Place:
    """A numbered statement of a publication: its arXiv number, kind and label.

    >>> str(Place("2508.14544", "Theorem", "6")), str(Place("2606.22327", "Theorem", "3.2"))
    ('Theorem 6', 'arXiv 2606.22327, Theorem 3.2')
    """

    paper: str
    kind: str
    label: str

    def __str__(self) -> str:
        own = f"{self.kind} {f'({self.label})' if self.kind == 'Equation' else self.label}"
        return own if self.paper == PAPER else f"arXiv {self.paper}, {own}"

    @property
    def order(self) -> tuple[bool, str, int, tuple[tuple[bool, int], ...]]:
        """The paper's first, by kind, then as the labels count: 2 before 10, both before EC.1."""
        digits = [int(d) for d in re.findall(r"\d+", self.label)]
        appendix = self.label.startswith("EC")
        return (
            self.paper != PAPER, self.paper, KINDS.index(self.kind),
            tuple((appendix, d) for d in digits),
        )  # fmt: skip


def places(source: str) -> tuple[Place, ...]:
    """The numbered statements that a source names, in its order.

    >>> [str(p) for p in places("ours, in place of Theorems 1 and 2")]
    ['Theorem 1', 'Theorem 2']
    >>> [str(p) for p in places("popular account; arXiv 2508.14544, figure 3 and section 1.1")]
    ['Figure 3', 'Section 1.1']
    """
    return tuple(p for part in source.split("; ") for p in _places(part))


def _places(part: str) -> Iterator[Place]:
    papers = ARXIV.findall(part)
    text = ARXIV.sub("", part)
    for mention in MENTION.finditer(text):
        for label in re.findall(LABEL, mention["labels"], re.IGNORECASE):
            kind = mention["kind"].capitalize()
            yield Place(papers[0] if papers else PAPER, kind, label.strip("()").upper())


def said_by(source: str) -> str:
    """Who says it: the paper (P), a popular account, both, another publication, or we.

    >>> said_by("arXiv 2508.14544, section 1.1; popular account"), said_by("ours, for figure 3")
    ('P and popular accounts', 'ours')
    >>> said_by("popular account"), said_by("arXiv 2601.22996, abstract")
    ('popular accounts', 'arXiv 2601.22996')
    """
    parts = source.split("; ")
    if parts[0].startswith(OURS):
        return OURS
    told = [part for part in parts if part.startswith(POPULAR)]
    papers = [found[0] for part in parts if part not in told and (found := ARXIV.findall(part))]
    names = ["P" if paper == PAPER else f"arXiv {paper}" for paper in dict.fromkeys(papers)]
    popular = ["popular accounts"] if told else []
    return " and ".join(names + popular)


def asked(text: str) -> Place | None:
    """The numbered statement that a reader asks for, or nothing if the text names none.

    >>> str(asked("theorem 4")), str(asked("lemma ec.1")), str(asked("prop. 1")), asked("t6-s0")
    ('Theorem 4', 'Lemma EC.1', 'Proposition 1', None)
    >>> str(asked("arXiv 2606.22327, thm 3.2")), str(asked("eq. (EC.10)")), str(asked("EC.10"))
    ('arXiv 2606.22327, Theorem 3.2', 'Equation (EC.10)', 'Equation (EC.10)')
    """
    papers = ARXIV.findall(text)
    words = re.sub(r"arxiv|[,:]", " ", ARXIV.sub(" ", text), flags=re.IGNORECASE).split()
    if len(words) == 1 and re.fullmatch(r"\(?(EC\.)?\d+\)?", words[0], re.IGNORECASE):
        words = ["Equation", *words]
    if len(words) != 2 or not re.fullmatch(LABEL, words[1], re.IGNORECASE):
        return None
    name = words[0].rstrip(".").casefold()
    kind = SHORT.get(name) or next((k for k in KINDS if name in (k.lower(), f"{k.lower()}s")), None)
    label = words[1].strip("()").upper()
    return Place(papers[0] if papers else PAPER, kind, label) if kind else None


def first(named: Sequence[Place]) -> str:
    """The number to show: that of the first statement named, or nothing."""
    return str(named[0]) if named else ""
