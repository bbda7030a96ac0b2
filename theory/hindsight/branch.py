"""Branch and bound on start times, every node bounded by Lagrangian prices.

A node holds a window of starts for every request; the open node with the least bound is split at
the mean start of a request whose preferred starts are early and spread much. Equal requests start
in index order, so a split carries over to its equals. What is left at the end is a tree whose
leaves carry the integer prices that prove their bounds: an optimality certificate
(`proofs_check/FORMAT.md`).
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np

from kvratio.theory.hindsight.enumeration import enumerated
from kvratio.theory.hindsight.relaxation import (
    DualBound,
    Floats,
    Ints,
    Progress,
    Relaxation,
    Window,
)
from kvratio.theory.hindsight.search import generate, plain_schedule
from kvratio.theory.hindsight.smooth import Smooth
from kvratio.theory.hindsight.stopped import Stopped
from kvratio.theory.hindsight.tighten import COLD, tighten
from kvratio.theory.model import Instance, Schedule, ScheduleError, verify

CLOSE = (0.3, 0.1)  # temperatures at which a case improves the prices of the case above it
SOON = 5  # steps: starts earlier than this are about equally urgent


@dataclass(slots=True)
class Node:
    """A case of the proof: a leaf (with its bound), or a split on request `split[0]`.

    `proven` is the latency of which enumeration shows that no schedule of a leaf is below it.
    """

    window: Window
    bound: DualBound
    prices: Floats
    split: tuple[int, int] | None = None
    children: list["Node"] = field(default_factory=list)
    proven: int = 0

    @property
    def steps(self) -> int:
        """The bound in steps, by prices or by enumeration."""
        return max(self.bound.steps, self.proven)


@dataclass(slots=True)
class Search:
    """State of a search: the tree, the best schedule, and how often nodes were bounded."""

    relaxation: Relaxation
    schedule: Schedule
    upper: int
    root: Node
    bounded: int = 1
    interrupted: bool = False

    @property
    def lower(self) -> int:
        """The least bound of any leaf, in steps, and never above the best schedule."""
        return min(self.upper, *(leaf.steps for leaf in leaves(self.root)))

    @property
    def enumerated(self) -> bool:
        """Does the proof rest on an enumeration?"""
        return self.root.split is None and self.root.bound.steps < self.lower


def leaves(node: Node) -> list[Node]:
    """The leaves below a node in preorder."""
    stack, found = [node], []
    while stack:
        top = stack.pop()
        if top.split is None:
            found.append(top)
        stack += reversed(top.children)
    return found


def branch(
    relaxation: Relaxation,
    schedule: Schedule,
    *,
    root_iterations: int,
    iterations: int,
    nodes: int,
    rounds: int = 0,
    units: int = 0,
    seed: int = 0,
    deadline: float = float("inf"),
    report: Callable[[int, int], None] | None = None,
) -> Search:
    """Prove the schedule optimal, or find a better one, as far as `nodes` bounds and time go.

    `report(lower, upper)` is called after every split. An interrupt by the user ends the search
    with what has been found. Deterministic unless `deadline` strikes. With `rounds` the root adds
    profile cuts to the relaxation (`tighten`, which `seed` steers). With `units` of work the
    schedules that the root's prices do not exclude are enumerated before anything is split.

    >>> from kvratio.theory.model import Instance
    >>> instance = Instance.of(3, [2, 2, 1])
    >>> search = branch(Relaxation(instance, (), 9), generate(instance, [0, 1, 2]),
    ...                 root_iterations=200, iterations=50, nodes=200)
    >>> search.lower, search.upper
    (6, 6)
    """
    instance = relaxation.instance
    upper = verify(schedule, instance).tel
    interrupted = False
    try:
        if rounds:
            first = tighten(relaxation, upper, rounds=rounds, seed=seed, deadline=deadline)
            progress = first.progress(COLD)
        else:
            progress = relaxation.improve(upper, iterations=root_iterations, deadline=deadline)
    except Stopped as stop:
        interrupted, progress = True, stop.found.progress(COLD)
    except KeyboardInterrupt:
        interrupted, progress = True, relaxation.improve(upper, iterations=1)
    root, starts = _node(relaxation, relaxation.opening, None, progress)
    search = Search(relaxation, schedule, upper, root, interrupted=interrupted)
    if interrupted:
        return search
    _try_order(search, starts.mean)
    if units and root.steps < search.upper:
        _enumerate(search, units, deadline)
        if search.interrupted:
            return search
    open_nodes = [(root.bound.scaled, 0, root, starts)]
    groups = _equals(instance)
    try:
        while open_nodes and search.bounded < nodes and monotonic() < deadline:
            _, _, node, starts = heapq.heappop(open_nodes)
            if node.steps >= search.upper:
                break
            split = _choose(node.window, starts, relaxation.horizon)
            if split is None:
                _settle(search, node)
                continue
            for window in _split(node.window, groups[split[0]], *split):
                child, chosen = _bounded(
                    relaxation, window, node, search.upper, iterations, deadline
                )
                search.bounded += 1
                _try_order(search, chosen.mean)
                node.children.append(child)
                if child.bound.steps < search.upper:
                    heapq.heappush(open_nodes, (child.bound.scaled, search.bounded, child, chosen))
            node.split = split
            if report:
                report(min(open_nodes)[2].bound.steps if open_nodes else search.upper, search.upper)
    except KeyboardInterrupt:
        node.children = node.children if node.split else []
        search.interrupted = True
    return search


@dataclass(slots=True)
class Starts:
    """Mean and spread of the starts that the prices made each request prefer."""

    mean: Floats
    spread: Floats


def _bounded(
    relaxation: Relaxation,
    window: Window,
    parent: Node,
    upper: int,
    iterations: int,
    deadline: float,
) -> tuple[Node, Starts]:
    if relaxation.profiles:
        smooth = Smooth.of(relaxation, window, parent.prices)
        for tau in CLOSE:
            smooth.climb(tau, iterations, deadline)
        progress = smooth.progress(CLOSE[-1])
    else:
        progress = relaxation.improve(
            upper, iterations=iterations, prices=parent.prices, window=window, deadline=deadline
        )
    return _node(relaxation, window, parent, progress)


def _node(
    relaxation: Relaxation, window: Window, parent: Node | None, progress: Progress
) -> tuple[Node, Starts]:
    bound = relaxation.bound(relaxation.rounded(progress.prices), window)
    if parent:  # a smaller window never makes the parent's prices worse
        inherited = relaxation.bound(parent.bound.prices, window)
        bound = max(bound, inherited, key=lambda b: b.scaled)
    return Node(window, bound, progress.prices), Starts(progress.mean, progress.spread)


def _try_order(search: Search, mean: Floats) -> None:
    """Round the relaxation: serial generation in the order of the mean preferred starts."""
    instance = search.relaxation.instance
    schedule = generate(instance, np.argsort(mean, kind="stable").tolist())
    latency = verify(schedule, instance).tel
    if latency < search.upper:
        search.schedule, search.upper = schedule, latency


def _enumerate(search: Search, units: int, deadline: float) -> None:
    """Enumerate what the root's prices do not exclude; every better schedule starts it anew."""
    relaxation, root = search.relaxation, search.root
    try:
        while True:
            prices, claim = root.bound.prices, search.upper
            found = enumerated(relaxation, prices, root.window, claim, units, deadline)
            if found.starts is None:
                root.proven = claim if found.closed else 0
                break
            search.schedule = plain_schedule(relaxation.instance, found.starts)
            search.upper = verify(search.schedule, relaxation.instance).tel
    except KeyboardInterrupt:
        search.interrupted = True


