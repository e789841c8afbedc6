"""Maps and measures against exact arithmetic, on scores and weights of all sizes; and what must not change them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import verhulst as vh
from verhulst.calibration import Beta, CalibrationWarning, Platt, Temperature, VectorScaling

mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp


def cases(seed: int, size: float = 1.0, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    return z * size, (rng.random(n) < vh.sigmoid(1.5 * z)).astype(float)


def newton(
    designs: Sequence[Sequence[Sequence[Any]]], targets: Sequence[Sequence[Any]], weights: Sequence[float], beta: Any
) -> tuple[Any, Any]:
    """The Newton decrement and the covariance at coefficients, of any log-linear model, in 60 digits.

    `designs` has for each case a row of columns for each class, `targets` the target of each class.
    """
    with mp.workdps(60):
        q = len(beta)
        gradient, information = mp.matrix(q, 1), mp.matrix(q, q)
        for rows, share, weight in zip(designs, targets, weights, strict=True):
            eta = [mp.fsum(mp.mpf(x) * b for x, b in zip(row, beta, strict=True)) for row in rows]
            top = max(eta)
            p = [mp.exp(e - top) for e in eta]
            p = [each / mp.fsum(p) for each in p]
            mean = [mp.fsum(a * mp.mpf(row[j]) for a, row in zip(p, rows, strict=True)) for j in range(q)]
            for j in range(q):
                own = mp.fsum(mp.mpf(t) * mp.mpf(row[j]) for t, row in zip(share, rows, strict=True))
                gradient[j] += mp.mpf(weight) * (own - mean[j])
                for k in range(q):
                    both = (
                        a * (mp.mpf(row[j]) - mean[j]) * (mp.mpf(row[k]) - mean[k])
                        for a, row in zip(p, rows, strict=True)
                    )
                    information[j, k] += mp.mpf(weight) * mp.fsum(both)
        sizes = [mp.sqrt(information[j, j]) for j in range(q)]
        scaled = mp.matrix(q, q)
        for j in range(q):
            for k in range(q):
                scaled[j, k] = information[j, k] / sizes[j] / sizes[k]
        covariance = scaled**-1
        for j in range(q):
            for k in range(q):
                covariance[j, k] = covariance[j, k] / sizes[j] / sizes[k]
        return mp.sqrt(abs((gradient.T * covariance * gradient)[0])), covariance


def platt_decrement(map: Platt, z: np.ndarray, targets: Sequence[Any], weights: np.ndarray) -> tuple[Any, Any]:
    designs = [[[0.0, 0.0], [1.0, score]] for score in z]
    shares = [[1 - mp.mpf(t), mp.mpf(t)] for t in targets]
    return newton(designs, shares, weights.tolist(), [mp.mpf(map.intercept_), mp.mpf(map.slope_)])


@pytest.mark.parametrize("weight", [1.0, 1e-290, 1e6, 1e11])
@pytest.mark.parametrize("far", [False, True])
def test_smoothed_targets_keep_their_digits(weight: float, far: bool) -> None:
    z, y = cases(1)
    if far:
        z[0], y[0] = 1e7, 1.0
    weights = weight * np.random.default_rng(2).integers(1, 5, len(z))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrationWarning)  # of the far score
        map = Platt(smooth=True, scores="logits").fit(z, y, weights)
    with mp.workdps(60):
        ones, zeros = (mp.fsum(mp.mpf(w) for w, label in zip(weights, y, strict=True) if label == k) for k in (1, 0))
        targets = [(ones + 1) / (ones + 2) if label else 1 / (zeros + 2) for label in y]
        decrement, covariance = platt_decrement(map, z, targets, weights)
        assert decrement < 1e-6
        for k in range(2):
            assert float(mp.sqrt(mp.mpf(map.covariance_[k, k]) / covariance[k, k])) == pytest.approx(1.0, rel=1e-5)


def test_smoothed_targets_of_many_cases_without_one_of_class_1_at_a_score() -> None:
    z = np.array([0.25, -1.5, 0.25, -1.5, 0.25])
    y = np.array([1.0, 0.0, 0.0, 0.0, 1.0])
    map = Platt(smooth=True, scores="logits").fit(z, y, [690922522127.7, 2e12, 484555641059.5, 1e11, 1.98e12])
    # The share of class 1 at -1.5 is 1/(N + 2).
    assert map.apply(np.array([-1.5]))[0] == pytest.approx(-np.log(2584555641059.5 + 1.0), rel=1e-5)


@pytest.mark.parametrize("size", [1e-180, 1e-100, 1.0, 1e100, 1e180])
@pytest.mark.parametrize("weight", [1e-280, 1.0, 1e10])
def test_a_variance_that_overflows_leaves_the_others(size: float, weight: float) -> None:
    z, y = cases(3)
    plain = Platt(scores="logits").fit(z, y).covariance_
    found = Platt(scores="logits").fit(z * size, y, np.full(len(z), weight)).covariance_
    assert found[0, 0] * weight == pytest.approx(plain[0, 0], rel=1e-6)
    with np.errstate(over="ignore", under="ignore"):
        wanted = plain / weight / size / np.array([[1 / size, 1.0], [1.0, size]])
    if np.isfinite(wanted[0, 1]) and wanted[0, 1]:
        assert found[0, 1] * weight * size == pytest.approx(plain[0, 1], rel=1e-6)
    assert np.isfinite(found[1, 1]) == np.isfinite(wanted[1, 1])


@pytest.mark.parametrize("weight", [1e-290, 1.0, 1e9])
@pytest.mark.parametrize("size", [1e-150, 1.0, 1e150])
def test_reversed_scores_have_the_inverse_temperature_0(weight: float, size: float) -> None:
    z, y = cases(4)
    own = np.full(len(z), weight)
    separated = np.abs(z) * np.where(y == 1.0, -1.0, 1.0)
    for scores in (-z, separated):
        several = np.stack([-scores, scores, np.zeros(len(z))], axis=1)
        for given in (scores, several):
            with pytest.warns(CalibrationWarning, match="in reverse"):
                map = Temperature(scores="logits").fit(given * size, y.astype(int), own)
            assert map.inverse_temperature_ == 0.0
            assert 0.0 < map.standard_error_ < np.inf
    # The information of 1/T at 0 is that of probabilities of 1/2.
    map_of_one = Temperature(scores="logits")
    with pytest.warns(CalibrationWarning, match="in reverse"):
        map_of_one.fit(-z * size, y, own)
    error = 2.0 / np.sqrt(weight) / size / np.sqrt(z @ z)
    assert map_of_one.standard_error_ == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize("common", [0.0, 1e2, 1e4, 1e6])
@pytest.mark.parametrize("classes", [2, 4])
def test_vector_scaling_of_scores_with_a_large_common_part(common: float, classes: int) -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(size=(60, classes))
    y = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    z += common * rng.normal(size=(60, 1))
    weights = rng.integers(1, 4, 60).astype(float)
    map = VectorScaling(scores="logits").fit(z, y, weights)
    designs = []
    for row in z:
        design = np.zeros((classes, 2 * classes - 1))
        design[np.arange(classes), np.arange(classes)] = row
        design[np.arange(1, classes), np.arange(classes, 2 * classes - 1)] = 1.0
        designs.append(design.tolist())
    beta = [mp.mpf(float(b)) for b in (*map.slopes_, *map.intercepts_[1:])]
    decrement, _ = newton(designs, np.eye(classes)[y].tolist(), weights.tolist(), beta)
    # Rounding of the slopes by 2^-53 changes log-odds by that times the common part.
    assert decrement < 1e-9 + 60 * common * 2.0**-53


def test_terms_of_beta_that_cancel_are_refused() -> None:
    z, y = cases(6)
    Beta(scores="logits").fit(1e-3 * z, y)
    with pytest.raises(ValueError, match="double precision does not tell these scores apart"):
        Beta(scores="logits").fit(1e-13 * z, y)
    z[0], y[0] = 1e12, 1.0
    assert Beta(scores="logits").fit(z, y).b_ > 0.0


def test_beta_claims_reversed_scores_only_where_they_are() -> None:
    # All but separated: 5e-324 is the only score of class 0 above one of class 1.
    z = np.array([-745.0, 5e-324, -40.0, -1e-310, -40.0, 36.7, 0.0, -745.0, 0.0, -37.0])
    y = np.array([0, 0, 0, 0, 0, 1, 1, 0, 0, 0])
    with pytest.raises(ValueError, match="cannot be found"):
        Beta(scores="logits").fit(z, y)
    with pytest.raises(ValueError, match="the slope overflows: rescale them"):
        Platt(scores="logits").fit(z, y)
    z, y = cases(9)
    with pytest.warns(CalibrationWarning, match="in reverse"):
        assert Beta(scores="logits").fit(-z, y).b_ == 0.0


@pytest.mark.parametrize("rare", [1e-3, 1e-9, 1e-12])
def test_measures_of_rare_outcomes_do_not_depend_on_which_class_is_called_1(rare: float) -> None:
    rng = np.random.default_rng(7)
    z, y = rng.normal(size=200) + np.log(rare), np.zeros(200)
    y[rng.permutation(200)[:12]] = 1.0
    weights = np.where(y == 1.0, 1.0, 1.0 / rare)
    found = vh.evaluate(y, logits=z, sample_weight=weights, replications=19)
    flipped = vh.evaluate(1.0 - y, logits=-z, sample_weight=weights, replications=19)
    for name in ("miscalibration", "discrimination", "uncertainty"):
        a, b = (getattr(each.decomposition, name) for each in (found, flipped))
        assert b == pytest.approx(a, rel=1e-9, abs=1e-15 * found.brier.value)
    assert flipped.brier.value == pytest.approx(found.brier.value, rel=1e-12)
    assert flipped.cox.intercept.value == pytest.approx(-found.cox.intercept.value, rel=1e-9)
    assert flipped.cox.intercept.standard_error == pytest.approx(found.cox.intercept.standard_error, rel=1e-9)
    unit = [vh.evaluate(label, logits=score, replications=19) for label, score in ((y, z), (1.0 - y, -z))]
    assert unit[1].hosmer_lemeshow.statistic == pytest.approx(unit[0].hosmer_lemeshow.statistic, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_measures_of_classes_do_not_depend_on_the_order_of_the_columns(seed: int) -> None:
    # Whole numbers: rows with the same logits in another order are ties, which rounding must not break.
    rng = np.random.default_rng(seed)
    z = rng.integers(-2, 3, (60, 4)).astype(float)
    y = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    labels, order = np.array(["a", "b", "c", "d"]), rng.permutation(4)
    found = vh.evaluate(labels[y], logits=z, classes=list(labels), replications=19)
    moved = vh.evaluate(labels[y], logits=z[:, order], classes=list(labels[order]), replications=19)
    for one in found.classes:
        (other,) = (each for each in moved.classes if each.label == one.label)
        assert other.roc_auc.value == pytest.approx(one.roc_auc.value, rel=1e-12)
        assert other.roc_auc.standard_error == pytest.approx(one.roc_auc.standard_error, rel=1e-12)
        assert other.ece.value == pytest.approx(one.ece.value, rel=1e-9, abs=1e-15)
    curves = vh.calibration.class_reliability(labels[y], z, scores_are="logits", classes=list(labels))
    other_curves = vh.calibration.class_reliability(
        labels[y], z[:, order], scores_are="logits", classes=list(labels[order])
    )
    for label in labels:
        np.testing.assert_allclose(other_curves[label].rate, curves[label].rate, rtol=1e-12)


@pytest.mark.parametrize("wrap", [lambda svc: svc, lambda svc: make_pipeline(StandardScaler(), svc)])
def test_scores_of_pairs_of_classes_are_refused(wrap: Any) -> None:
    rng = np.random.default_rng(8)
    y = np.repeat([0, 1, 2], 30)
    X = rng.normal(size=(90, 2)) + y[:, np.newaxis]
    with pytest.raises(ValueError, match="a score for each pair of classes"):
        vh.CalibratedClassifier(wrap(SVC(decision_function_shape="ovo")), method="temperature").fit(X, y)
    vh.CalibratedClassifier(wrap(SVC(decision_function_shape="ovr")), method="temperature").fit(X, y)
