"""Formulas as MathML: every browser typesets it, offline and without a script.

docutils converts TeX to MathML; Sphinx has no renderer that calls it.
"""

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx


def formula(tex: str, block: bool) -> str:
    """MathML of a formula; a command that docutils does not know ends the build.

    >>> formula("x^2", block=False)[:5]
    '<math'
    """
    return str(latex2mathml.tex2mathml(tex, as_block=block))


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(formula(node.astext(), block=False))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a displayed formula."""
    body = formula(node.astext(), block=True)
    translator.body.append(f'<div class="math notranslate">{body}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name `mathml`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
