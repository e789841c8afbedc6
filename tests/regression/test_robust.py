"""Robust errors against the formula written densely, and what they must not depend on."""

import warnings

import mpmath
import numpy as np
import pandas as pd
import pytest
from tests.regression.optimum import optimum

import verhulst as vh
from verhulst.regression import fit, marginal_effects, sandwich
from verhulst.regression.inference import probability_interval, wald
from verhulst.regression.robust import sandwich_record


def design(seed):
    """Rows, outcomes, whole weights of which some are 0, offsets, cluster labels."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(60, 200)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p) + rng.normal(size=p)
    y = (rng.random(n) < 0.3 + 0.4 * (X[:, 0] > X[:, 0].mean())).astype(float)
    return X, y, rng.integers(0, 4, n), rng.normal(size=n) / 2, rng.integers(0, n // 4, n)


def dense(found, X, y, weight, offset, clusters=None):
    z = np.column_stack([np.ones(len(X)), X])
    p = vh.sigmoid(z @ found.coefficients + offset)
    bread = np.linalg.inv((z * (weight * p * (1 - p))[:, None]).T @ z)
    if clusters is None:
        return bread @ (z * (weight * (y * (1 - p) ** 2 + (1 - y) * p**2))[:, None]).T @ z @ bread
    scores = z * (weight * (y - p))[:, None]
    sums = np.array([scores[clusters == label].sum(axis=0) for label in np.unique(clusters)])
    return bread @ sums.T @ sums @ bread


@pytest.mark.parametrize("seed", range(8))
def test_against_the_dense_formula(seed):
    X, y, w, offset, clusters = design(seed)
    found, n, q = fit(X, y, w, offset, tolerance=1e-10), w.sum(), X.shape[1] + 1
    plain, grouped = dense(found, X, y, w, offset), dense(found, X, y, w, offset, clusters)
    np.testing.assert_allclose(sandwich(found, X, y, w, offset), plain, rtol=1e-6)
    np.testing.assert_allclose(sandwich(found, X, y, w, offset, kind="HC1"), plain * n / (n - q), rtol=1e-6)
    np.testing.assert_allclose(sandwich(found, X, y, w, offset, clusters=clusters), grouped, rtol=1e-6)
    counted, g = np.count_nonzero(w), len(np.unique(clusters[w > 0]))
    factor = g / (g - 1) * (counted - 1) / (counted - q)
    ours = sandwich(found, X, y, w, offset, kind="HC1", clusters=clusters)
    np.testing.assert_allclose(ours, grouped * factor, rtol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_weights_that_count_are_repeated_rows(seed):
    X, y, w, offset, clusters = design(seed)
    again = np.repeat(np.arange(len(y)), w)
    once, many = fit(X, y, w, offset), fit(X[again], y[again], None, offset[again])
    for options in ({}, {"kind": "HC1"}, {"clusters": clusters}):
        theirs = {name: value[again] if name == "clusters" else value for name, value in options.items()}
        np.testing.assert_allclose(
            sandwich(once, X, y, w, offset, **options),
            sandwich(many, X[again], y[again], None, offset[again], **theirs),
            rtol=1e-6,
        )


@pytest.mark.parametrize("seed", range(8))
def test_shares_with_weights_are_the_rows_of_their_cases(seed):
    X, _, w, offset, clusters = design(seed)
    successes = np.random.default_rng(seed + 100).integers(0, w + 1)
    shares = successes / np.maximum(w, 1)
    again = np.repeat(np.arange(len(w)), w)
    cases = np.concatenate([np.arange(count) < ones for count, ones in zip(w, successes, strict=True)]).astype(float)
    assert np.any((shares > 0) & (shares < 1))
    grouped, single = fit(X, shares, w, offset), fit(X[again], cases, None, offset[again])
    for options in ({"kind": "HC0"}, {"kind": "HC1"}, {"clusters": clusters}):
        theirs = {name: value[again] if name == "clusters" else value for name, value in options.items()}
        np.testing.assert_allclose(
            sandwich(grouped, X, shares, w, offset, **options),
            sandwich(single, X[again], cases, None, offset[again], **theirs),
            rtol=1e-6,
        )


@pytest.mark.parametrize("weight", [None, 0.25])
def test_soft_labels_are_shares_of_one_case_or_less(weight):
    X, _, _, offset, _ = design(3)
    n, y = len(X), np.random.default_rng(3).random(len(X))
    w = np.full(n, 1.0 if weight is None else weight)
    known = dense(fit(X, y, w, offset, tolerance=1e-10), X, y, w, offset)
    found = fit(X, y, None if weight is None else w, offset, tolerance=1e-10)
    np.testing.assert_allclose(sandwich(found, X, y, None if weight is None else w, offset), known, rtol=1e-6)
    both = np.r_[X, X], np.r_[np.ones(n), np.zeros(n)], np.r_[w * y, w * (1 - y)], np.r_[offset, offset]
    np.testing.assert_allclose(sandwich(fit(*both, tolerance=1e-10), *both), known, rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-300, 1e-6, 0.3, 7.0, 1e12, 1e300])
@pytest.mark.parametrize("kind", ["HC0", "HC1"])
def test_errors_by_clusters_have_no_unit(unit, kind):
    X, y, w, offset, clusters = design(1)
    w = w * np.linspace(0.2, 3.1, len(w))
    one, other = fit(X, y, w, offset, tolerance=1e-9), fit(X, y, w * unit, offset, tolerance=1e-9)
    for labels in (clusters, np.arange(len(y))):
        np.testing.assert_allclose(
            sandwich(other, X, y, w * unit, offset, kind=kind, clusters=labels),
            sandwich(one, X, y, w, offset, kind=kind, clusters=labels),
            rtol=1e-6,
        )


def test_each_row_a_cluster_is_hc1_where_no_row_has_a_weight():
    X, y, _, offset, _ = design(2)
    found, n = fit(X, y, None, offset), len(y)
    by_row = sandwich(found, X, y, None, offset, kind="HC1", clusters=np.arange(n))
    np.testing.assert_allclose(by_row, sandwich(found, X, y, None, offset, kind="HC1"), rtol=1e-10)


def test_rows_of_weight_0_make_no_cluster():
    X, y, w, offset, clusters = design(3)
    some = w > 0
    found, less = fit(X, y, w, offset), fit(X[some], y[some], w[some], offset[some])
    alone = np.where(some, clusters, 10_000 + np.arange(len(y)))
    np.testing.assert_allclose(
        sandwich(found, X, y, w, offset, kind="HC1", clusters=alone),
        sandwich(less, X[some], y[some], w[some], offset[some], kind="HC1", clusters=clusters[some]),
        rtol=1e-6,
    )
    with pytest.raises(ValueError, match="at least two clusters with rows that count"):
        sandwich(found, X, y, w, offset, clusters=some)


@pytest.mark.parametrize("size", [1e-170, 1e-3, 1e170])
def test_columns_of_any_size(size):
    X, y, w, _, clusters = design(4)
    base = sandwich_record(fit(X, y, w), X, y, w, kind="HC1", clusters=clusters).standard_errors()
    scaled = sandwich_record(fit(X * size, y, w), X * size, y, w, kind="HC1", clusters=clusters).standard_errors()
    np.testing.assert_allclose(scaled[1:] * size, base[1:], rtol=1e-5)
    assert scaled[0] == pytest.approx(base[0], rel=1e-5)


@pytest.mark.parametrize("unit", [1.0, 0.3])
def test_hc1_needs_more_cases_than_parameters(unit):
    X, y, _, _, clusters = design(5)
    w = np.full(len(y), unit / len(y))
    with pytest.raises(
        ValueError, match=rf"n = {unit:g} cases .* q = {X.shape[1] + 1} parameters. Weights count cases"
    ):
        sandwich(fit(X, y, w), X, y, w, kind="HC1")
    assert np.all(np.isfinite(sandwich(fit(X, y, w), X, y, w, kind="HC1", clusters=clusters)))
    two = fit([[1.0], [1.0]], [0, 1], intercept=False), [[1.0], [1.0]], [0, 1]
    assert np.isfinite(sandwich(*two, kind="HC1", clusters=["a", "b"]))
    square = [[0.0, 1.0], [1.0, 1.0]], [0.3, 0.6]
    with pytest.raises(ValueError, match="more rows that count than parameters, but there are 2 rows for 2"):
        sandwich(fit(*square, intercept=False), *square, kind="HC1", clusters=["a", "b"])


LABELS = {
    "None": lambda g: np.array([None, *(f"c{v}" for v in g[1:])], dtype=object),
    "nan": lambda g: np.where(np.arange(len(g)) < 1, np.nan, g),
    "nan among text": lambda g: np.array([np.nan, *(f"c{v}" for v in g[1:])], dtype=object),
    "pandas' NA": lambda g: pd.Series([pd.NA, *(f"c{v}" for v in g[1:])], dtype="string"),
    "NaT": lambda g: pd.Series(pd.to_datetime("2020-01-01") + pd.to_timedelta(g, "D")).where(np.arange(len(g)) > 0),
    "categories": lambda g: pd.Series(g).where(np.arange(len(g)) > 0).astype("category"),
    "masked": lambda g: np.ma.array(g, mask=np.arange(len(g)) < 1),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_missing_labels_are_counted(labels):
    X, y, _, _, clusters = design(6)
    found = fit(X, y)
    with pytest.raises(ValueError, match=rf"clusters is missing in 1 of {len(y)} rows \(first: row 0\)"):
        sandwich(found, X, y, clusters=labels(clusters))


def test_labels_of_any_kind_make_the_same_clusters():
    X, y, _, _, g = design(7)
    found = fit(X, y)
    expected = sandwich(found, X, y, clusters=g)
    dates = pd.Series(pd.to_datetime("2020-01-01") + pd.to_timedelta(g, "D"))
    text = [f"c{v}" for v in g]
    mixed = np.array([str(v) if v % 2 else v for v in g.tolist()], dtype=object)
    for labels in (text, dates, mixed, pd.Series(text, dtype="category"), g[:, None], np.ma.array(g), g.astype(float)):
        np.testing.assert_allclose(sandwich(found, X, y, clusters=labels), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("clusters", "sentence"),
    [
        ([1, 2, 3], r"one label per row: \d+, but its shape is \(3,\)"),
        (5, "one label per row"),
        (np.zeros((120, 2)), "one label per row"),
        ([], "one label per row"),
    ],
)
def test_labels_of_a_wrong_shape(clusters, sentence):
    X, y, _, _, _ = design(0)
    with pytest.raises(ValueError, match=sentence):
        sandwich(fit(X, y), X, y, clusters=clusters)


def test_labels_that_are_none():
    X, y, _, _, _ = design(0)
    sets = np.empty(len(y), dtype=object)
    sets[:] = [{k} for k in range(len(y))]
    with pytest.raises(ValueError, match="clusters must contain labels"):
        sandwich(fit(X, y), X, y, clusters=sets)


def test_other_data_than_those_of_the_fit():
    X, y, _, _, _ = design(0)
    with pytest.raises(ValueError, match="not the data of the fit"):
        sandwich(fit(X, y), X[:50], y[:50])


def test_arguments_that_would_be_set_aside():
    X, y, _, _, clusters = design(0)
    model = vh.LogisticRegression().fit(X, y)
    with pytest.raises(ValueError, match="either a covariance matrix or clusters"):
        model.summary(covariance=model.covariance_, clusters=clusters)
    assert str(model.summary(clusters=clusters)) == str(model.summary(covariance="HC1", clusters=clusters))
    with pytest.raises(TypeError, match="'HC1' needs the data"):
        model.result_.summary(covariance="HC1")
    with pytest.raises(ValueError, match="the intervals must be"):
        wald(model.result_, intervals=np.zeros((1, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vh.LogisticRegression(C=1e-3).fit(X, y)
        vh.LogisticRegression(C=np.inf).fit(X, y)


def test_a_fit_with_an_offset_misses_it(tmp_path):
    X, y, _, offset, _ = design(0)
    model = vh.LogisticRegression().fit(X, y, offset=offset)
    model.save(tmp_path / "model.json")
    for one in (model, vh.load(tmp_path / "model.json")):
        for ask in (one.predict, one.predict_proba, one.decision_function, one.predict_interval, one.marginal_effects):
            with pytest.warns(UserWarning, match="the fit had an offset and none is given") as caught:
                ask(X)
            assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(model.predict_proba(X, offset=offset[:, None]), model.predict_proba(X, offset=offset))
        model.marginal_effects(X, offset=offset)
        for without in (vh.LogisticRegression().fit(X, y), vh.LogisticRegression().fit(X, y, offset=0 * offset)):
            without.predict_proba(X)
    assert "(intercept and offset only: " in str(model.summary())


def test_shapes_that_do_not_fit_the_rows():
    X, y, _, offset, _ = design(0)
    model = vh.LogisticRegression().fit(X, y)
    for ask in (model.predict_proba, model.predict_interval, model.marginal_effects):
        with pytest.raises(ValueError, match=r"offset must have one number per row: 2, but its shape is \(3,\)"):
            ask(X[:2], offset=offset[:3])
    with pytest.raises(ValueError, match="sample_weight must have one number per row"):
        model.marginal_effects(X, sample_weight=[1.0])
    with pytest.raises(ValueError, match="nor 0 in every row"):
        model.marginal_effects(X, sample_weight=np.zeros(len(X)))
    for ask in (model.result_.log_odds, lambda X: probability_interval(model.result_, X)):
        with pytest.raises(ValueError, match=f"rows of {X.shape[1]} columns"):
            ask(np.zeros((3, X.shape[1] + 1)))
    with pytest.raises(ValueError, match="no rows to average over"):
        marginal_effects(model.result_, X[:0])
    with pytest.raises(ValueError, match="column 'x1' has other values than 0 and 1"):
        marginal_effects(model.result_, X, discrete=["x1"])


def test_a_p_value_below_the_smallest_number_is_not_0():
    x = np.linspace(-4, 4, 50_001)[:, None]
    shown = str(fit(x, vh.sigmoid(4 * x[:, 0])).summary())
    assert ", p < 1e-300" in shown
    assert "0.0e+00" not in shown


@pytest.mark.parametrize(("intercept", "words"), [(True, "(intercept only: "), (False, "(no columns: -138.6294)")])
def test_the_null_model_is_named(intercept, words):
    rng = np.random.default_rng(0)
    X, y = rng.random((200, 1)), rng.integers(0, 2, 200)
    assert words in str(vh.LogisticRegression(fit_intercept=intercept).fit(X, y).summary())


@pytest.mark.parametrize("alike", [1e-4, 1e-6])
def test_robust_errors_of_columns_nearly_alike(alike):
    """Robust errors do not depend on how two columns that say the same are written, but for the intercept's digits."""
    rng = np.random.default_rng(2)
    level, x = rng.integers(0, 2, 40).astype(float), rng.normal(size=40).round(2)
    y = rng.permutation(np.arange(40) % 2)
    apart, together = np.column_stack([level, x]), np.column_stack([level, level + alike * x])
    labels = np.arange(40) % 10
    for clusters in (None, labels):
        known, found = (
            sandwich_record(fit(X, y), X, y, clusters=clusters).standard_errors() for X in (apart, together)
        )
        assert found[0] == pytest.approx(known[0], rel=1e-7)
        assert found[2] * alike == pytest.approx(known[2], rel=1e-7)


