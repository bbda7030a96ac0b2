"""P's experiments on LMSYS-Chat-1M, on a map of settings.

P draws 2,000 conversations and times batches by a simulator of two A100s; it publishes a summary
of the lengths, but neither memory nor arrivals. So each statement is looked for on a grid of
settings (`kvratio.proofs_check.reproduction`), which a producer has computed. Two settings of it
are the evidence, the nearest of which it holds in one and fails in the other; they are run again
here with other seeds if they are in steps and with fitted lengths. Where it holds in no such
setting of the map (A_min five times as fast as A_max), one beyond it is run, too (`BEYOND`).
Lengths are drawn from a law fitted to P's summary, prompts independent of outputs.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from math import ceil, floor

from kvratio.proofs_check.claim import Check, Claim, Numbers, Plan
from kvratio.proofs_check.evidence import in_setting, on_record, reported
from kvratio.proofs_check.reproduction import (
    BEYOND,
    BINS,
    EXPERIMENTS,
    LIVE_TOO,
    ROUGH,
    SETTINGS,
    STATEMENTS,
    STEPS_A_SECOND,
    Run,
    Setting,
    Statement,
    again,
    bounds,
    chosen,
    extremes,
    read_map,
    sides,
    summary,
)
from kvratio.proofs_check.sources import Sources
from kvratio.proofs_check.verdict import Finding, Verdict
from kvratio.theory.model import Instance

SEEDS = range(100, 120)  # others than those of the map
FEW = range(100, 110)  # where 6,000 requests run


def predicted(prediction: str, output: int) -> tuple[int, int]:
    """The interval of a request, by P's three experiments.

    >>> predicted(ROUGH, 50), predicted(BINS, 100), predicted("relative:0.1", 15)
    ((1, 1000), (1, 100), (13, 17))
    """
    if prediction == ROUGH:
        return 1, 1000
    if prediction == BINS:
        low = (output - 1) // 100 * 100
        return low + 1, low + 100
    x = Fraction(prediction.removeprefix("relative:"))
    return max(1, floor((1 - x) * output)), ceil((1 + x) * output)


@lru_cache(maxsize=4096)
def tel(sources: Sources, setting: Setting, run: Run, seed: int) -> int:
    """Simulated total latency in steps; settings and policies are asked for by several claims."""
    prediction, policy = run
    drawn = sources.conversations(setting.requests, seed)
    prompts, outputs = zip(*drawn, strict=True)
    arrivals = [0] * len(drawn)
    if setting.rate:
        times = sources.arrivals(setting.requests, seed, setting.rate)
        arrivals = [floor(time * STEPS_A_SECOND) for time in times]
    intervals = [predicted(prediction, output) for output in outputs]
    instance = Instance.of(
        setting.memory, outputs, prompt=prompts, arrival=arrivals, interval=intervals
    )
    return sources.tel(instance, policy, seed)


def _ratio(sources: Sources, setting: Setting, statement: Statement, seed: int) -> float:
    """The ratio of a statement with one seed."""
    return tel(sources, setting, statement.above, seed) / tel(
        sources, setting, statement.below, seed
    )


def on_map(*names: str) -> Check:
    """What the map says of the statements, taken together, and its nearest settings run again."""

    def check(numbers: Numbers, sources: Sources) -> list[Finding]:
        found = read_map(sources.reproduction)
        own = numbers if len(names) == 1 else None
        known = sides(found, names, own)
        findings = [reported(f"the map: {summary(known)}")]
        findings += [reported(f"{STATEMENTS[n].text}: {extremes(found, n)}") for n in names]
        for setting in chosen(found, names, own):
            for name in names:
                statement = STATEMENTS[name]
                holds = statement.side(found[setting][name], own)
                if holds is None or (known[setting] is False and holds):
                    continue  # of several together, what fails is the evidence
                text = f"{setting.text}: {statement.text}"
                allowed = bounds(statement.numbers if own is None else own)
                if again(setting):
                    values = sources.over_seeds(partial(_ratio, sources, setting, statement))
                    findings.append(in_setting(text, values, allowed, holds))
                else:
                    findings.append(on_record(text, found[setting][name], allowed))
        for name in names:
            findings += beyond(STATEMENTS[name], numbers, sources)
        return findings

    return check


def beyond(statement: Statement, numbers: Numbers, sources: Sources) -> Iterator[Finding]:
    """Settings that were chosen by hand, where the map has none that can be run again."""
    for setting, holds in BEYOND.get(statement.id, ()):
        values = sources.over_seeds(partial(_ratio, sources, setting, statement))
        where = "on the map" if setting in SETTINGS else "beyond the map"
        text = f"{where}, {setting.text}: {statement.text}"
        yield in_setting(text, values, bounds(numbers), holds)


NONE: Numbers = {}
MAP = "on a map of M, n, arrivals, clock and lengths (finite)"
AND_BEYOND = "and in one setting beyond the map, n = 6,000"
PRINTED, LIVE = "Algorithm 2 as printed", "Algorithm 2, bounds rising with every token"
PAPER, POPULAR = "arXiv 2508.14544, Experiment {}", "popular account, Experiment {}"
ROUGHLY = "With the interval [1, 1000] for all, "
TEN = "With ten bins of 100 tokens, "
AROUND = "With intervals (1 ± {}) o, "


def _claim(
    name: str,
    reading: str,
    statement: str,
    source: str,
    verdict: Verdict,
    together: tuple[str, ...] = (),
    seeds: range = SEEDS,
) -> Claim:
    """A row on the map: a statement of `STATEMENTS`, or several `together`."""
    if together:
        relation, numbers = f"in one setting: {', '.join(together)} all hold", NONE
    else:
        one = STATEMENTS[name]
        relation, numbers = (
            f"in a setting: mean over seeds of {one.text}, {one.claimed}",
            one.numbers,
        )
    return Claim(
        name,
        f"{MAP}; {reading}",
        statement,
        source,
        relation,
        verdict,
        on_map(*(together or (name,))),
        numbers,
        plan=Plan((), seeds),
    )


def _x(x: str, text: str) -> str:
    return AROUND.format(x) + text


CLOSE, WORSE = "A_min is close to H-SF.", "A_max is clearly slower than with (1 ± 0.1) o."
FIVE = "A_min is up to five times as fast as A_max."
SAME = "A_min is nearly identical to H-SF."
CLAIMS = (
    _claim("exp1-a-min", PRINTED, ROUGHLY + SAME, PAPER.format(1), Verdict.DEPENDS),
    _claim("exp1-a-min-live", LIVE, ROUGHLY + SAME, PAPER.format(1), Verdict.DEPENDS),
    _claim(
        "exp1-a-max-slow", "Algorithm 1", ROUGHLY + "A_max is clearly slower than H-SF.",
        PAPER.format(1), Verdict.DEPENDS,
    ),
    _claim(
        "exp1-a-max", "Algorithm 1", ROUGHLY + "A_max is about twice as slow as H-SF.",
        POPULAR.format(1), Verdict.DEPENDS,
    ),
    _claim(
        "exp1-together", PRINTED, "What is said of Experiment 1 holds in one setting.",
        f"{PAPER.format(1)}; {POPULAR.format(1)}", Verdict.DEPENDS, EXPERIMENTS["exp1"],
    ),
    _claim(
        "exp2-a-min", PRINTED, TEN + SAME, PAPER.format(2), Verdict.DEPENDS,
        seeds=range(200, 300),  # twenty of them decided nothing
    ),
    _claim("exp2-a-min-live", LIVE, TEN + SAME, PAPER.format(2), Verdict.DEPENDS),
    _claim(
        "exp2-a-max", "Algorithm 1", TEN + "the latency of A_max is nearly half of that with "
        "[1, 1000].", PAPER.format(2), Verdict.DEPENDS,
    ),
    _claim(
        "exp2-together", PRINTED, "What is said of Experiment 2 holds in one setting.",
        PAPER.format(2), Verdict.DEPENDS, EXPERIMENTS["exp2"],
    ),
    _claim(
        "exp12-together", PRINTED, "What is said of Experiments 1 and 2 holds in one setting.",
        "arXiv 2508.14544, Experiments 1 and 2; popular account, Experiment 1", Verdict.DEPENDS,
        (*EXPERIMENTS["exp1"], *EXPERIMENTS["exp2"]),
    ),
    _claim("exp3-narrow-a-min", PRINTED, _x("0.1", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-narrow-a-min-live", LIVE, _x("0.1", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim(
        "exp3-narrow-a-max", "Algorithm 1", _x("0.1", "A_max is close to H-SF."),
        PAPER.format(3), Verdict.DEPENDS,
    ),
    _claim("exp3-0.95-a-min", PRINTED, _x("0.95", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-0.95-a-min-live", LIVE, _x("0.95", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-0.95-a-max", "Algorithm 1", _x("0.95", WORSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-wide-a-min", PRINTED, _x("0.99", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-wide-a-min-live", LIVE, _x("0.99", CLOSE), PAPER.format(3), Verdict.DEPENDS),
    _claim("exp3-wide-a-max", "Algorithm 1", _x("0.99", WORSE), PAPER.format(3), Verdict.DEPENDS),
    _claim(
        "exp3-together", PRINTED, "What is said of Experiment 3 holds in one setting.",
        PAPER.format(3), Verdict.DEPENDS, EXPERIMENTS["exp3"],
    ),
    _claim(
        "exp3-together-live", LIVE, "What is said of Experiment 3 holds in one setting.",
        PAPER.format(3), Verdict.DEPENDS, LIVE_TOO["exp3"],
    ),
    _claim("exp3-narrow-5x", PRINTED, _x("0.1", FIVE), POPULAR.format(3), Verdict.CONTRADICTED),
    _claim("exp3-narrow-5x-live", LIVE, _x("0.1", FIVE), POPULAR.format(3), Verdict.CONTRADICTED),
    _claim(
        "exp3-0.95-5x", f"{PRINTED}; {AND_BEYOND}", _x("0.95", FIVE),
        POPULAR.format(3), Verdict.DEPENDS, seeds=FEW,
    ),
    _claim(
        "exp3-0.95-5x-live", f"{LIVE}; {AND_BEYOND}", _x("0.95", FIVE),
        POPULAR.format(3), Verdict.DEPENDS, seeds=FEW,
    ),
    _claim(
        "exp3-5x", f"{PRINTED}; {AND_BEYOND}", _x("0.99", FIVE),
        POPULAR.format(3), Verdict.DEPENDS, seeds=FEW,
    ),
    _claim(
        "exp3-5x-live", f"{LIVE}; {AND_BEYOND}", _x("0.99", FIVE),
        POPULAR.format(3), Verdict.DEPENDS, seeds=FEW,
    ),
)  # fmt: skip
