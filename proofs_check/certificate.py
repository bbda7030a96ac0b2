"""Strict reader of optimality certificates: the grammar of `FORMAT.md`, nothing else.

Whether the content proves anything is for `kvratio.proofs_check.optimality` to find out.
"""

import json
from itertools import permutations
from typing import Any, NamedTuple

from kvratio.theory.checks import InputError
from kvratio.theory.model import Instance, Schedule

FORMAT = "kvratio-optimality"
VERSIONS = (1, 2, 3)  # 2 adds profile cuts, 3 leaves whose schedules are enumerated
KEYS = "format version instance schedule lower upper scale cuts prices tree"
MAX_DIGITS = 18  # no quantity needs more; it also bounds the work that a file can cause
MAX_STEPS = 10**7  # prices and outputs are expanded step by step

REASONS = (  # about the text, about the grammar, about the proof
    "not JSON", "nested too deeply", "duplicate key", "not an integer", "number too large",
    "wrong keys", "unknown format", "unknown version", "malformed instance", "malformed schedule",
    "malformed lower", "malformed upper", "malformed scale", "malformed cuts", "malformed prices",
    "negative price", "unknown cut", "unknown base", "malformed tree",
    "invalid schedule", "upper is not the latency", "lower above upper", "tree ends early",
    "tree goes on", "unknown request", "split outside the window", "unknown prices",
    "bound too weak", "search too long",
)  # fmt: skip

Cut = tuple[Any, ...]
Row = tuple[tuple[int, ...], ...]
Node = int | tuple[int, int] | tuple[str, int]


