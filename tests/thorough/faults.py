"""The faults that a module can be given, in a random order.

They are those of cosmic-ray's operators, and one of ours: another word in the declaration of a
policy (`MEMBER`). Left out are faults in annotations, which never run, and equality turned into
identity (or back), which are the same for small numbers, None and members of an enumeration.
"""

import ast
import hashlib
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent.parent
MEMBER = "ReplaceMember"
SAME = ("Eq_Is", "Is_Eq", "NotEq_IsNot", "IsNot_NotEq")
NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")


@dataclass(frozen=True)
class Mutant:
    """The `occurrence`-th place where an operator of cosmic-ray changes a module."""

    module: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str


def digest(module: str) -> str:
    """A short hash of what decides which faults a module has: its text, and words for its words."""
    code = (ROOT / module).read_text(encoding="utf-8")
    words = "".join(word for _, _, word in _other_members(code))
    return hashlib.sha256((code + words).encode()).hexdigest()[:16]


def places(code: str) -> list[tuple[str, int, int]]:
    """All faults that a text can be given, as (operator, occurrence, line)."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.operators.provider import OperatorProvider

    nodes, annotated = list(ast_nodes(get_ast(code))), _annotations(code)
    provider, found = OperatorProvider(), []
    for name in sorted(set(provider) - set(NEED_ARGUMENTS)):
        if name.endswith(SAME):
            continue
        operator = provider[name]()
        positions = [p for node in nodes for p in operator.mutation_positions(node)]
        for k, (start, _) in enumerate(positions):
            if not any(a <= start < b for a, b in annotated):
                found.append((name, k, start[0]))
    lines = [code.count("\n", 0, place) + 1 for place, _, _ in _other_members(code)]
    return found + [(MEMBER, k, line) for k, line in enumerate(lines)]


def _other_members(code: str) -> list[tuple[int, int, str]]:
    """Every word of a declaration and what may stand for it: from, to, another word."""
    members: dict[str, list[str]] = {}
    for node in ast.parse((ROOT / "simulate" / "policy.py").read_text()).body:
        if (
            isinstance(node, ast.ClassDef)
            and node.bases
            and ast.unparse(node.bases[0]) == "IntEnum"
        ):
            names = [x.targets[0] for x in node.body if isinstance(x, ast.Assign)]
            members[node.name] = [ast.unparse(name) for name in names]
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    words = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in members.get(node.value.id, ())
    ]
    return [
        (
            starts[word.lineno - 1] + word.col_offset,
            starts[(word.end_lineno or 0) - 1] + (word.end_col_offset or 0),
            f"{ast.unparse(word.value)}.{other}",
        )
        for word in words
        for other in members[ast.unparse(word.value)]
        if other != word.attr
    ]


def mutated(code: str, operator: str, occurrence: int) -> str:
    """The text with one fault."""
    if operator == MEMBER:
        start, end, other = _other_members(code)[occurrence]
        return code[:start] + other + code[end:]
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.provider import OperatorProvider

    text = mutate_code(code, OperatorProvider()[operator](), occurrence)
    assert text is not None
    return str(text)


def _annotations(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations stand, as (line, column) from and to."""
    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
    return [
        ((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0))
        for n in nodes
        if n is not None
    ]


def _difference(code: str, text: str) -> tuple[str, str]:
    """The lines that a fault changes, before and after."""
    lines = list(unified_diff(code.splitlines(), text.splitlines(), n=0))[2:]
    gone = " ".join(line[1:].strip() for line in lines if line[0] == "-")
    come = " ".join(line[1:].strip() for line in lines if line[0] == "+")
    return gone, come


def sample(module: str, seed: int, most: int) -> list[Mutant]:
    """The first `most` faults of a module in the seed's random order."""
    code = (ROOT / module).read_text(encoding="utf-8")
    everything = places(code)
    chosen = [everything[k] for k in np.random.default_rng(seed).permutation(len(everything))]
    return [
        Mutant(module, name, k, line, *_difference(code, mutated(code, name, k)))
        for name, k, line in chosen[:most]
    ]
