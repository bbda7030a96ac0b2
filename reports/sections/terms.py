"""The words and symbols of the report, defined before they are used."""

from kvratio.reports.document import Column, Kind, Section, Table
from kvratio.reports.material import Material

TERMS = (
    ("P", "arXiv 2508.14544, the paper whose policies and claims are examined"),
    ("M", "budget: the tokens that the KV cache holds"),
    ("n", "number of requests"),
    ("s", "prompt length in tokens, where all requests share one"),
    ("o", "output length of a request in tokens, unknown to the scheduler until it completes"),
    ("[l, u]", "predicted interval of the output length; alpha = l/u"),
    ("step", "in one step every running request generates one token"),
    ("cache", "a running request with g generated tokens holds s + g tokens"),
    ("eviction", "a running request is stopped, loses its tokens and starts again"),
    ("TEL", "total end-to-end latency: the sum over all requests of completion less arrival"),
    ("H-SF", "P's benchmark: knows all output lengths, starts the shortest first; a heuristic"),
    (
        "optimum",
        "the least TEL of any schedule, by a scheduler that knows all output lengths; where "
        "preemption loses the tokens, unless said otherwise",
    ),
    ("area bound", "a lower bound on the TEL of every schedule, from the cache that requests use"),
    ("fluid limit", "M and n/M grow, all requests present at step 0, one prompt length"),
    ("form", "the TEL of a policy in the fluid limit, a quadratic form in the shares of lengths"),
    ("A_max", "P's Algorithm 1: assumes the upper end u of every request"),
    ("A_min", "P's Algorithm 2: assumes the lower end, raised when a request is evicted"),
    ("A_l", "P's Algorithm 6, two lengths: assumes l, and u for what turns out longer"),
    ("slicing", "all run to a cap and are evicted there, then to a larger cap, and so on"),
)


def section(_material: Material) -> Section:
    """One table of definitions."""
    columns = (Column("term", Kind.TEXT), Column("meaning", Kind.TEXT))
    lead = (
        "Statements about the fluid limit say nothing about a particular M; simulated numbers hold "
        "for the requests and seeds that are named. The glossary in `reports/docs` has more."
    )
    return Section(
        "terms",
        "Terms",
        (lead, Table("terms", "Terms and symbols", columns, TERMS)),
        summary="words and symbols",
    )
