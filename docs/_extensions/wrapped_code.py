"""Sphinx extension: long lines of code wrap, with what goes on set in; lines in columns keep them and scroll.

Each line of a block becomes a `<span class="line">`, which `_static/pages.css` makes a box of its own. Lines in
columns, such as a printed table, are marked `columns`.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

BLOCK = re.compile(r'(<div class="highlight"><pre>)(.*?)(</pre></div>)', re.DOTALL)
COLUMNS = re.compile(r"\S {2,}(?!#)\S|^ *[─═-]{3,} *$")  # two spaces stand before a comment, too; rules are of tables
INPUT = re.compile(r"(>>>|\.\.\.|\$)( |$)")


def in_columns(line: str) -> bool:
    """Whether a line of a page has words far apart, or is a rule, and is not code that was typed."""
    text = html.unescape(re.sub(r"<[^>]+>", "", line))
    return bool(COLUMNS.search(text)) and not INPUT.match(text)


def lines_of(block: re.Match[str]) -> str:
    """The block with a box for each line. Pygments closes its spans at the end of each line."""
    start, code, end = block.groups()
    boxes = []
    for columns, group in groupby(code.removesuffix("\n").split("\n"), in_columns):
        lines = list(group)
        kind = "line columns" if columns and len(lines) > 1 else "line"
        boxes += [f'<span class="{kind}">{line}\n</span>' for line in lines]
    return start + "".join(boxes) + end


def wrap(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Called for each page before it is written."""
    if "body" in context:
        context["body"] = BLOCK.sub(lines_of, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("html-page-context", wrap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
