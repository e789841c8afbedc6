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


def _spelled_out(text: str) -> str:
    """What the converter does not know of TeX: arguments without braces, sizes of fractions, space after operators."""
    text = text.replace("'", r"\prime ")
    text = re.sub(r"(?<=[A-Za-z)])\s*(?=\\log\b)", r"\\,", text)
    text = re.sub(r"\\[dt]frac", r"\\frac", text)
    text = re.sub(r"\\frac\s*([0-9A-Za-z])", r"\\frac{\1}", text)
    text = re.sub(r"(\\frac\{(?:[^{}]|\{[^{}]*\})*\})\s*([0-9A-Za-z])", r"\1{\2}", text)
    return re.sub(r"(\\log|\\operatorname\{\w+\})(?=\s*(?:[A-Za-z0-9]|\\sigma|\\frac))", r"\1\\,", text)


def _mathml(node: nodes.Element, *, block: bool) -> str:
    text = _spelled_out(node.astext())
    try:
        made = str(tex2mathml(text, as_block=block))
        # Bars and primes belong to what they stand at, and brackets in a line of text keep the height of the text.
        made = re.sub(r"<m[io][^>]*>([|′])</m[io]>", r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', made)
        return made if block else re.sub(r"<mo>([][(){}|])</mo>", r'<mo stretchy="false">\1</mo>', made)
    except ValueError as error:
        raise ExtensionError(f"{node.source}, line {node.line}: no MathML for {text!r}: {error}") from error


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula in a line."""
    translator.body.append(_mathml(node, block=False))
    raise nodes.SkipNode


def displayed(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    translator.body.append(f'<div class="math-block" tabindex="0">{_mathml(node, block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
