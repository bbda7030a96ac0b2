"""`:::{finite-table}`: what is proved of policies at finite size, made when the site is built."""

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive
from markdown_docstrings import SETTINGS  # type: ignore[import-not-found]  # on Sphinx's path
from myst_parser.parsers.docutils_ import Parser
from sphinx.application import Sphinx

from kvratio.reports.bounds.at_finite_size import table


class FiniteTable(Directive):  # type: ignore[misc]  # docutils has no annotations
    """The table; it has no content of its own."""

    def run(self) -> list[nodes.Node]:
        """The table as nodes."""
        return list(publish_doctree(table(), parser=Parser(), settings_overrides=SETTINGS).children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("finite-table", FiniteTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
