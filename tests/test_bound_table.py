"""The one table of bounds: its cells are rows of derivations, in every rendering; the switches."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import kvratio as kv
from kvratio.reports import PUBLISHED
from kvratio.reports.bounds.summary import (
    ENDS,
    LENGTHS,
    POLICIES,
    PROMPTS,
    Cell,
    cells,
    growth,
    published_cells,
    published_figures,
    rows_of_bounds,
)
from kvratio.reports.bounds.summary_texts import FORMATS, HEADS, shown, slug
from kvratio.reports.bounds.switches import alpha_figure, curve, q_figure, roots, table
from kvratio.reports.cli import main
from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    A_MAX,
    A_MIN,
    A_RANDOM,
    AREA,
    H_SF,
    OWN,
    SLOTS,
    Form,
    promotion,
    ratio,
    tel,
)
from kvratio.theory.lengths import geometric, linear_geometric
from kvratio.theory.ratios.coverings import precision
from kvratio.theory.ratios.endless import GEOMETRIC
from kvratio.theory.ratios.switching import Switch
from kvratio.theory.ratios.thresholds import promoted

CELLS, FIGURES = published_cells(), published_figures()
LAWS = {"geometric": geometric, "linear geometric": linear_geometric}


def shares(family: str, q: str, u: int) -> dict[int, Fraction]:
    """The family's probabilities of 1 ... u."""
    law = LAWS[family](q)
    return {k: law.pmf(k) for k in range(1, u + 1)}


def cell(lengths: str, prompt: str, policy: str, against: str) -> Cell:
    at = (lengths, prompt, policy, against)
    (found,) = (c for c in CELLS if (c.lengths, c.prompt, c.policy, c.against) == at)
    return found


def test_every_cell_is_filled() -> None:
    """All policies on all families with all prompts; H-SF against itself is left out."""
    assert len(CELLS) == len(LENGTHS) * len(PROMPTS) * (2 * len(POLICIES) - 1)
    assert all((c.value == "inf") == bool(c.growth) for c in CELLS)


def test_a_cell_is_about_its_prompt() -> None:
    """The family of its row names that prompt, or every prompt."""
    families = {row["id"]: row["family"] for row in rows_of_bounds()}
    labels = {"s=0": "s = 0", "s=l": "s = l", "s=mean": "s = E[o]", "long prompts": "s -> infinity"}
    for c in CELLS:
        family = families[c.id]
        own = labels[ENDS[c.lengths, c.prompt]]
        if ", s" in family:
            assert own in family, c
        elif "all s" in family:
            assert c.value == "1.50000000000", c  # reached at every prompt: rho = 2
        else:
            assert c.value == "inf" or c.prompt == "0", c


@pytest.mark.parametrize("family", LAWS)
@pytest.mark.parametrize(
    ("policy", "form"),
    [("A_l own", promotion(10, OWN, OWN)), ("A_random", A_RANDOM), ("A_min", A_MIN)],
)
def test_no_member_of_a_family_is_above_the_supremum(family: str, policy: str, form: Form) -> None:
    """The forms at q = 9/10, where the best threshold is near 10, or near 30: below, not far."""
    if family == "linear geometric" and policy == "A_l own":
        form = promotion(30, OWN, OWN)
    law = shares(family, "9/10", 150)
    for against, bench in (("H-SF", H_SF), ("optimum", AREA)):
        top = float(cell(family, "0", policy, against).value)
        assert 0.85 * top < float(ratio(form, bench, law, 0)) < top
    mean = 10 if family == "geometric" else 19
    top = float(cell(family, "mean", policy, "H-SF").value)
    assert 0.85 * top < float(ratio(form, H_SF, law, mean)) < 1.01 * top


@pytest.mark.parametrize("family", LAWS)
def test_growth_is_that_of_the_forms(family: str) -> None:
    def at(form: Form, u: int) -> float:
        law = shares(family, "1/2", u)
        return float(ratio(form, H_SF, law, 0))

    assert cell(family, "0", "A_max", "H-SF").growth == "~ u"
    assert at(A_MAX, 80) / at(A_MAX, 40) == pytest.approx(2, rel=0.01)
    assert cell(family, "0", "A_l slots", "H-SF").growth == "~ ln(u)"
    best = [min(at(promotion(m, SLOTS, SLOTS), u) for m in range(2, 14)) for u in (20, 40, 80, 160)]
    steps = [b - a for a, b in pairwise(best)]
    assert all(0.1 < step < 2 for step in steps)  # a doubling of u adds; it does not multiply
    assert max(steps) < 2 * min(steps)


