"""Rows in memory, or parts of them that lie elsewhere: a fit asks both the same."""

from typing import TypeVar

from verhulst.regression.parted_rows import PartedRows
from verhulst.regression.rows import Rows

SomeRows = Rows | PartedRows
Some = TypeVar("Some", bound=Rows | PartedRows)
