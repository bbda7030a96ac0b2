"""The model of the note: definitions in words, and each policy's form as the theory derives it."""

from kvratio.reports.document import Column, Kind, Table
from kvratio.reports.render.typst import formulas, string, table, words
from kvratio.reports.render.typst_printer import typst
from kvratio.reports.sections.terms import TERMS
from kvratio.theory.forms import A_MAX, A_MIN, A_RANDOM, AREA, H_SF, batch_charge, volume
from kvratio.theory.matrices import coefficient

MODEL = (
    "A request has a prompt of s tokens and generates o tokens, one a step. Running with g tokens "
    "generated it holds s + g tokens of the KV cache, and the cache holds M tokens in all. A "
    "scheduler decides in every step which requests run; it may stop one, which then loses its "
    "tokens and starts again. Before the first step it learns that o lies in [l, u] and nothing "
    "else; it sees the end of a request when it happens. The objective is TEL, the sum over all "
    "requests of completion less arrival, and a ratio is TEL over that of H-SF or of the optimum.",
    "In the fluid limit M and n/M grow, all requests are present at step 0 and share one prompt, "
    "and a share x_k of them has output length k. A policy then works in stages. A stage takes the "
    "time T, completes a share of the requests and leaves another; what completes waits half of T "
    "on average, what is left all of it. Each of T, done and left is linear in x:",
)
AFTER = (
    "A request that starts together with others and is charged its peak has the batch charge c(k), "
    "one that starts at a time of its own the volume v(k):",
    "The matrix Q is symmetric. Its entries for i <= j are derived from the stages, once for all "
    "lengths and prompts. A_min has the excess of A_random over H-SF, damped for each pair of "
    "lengths by (s + i)/(s + j).",
)
FORMS = (
    (H_SF, "H-SF"),
    (AREA, "optimum"),
    (A_RANDOM, "A_random"),
    (A_MAX, "A_max"),
    (A_MIN, "A_min"),
)


def model() -> str:
    """The section on the model, with its symbols."""
    import sympy

    k, s = sympy.symbols("k s", positive=True)
    latency = (
        r'upright("E")[upright("TEL")] = frac(attach(n, t: 2), 2 M) attach(x, t: "⊤") Q x, quad '
        r'attach(x, t: "⊤") Q x = sum_"stages" T (upright("done") + 2 thin upright("left")).'
    )
    charges = f"c(k) = {typst(batch_charge(k, s))}, quad v(k) = {typst(volume(k, s))}."
    entries = ", ".join(
        f"[{words(name)}], [$display({typst(coefficient(form))})$]" for form, name in FORMS
    )
    symbols = Table(
        "terms",
        "Terms and symbols",
        (Column("term", Kind.TEXT), Column("meaning", Kind.TEXT)),
        TERMS,
    )
    parts = (
        *map(formulas, MODEL),
        f"$ {latency} $",
        formulas(AFTER[0]),
        f"$ {charges} $",
        formulas(AFTER[1]),
        f"#forms(caption: {string('The entries of the forms, derived')}, {entries})",
        table(symbols, ("auto", "1fr")),
    )
    return "\n\n".join(parts)
