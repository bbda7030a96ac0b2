"""What not knowing costs: the figure and the table of the ladder."""

from kvratio.reports.bounds.ladder import TITLE, figure, table
from kvratio.reports.document import Section
from kvratio.reports.material import Material

LEAD = (
    "Against the optimum of the fluid limit, which knows every length: with preemption that keeps "
    "the tokens a policy that knows nothing has a ratio of at most 2, and none has a smaller one; "
    "where a cancelled request loses its tokens the least ratio is exactly 2.728372..., and offset "
    "slicing, which reads no prediction, attains it. Both are limits of long intervals; at a given "
    "alpha the policies of the paper may be better or much worse."
)


def section(material: Material) -> Section:
    """The ladder, derived anew."""
    material.progress("deriving the ladder")
    return Section("not-knowing", TITLE, (LEAD, figure(), table()))
