"""Competitive ratios in closed form, each with its derivation; `built` makes those of a module.

binary        two lengths: the exact supremum of a ratio of forms, a lemma with its proof
two_point     A_min on two lengths, every prompt            promotion   A_l, slicing (l, u), switch
random_order  A_max, A_random, H-SF over all lengths        prompts     what prompts do to A_min
endless       geometric and linearly weighted geometric lengths, over series (sums) and logs (signs)
uniform       A_min on uniform lengths                      lacunary    slicing on endless lengths

A_l with a threshold: pair_promotion (two lengths, the better threshold; pair_others: the other
policies there); on the endless families, over thresholds (closed sums) and coverings (suprema in
ball arithmetic): endless_promotion (forms, equations), endless_thresholds (suprema), endless_slots
(no bound, and the rate), endless_means (the other policies with the mean as prompt; the switch to
A_min), switching (that with prompts)
"""

from functools import cache
from importlib import import_module

from kvratio.theory.bound import Bound

MODULES = (
    "kvratio.theory.ratios.two_point",
    "kvratio.theory.ratios.promotion",
    "kvratio.theory.ratios.random_order",
    "kvratio.theory.ratios.endless",
    "kvratio.theory.ratios.prompts",
    "kvratio.theory.ratios.uniform",
    "kvratio.theory.ratios.lacunary",
    "kvratio.theory.ratios.pair_promotion",
    "kvratio.theory.ratios.pair_others",
    "kvratio.theory.ratios.endless_promotion",
    "kvratio.theory.ratios.endless_thresholds",
    "kvratio.theory.ratios.endless_slots",
    "kvratio.theory.ratios.endless_means",
    "kvratio.theory.ratios.switching",
)


@cache
def built(module: str) -> tuple[Bound, ...]:
    """The results of one module, derived once in a process.

    >>> len(built("kvratio.theory.ratios.uniform"))
    4
    """
    return tuple(import_module(module).bounds())
