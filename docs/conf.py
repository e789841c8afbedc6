"""Sphinx configuration. The pages build without a network: `python -m sphinx -W docs docs/_build/html`."""

import pathlib
import sys

import verhulst

sys.path.insert(0, str(pathlib.Path(__file__).parent / "_extensions"))

project = "verhulst"
author = "the verhulst developers"
project_copyright = f"2026, {author}"
release = verhulst.__version__
version = release

extensions = [
    "calibration_maps",
    "checked_pages",
    "explorer_panel",
    "function_page",
    "myst_parser",
    "numpydoc",
    "offline_math",
    "social_card",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "value_table",
    "visual_reference",
    "wrapped_code",
]
exclude_patterns = ["_build", "_extensions", "*.py"]
root_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
autodoc_typehints = "none"

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_js_files = [("pages.js", {"defer": "defer"})]
html_favicon = "_static/favicon.svg"
html_math_renderer = "mathml"
html_title = "verhulst"
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
copybutton_exclude = ".linenos, .gp, .go"
