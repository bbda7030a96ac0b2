"""Competitive ratios in closed form, each with its derivation; `all_bounds` builds them all.

binary        two lengths: the exact supremum of a ratio of forms, a lemma with its proof
two_point     A_min on two lengths, every prompt            promotion   A_l, slicing (l, u), switch
random_order  A_max, A_random, H-SF over all lengths        prompts     what prompts do to A_min
endless       geometric and linearly weighted geometric lengths, over series (sums) and logs (signs)
"""

from collections.abc import Iterator

from theory.bound import Bound


def all_bounds() -> Iterator[Bound]:
    """Every result of this package; each derivation is checked as its record is built.

    >>> next(all_bounds()).obtained
    'derived'
    """
    from theory.ratios import endless, promotion, prompts, random_order, two_point

    for module in (two_point, promotion, random_order, endless, prompts):
        yield from module.bounds()