def test_growth_on_two_lengths() -> None:
    def at(form: Form, b: int, prompt: int) -> float:
        return float(ratio(form, H_SF, {100: b, 100 * b * b: 1}, prompt))

    for prompt, policy, form in (("0", "A_random", A_RANDOM), ("mean", "A_max", A_MAX)):
        assert cell("two-point", prompt, policy, "H-SF").growth == ">~ sqrt(u/l)"
        s = {"0": 0, "mean": 100}[prompt]
        assert at(form, 40, s) / at(form, 20, s) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at least (b**4 + 1)/(b**2 + 2), b^2 = u/l", ">~ u/l"),
        ("3/(4*alpha)", "~ u/l"),
        ("u*(1 - q)", "~ u"),
        ("u**3", ""),
        ("l*u", ""),
        ("two words", ""),
        ("E[o]/E[m]", ""),
    ],
)
def test_growth_of_other_formulas(text: str, found: str) -> None:
    assert growth({"value": "inf", "closed_form": text}) == found
    assert growth({"value": "1.5", "closed_form": text}) == ""


def test_a_row_that_is_missing_or_different_shows() -> None:
    rows = rows_of_bounds()
    key = "geometric/A_min/H-SF/s=0"
    without = [row for row in rows if row["id"] != key]
    assert len(cells(without)) == len(CELLS) - 1
    other = [{**row, "value": "1.7"} if row["id"] == key else row for row in rows]
    text = FORMATS["text"](cells(other), FIGURES)
    assert text != FORMATS["text"](CELLS, FIGURES)
    assert cells([]) == []


def test_published_figures_are_the_constants_of_the_ledger() -> None:
    """1.5, 1.7, 14/9 and the supremum of the piecewise bound; true without prompts only."""
    assert {(p.lengths, p.policy): p.figure for p in FIGURES} == {
        ("two-point", "A_min"): "1.5",
        ("two-point", "A_l own"): "3",
        ("geometric", "A_min"): "1.7",
        ("linear geometric", "A_min"): "14/9",
    }
    for p in FIGURES:
        assert p.verdicts[0] in ("proved", "certified")
        assert p.verdicts[1] == "refuted"
        ours = cell(p.lengths, "0", p.policy, "H-SF")
        assert float(ours.value) <= float(Fraction(p.figure)) + 1e-11


# --- the renderings --------------------------------------------------------------------------


def test_it_fits_on_a_screen() -> None:
    lines = FORMATS["text"](CELLS, FIGURES).splitlines()
    assert max(map(len, lines)) <= 110
    assert len(lines) <= 42


@pytest.mark.parametrize("name", FORMATS)
def test_every_rendering_shows_every_cell(name: str) -> None:
    text = FORMATS[name](CELLS, FIGURES)
    for c in CELLS:
        assert c.id in text or name in ("text", "markdown")
        number = c.value if name == "json" else shown(c).split()[0]
        assert number in text or (name in ("html", "latex") and c.value == "inf")


def test_links_lead_to_the_derivations() -> None:
    page = (PUBLISHED / "bounds.md").read_text()
    headings = [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")]
    anchors = [slug(heading) for heading in headings]
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r"\]\(#([^)]+)\)", page)
    assert len(links) == len(CELLS)
    assert set(links) <= set(anchors)
    assert {slug(c.id) for c in CELLS} == set(links)


def test_latex_is_one_well_formed_table() -> None:
    text = FORMATS["latex"](CELLS, FIGURES)
    begun = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    assert begun == [("begin", "table"), ("begin", "tabular"), ("end", "tabular"), ("end", "table")]
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert len(rows) == 1 + len(LENGTHS) * (2 * len(PROMPTS) + 1)
    assert {row.count(" & ") for row in rows} == {len(HEADS) - 1}
    code = re.sub(r"\\[{}_]", "", "\n".join(x for x in text.splitlines() if not x.startswith("%")))
    assert code.count("{") == code.count("}")
    assert code.count(r"\(") == code.count(r"\)")
    assert not re.search(r"(?<!\\)[_^~#%](?![^(]*\\\))", re.sub(r"\\\(.*?\\\)", "", code))


def test_html_is_well_formed() -> None:
    class Checker(HTMLParser):
        open: list[str]
        titles: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag != "br":
                self.open.append(tag)
            self.titles += [value or "" for name, value in attrs if name == "title"]

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    checker = Checker()
    checker.open, checker.titles = [], []
    checker.feed(kv.bounds.table()._repr_html_())
    assert checker.open == []
    assert {c.id for c in CELLS} <= set(checker.titles)


