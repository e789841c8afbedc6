"""What the figures show: the numbers of each record, against arithmetic done another way."""

from __future__ import annotations

import dataclasses

import mpmath
import numpy as np
import pytest

import verhulst as vh
from verhulst.figures import FIGURES, prepare, prepare_forest, prepare_probability_by_outcome


@pytest.mark.parametrize("name", FIGURES)
def test_records_are_frozen(name: str) -> None:
    record = prepare(name)
    field = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, field, None)


def test_visual_reference() -> None:
    record = prepare("visual-reference")
    assert record.sigmoid[record.z == 0] == 0.5
    assert record.derivative.max() == record.derivative[record.z == 0] == 0.25
    np.testing.assert_allclose(record.sigmoid + record.mirrored, 1, rtol=2e-16)
    np.testing.assert_allclose(vh.sigmoid(record.logit), record.p, rtol=1e-14)
    assert float(vh.sigmoid_derivative(record.flat_from)) == pytest.approx(0.01, rel=1e-13)
    assert record.relu_sixth[-1] == 8 / 6


def test_sigmoid_vs_tanh() -> None:
    record = prepare("sigmoid-vs-tanh")
    np.testing.assert_allclose(record.tanh, 2 * vh.sigmoid(2 * record.z) - 1, atol=3e-16)
    assert record.tanh_derivative.max() == 1
    np.testing.assert_allclose(record.tanh_derivative, 4 * vh.sigmoid_derivative(2 * record.z), rtol=1e-14)


def test_activations() -> None:
    members = {member.name: member for member in prepare("activations").members}
    assert len(members) == 10
    assert members["sigmoid"].largest == 0.25
    assert members["softplus"].largest == 1
    assert members["ReLU"].largest == 1
    assert members["hard sigmoid"].largest == pytest.approx(1 / 6)
    assert members["GELU"].largest == pytest.approx(1.1289, abs=1e-4)  # Φ(√2) + √2 φ(√2)
    assert members["SiLU"].largest == pytest.approx(1.0998, abs=1e-4)
    for member in members.values():  # each derivative against central differences, away from kinks
        step = member.z[1] - member.z[0]
        slope = (member.value[2:] - member.value[:-2]) / (2 * step)
        assert np.median(np.abs(slope - member.derivative[1:-1])) < 1e-3


def test_anatomy() -> None:
    record = prepare("anatomy")
    np.testing.assert_allclose(record.sigmoid * record.denominator, 1, rtol=1e-15)


def test_log_odds() -> None:
    record = prepare("log-odds")
    odds = record.after / (1 - record.after) / (record.before / (1 - record.before))
    np.testing.assert_allclose(odds, record.odds_ratio, rtol=1e-13)
    assert record.odds_ratio == pytest.approx(1.6487212707)


def test_precision_ranges_are_where_the_ufunc_rounds() -> None:
    record = prepare("precision")
    for item in record.ranges[:3]:
        dtype = np.dtype(item.name).type
        for edge, beyond, value in ((item.one_from, 1.003, 1), (item.zero_below, 1.003, 0)):
            assert vh.sigmoid(dtype(edge * beyond)) == value
            assert vh.sigmoid(dtype(edge / beyond)) != value
    assert [round(item.one_from, 2) for item in record.ranges] == [37.43, 17.33, 8.32, 6.24]


def test_precision_errors() -> None:
    record = prepare("precision")
    assert record.ours.max() <= 0.5 + 1e-6
    assert record.naive.max() > 1e6
    assert 1 < record.where.max() < 4
    mpmath.mp.dps = 30  # one cell against fifty digits
    z = float(np.float32(-50.25))
    exact = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
    assert abs(float(vh.sigmoid(np.float32(z))) - exact) <= mpmath.mpf(float(np.spacing(np.float32(exact)))) / 2


def test_cross_entropy() -> None:
    record = prepare("cross-entropy")
    at = {z: int(np.argmin(np.abs(record.z - z))) for z in (-110, -60, 0, 20)}
    assert record.loss[at[0]] == pytest.approx(np.log(2))
    assert record.loss[at[-110]] == pytest.approx(110)
    assert np.isinf(record.rounded_loss[at[-110]])
    assert record.clipped_loss[at[-60]] == pytest.approx(-np.log(1e-15))
    assert record.rounded_gradient[at[20]] == 0
    assert record.gradient[at[20]] == pytest.approx(2.0611536e-9, rel=1e-6)


