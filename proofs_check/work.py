"""How much work checking an optimality certificate can cause, found out before it is checked.

A file of some hundred bytes can name ten million steps in each of many rows. So `kvratio
verify-certificate` first adds up, from the numbers in the file alone, how many entries of lists the
reader and the checker would make or look at, and refuses above a limit that the caller can move.
That decides nothing about the certificate, and what is checked is checked as ever: nothing here is
trusted.
"""

import json
from collections import Counter
from functools import lru_cache
from typing import Any

from kvratio.theory.checks import WorkLimitError

MOST_WORK = 100_000_000  # entries: ten to twenty seconds, and at most two gigabytes
EXPANDED = 10  # entries for a step of an output: its weight, slope and bend, each a list of its own
BENDS = 8  # second differences that are not 0, of a constraint's weights over a run's steps
CACHED = 16  # rows whose costs the checker keeps
KEPT = "kvratio-kept-optimality"  # the format of certificates for schedules that keep their tokens
COLUMNS, LOOKS = 4, 4  # lists as long as the prices; looks, for each way of a step, at each pair


def limit_work(text: str, most: int = MOST_WORK) -> None:
    """Raise `WorkLimitError` where checking could look at more than `most` entries.

    >>> limit_work('{"prices": [[[0, 9999990]]], "tree": [0], "cuts": [], "instance": '
    ...            '{"requests": [{"prompt": 0, "output": 2}]}}', most=1000)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kvratio.theory.checks.WorkLimitError: work of the certificate: expected at most ..., got \
129999...
    """
    needed = work(text)
    if needed > most:
        expected = f"at most {most} entries to look at"
        raise WorkLimitError("work of the certificate", needed, expected, "--work N allows N")


def work(text: str) -> int:
    """At most so many entries are made or looked at; 0 for a text that the reader rejects at once.

    Linear in the text. Beyond what it counts, the work is in proportion to the text.

    >>> work("[]")
    0
    """
    try:
        data = json.loads(text)
        if data.get("format") == KEPT:
            return _kept(data)
        requests = Counter((r["prompt"], r["output"], r.get("arrival", 0)) for r in _requests(data))
        outputs: int = sum(output for _, output, _ in requests)
        cuts, nodes = len(data["cuts"]), data["tree"]
        tables = {c: cut[1] for c, cut in enumerate(data["cuts"], 1) if cut[0] == "profile"}
        limits = sum(_together(table, data["instance"]["memory"]) for table in tables.values())
        rows = _rows(data["prices"], frozenset(tables))
        reading = sum(row[0] for row in rows)
        corners = len(requests) * sum(1 + len(table) for table in tables.values())
        expanding = len(requests) + EXPANDED * outputs * (1 + cuts) + 1
        expanding += corners * max((r["output"] for r in _requests(data)), default=0)
        return limits + reading + expanding + _walk(nodes, rows, requests)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return 0


def _kept(data: Any) -> int:
    """Tables of each kind's tokens by step, and whom each way through a step looks at.

    >>> work('{"format": "kvratio-kept-optimality", "cache": [1], "done": [], "search": 5, '
    ...      '"instance": {"requests": [{"prompt": 0, "output": 3}]}}')  # 2 (4 + 3) + 4 * 5
    34
    """
    rows = _requests(data)
    kinds = {(r["prompt"], r["output"], r.get("arrival", 0)) for r in rows}
    end = max([len(data["cache"]), len(data["done"]), *(arrival for *_, arrival in kinds)])
    tables = (end + 1) * (COLUMNS + sum(output for _, output, _ in kinds))
    return int(tables + LOOKS * len(rows) ** 2 * data["search"])


def _requests(data: Any) -> list[Any]:
    found = data["instance"]["requests"]
    return found if isinstance(found, list) else []


def _together(table: Any, memory: int) -> int:
    """Pairs of corners compared, and states (number, use) that each corner extends.

    At a corner (u, d) they have use + number * d <= memory, and use >= number * (least use of all).
    """
    least = min((u for u, _, _ in table), default=1)
    total = len(table) ** 2
    for u, d, _ in table:
        most = memory // max(1, least + d)
        states = (most + 1) * (memory + 1)
        total += 2 * states * (2 + memory // max(1, u + d))
    return int(total)


Row = tuple[int, int, int, int]  # segments, constraints that have some, steps, profiles' prices


def _rows(table: Any, profiles: frozenset[int]) -> list[Row]:
    """Sizes of the rows in full, as far as they are well formed."""
    sizes: list[Row] = []
    used: list[frozenset[int]] = []
    for p, row in enumerate(table):
        based = bool(row) and isinstance(row[0], int)
        if based and not 0 <= row[0] < p:
            break
        segments, _, steps, priced = sizes[row[0]] if based else (0, 0, 0, 0)
        own = row[based:]
        names = frozenset(segment[0] for segment in own)
        used.append(used[row[0]] | names if based else names)
        steps = max([steps, *(segment[1] + len(segment) - 2 for segment in own)])
        priced += sum(len(segment) - 2 for segment in own if segment[0] in profiles)
        sizes.append((segments + len(own), len(used[-1]), steps, priced))
    return sizes


def _walk(nodes: Any, rows: list[Row], requests: Counter[Any]) -> int:
    """The tree: a split looks at every request, a leaf at every start of every request."""
    total = 0
    n = requests.total()

    @lru_cache(maxsize=CACHED)
    def priced(p: int) -> int:
        nonlocal total
        segments, constraints, steps, prices = rows[p]
        starts = steps + 1
        total += segments + constraints * 3 * starts
        total += len(requests) * starts * (1 + BENDS * constraints)
        total += prices * sum(output for _, output, _ in requests)
        return starts

    for node in nodes:
        if isinstance(node, list) and node[0] == "all":  # its search has a limit of its own
            node = node[1]
        if not isinstance(node, int):
            total += 4 * n
        elif 0 <= node < len(rows):
            starts = priced(node)
            total += n * (1 + starts)
        else:
            break
    return total
