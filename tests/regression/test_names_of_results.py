"""Results have the attributes that their names promise."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

import verhulst as vh
from verhulst.data import load_dataset

VOTES = load_dataset("anes96")


def votes(**options):
    return vh.fit_table(VOTES, "vote", positive="Dole", columns=["age", "income"], **options)


def test_the_intercept_is_a_number_and_slopes_are_as_many_as_names():
    fit = votes().fit
    assert fit.intercept == fit.coefficients[0] != 0.0
    assert fit.has_intercept is True
    assert len(fit.slopes) == len(fit.names)
    np.testing.assert_array_equal(fit.slopes, fit.coefficients[1:])
    without = votes(intercept=False).fit
    assert (without.intercept, without.has_intercept, len(without.slopes)) == (0.0, False, 2)
    many = vh.fit_table(VOTES, "party", columns=["age", "income"], multinomial=True).fit
    assert many.intercept.shape == (6,)
    assert many.slopes.shape == (6, 2)
    np.testing.assert_array_equal(np.column_stack([many.intercept, many.slopes]), many.coefficients)


@pytest.mark.parametrize(
    ("values", "positive", "kind"),
    [
        (["no", "yes"], "yes", "U"),
        ([0, 1], None, "i"),
        ([1, 2], 2, "i"),
        ([False, True], None, "b"),
        ([0.5, 1.5], 1.5, "f"),
    ],
)
def test_predict_gives_values_of_the_target(values, positive, kind):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=80)})
    frame["y"] = np.array(values)[(rng.random(80) < vh.sigmoid(2 * frame.x)).astype(int)]
    model = vh.fit_table(frame, "y", positive=positive)
    found = model.predict(frame)
    assert found.dtype.kind == kind
    expected = np.array(values)[(model.predict_proba(frame)[:, 1] >= 0.5).astype(int)]
    np.testing.assert_array_equal(found, expected)
    assert (model.predict(frame, 0.0) == values[1]).all()
    assert np.mean(model.predict(frame, threshold=0.8) == values[1]) < np.mean(found == values[1])
    assert model.predict({"x": [None, 9.0]}, missing="nan").tolist() == [None, np.array(values)[1]]


@pytest.mark.parametrize("threshold", [-0.1, 1.5, np.nan])
def test_a_threshold_is_a_probability(threshold):
    with pytest.raises(ValueError, match=r"threshold is a probability, between 0 and 1"):
        votes().predict(VOTES, threshold)


def test_tables_become_frames():
    ratios = votes().odds_ratios()
    frame = pd.DataFrame(ratios.to_dict())
    assert frame.name.tolist() == ["age", "income"]
    assert frame.estimate.tolist() == [line.estimate for line in ratios]


def test_a_calibrated_classifier_says_how_it_is_saved(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = rng.random(200) < vh.sigmoid(X[:, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = vh.CalibratedClassifier(GaussianNB()).fit(X, y)
    with pytest.raises(TypeError, match=r"classifier \(GaussianNB\).*calibrator_\.save\(path\)"):
        model.save(tmp_path / "m.json")
    model.calibrator_.save(tmp_path / "map.json")
    assert vh.load(tmp_path / "map.json").transform([0.3]) == model.calibrator_.transform([0.3])


def test_a_summary_names_the_reference_levels():
    model = vh.fit_table(VOTES, "vote", positive="Dole", columns=["age", "party"], reference={"party": "independent"})
    assert dict(model.summary().facts)["compared with"] == "party independent"
    assert "compared with" not in dict(votes().summary().facts)
    with pytest.raises(TypeError, match=r"model\.summary\(data=table, covariance=\.\.\.\) of a table"):
        model.fit.summary(covariance="HC1")