def test_softmax_two_classes() -> None:
    assert prepare("softmax-two-classes").largest_gap < 4e-16


def test_ties() -> None:
    from sklearn.metrics import roc_auc_score

    record = prepare("ties")
    logits, single, half = record.curves
    assert logits.area > single.area > half.area
    assert logits.distinct > single.distinct > half.distinct
    rng = np.random.default_rng(4)
    y = rng.random(record.cases) < 0.3
    scores = rng.normal(13 + 4 * y, 2.5).astype(np.float32)
    assert logits.area == pytest.approx(roc_auc_score(y, scores), abs=1e-12)
    assert single.area == pytest.approx(roc_auc_score(y, vh.sigmoid(scores)), abs=1e-12)


def test_growth() -> None:
    record = prepare("growth")
    step = record.t[1] - record.t[0]
    np.testing.assert_allclose(np.gradient(record.population, step)[1:-1], record.rate[1:-1], atol=1e-4)
    # Where growth speeds up most, its second derivative turns: found on the grid, stated in closed form.
    speeding = np.gradient(record.rate, step)
    assert record.t[speeding.argmin()] == pytest.approx(record.turn, abs=step)


def test_zig_zag() -> None:
    sigmoid, tanh = prepare("zig-zag").paths
    assert sigmoid.same_sign == 1
    assert 0.3 < tanh.same_sign < 0.7


def test_vanishing_is_backpropagation() -> None:
    from verhulst.figures.vanishing import backpropagate

    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(5, 4)), rng.integers(0, 3, 5)
    weights = [rng.normal(size=shape) for shape in ((4, 6), (6, 6), (6, 3))]
    gradients = backpropagate(x, labels, weights, vh.tanh, vh.tanh_derivative)

    def loss(matrix: np.ndarray) -> float:
        hidden = np.tanh(np.tanh(x @ matrix) @ weights[1])
        return float(-vh.log_softmax(hidden @ weights[2], axis=-1)[np.arange(5), labels].mean())

    for i, j in ((0, 0), (2, 3), (3, 5)):
        up, down = weights[0].copy(), weights[0].copy()
        up[i, j] += 1e-5
        down[i, j] -= 1e-5
        assert gradients[0][i, j] == pytest.approx((loss(up) - loss(down)) / 2e-5, rel=1e-5)


def test_vanishing() -> None:
    networks = {network.name: network.norm for network in prepare("vanishing").networks}
    assert networks["sigmoid"][0] / networks["sigmoid"][-1] < 1e-10
    assert networks["tanh"][0] / networks["tanh"][-1] > 0.1
    assert networks["ReLU"][0] / networks["ReLU"][-1] > 0.1


def test_separation() -> None:
    record = prepare("separation")
    assert (np.diff(record.separated) >= 0).all()
    assert record.separated[-1] < 0
    assert record.slope[0] < record.best_overlapped < record.slope[-1]
    assert record.slope[0] < record.best_firth < record.slope[-1]
    gradient = ((record.overlapping - vh.sigmoid(record.best_overlapped * record.x)) * record.x).sum()
    assert abs(gradient) < 0.1  # the grid's best is next to the root of the score


def test_scores_to_chances_are_fits_of_the_contest() -> None:
    record = prepare("scores-to-chances")
    contest = vh.data.load_dataset("contest")
    score, advanced = contest["score"].to_numpy(), contest["advanced"].to_numpy()
    model = vh.LogisticRegression().fit(score[:, None], advanced)
    np.testing.assert_allclose(record.sigmoid, model.predict_proba(record.score[:, None])[:, 1], rtol=1e-9)
    assert record.line[0] < 0 < 1 < record.line[-1]
    assert np.interp(record.certain_from, record.score, record.line) == pytest.approx(1)
    assert record.group_share.mean() == pytest.approx(advanced.mean(), abs=1e-12)


