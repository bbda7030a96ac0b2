"""What contradicts a claim: schedules of the smallest instance against it, or the values.

Instances, start times and values are read from the evidence; policies are played anew.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from kvratio.proofs_check.verdict import Bearing
from kvratio.proofs_check.verdict import Finding as Fact
from kvratio.reports.compare.steps import compare
from kvratio.reports.document import Viewer
from kvratio.reports.material import Material
from kvratio.reports.render.looks import policy_title
from kvratio.reports.viewer import viewer
from kvratio.simulate.records import Run
from kvratio.theory.area import lower_bound
from kvratio.theory.hindsight.search import plain_schedule
from kvratio.theory.model import Instance, Schedule

# an instance in a piece of evidence, and a certificate of the optimum of one
INSTANCE = re.compile(
    r"M = (?P<memory>\d+)(?:, s = (?P<prompt>\d+))?, (?:outputs (?P<outputs>\d+(?:, \d+)*)"
    r"|(?P<count>\d+) outputs of (?P<each>\d+)"
    r"|(?P<n>\d+) requests with s = (?P<s>\d+), o = (?P<o>\d+))\b"
)
ALIKE = re.compile(
    r"s = (?P<prompt>\d+), (?:l = (?P<lower>\d+), u = (?P<upper>\d+), (?:M = \d+, )?)?"
    r"(?P<count>\d+) outputs of (?P<each>\d+)"
)
CERTIFICATE = re.compile(r"certificate ([\w-]+\.json)")
LOWER_ONE = 1  # the interval of played instances begins here

# policies of the simulator that the claims compare, on the instance of the evidence; of samples
# with a thousand requests and more the values are shown
PLAYED = {
    "t6-exact": ("h-sf", "a-min"),
    "t6-exact-live": ("h-sf", "a-min-live"),
    "t4-instance": ("a-max", "a-min"),
    "t4-instance-live": ("a-max", "a-min-live"),
    "lemma-1": ("a-min",),
    "lemma-1-live": ("a-min-live",),
    "prop-1": ("a-min",),
    "prop-1-live": ("a-min-live",),
}
OPTIMA = frozenset({"h-sf-optimal"})  # claims whose counterexample is a published certificate
COMPARED = re.compile(
    r"^(?:(?P<what>.*): )?(?P<found>[^:]*?)(?P<sign> is not | > | < |, claimed )(?P<claimed>.*)$"
)
CLAIMED = {" > ": "at most ", " < ": "at least "}  # what is found breaks it


def example(claim: str, facts: Sequence[Fact], material: Material) -> Viewer | None:
    """The smallest instance against a claim, with schedules that show it."""
    for fact in facts:
        if fact.outcome is not Bearing.AGAINST:
            continue
        if claim in PLAYED and (match := INSTANCE.search(fact.text)):
            return played(claim, match, PLAYED[claim])
        if claim in OPTIMA and (match := CERTIFICATE.search(fact.text)):
            return optimum(claim, material.published(f"optima/{match[1]}"))
        if claim in STATED and (made := STATED[claim](claim, fact.text)):
            return made
    return None


Value = tuple[str, str, str, str]


def values(facts: Sequence[Fact]) -> tuple[Value, ...]:
    """What contradicts a claim as rows: where, which quantity, what was found, what was claimed.

    >>> from kvratio.proofs_check.verdict import Rigour
    >>> values([Fact(Rigour.EXACT, Bearing.AGAINST, "s = 1: A_min / H-SF: 94/69 > 4/3")])
    (('s = 1', 'A_min / H-SF', '94/69', 'at most 4/3'),)
    """
    return tuple(_value(fact.text) for fact in facts if fact.against)


def _value(text: str) -> Value:
    """A sentence without a comparison stands in the second place alone."""
    where, _, rest = text.partition(": ")
    for part in reversed(rest.split("; ")):
        if match := COMPARED.match(part):
            claimed = CLAIMED.get(match["sign"], "") + match["claimed"]
            return where, match["what"] or "", match["found"], claimed
    return where, rest, "", ""


def played(claim: str, match: re.Match[str], names: Sequence[str]) -> Viewer:
    """The policies that a claim compares on the instance of a piece of evidence."""
    each = [match["each"]] * int(match["count"] or 0)
    lengths = [int(text) for text in each or match["outputs"].split(", ")]
    interval = (LOWER_ONE, max(lengths))
    prompt = int(match["prompt"] or 0)
    instance = Instance.of(int(match["memory"]), lengths, prompt=prompt, interval=interval)
    runs = compare(claim, instance, names).runs
    caption = f"Against it: {match[0]}, predicted in [1, {interval[1]}] (one draw of the ties)"
    return viewer(name_of(claim), caption, runs, lower_bound(instance))


def optimum(claim: str, certificate: str) -> Viewer:
    """H-SF beside a schedule whose optimality a published certificate proves."""
    data = json.loads(certificate)
    instance = Instance.from_json(data["instance"])
    (h_sf,) = compare(claim, instance, ["h-sf"]).runs
    best = Run("optimum", 0, instance, Schedule.from_json(data["schedule"]))
    outputs = ", ".join(map(str, instance.output))
    caption = (
        f"Against it: M = {instance.memory}, outputs {outputs}, certified optimum "
        f"{data['lower']} (where preemption loses the tokens)"
    )
    return viewer(name_of(claim), caption, (h_sf, best), data["lower"])


def two_memories(
    claim: str, text: str, memories: re.Pattern[str], names: tuple[str, str]
) -> Viewer | None:
    """A policy with one memory beside another policy, or the same, with less of it."""
    match, sizes = ALIKE.search(text), memories.search(text)
    if match is None or sizes is None:
        return None
    lengths = [int(match["each"])] * int(match["count"])
    interval = (int(match["lower"]), int(match["upper"]))
    runs = []
    for name, memory in zip(names, map(int, sizes.groups()), strict=True):
        instance = Instance.of(memory, lengths, prompt=int(match["prompt"]), interval=interval)
        (run,) = compare(claim, instance, [name]).runs
        runs.append(replace(run, policy=f"{policy_title(name)}, M = {memory}"))
    bound = lower_bound(runs[0].instance)
    return viewer(name_of(claim), f"Against it: {match[0]}", runs, bound)


def scaled(claim: str, text: str) -> Viewer | None:
    """The two schedules of Proposition EC.1, by their starts; the second has a share of M."""
    match = ALIKE.search(text)
    sizes = re.search(r"M = (\d+) gives TEL \d+, (\d+)/(\d+) of it", text)
    starts = re.findall(r"\(starts (\d+(?:, \d+)*)\)", text)
    if match is None or sizes is None or len(starts) != 2:
        return None
    memory, above, below = map(int, sizes.groups())
    lengths = [int(match["each"])] * int(match["count"])
    runs = []
    for title, size, row in zip(
        ("I", "I'"), (memory, memory * above // below), starts, strict=True
    ):
        instance = Instance.of(size, lengths, prompt=int(match["prompt"]))
        runs.append(Run(title, 0, instance, plain_schedule(instance, _numbers(row))))
    bound = lower_bound(runs[0].instance)
    return viewer(name_of(claim), f"Against it: {match[0]}", runs, bound)


def unpacked(claim: str, text: str) -> Viewer | None:
    """The schedule of Algorithm 4 beside the one with a request moved to where there is room."""
    match = re.search(
        r"s = (\d+), M = (\d+), outputs in the order ([\d, ]+): starts \(([\d, ]+)\), and the last"
        r" has room at (\d+) already",
        text,
    )
    if match is None:
        return None
    outputs, starts = _numbers(match[3]), _numbers(match[4])
    instance = Instance.of(int(match[2]), outputs, prompt=int(match[1]))
    moved = [*starts[:-1], int(match[5])]
    runs = [
        Run(title, 0, instance, plain_schedule(instance, row))
        for title, row in (("Algorithm 4", starts), ("the last one moved", moved))
    ]
    caption = f"Against it: M = {match[2]}, outputs in the order {match[3]}"
    return viewer(name_of(claim), caption, runs, lower_bound(instance))


def overtaken(claim: str, text: str) -> Viewer | None:
    """MC-SF beside the schedule with the stated starts, floor(a j/b)."""
    match, starts = INSTANCE.search(text), re.search(r"starts floor\((\d+) j/(\d+)\)", text)
    if match is None or match["n"] is None or starts is None:
        return None
    n, output = int(match["n"]), int(match["o"])
    interval = (output, output)
    instance = Instance.of(
        int(match["memory"]), [output] * n, prompt=int(match["s"]), interval=interval
    )
    (mc_sf,) = compare(claim, instance, ["mc-sf"]).runs
    rows = [int(starts[1]) * j // int(starts[2]) for j in range(n)]
    other = Run(f"starts {starts[0][7:]}", 0, instance, plain_schedule(instance, rows))
    caption = f"Against it: {match[0]}, lengths known"
    return viewer(name_of(claim), caption, (mc_sf, other), lower_bound(instance))


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(", ")]


def name_of(claim: str) -> str:
    """The name of a claim's viewer."""
    return f"example-{claim.lower().replace('.', '-')}"


def _lemma_ec1(claim: str, text: str) -> Viewer | None:
    sizes = re.compile(r"M = (\d+), .*A_random, (\d+)\)")
    return two_memories(claim, text, sizes, ("a-max", "a-random"))


def _ec10(claim: str, text: str) -> Viewer | None:
    sizes = re.compile(r"A_random, M = (\d+)\) against that with M = (\d+)")
    return two_memories(claim, text, sizes, ("a-random", "a-random"))


# claims whose evidence states the schedules or the memories
STATED: dict[str, Callable[[str, str], Viewer | None]] = {
    "lemma-ec1": _lemma_ec1,
    "ec10-turned": _ec10,
    "prop-ec1": scaled,
    "coupling-ec3": unpacked,
    "mc-sf-worst": overtaken,
}
