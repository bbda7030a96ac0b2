"""The statements' ratios in words."""

from kvratio.proofs_check.reproduction import PREDICTIONS, STATEMENTS
from kvratio.reports.render.looks import policy_title


def ratio(name: str) -> str:
    """The ratio of a statement with the policies' titles.

    >>> ratio("exp1-a-min")
    'A_min on cancel / H-SF, [1, 1000]'
    """
    (one, policy), (other, base) = STATEMENTS[name].above, STATEMENTS[name].below
    above = policy_title(policy) + ("" if one == other else f", {PREDICTIONS[one]},")
    return f"{above} / {policy_title(base)}, {PREDICTIONS[other]}"