class CertificateError(Exception):
    """A certificate is rejected: `reason` is one of `REASONS`, `detail` says where and what."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


class Certificate(NamedTuple):
    """A well-formed certificate. Units: `lower`, `upper` in steps; prices in steps / `scale`.

    A row of `prices` holds (constraint, step, price, ...), 0 being the budget, then the cuts; a
    node of `tree` (preorder) is a split (request, step) or, for a leaf, a row, alone or as
    ("all", row) if its schedules are enumerated.
    """

    instance: Instance
    schedule: Schedule
    lower: int
    upper: int
    scale: int
    cuts: tuple[Cut, ...]
    prices: tuple[Row, ...]
    tree: tuple[Node, ...]


def read_certificate(text: str) -> Certificate:
    """Parse the text of a certificate; raise `CertificateError` unless it follows the grammar.

    >>> read_certificate('{"format": "kvratio-optimality", "format": "?"}')
    Traceback (most recent call last):
    kvratio.proofs_check.certificate.CertificateError: duplicate key: among ['format', 'format']
    """
    data = parsed(text, FORMAT, KEYS, VERSIONS)
    instance, schedule, lower, upper, scale = problem(data)
    cuts = _cuts(data["cuts"], instance.memory, data["version"])
    prices, tree = _prices(data["prices"], len(cuts)), _tree(data["tree"], data["version"])
    return Certificate(instance, schedule, lower, upper, scale, cuts, prices, tree)


def parsed(text: str, name: str, keys: str, versions: tuple[int, ...]) -> dict[str, Any]:
    """The text as an object of this format with exactly these keys."""
    hooks: Any = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), _integer)
    try:
        data = json.loads(text, object_pairs_hook=_object, **hooks)
    except RecursionError:
        raise CertificateError("nested too deeply", "it exhausts the reader's stack") from None
    except ValueError as error:
        raise CertificateError("not JSON", str(error)) from None
    if type(data) is not dict or set(data) != set(keys.split()):
        raise CertificateError("wrong keys", f"expected an object with exactly: {keys}")
    if data["format"] != name:
        raise CertificateError("unknown format", f"expected {name!r}")
    if not whole(data["version"]) or data["version"] not in versions:
        raise CertificateError("unknown version", f"expected one of {versions}")
    return data


def problem(data: dict[str, Any]) -> tuple[Instance, Schedule, int, int, int]:
    """Instance, schedule, both bounds and the scale."""
    try:
        part = "instance"
        instance = Instance.from_json(data["instance"])
        part = "schedule"
        schedule = Schedule.from_json(data["schedule"])
    except (InputError, RecursionError) as error:
        raise CertificateError(f"malformed {part}", str(error)) from None
    for name, least in (("lower", 0), ("upper", 0), ("scale", 1)):
        if not whole(data[name]) or data[name] < least:
            raise CertificateError(f"malformed {name}", f"expected an integer, at least {least}")
    if instance.memory > MAX_STEPS:
        raise CertificateError("number too large", f"memory above {MAX_STEPS}")
    return instance, schedule, data["lower"], data["upper"], data["scale"]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise CertificateError("duplicate key", f"among {[k for k, _ in pairs]!r}"[:80])
    return found


def _integer(number: str) -> int:
    if not number.lstrip("-").isdigit():
        raise CertificateError("not an integer", number[:MAX_DIGITS])
    if len(number) > MAX_DIGITS:
        raise CertificateError("number too large", f"at most {MAX_DIGITS} characters")
    return int(number)


def whole(value: Any) -> bool:
    """Is it an integer of at least 0?"""
    return type(value) is int and value >= 0  # `True` is an int of another type


def _cuts(cuts: Any, memory: int, version: int) -> tuple[Cut, ...]:
    found: list[Cut] = []
    for cut in cuts if type(cuts) is list else [None]:
        match cut:
            case ["gap", k, b, peak] if all(map(whole, (k, b, peak))) and k and b <= memory:
                found.append(tuple(cut))
            case ["ahead", k, ahead] if whole(k) and whole(ahead) and k and k * ahead < memory:
                found.append(tuple(cut))
            case ["profile", [*table]] if version > 1 and _monotone(table, memory):
                found.append(("profile", tuple(map(tuple, table))))
            case _:
                raise CertificateError("malformed cuts", f"{cut!r}"[:80])
    return tuple(found)


def _monotone(table: list[Any], memory: int) -> bool:
    """Corners [use, rest, weight] of a table that rises from every corner to each beyond it."""
    for corner in table:
        if type(corner) is not list or len(corner) != 3 or not all(map(whole, corner)):
            return False
        if corner[0] < 1 or corner[2] < 1 or corner[0] + corner[1] > memory:
            return False
    pairs = permutations(table, 2)
    return not any(a[0] <= b[0] and a[1] <= b[1] and a[2] >= b[2] for a, b in pairs)


def _prices(table: Any, cuts: int) -> tuple[Row, ...]:
    """The rows in full: one that begins with p is row p followed by its own segments."""
    if type(table) is not list or not all(type(row) is list for row in table):
        raise CertificateError("malformed prices", "they must be a list of rows")
    rows: list[Row] = []
    for p, row in enumerate(table):
        based = bool(row) and type(row[0]) is int
        if based and not 0 <= row[0] < p:
            raise CertificateError("unknown base", f"row {p} must continue one of those before it")
        for segment in row[based:]:
            if type(segment) is not list or set(map(type, segment)) != {int} or len(segment) < 2:
                raise CertificateError("malformed prices", f"row {p}: not [constraint, step, ...]")
            if min(segment) < 0:
                raise CertificateError("negative price", f"row {p}: a number below 0")
            if segment[0] > cuts:
                raise CertificateError("unknown cut", f"row {p}: constraint {segment[0]}")
            if segment[1] + len(segment) > MAX_STEPS:
                raise CertificateError("number too large", f"row {p}: a step beyond {MAX_STEPS}")
        rows.append((*(rows[row[0]] if based else ()), *map(tuple, row[based:])))
    return tuple(rows)


def _tree(nodes: Any, version: int) -> tuple[Node, ...]:
    found: list[Node] = []
    for k, node in enumerate(nodes if type(nodes) is list else [None]):
        match node:
            case [i, t] if whole(i) and whole(t):
                found.append((i, t))
            case ["all", p] if version > 2 and whole(p):
                found.append(("all", p))
            case p if whole(p):
                found.append(p)
            case _:
                expected = "expected a row or [request, step]"
                raise CertificateError("malformed tree", f"node {k}: {expected}")
    return tuple(found)
