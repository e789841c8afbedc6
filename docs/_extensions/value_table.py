"""Sphinx extension: tables whose numbers are computed while the page is built.

`{values} sigmoid sigmoid_derivative` with `:at: -2 0 2` is a table of functions of the package at some points, and
`{one-liners}` the functions with what one writes without the package (`one_liners.py`), each with its measured error.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from without_verhulst import LOG_SIGMOID, ONE_LINERS, SIGMOID, measure

import verhulst as vh
from verhulst._numbers import significant, typeset


class Code(str):
    """A cell that is code."""

    __slots__ = ()


def cell(text: str) -> nodes.Node:
    """Code as code, what stands between stars in italics, exponents raised, indices lowered."""
    if isinstance(text, Code):
        return nodes.literal(text=text)
    if text.startswith("*"):
        return nodes.emphasis(text=text.strip("*"))
    words = nodes.inline()
    for plain, power, index in re.findall(r"([^\^_]+)|\^(−?\w)|_(\w)", text.replace("sum_", "Σ_")):
        words += nodes.Text(plain) if plain else nodes.superscript(text=power) if power else nodes.subscript(text=index)
    return words


def table(rows: list[list[str]]) -> nodes.table:
    """The first row has the headings."""
    columns = len(rows[0])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in range(columns)), cols=columns)
    head, body = nodes.thead(), nodes.tbody()
    for number, row in enumerate(rows):
        line = nodes.row()
        for text in row:
            line += nodes.entry("", nodes.paragraph("", "", cell(text)))
        (body if number else head).append(line)
    group += [head, body]
    return nodes.table("", group, classes=["colwidths-auto"])


SIGNS = {"sigmoid": "σ", "sigmoid_derivative": "σ′"}


class Values(Directive):
    """Functions of one number, a column each, at the points of `:at:`; with `:across:` a row each."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"at": directives.unchanged_required, "name": directives.unchanged, "across": directives.flag}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Four digits."""
        names = self.arguments[0].split()
        variable = self.options.get("name", "z")
        rows = [[f"*{variable}*", *(f"{SIGNS.get(name, name)}({variable})" for name in names)]]
        for text in self.options["at"].split():
            values = [float(getattr(vh, name)(np.float64(text))) for name in names]
            rows.append([typeset(text), *(typeset(significant(value, 4)) for value in values)])
        return [table([list(row) for row in zip(*rows, strict=True)] if "across" in self.options else rows)]


PLACES = ("hidden layers", "binary output", "multi-class output", "gates")


class Comparison(Directive):
    """`verhulst.activations`: what was computed of each, and where networks have it."""

    def run(self) -> list[nodes.Node]:
        """Two tables, so that both fit a phone."""

        def short(value: float | None) -> str:
            return "–" if value is None else typeset(significant(value, 3))

        def outside(below: float | None, above: float | None) -> str:
            if below is not None and above is not None and below == -above:
                return f"|z| ≥ {short(above)}"
            ends = [f"z ≤ {short(below)}"] * (below is not None) + [f"z ≥ {short(above)}"] * (above is not None)
            return ", ".join(ends) or "–"

        numbers = [["", "formula", "range", "zero-centred", "saturates", "largest slope", "slope < 0.001", "cost"]]
        places = [["", *PLACES]]
        for name, one in vh.activations.items():
            low, high = one.range
            numbers.append(
                [
                    Code(name), typeset(one.formula), f"{short(low)} … {short(high)}",
                    "yes" if one.zero_centred else "no",
                    outside(one.saturates_below, one.saturates_above), short(one.largest_derivative),
                    outside(one.vanishes_below, one.vanishes_above), "–" if one.cost is None else f"{one.cost:.1f}×",
                ]
            )  # fmt: skip
            places.append([Code(name), *("yes" if place in one.used_in else "–" for place in PLACES)])
        return [table(numbers), table(places)]


class Formulas(Directive):
    """The ways to write one function, with what each costs; `sigmoid` or `log_sigmoid`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A row for each: code, digits, extremes, warnings, time beside the first."""
        function = self.arguments[0]
        lines = {"sigmoid": SIGMOID, "log_sigmoid": LOG_SIGMOID}[function]
        found = {name: measure(function, code, "NumPy") for name, code in lines.items()}
        first = next(iter(found.values()))
        rows = [["", "code", "right digits", "wrong at", "NumPy warns of", "time"]]
        for name, one in found.items():
            where = "" if one.digits > 15 else f" at {typeset(significant(one.at, 3))}"
            rows.append(
                [
                    name, Code(lines[name]), f"{max(one.digits, 0):.0f}{where}", "; ".join(one.wrong) or "–",
                    ", ".join(one.warnings) or "–", f"{one.time / first.time:.1f}×",
                ]
            )  # fmt: skip
        return [table(rows)]


class OneLiners(Directive):
    """For each function of the package the line that does without it, in each library, with its digits."""

    def run(self) -> list[nodes.Node]:
        """A table for each function."""
        found: list[nodes.Node] = []
        for function, lines in ONE_LINERS.items():
            rows = [[Code(function), "without verhulst", "right digits", "wrong at"]]
            for library, code in lines.items():
                one = measure(function, code, library)
                of = "7" if library in ("PyTorch", "JAX") else "16"
                where = "" if one.digits >= float(of) - 1.3 else f", at {typeset(significant(one.at, 3))}"
                digits = f"{max(one.digits, 0):.0f} of {of}{where}"
                rows.append([library, Code(code), digits, "; ".join(one.wrong) or "–"])
            found.append(table(rows))
        return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("values", Values)
    app.add_directive("comparison", Comparison)
    app.add_directive("formulas", Formulas)
    app.add_directive("one-liners", OneLiners)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