def _settle(search: Search, node: Node) -> None:
    """A node whose starts are all fixed is a schedule, or refuted by one high price."""
    relaxation = search.relaxation
    starts = node.window.earliest
    schedule = plain_schedule(relaxation.instance, starts.tolist())
    prices = np.zeros_like(node.bound.prices)
    free = relaxation.bound(prices, node.window)
    try:
        latency = verify(schedule, relaxation.instance).tel
    except ScheduleError as error:  # over budget: nothing else can be wrong with a plain schedule
        prices[0, error.step] = -(
            -(relaxation.scale * search.upper - free.scaled) // (error.over or 1)
        )
        node.bound = relaxation.bound(prices, node.window)
    else:
        node.bound = free
        if latency < search.upper:
            search.schedule, search.upper = schedule, latency


def _choose(window: Window, starts: Starts, horizon: int) -> tuple[int, int] | None:
    """Request and step to split at; None when every window is a single start.

    Spread over lateness chooses: early starts decide what comes later. (Ten requests, M = 39 and
    47: proven in 630 and 670 cases; by spread alone not within 900.)
    """
    latest = np.minimum(window.latest, horizon - 1)
    wide = window.earliest < latest
    if not wide.any():
        return None
    worth = starts.spread / (SOON + starts.mean) + 1e-9 * (latest - window.earliest)
    i = int(np.where(wide, worth, -1.0).argmax())
    step = int(np.clip(np.floor(starts.mean[i]), window.earliest[i], latest[i] - 1))
    return i, step


def _split(window: Window, group: Ints, i: int, step: int) -> tuple[Window, Window]:
    earliest, latest = window.earliest.copy(), window.latest.copy()
    before, after = group[group <= i], group[group >= i]
    latest[before] = np.minimum(latest[before], step)
    earliest[after] = np.maximum(earliest[after], step + 1)
    return Window(window.earliest, latest), Window(earliest, window.latest)


def _equals(instance: Instance) -> list[Ints]:
    """For every request the requests equal to it (itself included), ascending."""
    kinds: dict[tuple[int, int, int], list[int]] = {}
    rows = list(zip(instance.prompt, instance.output, instance.arrival, strict=True))
    for i, row in enumerate(rows):
        kinds.setdefault(row, []).append(i)
    arrays = {row: np.array(group, dtype=np.int64) for row, group in kinds.items()}
    return [arrays[row] for row in rows]


def tree_rows(root: Node, lower: int) -> tuple[list[list[list[int]]], list[Any]]:
    """Price rows and preorder tree of a certificate that claims `lower`.

    A subtree whose top proves `lower` by itself becomes a leaf.
    """
    prices: list[list[list[int]]] = []
    tree: list[Any] = []
    stack = [root]
    while stack:
        node = stack.pop()
        by_prices = node.bound.steps >= lower
        if node.split is None or by_prices:
            leaf = len(prices)
            tree.append(leaf if by_prices or not node.proven else ["all", leaf])
            prices.append(_segments(node.bound.prices))
        else:
            tree.append(list(node.split))
            stack += reversed(node.children)
    return prices, tree


def _segments(prices: Ints) -> list[list[int]]:
    """The nonzero runs of prices as [constraint, first step, price, price, ...]."""
    found = []
    for c, line in enumerate(prices):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line != 0, [0]))))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            found.append([c, int(first), *line[first:end].tolist()])
    return found
