"""Sphinx extension: formulas as MathML, which browsers draw themselves, so that the built pages need no network.

In conf.py: `extensions = [..., "offline_math"]` and `html_math_renderer = "mathml"`.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator


def _mathml(node: nodes.Element, *, block: bool) -> str:
    # TeX sets a thin space between an operator and what follows it; the converter does not.
    text = re.sub(r"(\\log|\\operatorname\{\w+\})(?=\s*(?:[A-Za-z]|\\sigma))", r"\1\\,", node.astext())
    try:
        return str(tex2mathml(text, as_block=block))
    except ValueError as error:
        raise ExtensionError(f"{node.source}, line {node.line}: no MathML for {text!r}: {error}") from error


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula in a line."""
    translator.body.append(_mathml(node, block=False))
    raise nodes.SkipNode


def displayed(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    translator.body.append(
        f'<div style="text-align: center; overflow-x: auto; margin: 1rem 0">{_mathml(node, block=True)}</div>'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
