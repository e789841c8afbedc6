"""Every map against an independent reference, and what they promise together."""

from __future__ import annotations

import functools
import json
import pathlib
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

import verhulst as vh
from verhulst.calibration import (
    Beta,
    Calibrator,
    Isotonic,
    Platt,
    PriorShift,
    Temperature,
    VectorScaling,
)
from verhulst.calibration.maps import MAPS as KINDS
from verhulst.calibration.maps import methods_for

MAPS = [make() for make in methods_for().values()]
Sample = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def sample() -> Sample:
    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 2.0, 3000)
    return z, (rng.random(3000) < vh.sigmoid(0.7 * z + 0.3)).astype(int)


def libsvm(z: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Lin, Lin and Weng's algorithm (2007), from their pseudo-code; its tolerance as tight as it goes."""
    ones, zeros = int((y == 1).sum()), int((y == 0).sum())
    t = np.where(y == 1, (ones + 1.0) / (ones + 2.0), 1.0 / (zeros + 2.0))
    a, b = 0.0, np.log((zeros + 1.0) / (ones + 1.0))

    def objective(a: float, b: float) -> float:
        f = z * a + b
        return float(np.where(f >= 0, t * f, (t - 1) * f).sum() + np.log1p(np.exp(-np.abs(f))).sum())

    value = objective(a, b)
    for _ in range(100):
        f = z * a + b
        p, q = 1.0 / (1.0 + np.exp(f)), 1.0 / (1.0 + np.exp(-f))
        d2 = p * q
        h11, h22, h21 = (z * z * d2).sum() + 1e-12, d2.sum() + 1e-12, (z * d2).sum()
        d1 = t - p
        g1, g2 = (z * d1).sum(), d1.sum()
        if abs(g1) < 1e-10 and abs(g2) < 1e-10:
            break
        det = h11 * h22 - h21 * h21
        da, db = -(h22 * g1 - h21 * g2) / det, -(-h21 * g1 + h11 * g2) / det
        slope, step = g1 * da + g2 * db, 1.0
        while step >= 1e-10:
            trial = objective(a + step * da, b + step * db)
            if trial < value + 1e-4 * step * slope or (step == 1.0 and abs(slope) < 1e-8):
                a, b, value = a + step * da, b + step * db, trial
                break
            step /= 2
        else:
            break
    return -a, -b


def test_platt_is_libsvms(sample: Sample) -> None:
    platt = Platt(smooth=True).fit(*sample)
    assert (platt.slope_, platt.intercept_) == pytest.approx(libsvm(*sample), abs=1e-8)


def test_platt_is_scikit_learns(sample: Sample) -> None:
    theirs = _SigmoidCalibration().fit(*sample)
    ours = Platt(smooth=True).fit(*sample)
    assert (ours.slope_, ours.intercept_) == pytest.approx((-theirs.a_, -theirs.b_), abs=1e-8)


def test_plain_platt_is_logistic_regression_with_its_errors(sample: Sample) -> None:
    z, y = sample
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(z[:, None], y)
    ours = Platt().fit(z, y)
    assert ours.slope_ == pytest.approx(theirs.coef_[0, 0], abs=1e-8)
    assert ours.intercept_ == pytest.approx(theirs.intercept_[0], abs=1e-8)
    x = np.column_stack([np.ones_like(z), z])
    p = ours.predict_proba(z)
    np.testing.assert_allclose(np.linalg.inv((x * (p[:, :1] * p[:, 1:])).T @ x), ours.covariance_, rtol=1e-9)
    assert ours.decrement_ < 1e-9


def test_temperature_is_the_one_column_fit_without_intercept(sample: Sample) -> None:
    z, y = sample
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, fit_intercept=False).fit(z[:, None], y)
    ours = Temperature().fit(z, y)
    assert ours.inverse_temperature_ == pytest.approx(theirs.coef_[0, 0], abs=1e-8)
    assert ours.temperature_ == 1.0 / ours.inverse_temperature_


def test_beta_is_betacals_fit_run_to_the_end(sample: Sample) -> None:
    z, y = sample
    x = np.column_stack([np.log(vh.sigmoid(z)), -np.log(vh.sigmoid(-z))])
    theirs = LogisticRegression(C=99999999999, solver="newton-cholesky", tol=1e-12).fit(x, y)
    ours = Beta().fit(z, y)
    assert (ours.a_, ours.b_, ours.c_) == pytest.approx((*theirs.coef_[0], theirs.intercept_[0]), abs=1e-8)