def test_thresholds_agree_with_scikit_learn() -> None:
    from sklearn.metrics import confusion_matrix, roc_auc_score

    record = prepare("thresholds")
    assert record.roc.area == pytest.approx(roc_auc_score(record.y, record.z), abs=1e-12)
    for one in record.confusions:
        expected = confusion_matrix(record.y, record.z >= one.threshold).ravel().tolist()
        assert [one.true_negatives, one.false_positives, one.false_negatives, one.true_positives] == expected


def test_descent_goes_down_to_the_fit() -> None:
    record = prepare("descent")
    contest = vh.data.load_dataset("contest")
    score, advanced = contest["score"].to_numpy().astype(float), contest["advanced"].to_numpy()
    fit = vh.regression.fit(((score - score.mean()) / score.std())[:, None], advanced)
    slow, quick = record.walks
    assert (np.diff(slow.loss) < 0).all()
    np.testing.assert_allclose(quick.points[-1], fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(slow.points[-1], fit.coefficients, atol=0.05)
    assert record.least == pytest.approx(-fit.log_likelihood / len(score), abs=1e-14)


def test_the_cell_of_the_gates_remembers() -> None:
    from verhulst.figures.gates import prepare_gates

    for seed in range(200):
        record = prepare_gates(seed=seed)
        np.testing.assert_array_equal(np.sign(record.probability - 0.5), record.wanted)
    marked = record.mark == 1
    assert record.input[marked].mean() > 0.5 > record.input[~marked].mean()
    assert record.forget[marked].mean() < 0.3 < 0.8 < record.forget[~marked].mean()


def test_bernoulli_likelihood() -> None:
    from verhulst.figures.bernoulli_likelihood import prepare_bernoulli_likelihood

    record = prepare("bernoulli-likelihood")
    expected = record.p**7 * (1 - record.p) ** 3 / (0.7**7 * 0.3**3)
    np.testing.assert_allclose(record.likelihood, expected, rtol=1e-11)
    assert record.standard_error == pytest.approx(1 / np.sqrt(10 * 0.7 * 0.3))
    for x, best, value, parabola, skewness in (
        (record.p, 0.7, np.log(record.likelihood), record.p_parabola, record.skewness_p),
        (record.z, record.best_z, record.log_likelihood, record.parabola, record.skewness_z),
    ):
        near = np.abs(x - best) < 0.02 * (x[-1] - x[0])
        rest = np.polynomial.Polynomial.fit(x[near], (value - parabola)[near], 5).deriv(3)(best)
        curvature = np.polynomial.Polynomial.fit(x[near], parabola[near], 2).deriv(2)(best)
        assert rest * (-1 / curvature) ** 1.5 == pytest.approx(skewness, rel=1e-3)
    assert abs(record.skewness_z) == pytest.approx(abs(record.skewness_p) / 2)
    with pytest.raises(ValueError, match="10 of 10: the best log-odds are infinite"):
        prepare_bernoulli_likelihood(10, 10)


def test_forest_keeps_what_is_infinite_or_missing() -> None:
    record = prepare_forest(["a", "b", "c"], [2.0, np.inf, np.nan], [1.5, 3.0, np.nan], [2.5, np.inf, np.nan])
    assert record.limits()[1] > 3
    with pytest.raises(ValueError, match="as many names"):
        prepare_forest(["a"], [1.0, 2.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="as many names"):
        prepare_forest([], [], [], [])


def test_probability_by_outcome() -> None:
    y, p = np.array([0, 0, 1, 1, 1]), np.array([0.0, 0.2, 0.7, 0.8, 1.0])
    record = prepare_probability_by_outcome(y, p, bins=5, labels=("no", "yes"))
    assert record.cases == (2, 3)
    assert record.mean == (pytest.approx(0.1), pytest.approx(2.5 / 3))
    assert sum(record.share[0]) == pytest.approx(1)
    assert np.isnan(prepare_probability_by_outcome([1], [0.5]).mean[0])


@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([0, 2], [0.1, 0.2], "y must be 0 or 1"),
        ([0], [0.1, 0.2], "must have the same length"),
        ([0], [1.5], "in \\[0, 1\\]"),
        ([0], [np.nan], "in \\[0, 1\\]"),
    ],
)
def test_probability_by_outcome_refuses(y: list[int], p: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prepare_probability_by_outcome(y, p)
