"""The design in the record of a model of a table: of columns, or of a formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.schema import DamagedError


def design_record(design: Design | FormulaDesign) -> dict[str, Any]:
    """Return the two fields of a record that hold a design, one of which is None."""
    formula = isinstance(design, FormulaDesign)
    return {"design": None if formula else design.to_json(), "formula": design.to_json() if formula else None}


def design_of(record: dict[str, Any], names: Sequence[str]) -> Design | FormulaDesign:
    """Return the design in a record, the inverse of `design_record`.

    Raises
    ------
    DamagedError
        If its columns are not those of the fit, which are given.
    """
    design = Design.from_json(record["design"]) if record["design"] else FormulaDesign.from_json(record["formula"])
    if tuple(names) != tuple(design.names):
        raise DamagedError("fit.names", "are not those of the columns of the design")
    return design
