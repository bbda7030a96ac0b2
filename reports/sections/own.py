"""The reader's own requests in short: which policy wins, by how much, and against what bound."""

from collections.abc import Sequence
from fractions import Fraction

from kvratio.reports.compare.steps import Comparison
from kvratio.reports.document import Block, Headline, Section
from kvratio.reports.material import Material
from kvratio.reports.render.looks import policy_title
from kvratio.reports.sections._ratios import by_latency, clairvoyant, coincidences, ratio_figure
from kvratio.reports.sections.policies import latency_table
from kvratio.simulate.records import Run


def section(material: Material) -> Section:
    """Winner, tails, waste, the ratios to the certified bound as a figure, and the table."""
    comparison = material.comparison
    lead = (
        f"{comparison.description}. Simulated in steps, one token a running request; ratios are to "
        f"{comparison.bound:,} steps, a certified lower bound on every schedule's total latency."
    )
    blocks: list[Block] = [
        lead,
        headlines(comparison),
        ratio_figure(comparison),
        latency_table(comparison),
    ]
    if same := coincidences(comparison):
        blocks.insert(2, same)
    return Section("own", "Your requests", tuple(blocks))


def headlines(comparison: Comparison) -> tuple[Headline, ...]:
    """Who wins and by how much; first token, tails and waste of the winner beside the others."""
    fair = by_latency([run for run in comparison.runs if not clairvoyant(run)])
    known = by_latency([run for run in comparison.runs if clairvoyant(run)])
    best = (fair or known)[0]
    made = [_winner(comparison, best, fair)]
    if fair and known:
        made.append(_knowledge(best, known[0]))
    return (*made, *_tails(fair or known), _waste(comparison))


def _knowledge(best: Run, known: Run) -> Headline:
    gap, who = Fraction(best.tel, known.tel), f"{policy_title(known.policy)} ({known.policy})"
    text = f"Knowing the true lengths brings {who} nothing here."
    if gap > 1:
        text = (
            f"Knowing the true lengths would bring {_percent(1 - 1 / gap)}: {who} has a mean of "
            f"{_steps(known.measures.mean_latency)} steps."
        )
    return Headline(text, "Best of the policies that are told every output length.", "policies")


def _winner(comparison: Comparison, best: Run, fair: Sequence[Run]) -> Headline:
    mean = _steps(best.measures.mean_latency)
    text = f"{policy_title(best.policy)} ({best.policy}) wins: mean latency {mean} steps"
    others = [run for run in fair if run.tel > best.tel]
    if others:
        next_one, last = (_percent(1 - Fraction(best.tel, others[k].tel)) for k in (0, -1))
        text += (
            f", {next_one} less than {policy_title(others[0].policy)} and {last} less than "
            f"{policy_title(others[-1].policy)}, the slowest"
        )
    ratio = comparison.ratio_to_lower_bound(best)
    return Headline(
        f"{text}.",
        f"At most {float(ratio):.3f} times the optimum, by the certified bound: no scheduler, even "
        f"one that knows all lengths, can be more than {_percent(1 - 1 / ratio)} faster.",
        "policies",
    )


def _tails(runs: Sequence[Run]) -> list[Headline]:
    tail = min(runs, key=lambda run: (run.measures.p99, run.tel))
    first = min(runs, key=lambda run: (run.measures.ttft, run.tel))
    return [
        Headline(
            f"The shortest tail has {policy_title(tail.policy)} ({tail.policy}): p99 "
            f"{tail.measures.p99:,} steps; the first token comes soonest under "
            f"{policy_title(first.policy)} ({first.policy}), after {_steps(first.measures.ttft)} "
            "steps on average.",
            "Of the policies that do not know the lengths, one run each.",
            "policies",
        )
    ]


def _waste(comparison: Comparison) -> Headline:
    shares = {run: _share(run) for run in comparison.runs}
    most = max(comparison.runs, key=lambda run: shares[run])
    none = sum(share == 0 for share in shares.values())
    text = (
        f"{policy_title(most.policy)} ({most.policy}) makes {_percent(shares[most])} of its tokens "
        "in vain; "
        if shares[most]
        else ""
    )
    return Headline(
        f"{text}{none} of {len(shares)} policies waste none.",
        "Tokens of evicted requests are lost and made again.",
        "policies",
    )


def _share(run: Run) -> Fraction:
    return Fraction(run.measures.wasted_tokens, max(1, run.measures.generated_tokens))


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.1f} %"


def _steps(value: Fraction) -> str:
    return f"{float(value):,.1f}"
