"""The public functions about bounds, claims, worst cases and optima."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvratio._extras import explained
from kvratio.theory.checks import InputError, duration
from kvratio.theory.model import Instance

if TYPE_CHECKING:
    from kvratio.reports.bounds.find import DerivedBound
    from kvratio.reports.claims import Judgement
    from kvratio.reports.optimal import Found
    from kvratio.reports.worst import WorstCase

MOST_ROWS = 60  # of a table in a notebook


@dataclass(frozen=True, repr=False)
class Rows:
    """A table of results. A notebook shows it; `to_pandas` makes a frame, `rows` is plain data."""

    rows: list[dict[str, Any]]

    def __len__(self) -> int:
        return len(self.rows)

    def _cells(self) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
        heads = tuple(self.rows[0]) if self.rows else ()
        shown = self.rows[:MOST_ROWS]
        more = f"{len(self.rows) - len(shown)} more rows" if len(shown) < len(self.rows) else ""
        cells = [tuple("" if x is None else str(x) for x in row.values()) for row in shown]
        return heads, cells, more

    def __repr__(self) -> str:
        heads, cells, more = self._cells()
        return "\n".join(["\t".join(row) for row in (heads, *cells)] + [more] * bool(more))

    def _repr_html_(self) -> str:
        from kvratio.reports.compare.shown import html_table

        heads, cells, more = self._cells()
        return html_table(f"{len(self.rows)} rows", heads, cells, more)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`. Raises `InputError` if pandas is not installed."""
        from kvratio.reports.compare.shown import data_frame

        return data_frame(self.rows)


class OneTable(Rows):
    """The table of all policies and families; its `rows` are its cells."""

    def __repr__(self) -> str:
        return self._as("text")

    def _repr_html_(self) -> str:
        return self._as("html")

    def to_latex(self) -> str:
        """A table of one page for a paper (packages booktabs, amsmath)."""
        return self._as("latex")

    @staticmethod
    def _as(form: str) -> str:
        from kvratio.reports.bounds.summary import published_cells, published_figures
        from kvratio.reports.bounds.summary_texts import FORMATS

        return FORMATS[form](published_cells(), published_figures())


class Bounds:
    """`kvratio.bounds`: call it for one result, or use `table`, `grid` and `rows`."""

    @explained
    def __call__(
        self,
        policy: str | None = None,
        benchmark: str | None = None,
        lengths: str | None = None,
        prompt: Any = None,
        id: str | None = None,
    ) -> "DerivedBound":
        """One competitive ratio in the fluid limit, derived now and alone.

        `policy`: such as "a-min". `benchmark`: "h-sf" or "area" (the optimum of the fluid limit).
        `lengths`: "two-point", "geometric", "linear-geometric", "uniform", "all" or "any".
        `prompt`: a number of tokens, "any" (a formula in s), "long" or "worst"; default: any, if
        such a formula is known. Or the `id` of a row of `rows`.

        The result has `closed_form` (sympy), `value` (the supremum), `steps` (the derivation, each
        step with the check that it passed), `obtained`, `at(...)`; a notebook typesets it. Raises
        `InputError` if there is no such result, or several.

        >>> import kvratio as kv
        >>> b = kv.bounds(policy="a-min", benchmark="h-sf", lengths="two-point", prompt=0)
        >>> b.closed_form, b.value, b.obtained
        (3/2 - alpha/2, '1.50000000000', 'derived')
        """
        from kvratio.reports.bounds.find import derive, find

        if id is not None:
            return derive(id)
        if policy is None:
            raise InputError("policy", None, "a policy, such as 'a-min', or the id of a result")
        return find(policy, benchmark, lengths, prompt)

    @explained
    def grid(
        self,
        alpha: Sequence[Any] = (),
        prompt: Sequence[Any] = (0,),
        q: Sequence[Any] = (),
        *,
        policy: str | None = None,
        benchmark: str | None = None,
        lengths: str | None = None,
    ) -> Rows:
        """The closed forms at every alpha (or q) and every prompt; a row a value.

        Integers, fractions, decimals, or texts such as "1/4"; alpha stands for the interval of its
        lowest terms, so 0.25 for [1, 4]. What `policy`, `benchmark` and `lengths` do not choose is
        left out; without them everything with a formula in alpha is derived, which takes seconds.

        >>> import kvratio as kv
        >>> table = kv.bounds.grid(alpha=["1/2", "1/4"], prompt=[0, 10], policy="a-min",
        ...                        benchmark="h-sf", lengths="two-point")
        >>> [(row["alpha"], row["prompt"], round(row["value"], 3)) for row in table.rows][:2]
        [(0.5, 0.0, 1.25), (0.5, 10.0, 1.219)]
        """
        from kvratio.reports.bounds.find import grid

        chosen = {"policy": policy, "benchmark": benchmark, "lengths": lengths}
        return Rows(grid(alpha, prompt, q, **chosen))

    @explained
    def table(self) -> "OneTable":
        """A_min, A_l, A_max, A_random and H-SF on two-point, geometric and linearly weighted
        geometric lengths: the suprema of their ratios to H-SF and to the optimum, a row a cell.

        Read from the published results of the derivations; `kvratio.bounds(id=...)` derives a cell
        anew. A notebook shows one table, `to_pandas()` has a row for each cell with its id.

        >>> import kvratio as kv
        >>> cells = {row["id"]: row for row in kv.bounds.table().rows}
        >>> cell = cells["geometric/A_min/H-SF/s=0"]
        >>> cell["value"], cell["published"], cell["obtained"]
        (1.68223383328, '1.7', 'derived')
        """
        from kvratio.reports.bounds.summary import published_cells, published_figures

        figures = {(p.lengths, p.policy): p.figure for p in published_figures()}
        rows = []
        for cell in published_cells():
            here = cell.prompt == "0" and cell.against == "H-SF"
            rows.append(
                {
                    "lengths": cell.lengths,
                    "prompt": cell.prompt,
                    "policy": cell.policy,
                    "against": cell.against,
                    "value": float(cell.value),
                    "growth": cell.growth,
                    "obtained": cell.obtained,
                    "published": figures.get((cell.lengths, cell.policy)) if here else None,
                    "id": cell.id,
                }
            )
        return OneTable(rows)

    def rows(
        self,
        policy: str | None = None,
        benchmark: str | None = None,
        lengths: str | None = None,
        prompt: Any = None,
    ) -> Rows:
        """The rows of the published bounds, all or those about something: what can be derived.

        >>> import kvratio as kv
        >>> [row["id"] for row in kv.bounds.rows("a-l", "h-sf", "two-point").rows]
        ['two-point/A_l/H-SF', 'two-point/A_l/H-SF/s=0', 'two-point/A_l/H-SF/long prompts']
        """
        from kvratio.reports.bounds.find import matching

        rows = matching(policy, benchmark, lengths, prompt)
        return Rows([{k: v for k, v in row.items() if k != "steps"} for row in rows])


