"""Rare levels that are taken together, and levels that were not there at the fit."""

import warnings

import numpy as np
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, RequestError
from verhulst.data.errors import UnknownLevelWarning

RNG = np.random.default_rng(8)
CITY = RNG.choice(["A", "B", "C", "D", "E", "F"], 300, p=[0.4, 0.3, 0.2, 0.05, 0.03, 0.02])
X = RNG.normal(size=300)
Y = (RNG.random(300) < 1 / (1 + np.exp(-X))).astype(int)
RARE = [level for level in "ABCDEF" if (level == CITY).sum() < 30]


def table(city=CITY):
    return {"city": city.tolist(), "x": X, "y": Y}


def fitted(**options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return vh.fit_table(table(), "y", **options)


@pytest.mark.parametrize("parquet", [False, True])
def test_a_lumped_fit_is_that_of_a_table_with_one_level(tmp_path, parquet):
    assert len(RARE) == 3
    by_hand = vh.fit_table(table(np.where(np.isin(CITY, RARE), "Z", CITY)), "y")
    source = table()
    if parquet:
        source = tmp_path / "t.parquet"
        vh.data.write_table(pa.table(table()), source)
    with pytest.warns(UserWarning, match=r"3 levels with fewer than 30 rows each \(\d+ rows\) are taken together"):
        model = vh.fit_table(source, "y", lump=30)
    assert model.fit.names == ("city[B]", "city[C]", "city[(other)]", "x")
    assert model.fit.coefficients.tolist() == by_hand.fit.coefficients.tolist()
    model.save(tmp_path / "m.json")
    loaded = vh.load(tmp_path / "m.json")
    assert (
        loaded.predict_proba(table()).tolist()
        == by_hand.predict_proba(table(np.where(np.isin(CITY, RARE), "Z", CITY))).tolist()
    )
    with pytest.raises(DataError, match="'G' was not among the levels"):
        loaded.predict_proba({"city": ["G"], "x": [0.0]})


def test_a_reference_level_is_not_lumped():
    model = fitted(lump=30, reference={"city": "F"})
    assert model.fit.names == ("city[A]", "city[B]", "city[C]", "city[(other)]", "x")
    assert model.design.columns[0].lumped == ("D", "E")


def test_an_unknown_level_of_a_test_table_is_one_of_the_rare_ones():
    """A level without a row had fewer than were asked for; without --lump it is refused as ever."""
    cities = CITY.copy()
    cities[[3, 5]] = "G", "H"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = vh.fit_table(table(), "y", lump=30, test=table(cities))
    assert (model.held_out.unseen, model.held_out.rows, model.held_out.left_out) == (2, 300, 0)
    cities[[3, 5]] = "D"
    assert model.held_out.cases.log_odds.tolist() == model.test_on(table(cities)).cases.log_odds.tolist()
    assert model.test_on(table(cities)).unseen == 0
    assert model.design.columns[0].lumped == tuple(RARE)
    cities[[3, 5]] = "G", "H"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        many = vh.fit_table(table() | {"y": Y + (X > 1)}, "y", multinomial=True, lump=30)
    assert many.test_on(table(cities)).unseen == 2
    with pytest.raises(DataError, match=r"'G' was not among the levels .*Leave these rows out of the test table"):
        fitted().test_on(table(np.where(CITY == "A", "G", CITY)))


def test_identifiers_are_refused_as_ever():
    ids = np.array([f"id{k}" for k in range(300)])
    with pytest.raises(DataError, match="like a name or a case number"):
        vh.fit_table(table(ids), "y", lump=30)


def test_unknown_levels():
    model = fitted()
    new = {"city": ["A", "Q", "B", "R", None], "x": [0.5, 0.5, 1.0, 2.0, 1.0]}
    known = model.predict_proba({"city": ["A", "A", "B", "A"], "x": [0.5, 0.5, 1.0, 2.0]})
    with pytest.raises(DataError, match=r"'Q' was not among the levels .*--unknown empty"):
        model.predict_proba(new, missing="nan")
    with pytest.warns(UnknownLevelWarning, match="2 rows have levels .* as the reference level: 'Q' and 'R'") as caught:
        found = model.predict_proba(new, missing="nan", unknown="reference")
    assert (caught[0].message.column, caught[0].message.rows) == ("city", 2)
    assert found[:4].tolist() == known.tolist()
    assert np.isnan(found[4]).all()
    with pytest.warns(UnknownLevelWarning, match="2 rows have levels .* as missing"):
        ends = model.predict_interval(new, missing="nan", unknown="nan")
    assert np.isnan(ends[0]).tolist() == [False, True, False, True, True]


@pytest.mark.parametrize("unknown", ["empty", 3, None])
def test_bad_unknown(unknown):
    with pytest.raises((RequestError, TypeError), match="unknown must be"):
        fitted().predict_proba(table(), unknown=unknown)
    with pytest.raises(RequestError, match="unknown must be"):
        fitted().design.matrix(table(), unknown=unknown)


def test_formulas_refuse_unknown_levels():
    model = vh.fit_formula("y ~ city + x", table())
    with pytest.raises(RequestError, match="the model of a formula predicts no unknown levels"):
        model.predict_proba(table(), unknown="nan")
    with pytest.raises(DataError, match="'Q' was not among the levels") as refused:
        model.predict_proba({"city": ["Q"], "x": [0.0]})
    assert "--unknown" not in str(refused.value)
