"""Where things are: pages of a report, published files, and the sources that texts name."""

import re
from collections.abc import Set as AbstractSet

from markupsafe import Markup, escape

from kvratio.reports.document import Document

INDEX = "index.html"
SOURCE = "https://github.com/kvratio/kvratio/blob/main"
RAW = "https://raw.githubusercontent.com/kvratio/kvratio/main"
PAPER = "https://arxiv.org/abs/2508.14544"
# of sections that a report may leave out: what was published of them
INSTEAD = {
    "claims": "claims.md",
    "bounds": "bounds.md",
    "price": "bounds.md",
    "bound-table": "bounds.md",
    "bounds-met": "bounds-met.md",
    "convergence": "convergence.md",
    "reproduction": "reproduction.md",
    "gaps": "smallest.md",
    "curves": "report/figures/ratio-alpha.svg",
    "experiments": "experiments",
}
NAMED = re.compile(
    r"`(?P<file>reports/published/[\w./-]*\w)`|`(?P<code>[^`]*)`"
    r"|\b(?P<paper>arXiv[: ](?P<id>\d{4}\.\d{4,5}))"
    r"|\b(?P<repository>github\.com/[\w-]+/[\w-]+)"
)


def page_of(section: str) -> str:
    """The file of a section's page.

    >>> page_of("claims")
    'claims.html'
    """
    return f"{section}.html"


def target(document: Document, place: str) -> str:
    """The address of a place, "" if there is none: a section's id, or that with `#` and an anchor.

    Where the report lacks the section, the published file about it.
    """
    section, _, anchor = place.partition("#")
    if not section:
        return ""
    if section == "index" or any(page.id == section for page in document.pages()):
        return page_of(section) + (f"#{anchor}" if anchor else "")
    if section not in INSTEAD:
        return ""
    if anchor.startswith("claim-"):
        return published(anchor.removeprefix("claim-"))
    return f"{SOURCE}/reports/published/{INSTEAD[section]}"


def published(claim: str) -> str:
    """Where a claim stands in the published ledger with all of its evidence."""
    return f"{SOURCE}/reports/published/{INSTEAD['claims']}#{claim}"


def file_of(path: str, linked: AbstractSet[str], *, drawn: bool = False) -> str:
    """Where a file of a report is: in its folder, or among the published ones.

    `drawn`: for a place that shows it.

    >>> file_of("tables/claims.csv", set())
    'tables/claims.csv'
    """
    return f"{RAW if drawn else SOURCE}/reports/published/report/{path}" * (path in linked) or path


def prose(text: str) -> Markup:
    """A paragraph: code marked, published files, papers of arXiv and repositories linked, the rest
    escaped.

    >>> prose("run `a < b`")
    Markup('run <code>a &lt; b</code>')
    >>> prose("arXiv 2508.14544")
    Markup('<a href="https://arxiv.org/abs/2508.14544">arXiv 2508.14544</a>')
    """
    out, end = Markup(""), 0
    for match in NAMED.finditer(text):
        out += escape(text[end : match.start()]) + _linked(match)
        end = match.end()
    return out + escape(text[end:])


def _linked(match: re.Match[str]) -> Markup:
    if match["file"]:
        path = match["file"]
        return Markup('<a href="{}/{}"><code>{}</code></a>').format(SOURCE, path, path)
    if match["paper"]:
        return Markup('<a href="https://arxiv.org/abs/{}">{}</a>').format(match["id"], match[0])
    if match["repository"]:
        return Markup('<a href="https://{0}">{0}</a>').format(match[0])
    return Markup("<code>{}</code>").format(match["code"])
