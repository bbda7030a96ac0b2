"""How much kept preemption helps on small instances: the table of the page, computed anew."""

import re
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product
from pathlib import Path

from kvratio.reports.studies.smallest.optimum import TinyOptimum

PAGE = Path(__file__).parent.parent / "reports" / "docs" / "howto" / "preemption.md"
MEMORIES, REQUESTS = range(2, 7), range(2, 5)
Left = tuple[tuple[int, int], ...]  # tokens made and to be made, of those that are not complete


def least_kept(memory: int, prompt: int, outputs: tuple[int, ...]) -> int:
    """The least latency with kept tokens: every set that fits, in every step."""

    @cache
    def least(left: Left) -> int:
        if not left:
            return 0
        after = set()
        for runs in product((0, 1), repeat=len(left)):
            use = sum(r * (prompt + made + 1) for r, (made, _) in zip(runs, left, strict=True))
            if any(runs) and use <= memory:
                then = [(made + r, o) for r, (made, o) in zip(runs, left, strict=True)]
                after.add(tuple(sorted(pair for pair in then if pair[0] < pair[1])))
        return len(left) + min(map(least, after))

    return least(tuple((0, o) for o in outputs))


def worst(memory: int, n: int) -> tuple[Fraction, tuple[int, int], tuple[int, tuple[int, ...]]]:
    """Largest ratio, its two latencies, prompt and outputs; all common prompts and outputs."""
    found = []
    for prompt in range(memory):
        tiny = TinyOptimum(memory)
        for outputs in combinations_with_replacement(range(1, memory - prompt + 1), n):
            without = tiny.total_latency([(0, prompt, o) for o in outputs])
            kept = least_kept(memory, prompt, outputs)
            found.append((Fraction(without, kept), (without, kept), (prompt, outputs)))
    return max(found, key=lambda one: one[0])


def test_the_table_of_the_page_is_computed_anew() -> None:
    text = PAGE.read_text(encoding="utf-8")
    cells = {}
    for line in re.findall(r"^\| (\d+ \|.*) \|$", text, flags=re.M):
        memory, *ratios = [cell.strip() for cell in line.split("|")]
        cells |= {(int(memory), n): r for n, r in zip(REQUESTS, ratios, strict=True)}
    assert set(cells) == set(product(MEMORIES, REQUESTS))
    for (memory, n), cell in cells.items():
        ratio, (without, kept), instance = worst(memory, n)
        assert cell == f"{without}/{kept} = {float(ratio):.3f}"
        assert instance == (0, (memory,) * n)
