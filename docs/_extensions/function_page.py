"""Sphinx extension: what a page of the function reference shows, made from the functions themselves.

`{curves} sigmoid sigmoid_derivative` draws the functions named over `:from:` ... `:to:`, in the colours of the page's
theme. `{functions} sigmoid` prints the docstrings of that family, `{function-table}` is the list of all functions, and
`{activations}` the table of `verhulst.activations`.
"""

from __future__ import annotations

import inspect
import math
import pathlib
from dataclasses import replace
from typing import Any

import numpy as np
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from numpydoc.docscrape_sphinx import SphinxDocString
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from visual_reference import VARIANTS
from without_verhulst import ONE_LINERS

import verhulst as vh
from verhulst.figures import save
from verhulst.figures.canvas import curve, new_figure, note, panels, rule, spread
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions._registry import FUNCTIONS, PUBLIC

FOLDER = "_figures"
POINTS = 601


class Curves(SphinxDirective):
    """A picture of functions of one number, for light and dark pages, wide and narrow ones."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"from": float, "to": float, "low": float, "high": float}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """One image for each kind of page; all but one are hidden."""
        names = self.arguments[0].split()
        pictures: list[nodes.Node] = []
        for width, theme in VARIANTS:
            file = pathlib.Path(self.env.srcdir) / FOLDER / f"function-{names[0]}-{width}-{theme}.svg"
            file.parent.mkdir(exist_ok=True)
            save(self.draw(names, replace(theme_named(theme), narrow=width == "narrow")), file)
            image = nodes.image(uri=f"/{FOLDER}/{file.name}", alt=f"{', '.join(names)} over z")
            image["classes"] += [f"only-{theme}", f"only-{width}"]
            pictures.append(image)
        return [nodes.figure("", *pictures)]

    def draw(self, names: list[str], tokens: Theme) -> Any:
        """The first function strong, its derivatives lighter, each named at its end."""
        start, stop = self.options.get("from", -6.0), self.options.get("to", 6.0)
        low, high = self.options.get("low", -math.inf), self.options.get("high", math.inf)
        z = np.linspace(start, stop, POINTS)
        figure = new_figure(6.8, 3.6, tokens)
        (ax,) = panels(figure, 1, 1, tokens)
        rule(ax, tokens, y=0)
        strokes = [tokens.first, tokens.second, tokens.third]
        ends: list[tuple[float, float]] = []
        for name, stroke in zip(names, strokes, strict=False):
            y = np.asarray(getattr(vh, name)(z), float)
            y[(y < low) | (y > high) | ~np.isfinite(y)] = np.nan
            curve(ax, z, y, stroke, 2.4 if name == names[0] else 1.6)
            last = int(np.flatnonzero(np.isfinite(y))[-1])
            ends.append((float(z[last]), float(y[last])))
        low, high = ax.get_ylim()
        heights = spread([y for _, y in ends], 0.08 * (high - low))
        for name, stroke, (x, _), y in zip(names, strokes, ends, heights, strict=False):
            note(ax, x, y, name.removeprefix(f"{names[0]}_").replace("_", " "), stroke.color, shift=(6, 0))
        ax.set(xlim=(start, stop))
        return figure


def family(name: str) -> str:
    """The family of a function, which names the file that defines it and the page that shows it."""
    definition = FUNCTIONS[name].formula if name in FUNCTIONS else PUBLIC[name]
    return definition.__module__.rpartition("._")[2]


class Functions(Directive):
    """The docstrings of a family of functions, as numpydoc sets them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parsed as reStructuredText, one `py:function` each."""
        lines: list[str] = []
        for name in (name for name in PUBLIC if family(name) == self.arguments[0]):
            text = SphinxDocString(self.docstring(name))
            signature = self.signature(name)
            lines += [f".. py:function:: verhulst.{signature}", ""]
            lines += [f"   {line}".rstrip() for line in bars_escaped(str(text).splitlines())]
            if name in ONE_LINERS:
                known = ONE_LINERS[name].items()
                lines += ["", "   .. rubric:: Without verhulst", ""]
                lines += [f"   * {library}: ``{code}``" for library, code in known]
                lines += ["", "   :doc:`What they cost </explanation/guide/without-verhulst>`."]
            lines.append("")
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source="docstring"), self.content_offset, node)
        return node.children

    @staticmethod
    def docstring(name: str) -> str:
        """Without the call signature that NumPy puts before a ufunc's own text."""
        value = getattr(vh, name)
        text: str = value.__doc__
        return text.split("\n\n", 1)[1] if isinstance(value, np.ufunc) else _dedented(text)

    @staticmethod
    def signature(name: str) -> str:
        """As it is called."""
        value = getattr(vh, name)
        if isinstance(value, np.ufunc):
            return f"{name}({FUNCTIONS[name].argument}, /, out=None, *, where=True, dtype=None)"
        parameters = inspect.signature(value).parameters.values()
        plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
        return f"{name}{inspect.Signature(plain)}"


class FunctionTable(Directive):
    """Every function and what it is, with a link to its docstring."""

    def run(self) -> list[nodes.Node]:
        """One row per function."""
        lines = [".. list-table::", ""]
        for name in PUBLIC:
            meaning = Functions.docstring(name).strip().split("\n", 1)[0]
            lines += [f"   * - :py:func:`~verhulst.{name}`", *bars_escaped([f"     - {meaning}"])]
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source="functions"), self.content_offset, node)
        return node.children


class ActivationTable(Directive):
    """`verhulst.activations` as a table; every number is computed while the page is built."""

    def run(self) -> list[nodes.Node]:
        """One row per activation."""
        head = ["name", "range", "mean output", "is its limit below", "above", "largest slope", "at",
                "slope < 1e-3 below", "above"]  # fmt: skip
        lines = [".. list-table::", "   :header-rows: 1", ""]
        rows = [head, *(self.row(vh.activations[name]) for name in vh.activations)]
        for row in rows:
            lines += [f"   {'* ' if k == 0 else '  '}- {cell}" for k, cell in enumerate(row)]
        node = nodes.container()
        self.state.nested_parse(StringList(lines, source="activations"), self.content_offset, node)
        return node.children

    @staticmethod
    def row(record: Any) -> list[str]:
        """Numbers to four digits."""

        def short(value: float | None) -> str:
            return "none" if value is None else f"{value:.4g}".replace("inf", "∞").replace("-", "−")

        where = record.largest_derivative_at
        at = "none" if where is None else " … ".join(dict.fromkeys(short(z) for z in where))
        return [
            f"``{record.name}``",
            f"{short(record.range[0])} … {short(record.range[1])}",
            "0" if record.zero_centred else short(record.mean_output),
            short(record.saturates_below),
            short(record.saturates_above),
            short(record.largest_derivative),
            at,
            short(record.vanishes_below),
            short(record.vanishes_above),
        ]


def bars_escaped(lines: list[str]) -> list[str]:
    """|z| means an absolute value here, not a substitution."""
    return [line if line.lstrip().startswith(">>>") else line.replace("|", r"\|") for line in lines]


def escape_bars(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """The same in the docstrings that autodoc reads."""
    lines[:] = bars_escaped(lines)


def _dedented(text: str) -> str:
    return inspect.cleandoc(text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", escape_bars)
    app.add_directive("curves", Curves)
    app.add_directive("functions", Functions)
    app.add_directive("function-table", FunctionTable)
    app.add_directive("activations", ActivationTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
