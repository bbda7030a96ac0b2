"""Settings of the documentation site: `make docs` builds it into reports/out/docs."""

import sys
from pathlib import Path

from pygments.lexers import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "kvratio"
author = "The kvratio authors"
copyright = "2026, The kvratio authors"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.apidoc",
    "mathml",
    "markdown_docstrings",
    "finite_table",
]
exclude_patterns = ["_ext", "conf.py", "api/modules.rst"]
suppress_warnings = ["ref.python"]  # two modules may have a class of one name
root_doc = "index"
source_suffix = {".md": "myst-nb", ".rst": "restructuredtext", ".py": "myst-nb"}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# the examples are Python scripts in the percent format of jupytext; here they run as notebooks
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 100
nb_merge_streams = True

html_theme = "furo"
html_title = "kvratio"
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False

# one page for each package; through the links in kvratio/, as users import them
apidoc_modules = [
    {
        "path": "../../kvratio",
        "destination": "api",
        "follow_links": True,
        "separate_modules": False,
        "module_first": True,
        "exclude_patterns": [
            "*/reports/*/*",
            "*/proofs_check/claims/*",
            "*/simulate/vllm/scheduler.py",  # needs vLLM
        ],
        "automodule_options": {"members", "undoc-members"},
    }
]
autodoc_default_options = {"ignore-module-all": True}  # only what a module itself defines
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True


def setup(app: Sphinx) -> None:
    """Tables of comma-separated values are shown as they are."""
    app.add_lexer("csv", TextLexer)
