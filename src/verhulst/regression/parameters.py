"""Tables of coefficients and odds ratios, as records, text and HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from html import escape
from typing import Any, Literal

from verhulst._numbers import significant

ParameterState = Literal["estimated", "infinite", "not determined", "not examined", "left out"]
SMALLEST = 1e-300  # smaller probabilities are shown as below this


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a table of coefficients or odds ratios.

    Attributes
    ----------
    name : of the column, or "(intercept)"
    estimate : the coefficient, or the odds ratio
    standard_error : of the coefficient; of an odds ratio by the delta method
    z, p_value : Wald statistic and two-sided probability for the coefficient being 0
    lower, upper : ends of the interval
    state : "estimated", or why it is not: "infinite" and "not determined" (separated data), "not examined" (separated
        data of many columns), "left out" (collinear columns)
    """

    name: str
    estimate: float
    standard_error: float
    z: float
    p_value: float
    lower: float
    upper: float
    state: ParameterState = "estimated"


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """Coefficients or odds ratios with their intervals.

    Attributes
    ----------
    kind : "coefficient" or "odds ratio"
    level : coverage of the intervals
    parameters : the lines
    """

    kind: str
    level: float
    parameters: tuple[Parameter, ...]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def __getitem__(self, name: str | int) -> Parameter:
        """Return the line of a column, by name or by position."""
        if isinstance(name, int):
            return self.parameters[name]
        for line in self.parameters:
            if line.name == name:
                return line
        raise KeyError(f"there is no parameter {name!r}; there are {', '.join(line.name for line in self.parameters)}")

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return self.html()

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns of the table, with all digits: for `pandas.DataFrame` or a CSV writer."""
        return {field.name: [getattr(line, field.name) for line in self] for field in fields(Parameter)}

    def lines(self) -> list[str]:
        """Return the table as aligned lines of text."""
        return aligned(*self._cells())

    def html(self) -> str:
        """Return the table as HTML."""
        header, rows = self._cells()
        head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        shown = ratio_text if self.kind == "odds ratio" else five_digits
        header = ["", self.kind, "std. error", "z", "p", f"{100 * self.level:.4g}% lower", "upper"]
        rows = [
            [
                line.name,
                line.state if line.state in ("not determined", "not examined") else shown(line.estimate),
                five_digits(line.standard_error),
                "–" if math.isnan(line.z) else f"{line.z:.3f}",
                p_value_text(line.p_value),
                shown(line.lower),
                shown(line.upper),
            ]
            for line in self
        ]
        return header, rows


def five_digits(value: float) -> str:
    """Return a number with five significant digits."""
    return significant(value, 5)


def ratio_text(value: float) -> str:
    """Return an odds ratio with five significant digits, or as many as tell it from 1, such as that of one dollar.

    Examples
    --------
    >>> ratio_text(1.0149), ratio_text(1.000000143), ratio_text(0.99999247), ratio_text(1.0)
    ('1.0149', '1.00000014', '0.9999925', '1')
    """
    distance = abs(value - 1.0)
    return f"{value:.{1 - math.floor(math.log10(distance))}f}" if 1e-12 < distance < 5e-5 else five_digits(value)


def aligned(header: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table as lines of text, the first column on the left and the others on the right."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    return [
        "  ".join(
            cell.ljust(w) if k == 0 else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in [header, *rows]
    ]


def p_value_text(p: float) -> str:
    """Format a probability with the relevant digits."""
    if math.isnan(p):
        return "–"
    if p < SMALLEST:
        return f"< {SMALLEST:.0e}"
    return f"{p:.4f}" if p >= 1e-4 else f"{p:.1e}"
