"""The columns that are nearly combinations of each other are named."""

import numpy as np
import pytest

import verhulst as vh
from verhulst.regression.near_dependence import nearly_dependent

RNG = np.random.default_rng(5)
N = 600
A, B, C = RNG.normal(size=(3, N))
LEVELS = RNG.choice(list("pqrst"), N)
OUTCOME = (RNG.random(N) < vh.sigmoid(A - 1)).astype(int)


@pytest.mark.parametrize("distance", [1e-2, 1e-5])
@pytest.mark.parametrize(
    ("made", "named"),
    [(lambda: A, ("a", "d")), (lambda: A - 2 * B, ("a", "b", "d")), (lambda: 1e9 * (LEVELS == "q"), ("g[q]", "d"))],
)
def test_the_columns_of_the_combination(made, named, distance):
    values = made()
    d = values + distance * values.std() * RNG.normal(size=N)
    model = vh.fit_table({"a": A, "b": B, "g": LEVELS, "c": C, "d": d, "y": OUTCOME}, "y")
    assert model.fit.condition > 900
    assert nearly_dependent(model.fit) == named


def test_levels_of_a_column_with_a_rare_reference_level():
    levels = np.where(np.arange(N) < 3, "a", LEVELS)
    fit = vh.fit_table({"a": A, "g": levels, "y": np.arange(N) % 2}, "y").fit
    assert nearly_dependent(fit) == tuple(f"g[{level}]" for level in "pqrst")


def test_fits_that_do_not_tell():
    one = vh.fit_table({"a": A, "y": OUTCOME}, "y").fit
    with pytest.warns(vh.regression.SeparationWarning):
        separated = vh.regression.fit(np.column_stack([A, B]), A > 0)
    assert nearly_dependent(one) == nearly_dependent(separated) == ()


def test_the_caution_of_the_command(tmp_path):
    from click.testing import CliRunner

    from verhulst.cli.group import verhulst

    table = {"year": 2000 + A, "days": 365 * A + B / 100, "c": C, "y": OUTCOME}
    vh.data.write_table(vh.data.read_table(table), tmp_path / "t.csv")
    said = CliRunner().invoke(verhulst, ["fit", str(tmp_path / "t.csv"), "-t", "y"]).stderr
    assert "nearly combinations of others (condition number" in said
    assert "): 'year' and 'days'. Their effects cannot be estimated separately" in said