def test_robust_errors_where_scores_cancel():
    """Offsets that settle every outcome: clusters' scores cancel to digits that rounded coefficients do not have."""
    rng = np.random.default_rng(4)
    X, y = rng.integers(-5, 6, (14, 2)).astype(float), np.arange(14) % 2
    offset, labels = np.where(y == 1, 300.0, -300.0) + X[:, 0], rng.integers(0, 4, 14)
    beta = optimum(X, y, offset=offset)[0]
    with mpmath.workprec(1000):
        z = mpmath.matrix(np.column_stack([np.ones(14), X]).tolist())
        eta = [o + sum(z[i, j] * b for j, b in enumerate(beta)) for i, o in enumerate(offset.tolist())]
        share = [1 / (1 + mpmath.exp(-v)) for v in eta]
        weight = mpmath.diag([p / (1 + mpmath.exp(v)) for p, v in zip(share, eta, strict=True)])
        residual = [1 / (1 + mpmath.exp(v)) if one else -p for v, p, one in zip(eta, share, y, strict=True)]
        sums = mpmath.matrix(4, 3)
        for i, j in np.ndindex(14, 3):
            sums[int(labels[i]), j] += residual[i] * z[i, j]
        inverse = (z.T * weight * z) ** -1
        known = inverse * (sums.T * sums) * inverse
        errors = [float(mpmath.sqrt(known[j, j])) for j in range(3)]
    found = sandwich_record(fit(X, y, offset=offset), X, y, offset=offset, clusters=labels).standard_errors()
    np.testing.assert_allclose(found, errors, rtol=1e-6)


def test_marginal_effects_of_columns_of_any_size():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(60, 3)), rng.permutation(np.arange(60) % 2)
    size = np.array([2.0**-560, 2.0**560, 1.0])
    known = marginal_effects(fit(X, y), X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = marginal_effects(fit(X * size, y), X * size)
    for one, other, unit in zip(known, found, size, strict=True):
        assert other.estimate * unit == pytest.approx(one.estimate, rel=1e-9)
        assert other.standard_error * unit == pytest.approx(one.standard_error, rel=1e-9)