bounds = Bounds()


@explained
def claim(name: str) -> "Judgement":
    """A claim of the ledger, checked now: `verdict`, `statement`, `evidence`.

    The verdict is computed from the evidence: proved, certified, refuted (rigorous), supported,
    contradicted (simulated), depends (holds in some settings of a map) or open. Raises
    `InputError` for a name that is not known.

    >>> import kvratio as kv
    >>> kv.claim("t6-prompts").verdict
    'refuted'
    """
    from kvratio.reports.claims import judge

    return judge(name)


@explained
def worst_case(
    policy: str,
    u: int,
    l: int = 1,  # noqa: E741 (the paper's name)
    *,
    benchmark: str = "h-sf",
    prompt: Any = 0,
    caps: Sequence[int] = (),
    lengths: Sequence[int] = (),
    seed: int = 0,
) -> "WorstCase":
    """The worst output lengths in [l, u] for a policy in the fluid limit, and a certified bound.

    `ratio` is exact at the `witness` (requests by length); `bound` holds for all distributions of
    lengths, and `certificate.save(FILE)` writes its proof, which an independent checker has
    accepted. u = 60 takes about 15 s. `caps`: of slicing; `lengths`: the only ones that may occur.

    >>> import kvratio as kv
    >>> worst = kv.worst_case("a-min", u=2)
    >>> worst.ratio <= worst.bound, round(float(worst.ratio), 6)
    (True, 1.25)
    """
    from kvratio.reports.worst import find, problem_of

    problem = problem_of(policy, u, l, benchmark, prompt, tuple(caps), tuple(lengths))
    return find(problem, seed)


@explained
def optimal(
    instance: Any,
    *,
    seconds: float = 60,
    solver: str | None = None,
    seed: int = 0,
    preemption: str = "cancel",
) -> "Found":
    """The least total latency with full knowledge of the lengths, between certified bounds.

    Of schedules without preemption, which cancelling (the tokens are lost) cannot improve; with
    `preemption="keep"` of schedules whose preempted requests keep their tokens.

    `instance`: an `Instance`, what `read_trace` or `workload` return, or the name of an instance
    file. `seconds`: a limit; the best schedule and bound until then stand. `solver`: such as
    "HIGHS", to solve the integer program first. The result has `lower`, `upper`, `status`,
    `schedule` and `certificate`, which the independent checker has accepted.

    >>> import kvratio as kv
    >>> best = kv.optimal(kv.Instance.of(memory=4, output=[2, 2, 3, 3]))
    >>> best.status, best.lower, best.upper
    ('optimal', 15, 15)
    >>> long = kv.Instance.of(memory=4, output=[4, 4, 4])
    >>> kv.optimal(long).lower, kv.optimal(long, preemption="keep").lower
    (24, 19)
    """
    from kvratio.reports.optimal import answer
    from kvratio.theory.model import Preemption

    if isinstance(instance, str | Path):
        from kvratio._simulation import workload

        instance = workload(instance)
    chosen = getattr(instance, "instance", instance)
    if not isinstance(chosen, Instance):
        raise InputError("instance", instance, "an Instance, requests, or the name of a file")
    limit = duration("seconds", seconds)
    return answer(chosen, limit, solver, seed, Preemption.of(preemption))