@pytest.mark.parametrize("bend", [1.0, -1.0])
def test_beta_on_the_edge_of_what_is_allowed(bend: float) -> None:
    """Where the free fit has a negative a or b, the best allowed fit, found by an independent bounded search."""
    rng = np.random.default_rng(3)
    z = bend * rng.normal(0.0, 2.0, 2000)
    y = rng.random(2000) < vh.sigmoid(bend * 2.0 * np.maximum(bend * z, 0.0) - 0.3 * bend * np.minimum(bend * z, 0.0))
    ours = Beta().fit(z, y)
    assert min(ours.a_, ours.b_) == 0.0

    def loss(v: np.ndarray) -> float:
        logits = v[0] * vh.log_sigmoid(z) + v[1] * vh.softplus(z) + v[2]
        return float(vh.softplus(np.where(y, -logits, logits)).mean())

    best = minimize(loss, [1.0, 1.0, 0.0], bounds=[(0, None), (0, None), (None, None)], method="L-BFGS-B", tol=1e-14)
    assert loss(np.array([ours.a_, ours.b_, ours.c_])) <= best.fun + 1e-12
    assert (ours.a_, ours.b_, ours.c_) == pytest.approx(tuple(best.x), abs=2e-3)


@pytest.mark.parametrize("seed", range(20))
def test_infinite_scores_get_the_limit_of_the_map(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(0.0, 2.0, 200)
    y = (rng.random(200) < vh.sigmoid(np.where(z * (-1) ** seed > 0.0, -0.1 * z, z))).astype(int)
    flat = 0
    for kind in (Platt, Temperature, Beta):
        fitted = kind(scores="logits").fit(z, y)
        np.testing.assert_array_equal(
            fitted.predict_proba([-np.inf, np.inf]), fitted.predict_proba([-1.7e308, 1.7e308])
        )
        flat += kind is Beta and (fitted.a_ == 0.0) != (fitted.b_ == 0.0)
    assert flat


def test_isotonic_is_scikit_learns_with_ties_and_weights() -> None:
    rng = np.random.default_rng(4)
    z = np.round(rng.normal(0.0, 2.0, 800), 1)
    y = rng.random(800) < vh.sigmoid(z)
    w = rng.integers(1, 4, 800).astype(float)
    new = np.concatenate([z, rng.uniform(-9, 9, 500)])
    theirs = IsotonicRegression(out_of_bounds="clip").fit(z, y, w)
    ours = Isotonic(end_cases=0).fit(z, y, w)
    np.testing.assert_allclose(ours.predict_proba(new)[:, 1], theirs.predict(new), atol=1e-12)


def test_isotonic_ends_are_never_sure() -> None:
    isotonic = Isotonic().fit([-3.0, -2.0, -1.0, 1.0, 2.0], [0, 0, 0, 1, 1])
    # Half an imagined case of the other class: (½)/(3 + ½) and 2/(2 + ½).
    np.testing.assert_allclose(isotonic.predict_proba([-9.0, -3.0, -1.0, 1.0, 9.0])[:, 1], [1 / 7] * 3 + [0.8] * 2)


@pytest.mark.parametrize("seed", range(20))
def test_isotonic_keeps_the_digits_of_both_classes(seed: int, tmp_path: pathlib.Path) -> None:
    """Scores and classes turned round swap the columns, to the last digits, however near to 0 or 1."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    z = np.append(np.round(rng.normal(0.0, 2.0, n), 1), rng.choice([-np.inf, np.inf, 0.0], 3))
    y = np.append(rng.random(n + 1) < vh.sigmoid(2.0 * z[: n + 1]), [0, 1]).astype(int)
    w = 10.0 ** rng.uniform(0.0, rng.choice([1.0, 12.0]), n + 3)
    new = np.concatenate([z, rng.uniform(-9.0, 9.0, 30), [-np.inf, np.inf]])
    fitted = Isotonic(scores="logits").fit(z, y, w)
    turned = Isotonic(scores="logits").fit(-z, 1 - y, w).predict_proba(-new)
    np.testing.assert_allclose(fitted.predict_proba(new), turned[:, ::-1], rtol=1e-13)
    np.testing.assert_allclose(fitted.transform(np.sort(new)), np.maximum.accumulate(fitted.transform(np.sort(new))))
    fitted.save(tmp_path / "map.json")
    content = json.loads((tmp_path / "map.json").read_text())
    parameters = content["payload"]["parameters"]
    for name in [name for name in parameters if name.startswith("complement")]:
        del parameters[name]
    (tmp_path / "old.json").write_text(json.dumps(content))
    np.testing.assert_allclose(vh.load(tmp_path / "old.json").predict_proba(new), fitted.predict_proba(new), atol=1e-15)


def test_isotonic_of_a_hundred_million_cases() -> None:
    p = Isotonic(scores="logits").fit([0.0, 1.0], [0, 1], [1e8, 1e8]).predict_proba([0.0, 1.0])
    np.testing.assert_allclose(p[[0, 1], [1, 0]], 0.5 / (1e8 + 0.5), rtol=1e-14)


def test_vector_scaling_is_the_maximum() -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(size=(1500, 4))
    y = (1.7 * z + [0, 1, -1, 0.5] + rng.gumbel(size=z.shape)).argmax(axis=1)
    ours = VectorScaling().fit(z, y)

    def loss(v: np.ndarray) -> float:
        scores = z * v[:4] + np.concatenate([[0.0], v[4:]])
        return float((np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]).sum())

    best = minimize(loss, np.concatenate([np.ones(4), np.zeros(3)]), method="BFGS", tol=1e-9)
    found = np.concatenate([ours.slopes_, ours.intercepts_[1:]])
    assert loss(found) <= best.fun + 1e-9
    np.testing.assert_allclose(found, best.x, atol=1e-4)


def test_temperature_of_several_classes_takes_probabilities_of_zero() -> None:
    rng = np.random.default_rng(6)
    z = 2.0 * rng.normal(size=(1000, 3))
    y = (0.5 * z + rng.gumbel(size=z.shape)).argmax(axis=1)
    assert Temperature().fit(z, y).inverse_temperature_ == pytest.approx(0.5, abs=0.06)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    same = Temperature(scores="probabilities").fit(p, y)
    assert same.inverse_temperature_ == pytest.approx(Temperature().fit(z, y).inverse_temperature_, rel=1e-9)
    p[0, (y[0] + 1) % 3] = 0.0
    p /= p.sum(axis=1, keepdims=True)
    assert np.isfinite(Temperature(scores="probabilities").fit(p, y).inverse_temperature_)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (PriorShift.from_undersampling(kept_negatives=0.1), np.log(0.1)),
        (PriorShift.from_positive_weight(20.0), -np.log(20.0)),
        (PriorShift.from_prevalence(training=0.5, deployment=0.01), np.log(0.01 / 0.99)),
    ],
)
def test_prior_shift_is_bayes_rule(shift: PriorShift, expected: float) -> None:
    assert shift.shift == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(shift.transform([-5.0, 0.0, 1e6]), np.array([-5.0, 0.0, 1e6]) + expected)


def test_prior_shift_repairs_undersampled_training() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=200_000)
    y = rng.random(200_000) < vh.sigmoid(1.5 * x - 4.0)
    kept = y | (rng.random(200_000) < 0.05)
    model = Platt().fit(x[kept], y[kept])
    shifted = PriorShift.from_undersampling(kept_negatives=0.05).transform(model.transform(x))
    assert vh.evaluate(y, logits=model.transform(x)).cox.intercept.value < -2.5
    assert vh.evaluate(y, logits=shifted).cox.intercept.value == pytest.approx(0.0, abs=0.06)


def test_every_map_describes_itself() -> None:
    assert list(methods_for()) == ["identity", "temperature", "platt", "platt-smooth", "beta", "isotonic"]
    assert list(methods_for(3)) == ["identity", "temperature", "vector"]
    public = {name for name in vh.calibration.__all__ if name not in ("CalibratedClassifier", "Calibrator")}
    assert set(KINDS) == {name for name in public if hasattr(getattr(vh.calibration, name), "right_where")}
    for name, kind in KINDS.items():
        assert getattr(vh.calibration, name) is kind
        assert kind.formula
        assert kind.right_where
    freedom = {name: kind.degrees_of_freedom() for name, kind in KINDS.items() if kind.degrees_of_freedom()}
    assert freedom == {"Temperature": 1, "Platt": 2, "Beta": 3, "VectorScaling": 1}
    assert KINDS["VectorScaling"].degrees_of_freedom(4) == 7
    assert vh.calibrate.__doc__ is not None
    assert '"platt-smooth", "beta" or "isotonic"' in vh.calibrate.__doc__
    assert '"identity", "temperature" or "vector"' in vh.calibrate.__doc__


@pytest.mark.parametrize("calibrator", MAPS, ids=repr)
def test_weights_count_cases(calibrator: Calibrator, sample: Sample) -> None:
    z, y = sample
    w = np.random.default_rng(8).integers(0, 4, len(z))
    repeated = calibrator.fit(np.repeat(z, w), np.repeat(y, w)).transform(z)
    np.testing.assert_allclose(calibrator.fit(z, y, w).transform(z), repeated, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("calibrator", MAPS, ids=repr)
def test_probabilities_named_as_such_are_logits(calibrator: Calibrator, sample: Sample) -> None:
    z, y = sample
    kind = type(calibrator)
    from_logits = kind().fit(z, y).predict_proba(z)
    from_probabilities = kind(scores="probabilities").fit(vh.sigmoid(z), y).predict_proba(vh.sigmoid(z))
    np.testing.assert_allclose(from_probabilities, from_logits, atol=1e-9)


@pytest.mark.parametrize("calibrator", [*MAPS, PriorShift(-1.5)], ids=repr)
def test_both_columns_keep_their_digits_and_files_their_bits(
    calibrator: Calibrator, sample: Sample, tmp_path: pathlib.Path
) -> None:
    calibrator.fit(*sample)
    z = np.concatenate([sample[0], [-800.0, 800.0, -np.inf, np.inf]])
    p = calibrator.predict_proba(z)
    assert p.shape == (len(z), 2)
    np.testing.assert_array_equal(p[:, 0], vh.sigmoid(-calibrator.transform(z)))
    assert not np.isnan(p).any()
    calibrator.save(tmp_path / "map.json")
    loaded = vh.load(tmp_path / "map.json")
    assert type(loaded) is type(calibrator)
    np.testing.assert_array_equal(loaded.predict_proba(z), p)
    np.testing.assert_array_equal(loaded.transform(z), calibrator.transform(z))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=4, max_size=60).filter(
        lambda rows: len({label for _, label in rows}) == 2
    ),
    st.sampled_from(["platt-smooth", "beta", "isotonic", "temperature"]),
)
def test_maps_never_fall_and_never_make_nan(rows: list[tuple[float, bool]], name: str) -> None:
    z, y = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            map_ = vh.calibrate(z, y, name, scores="logits")
        except ValueError:
            return
    out = map_.transform(np.concatenate([[-np.inf], np.linspace(-60, 60, 241), [np.inf]]))
    assert not np.isnan(out).any()
    if name != "platt-smooth" or map_.slope_ >= 0:
        finite = out[np.isfinite(out)]
        assert (np.diff(finite) >= -1e-9 * np.abs(finite).max(initial=1.0)).all()


def test_scores_come_in_many_dresses(sample: Sample) -> None:
    pd, torch = pytest.importorskip("pandas"), pytest.importorskip("torch")
    z, y = sample[0].astype(np.float32), sample[1]
    expected = Platt().fit(z.astype(float), y).predict_proba(z.astype(float))
    for scores, outcomes in (
        (z, y.astype(bool)),
        (z[:, None], y.astype(float)[:, None]),
        (z.tolist(), y.tolist()),
        (pd.Series(z, index=range(5, 5 + len(z))), pd.Series(y)),
        (torch.tensor(z), torch.tensor(y)),
        (z[::-1][::-1], y.astype(np.int8)),
    ):
        np.testing.assert_allclose(Platt().fit(scores, outcomes).predict_proba(scores), expected, rtol=1e-9)
    assert vh.evaluate(torch.tensor(y), logits=torch.tensor(z)).roc_auc == vh.evaluate(y, logits=z).roc_auc


@pytest.mark.parametrize("unit", [2.0**-900, 1e-160, 1e-10, 1e160, 2.0**900])
def test_standard_errors_do_not_care_for_the_unit(unit: float, sample: Sample) -> None:
    """Also where the variance is no number."""
    z, y = sample[0][:300], sample[1][:300]
    several = np.column_stack([np.zeros(300), z])

    def errors(unit: float) -> list[float]:
        return [
            unit * Temperature(scores="logits").fit(unit * z, y).standard_error_,
            unit * Temperature(scores="logits").fit(unit * several, y).standard_error_,
            unit * vh.evaluate(y, logits=unit * z, replications=19).cox.slope.standard_error,
        ]

    np.testing.assert_allclose(errors(unit), errors(1.0), rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-200, 1e-10, 1e10, 1e200])
def test_maps_do_not_care_for_the_unit(unit: float, sample: Sample) -> None:
    z, y = sample[0][:500], sample[1][:500]
    for make in (Platt, Temperature, Isotonic):
        expected = make(scores="logits").fit(z, y).predict_proba(z)
        found = make(scores="logits").fit(unit * z, y).predict_proba(unit * z)
        np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("name", [*methods_for(), "isotonic without end cases"])
def test_a_loaded_map_can_be_fitted_again_as_it_was(name: str, sample: tuple, tmp_path: pathlib.Path) -> None:
    z, y = sample[0][:300], sample[1][:300]
    make = methods_for().get(name, functools.partial(Isotonic, end_cases=0.0))
    first = make(scores="logits").fit(z, y)
    first.save(tmp_path / "map.json")
    again = vh.load(tmp_path / "map.json")
    assert again.parameters() == first.parameters()
    vh.report(again, tmp_path / "map.html", data=(z, y))
    assert again.fit(z, y).parameters() == first.parameters()
