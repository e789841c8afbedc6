"""Groups of any kind of labels, with rows that have none."""

import datetime

import numpy as np
import pandas as pd
import pytest

import verhulst as vh

Y = np.array([0, 1, 0, 1, 1, 0, 1, 0])
Z = np.array([-1.0, 0.5, 0.3, 1.0, -0.2, 0.1, 0.7, -0.6])
DAY = datetime.date(2024, 1, 1)
# Labels, two of which are missing, and the names of the groups.
LABELS = {
    "text and None": (["b", None, "a", "b", "a", None, "a", "b"], ["a", "b"]),
    "nan": ([2.0, np.nan, 1.0, 2.0, 1.0, np.nan, 1.0, 2.0], ["1.0", "2.0"]),
    "text and nan": (np.array(["b", np.nan, "a", "b", "a", None, "a", "b"], dtype=object), ["a", "b"]),
    "nullable text": (pd.array(["b", None, "a", "b", "a", None, "a", "b"], dtype="string"), ["a", "b"]),
    "categories": (pd.Categorical(["b", None, "a", "b", "a", None, "a", "b"]), ["a", "b"]),
    "mixed": (np.array([1, None, "a", 1, "a", pd.NA, "a", 1], dtype=object), ["1", "a"]),
    "dates": (np.array([DAY, None, "x", DAY, "x", pd.NaT, "x", DAY], dtype=object), ["2024-01-01", "x"]),
    "masked": (np.ma.array([1, 5, 2, 1, 2, 5, 2, 1], mask=[0, 1, 0, 0, 0, 1, 0, 0]), ["1", "2"]),
}


@pytest.mark.parametrize("name", LABELS)
def test_rows_without_a_group_are_a_group(name):
    labels, names = LABELS[name]
    groups = vh.evaluate(Y, logits=Z, by=labels).groups
    assert list(groups) == [*names, "(missing)"]
    assert [group.n for group in groups.values()] == [3, 3, 2]
    vh.calibrate(Z, Y, scores="logits", groups=labels, folds=2)


def test_a_label_may_be_called_missing():
    groups = vh.evaluate(Y, logits=Z, by=["(missing)", None, "a", "(missing)", "a", None, "a", "a"]).groups
    assert {name: group.n for name, group in groups.items()} == {"(missing)": 2, "a": 4, "((missing))": 2}


def test_numbers_are_sorted_as_numbers():
    assert list(vh.evaluate(Y, logits=Z, by=[10, 2, 10, 2, 10, 2, 10, 2]).groups) == ["2", "10"]