def test_the_public_table() -> None:
    one = kv.bounds.table()
    assert len(one) == len(CELLS)
    assert repr(one) == FORMATS["text"](CELLS, FIGURES)
    assert one.to_latex() == FORMATS["latex"](CELLS, FIGURES)
    row = next(row for row in one.rows if row["id"] == "linear geometric/A_min/H-SF/s=0")
    assert row["published"] == "14/9"
    assert row["value"] == pytest.approx(14 / 9)
    frame = one.to_pandas()
    assert len(frame) == len(CELLS)
    assert set(frame["id"]) <= {row["id"] for row in kv.bounds.rows().rows}


# --- the command -----------------------------------------------------------------------------


def run(*arguments: str) -> int:
    try:
        main(["bounds", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_prints_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--table", "--format", name) == 0
    assert capsys.readouterr().out == FORMATS[name](CELLS, FIGURES)


def test_it_needs_no_derivation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kvratio.theory.ratios.built", None)
    assert run("--table") == 0
    assert capsys.readouterr().out == FORMATS["text"](CELLS, FIGURES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "latex"], "--format: expected --table, got 'latex'"),
        (["--table", "--alpha", "1/2"], "--table: expected no other option but --format, got True"),
        (["--table", "--check"], "no other option but --format"),
        (["--table", "--ladder"], "no other option but --format"),
        (["--table", "--json", "-"], "no other option but --format"),
        (
            ["--table", "--format", "pdf"],
            "expected one of 'text', 'markdown', 'latex', 'html', 'json', got 'pdf'",
        ),
    ],
)
def test_bad_options(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert (captured.out, captured.err.count("\n")) == ("", 1)


def test_a_family_without_a_truncation_where_one_is_needed() -> None:
    with pytest.raises(InputError, match=r"^second: expected lengths truncated at some"):
        promoted(GEOMETRIC.weight, OWN, SLOTS, truncated=False)


# --- when to use which -----------------------------------------------------------------------


def gap(family: str, q: str, s: int, threshold: int = 1) -> Fraction:
    """A_l less A_min, over A_min, from the forms; lengths beyond 60 have a share below 1e-20."""
    law = shares(family, q, 60)
    a_l, a_min = (tel(form, law, s) for form in (promotion(threshold, OWN, OWN), A_MIN))
    return a_l / a_min - 1


@pytest.mark.parametrize("family", LAWS)
def test_the_forms_change_places_at_the_roots(family: str) -> None:
    found = roots(rows_of_bounds())[family]
    assert [s for s, _ in found] == [0, 1, 3, 10, 30, 100]
    assert [q for _, q in found] == sorted((q for _, q in found), reverse=True)
    for s, q in found[1:4]:
        below, above = (f"{q * factor:.6f}" for factor in (0.999, 1.001))
        assert gap(family, below, s) < 0 < gap(family, above, s)
        # another threshold is no way out (numeric, on a few values of q)
        assert all(gap(family, above, s, m) > 0 for m in (2, 3, 5))


def test_a_wrong_root_is_noticed() -> None:
    one = Switch(GEOMETRIC, 3)
    wrong = one.root + Fraction(1, 1000)
    with precision():
        assert one.sign(Fraction(1, 10), one.root - Fraction(1, 10**12), -1)
        assert not one.sign(Fraction(1, 10), wrong, -1)
        assert not one.sign(one.root - Fraction(1, 1000), wrong, 1)
        assert not one.falls(Fraction(1, 4))


def test_the_curve_on_two_lengths() -> None:
    """At its points the largest ratios to H-SF of both policies, by the closed forms, agree."""
    from kvratio.reports.bounds.find import derived

    points = curve()
    assert points[0][0] == pytest.approx((3 - 5**0.5) / 2)
    a_min, a_l = (derived(f"two-point/{p}/H-SF").formula for p in ("A_min", "A_l"))
    assert a_min is not None
    assert a_l is not None
    for alpha, prompt in points[1::16]:
        values = {"l": alpha, "u": 1.0, "s": prompt * alpha}
        assert a_min.function()(**values) == pytest.approx(a_l.function()(**values), rel=1e-9)


@pytest.mark.parametrize("make", [alpha_figure, lambda: q_figure(rows_of_bounds())])
def test_figures_are_the_same_every_time(make: Callable[[], object]) -> None:
    assert make() == make()


def test_the_data_of_the_figures() -> None:
    rows = table(rows_of_bounds()).rows
    assert rows[0] == ("two-point", "s/l = 0", "0.38196601125", "derived")
    published = {row["id"]: row for row in json.loads((PUBLISHED / "bounds.json").read_text())}
    for family, prompt, value, obtained in rows[3:]:
        row = published[f"{family}/switch/{prompt.replace(' ', '')}"]
        assert (value, obtained) == (row["value"], row["obtained"])
