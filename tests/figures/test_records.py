"""Records that hold arrays are compared by identity: the truth of an array is ambiguous."""

import copy

import pytest

from verhulst.data import blocks, learn_design
from verhulst.figures import FIGURES, prepare

TABLE = {"x": [0.5, 1.0, 2.0], "y": [0, 1, 0]}
RECORDS = {name: lambda name=name: prepare(name) for name in FIGURES} | {
    "block": lambda: next(iter(blocks(learn_design(TABLE, "y"), TABLE))),
    "blocks": lambda: blocks(learn_design(TABLE, "y"), TABLE),
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_can_be_compared_and_be_keys(name):
    record = RECORDS[name]()
    assert record == record
    assert (copy.deepcopy(record) == record) in (True, False)
    assert {record: 1}[record] == 1
