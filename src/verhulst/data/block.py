"""Data as a sequence of blocks of rows, for one pass at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst._options import checks_options
from verhulst.data.base_design import BaseDesign
from verhulst.data.columns import column_matrix
from verhulst.data.design import Design
from verhulst.data.row_numbers import some_rows
from verhulst.data.scratch import filtered

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive rows of a design.

    Attributes
    ----------
    X : ndarray of float64, shape (rows, p), C order, or ColumnMatrix
    y : ndarray of float64, shape (rows,)
        0 or 1, or the place of the class.
    weights, offset : ndarray of float64, shape (rows,), or None
    first_row : int
        The number of the block's first row in its source, from 1 (before rows with missing values were left out).
    """

    X: Any
    y: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None
    first_row: int

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.y)


def make_block(design: BaseDesign, table: pa.Table, first_row: int = 1, *, in_place: bool = False) -> Block:
    """Return the rows of `table` as one block, without those with missing values if the design leaves them out.

    Parameters
    ----------
    design : Design or FormulaDesign
    table : pyarrow.Table
    first_row : int
        The number of the first row, for messages.
    in_place : bool
        Whether X may be a `ColumnMatrix` of the table's own columns instead of an array.

    Raises
    ------
    DataError
        As `Design.matrix` and `Design.complete`.
    """
    table = design.typed(table, first_row=first_row)
    complete = design.complete_rows(table, first_row=first_row)
    kept = table if complete is None else filtered(table, complete)
    numbers = first_row if complete is None else some_rows(first_row, complete)
    X: Any
    if in_place and isinstance(design, Design):
        X = column_matrix(design, kept, first_row=numbers)
    else:
        X = design.matrix(kept, first_row=numbers, missing="nan")  # none are left
    return Block(
        X=X,
        y=design.target_values(kept, first_row=numbers),
        weights=design.weight_values(kept, first_row=numbers),
        offset=design.offset_values(kept, first_row=numbers),
        first_row=first_row,
    )


@dataclass(frozen=True, eq=False)
class TableBlocks:
    """The blocks of a table in memory. Each iteration is one pass over the data, with the same blocks."""

    design: BaseDesign
    table: pa.Table
    rows: int

    def __iter__(self) -> Iterator[Block]:
        for start in range(0, self.table.num_rows, self.rows):
            yield make_block(self.design, self.table.slice(start, self.rows), start + 1)


@checks_options
def blocks(design: BaseDesign, source: Any, rows: int = 1 << 16) -> TableBlocks:
    """Return the blocks of `source` as an object to iterate over once per pass.

    The whole table is checked first, so that errors count all its rows, not those of one block.

    Parameters
    ----------
    design : Design or FormulaDesign
        How columns become X.
    source : object
        Anything that `read_table` reads.
    rows : int
        The number of rows in a block (the last may have fewer), at least 1.

    Returns
    -------
    iterable of Block
        The blocks.

    Raises
    ------
    DataError
        As `make_block`.

    Examples
    --------
    >>> from verhulst.data import learn_design
    >>> table = {"y": [0, 1, 1], "x": [1.0, 2.0, 3.0]}
    >>> [block.rows for block in blocks(learn_design(table, "y"), table, rows=2)]
    [2, 1]
    """

    if rows < 1:
        raise ValueError(f"a block has at least one row, not {rows}")
    table = design.typed(source)
    complete = design.complete_rows(table)
    kept = table if complete is None else table.filter(complete)
    design.check_values(kept, 1 if complete is None else some_rows(1, complete))
    return TableBlocks(design, table, min(rows, max(table.num_rows, 1)))
