"""The colours and line styles of the figures: enough contrast, and all looks distinguishable."""

import pytest

from kvratio.reports.document import Figure
from kvratio.reports.render import looks
from kvratio.reports.render.draw import Labels, draw
from kvratio.reports.render.looks import COLOURS, look, policy_look, themable
from kvratio.simulate import wait
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.preemptive import PREEMPTIVE

GREY = 36  # so many looks differ even where no colour can be seen
CONTRAST = 3.0  # WCAG 2.1, success criterion 1.4.11, for graphics


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.1."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_seen_on_its_ground(colour: looks.Colour) -> None:
    assert contrast(colour.light, looks.PAPER) >= CONTRAST
    assert contrast(colour.dark, looks.DARK_PAPER) >= CONTRAST


def test_text_can_be_read_on_both_grounds() -> None:
    for text, ground in (
        (looks.INK, looks.PAPER),
        (looks.MUTED, looks.PAPER),
        (looks.DARK_INK, looks.DARK_PAPER),
        (looks.DARK_MUTED, looks.DARK_PAPER),
    ):
        assert contrast(text, ground) >= 4.5


def test_looks_differ_without_colour_too() -> None:
    found = [look(k, "") for k in range(GREY)]
    assert len({(str(x["linestyle"]), x["marker"]) for x in found}) == GREY
    many = [look(k, "") for k in range(64)]
    assert len({(x["color"], str(x["linestyle"]), x["marker"]) for x in many}) == 64


def test_every_policy_has_a_look_of_its_own() -> None:
    assert len(POLICIES) <= GREY
    found = [policy_look(name) for name in POLICIES]
    assert len({(str(x["linestyle"]), x["marker"]) for x in found}) == len(POLICIES)
    assert {*POLICIES, *PREEMPTIVE, *wait.TITLES} <= set(looks.NUMBERED)
    assert policy_look("slicing:caps=4,16")["label"] == "Slicing (caps=4,16)"
    assert policy_look("unheard of")["label"] == "unheard of"


def a_figure() -> Figure:
    return draw(
        "one",
        Labels("Title", "x (steps)", "y (tokens)"),
        lambda axes: axes.plot([1, 2], **look(0, "a")),
        caption="A caption",
        text="A line",
    )


def test_all_colours_of_a_figure_follow_the_page() -> None:
    svg = themable(a_figure().svg)
    assert "var(--c0)" in svg
    assert "var(--ink)" in svg
    assert "#" not in svg.replace('href="#', "").replace("url(#", "")


def test_a_figure_has_the_same_bytes_each_time_and_no_date() -> None:
    first, second = a_figure(), a_figure()
    assert (first.svg, first.png) == (second.svg, second.png)
    assert "<metadata" not in first.svg
    assert b"matplotlib" not in first.png


def test_a_long_title_takes_two_lines() -> None:
    long = "A title that says more than what one line beside long names can hold"
    figure = draw("x", Labels(long, "x (steps)", "y"), lambda _: None, caption="", text="x")
    assert long not in figure.svg
    assert "A title that says more than what one line beside" in figure.svg
    assert "long names can hold" in figure.svg
