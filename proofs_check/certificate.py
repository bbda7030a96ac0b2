"""Strict reader of optimality certificates, version 1 of the grammar in `FORMAT.md`.

It accepts exactly that grammar and nothing beside it: no unknown or repeated key, no number that
is not a plain integer, no `true` where a number is due. What it returns has the right shape; that
it proves anything is for `proofs_check.optimality` to find out.

Trusted: Python's `json` and integers, and `theory.model`, which defines instance and schedule.
"""

import json
from dataclasses import dataclass
from typing import Any

from theory.checks import InputError
from theory.model import Instance, Schedule

FORMAT = "kvratio-optimality"
VERSION = 1
KEYS = "format version instance schedule claim scale prices tree"
MAX_DIGITS = 18  # no quantity of the grammar needs more; it also bounds the work a file can cause
MAX_DEPTH = 5  # certificate > instance > requests > request > interval

Prices = tuple[int, ...]
Node = int | tuple[int, int]

REASONS = (
    # the file
    "not JSON",
    "nested too deeply",
    "duplicate key",
    "not an integer",  # 1.0, 1e3, NaN, Infinity
    "number too large",
    # the grammar
    "wrong keys",
    "unknown format",
    "unknown version",
    "malformed instance",
    "malformed schedule",
    "malformed claim",
    "malformed scale",
    "malformed prices",
    "negative price",
    "unknown base",  # prices given as a change of prices that do not stand before them
    "malformed tree",
    # the upper bound
    "invalid schedule",
    "upper is not the latency",
    # the lower bound
    "lower above upper",
    "tree ends early",  # some start times are covered by no leaf
    "tree goes on",  # nodes are left over
    "unknown request",
    "split outside the window",
    "unknown prices",
    "bound too weak",
)


class CertificateError(ValueError):
    """A certificate is rejected: `reason` is one of `REASONS`, `detail` says where and what."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A well-formed certificate. Units: `lower`, `upper` in steps; prices in steps * `scale`.

    `prices[p][k]` is the price of one token of cache in step k, times `scale`, zero beyond the
    end. `tree` is in preorder: (i, t) splits on "request i starts at t or before" (first child) or
    "after t" (second child); an int p is a leaf bounded with `prices[p]`.
    """

    instance: Instance
    schedule: Schedule
    lower: int
    upper: int
    scale: int
    prices: tuple[Prices, ...]
    tree: tuple[Node, ...]


def read_certificate(text: str) -> Certificate:
    """Parse the text of a certificate; raise `CertificateError` unless it follows the grammar exactly.

    >>> read_certificate('{"format": "kvratio-optimality", "format": "?"}')
    Traceback (most recent call last):
    ...
    proofs_check.certificate.CertificateError: duplicate key: 'format'
    """
    data = _keys(_load(text), "certificate", KEYS)
    if data["format"] != FORMAT:
        raise CertificateError("unknown format", f"required {FORMAT!r}")
    if type(data["version"]) is not int or data["version"] != VERSION:
        raise CertificateError("unknown version", f"required {VERSION}")
    try:
        instance = Instance.from_json(data["instance"])
    except InputError as error:
        raise CertificateError("malformed instance", str(error)) from None
    try:
        schedule = Schedule.from_json(data["schedule"])
    except InputError as error:
        raise CertificateError("malformed schedule", str(error)) from None
    claim = _keys(data["claim"], "claim", "lower upper")
    if not (_whole(claim["lower"]) and _whole(claim["upper"])):
        raise CertificateError("malformed claim", "lower and upper must be integers, at least 0")
    if not _whole(data["scale"]) or data["scale"] == 0:
        raise CertificateError("malformed scale", "it must be an integer, at least 1")
    return Certificate(
        instance,
        schedule,
        claim["lower"],
        claim["upper"],
        data["scale"],
        _prices(data["prices"]),
        _tree(data["tree"]),
    )


def _load(text: str) -> Any:
    try:
        data = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_integer,
            parse_constant=_no_integer,
        )
    except RecursionError:
        raise CertificateError("nested too deeply", f"more than {MAX_DEPTH} levels") from None
    except CertificateError:
        raise
    except ValueError as error:
        raise CertificateError("not JSON", str(error)) from None
    level = [data]
    for _ in range(MAX_DEPTH):
        inner = [v.values() if type(v) is dict else v for v in level if type(v) in (dict, list)]
        level = [child for values in inner for child in values]
    if any(type(v) in (dict, list) for v in level):
        raise CertificateError("nested too deeply", f"more than {MAX_DEPTH} levels")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise CertificateError("duplicate key", repr(key))
        found[key] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise CertificateError(
            "number too large", f"{len(digits)} characters, at most {MAX_DIGITS}"
        )
    return int(digits)


def _no_integer(number: str) -> Any:
    raise CertificateError("not an integer", number[:MAX_DIGITS])


def _keys(value: Any, name: str, keys: str) -> dict[str, Any]:
    if type(value) is not dict or set(value) != set(keys.split()):
        raise CertificateError("wrong keys", f"{name} must be an object with exactly: {keys}")
    return value


def _whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _prices(value: Any) -> tuple[Prices, ...]:
    """Expand the table of prices: a row is a list, or changes to a row that stands before it."""
    if type(value) is not list:
        raise CertificateError("malformed prices", "the table must be a list")
    table: list[Prices] = []
    for p, entry in enumerate(value):
        if type(entry) is dict:
            entry = _changed(p, _keys(entry, f"prices[{p}]", "base set"), table)
        if type(entry) is not list or not set(map(type, entry)) <= {int}:
            raise CertificateError("malformed prices", f"prices[{p}] must be a list of integers")
        if min(entry, default=0) < 0:
            raise CertificateError("negative price", f"prices[{p}]")
        table.append(tuple(entry))
    return tuple(table)


def _changed(p: int, entry: dict[str, Any], table: list[Prices]) -> list[Any]:
    base, changes = entry["base"], entry["set"]
    if not _whole(base) or base >= p:
        raise CertificateError(
            "unknown base", f"prices[{p}] must start from one of the {p} before it"
        )
    if type(changes) is not list or not all(type(c) is list and len(c) == 2 for c in changes):
        raise CertificateError(
            "malformed prices", f"prices[{p}].set must be a list of [step, price]"
        )
    row: list[Any] = list(table[base])
    for step, price in changes:
        if not _whole(step) or step >= len(row):
            raise CertificateError(
                "malformed prices", f"prices[{p}].set: a step beyond the base's end"
            )
        row[step] = price
    return row


def _tree(value: Any) -> tuple[Node, ...]:
    if type(value) is not list:
        raise CertificateError("malformed tree", "it must be a list of nodes in preorder")
    return tuple(_node(k, node) for k, node in enumerate(value))


def _node(k: int, node: Any) -> Node:
    if _whole(node):
        leaf: int = node
        return leaf
    if type(node) is list and len(node) == 2 and _whole(node[0]) and _whole(node[1]):
        return node[0], node[1]
    raise CertificateError("malformed tree", f"node {k} must be a row of prices or [request, step]")
