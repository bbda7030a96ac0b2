"""What not knowing costs: the ladder, and what predictions save of the price of cancelling."""

import json

from kvratio.reports.bounds import kept_worth, ladder, predictions
from kvratio.reports.document import Block, Section
from kvratio.reports.material import Material
from kvratio.reports.studies.kept_worth import KeptWorth, Row, read
from kvratio.reports.studies.predictions import Enclosed, Predictions, enclosed

PUBLISHED, KEPT = "predictions.json", "kept-worth.json"
LEAD = (
    "Against the optimum of the fluid limit, which knows every length: with preemption that keeps "
    "the tokens a policy that knows nothing has a ratio of at most 2, and none has a smaller one; "
    "where a cancelled request loses its tokens the least ratio is exactly 2.728372..., and offset "
    "slicing, which reads no prediction, attains it. Both are limits of long intervals; at a given "
    "alpha the policies of the paper may be better or much worse."
)
NARROW = (
    "With predicted intervals [l, u] the price depends on rho = v(u)/v(l), the volume of the "
    "longest request over that of the shortest. Up to rho = 2.618 it is exactly (1 + sqrt rho)/2 "
    "(derived): nothing is better than never to cancel. Beyond, it is enclosed by two certificates."
)
WORTH = (
    "Where evicted requests keep their tokens, nothing that was made is lost. Slices gain much. "
    "A_min gains at most twice the area bound whatever the lengths (derived), and with long "
    "prompts nothing: what costs there is that requests beyond their bound hold the cache. "
    "Derived beside simulated, for six laws of output lengths."
)


def section(material: Material) -> Section:
    """The ladder, derived anew, and the price by the width of predictions."""
    material.progress("deriving the ladder")
    found = _found(material)
    origin = material.origin(PUBLISHED)
    narrow = (NARROW, origin, predictions.figure(found), predictions.table(found))
    runs = _runs(material)
    kept: tuple[Block, ...] = (WORTH, material.origin(KEPT), *kept_worth.tables(runs))
    about = "what it costs at most, and at least, where [l, u] is narrow"
    parts = (
        Section("not-knowing-predictions", predictions.TITLE, narrow, summary=about),
        Section("kept-worth", kept_worth.TITLE, kept, summary="derived beside simulated"),
    )
    blocks = (LEAD, ladder.figure(), ladder.table())
    summary = f"{ladder.TITLE}: a policy a rung, from every length known to nothing"
    return Section("price", "The price of not knowing", blocks, parts, summary)


def _found(material: Material) -> list[Enclosed]:
    """The certificates, checked."""
    if material.redo is not None:
        return [enclosed(row) for row in material.rows(Predictions())]
    return [enclosed(row) for row in json.loads(material.published(PUBLISHED))]


def _runs(material: Material) -> list[Row]:
    """Policies with tokens lost and kept."""
    if material.redo is not None:
        return KeptWorth().compared(material.rows(KeptWorth()))
    return read(material.published(KEPT))
