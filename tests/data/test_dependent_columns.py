"""Columns that depend on others are named by the rule, as least squares on the columns themselves would find them."""

import numpy as np
import pytest

import verhulst as vh
from verhulst.data import arrow_csv, csv_kinds
from verhulst.data.csv_kinds import Layout, read_piece
from verhulst.data.dependent_columns import dependent


def named(X):
    return [(problem.kind, int(problem.column[1:])) for problem in dependent([f"x{k}" for k in range(X.shape[1])], X)]


def rest_of(Z, k, others):
    """The share of a column's variance that a least-squares combination of others leaves."""
    others = Z[:, others]
    return float(np.mean((Z[:, k] - others @ np.linalg.lstsq(others, Z[:, k], rcond=1e-13)[0]) ** 2))


def by_definition(X):
    """The same, by a least-squares problem for each column and each step."""
    Z, left = (X - X.mean(axis=0)) / X.std(axis=0), []
    for k in range(X.shape[1]):
        if rest_of(Z, k, left) > 1e-9:
            left.append(k)
    found = [(k, True) for k in reversed(range(X.shape[1])) if k not in left]
    while len(left) > 1:
        factors = np.array([1 / max(rest_of(Z, k, [other for other in left if other != k]), 1e-300) for k in left])
        factors[factors >= 1e9] = np.inf
        if not factors.max() > 10:
            break
        worst = np.flatnonzero(factors >= factors.max() * (1 - 1e-6))[-1]
        found.append((left.pop(worst), bool(np.isinf(factors[worst]))))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_rule(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 6))
    for _ in range(5):
        of = rng.choice(X.shape[1], 3, replace=False)
        column = X[:, of] @ rng.choice([1.0, -1.0, 0.5], 3) + rng.choice([0, 0, 0.03, 0.2]) * rng.normal(size=120)
        X = np.insert(X, rng.integers(0, X.shape[1] + 1), column * 10.0 ** rng.integers(-5, 6), axis=1)
    assert [(column, kind != "nearly dependent") for kind, column in named(X)] == by_definition(X)


def test_many_that_depend():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 10))
    X = np.hstack([X, X @ rng.normal(size=(10, 200)), X])
    assert named(X) == [("copy", k) for k in range(219, 209, -1)] + [("dependent", k) for k in range(209, 9, -1)]


@pytest.mark.parametrize("terms", [1, 2, 3, 4, 5, 9])
def test_columns_that_are_named_are_the_combination(terms):
    rng = np.random.default_rng(terms)
    X = rng.normal(size=(300, 10))
    (found,) = dependent("abcdefghijk", np.column_stack([X, X[:, :terms] @ 0.2 ** np.arange(terms)]))
    named = [*"abcd"][:terms] + ["others"] * (terms > 4)
    named = " and ".join([", ".join(named[:-1]), named[-1]]) if terms > 1 else "a"
    assert found.matter.replace("'", "") == f"Column k is a {'copy' if terms == 1 else 'combination'} of {named}."


def test_numbers_of_any_size_are_compared():
    X = np.random.default_rng(1).normal(size=(50, 4)) * np.array([1e300, 1e-300, 1e-310, 1.0])
    assert named(X) == []
    assert named(np.column_stack([X, X[:, 1] * 2])) == [("dependent", 4)]


@pytest.mark.parametrize("columns", [12, 13, 400])
def test_more_columns_than_rows_are_said_once(columns):
    rng = np.random.default_rng(2)
    table = {f"x{k}": rng.normal(size=12) for k in range(columns)} | {"y": [0, 1] * 6}
    table["x5"] = table["x2"]
    found = vh.check(table, "y").problems
    assert [each.kind for each in found] == ["more columns than rows", "copy"]
    assert found[0].option == "--C 1"
    assert found[1].matter == "Column 'x5' is a copy of 'x2'."
    assert [each.kind for each in vh.check(table, "y", C=1.0).problems] == ["copy"]
    vh.fit_table(table, "y", exclude=["x5"], C=1.0)


def test_columns_with_the_same_groups_are_found_among_many():
    rng = np.random.default_rng(3)
    table = {f"g{k}": rng.choice(["a", "b"], 60) for k in range(300)} | {"y": [0, 1] * 30}
    table["g299"] = np.where(table["g7"] == "a", "z", "c")
    copies = [each.matter for each in vh.check(table, "y").problems if each.kind == "copy"]
    assert copies == ["Column 'g299' has the same groups of rows as 'g7'."]


def test_many_columns_of_fractions_take_few_readings(monkeypatch):
    readings = []

    def counted(*given):
        readings.append(given)
        return arrow_csv.read_csv(*given)

    monkeypatch.setattr(csv_kinds, "read_csv", counted)
    cells = [["0.5", "7", "text", "0x1f", "", "NA"][k % 6] for k in range(600)]
    layout = Layout(",", tuple(f"x{k}" for k in range(600)))
    found = read_piece((",".join(cells) + "\n").encode(), layout, dict.fromkeys(layout.names, "whole"), False)
    assert [found.kinds[f"x{k}"] for k in range(6)] == ["plain", "whole", "text", "text", "whole", "whole"]
    assert len(readings) < 12
