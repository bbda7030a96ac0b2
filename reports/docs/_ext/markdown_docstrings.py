"""Docstrings are Markdown with doctests; autodoc expects reStructuredText.

Every docstring is handed on inside a directive that parses its content as Markdown. Markdown has no
invalid input, so the wording of a docstring cannot break the build.
"""

import re
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive
from myst_parser.parsers.docutils_ import Parser
from sphinx.application import Sphinx

DOCTEST = re.compile(r"^( *)>>> .*\n(?:\1 *\S.*\n)*", re.MULTILINE)
SETTINGS = {"report_level": 5, "myst_suppress_warnings": ["myst"], "myst_heading_slug_func": None}


def fenced(text: str) -> str:
    r"""The text with its doctests as code blocks; Markdown would read `>>>` as quotations.

    >>> fenced("A.\n\n>>> 1 + 1\n2\n")
    'A.\n\n```python\n>>> 1 + 1\n2\n```\n'
    """

    def block(match: re.Match[str]) -> str:
        indent, body = match[1], match[0]
        return f"{indent}```python\n{body}{indent}```\n"

    return DOCTEST.sub(block, text + ("" if text.endswith("\n") else "\n"))


class MarkdownDocstring(Directive):  # type: ignore[misc]  # docutils has no annotations
    """`.. markdown-docstring::` with Markdown as content."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The content as nodes."""
        text = fenced("\n".join(self.content))
        return list(publish_doctree(text, parser=Parser(), settings_overrides=SETTINGS).children)


def wrap(_app: Sphinx, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    """Put a docstring into the directive."""
    if any(lines):
        body = [f"   {line}" if line else "" for line in lines]
        lines[:] = [".. markdown-docstring::", "", *body, ""]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the hook."""
    app.add_directive("markdown-docstring", MarkdownDocstring)
    app.connect("autodoc-process-docstring", wrap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
