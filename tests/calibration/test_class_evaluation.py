"""Evaluation of K classes: every measure against an independent computation of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, roc_auc_score

import verhulst as vh
from verhulst.calibration import CalibrationWarning, ClassEvaluation, class_null
from verhulst.calibration.class_area import class_area
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.ranking import roc_auc

LABELS = np.array(["bus", "car", "train", "walk"])
Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


def sample_of(n: int, classes: int, steepness: float = 1.0, seed: int = 0) -> Sample:
    """Logits with ties, class numbers, whole weights."""
    rng = np.random.default_rng(seed)
    z = np.round(8 * rng.normal(0.0, 1.5, (n, classes))) / 8  # so that differences are exact
    return steepness * z, (z + rng.gumbel(size=z.shape)).argmax(axis=1), rng.integers(1, 4, n)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return sample_of(700, 4)


def ece(p: np.ndarray, happened: np.ndarray, w: np.ndarray, bins: int = 15) -> float:
    """Σ over bins [k/bins, (k+1)/bins) of |Σ w(y − p)| / Σw, case by case."""
    gaps = [0.0] * bins
    for each, outcome, weight in zip(p, happened, w, strict=True):
        gaps[min(int(each * bins + 1e-9), bins - 1)] += weight * (outcome - each)
    return float(np.abs(gaps).sum() / w.sum())


def test_measures_by_their_definitions(sample: Sample) -> None:
    z, number, w = sample
    y, p, log_p = LABELS[number], vh.softmax(z, axis=1), vh.log_softmax(z, axis=1)
    top = p.argmax(axis=1)
    hot = np.eye(4)[number]
    found = vh.evaluate(y, logits=z, classes=LABELS, sample_weight=w)
    assert found.n == w.sum()
    assert found.log_loss.value == pytest.approx(log_loss(y, p, sample_weight=w), rel=1e-13)
    assert found.brier.value == pytest.approx(np.average(((hot - p) ** 2).sum(axis=1), weights=w), rel=1e-13)
    assert found.accuracy.value == pytest.approx(accuracy_score(number, top, sample_weight=w), rel=1e-14)
    assert found.confidence == pytest.approx(np.average(p.max(axis=1), weights=w), rel=1e-13)
    assert np.array_equal(found.confusion, confusion_matrix(number, top, sample_weight=w))
    assert found.top_label_ece.value == pytest.approx(ece(p.max(axis=1), top == number, w), rel=1e-12)
    share = np.bincount(number, w) / w.sum()
    assert found.base_log_loss == pytest.approx(log_loss(y, np.tile(share, (700, 1)), sample_weight=w), rel=1e-13)
    assert found.base_brier == pytest.approx(np.average(((hot - share) ** 2).sum(axis=1), weights=w), rel=1e-12)
    assert found.base_accuracy == share.max()
    for k, each in enumerate(found.classes):
        assert each.label == LABELS[k]
        assert each.n == pytest.approx(w[number == k].sum())
        assert each.mean_probability == pytest.approx(np.average(p[:, k], weights=w), rel=1e-13)
        assert each.roc_auc.value == pytest.approx(roc_auc_score(number == k, log_p[:, k], sample_weight=w))
        assert each.ece.value == pytest.approx(ece(p[:, k], number == k, w), rel=1e-12)
        assert each.recall == pytest.approx(w[(number == k) & (top == k)].sum() / w[number == k].sum())
        assert each.precision == pytest.approx(w[(number == k) & (top == k)].sum() / w[top == k].sum())
    assert found.roc_auc.value == pytest.approx(np.mean([each.roc_auc.value for each in found.classes]), rel=1e-13)
    assert found.class_wise_ece.value == pytest.approx(np.mean([each.ece.value for each in found.classes]), rel=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
def test_area_of_a_class_is_that_of_two_classes(weighted: bool, sample: Sample) -> None:
    z, number, w = sample
    weights = w.astype(float) if weighted else None
    for k in range(4):
        member = number == k
        measure, fewer = class_area(z[:, k], member, weights)
        ranked = Ranked.sort(z[:, k], member.astype(float), weights)
        other = roc_auc(ranked)
        assert measure.value == pytest.approx(other.value, rel=1e-14)
        assert measure.influence == pytest.approx(ranked.restore(other.influence, len(z)), abs=1e-11)
        assert fewer == min(ranked.positive, ranked.negative)


def test_mean_area_has_the_standard_error_of_the_bootstrap() -> None:
    z, number, _ = sample_of(1500, 3)
    rng = np.random.default_rng(1)
    resampled = []
    for _ in range(200):
        rows = rng.integers(0, len(z), len(z))
        areas = [class_area(z[rows, k], number[rows] == k, None)[0].value for k in range(3)]
        resampled.append(np.mean(areas))
    assert vh.evaluate(number, logits=vh.log_softmax(z)).roc_auc.standard_error > 0.0
    # Of the scores themselves, which the resampled areas rank.
    influence = np.mean([class_area(z[:, k], number == k, None)[0].influence for k in range(3)], axis=0)
    assert np.sqrt(influence @ influence) / len(z) == pytest.approx(np.std(resampled), rel=0.15)


def test_two_classes_agree_with_the_evaluation_of_one_column() -> None:
    z, number, w = sample_of(600, 2)
    both = vh.evaluate(number == 1, logits=z, classes=[False, True], sample_weight=w)
    one = vh.evaluate(number, logits=z[:, 1] - z[:, 0], sample_weight=w)
    for name in ("value", "standard_error", "low", "high"):
        assert getattr(both.log_loss, name) == pytest.approx(getattr(one.log_loss, name), rel=1e-11)
        assert getattr(both.brier, name) == pytest.approx(2 * getattr(one.brier, name), rel=1e-11)
        for each in both.classes:
            assert getattr(each.roc_auc, name) == pytest.approx(getattr(one.roc_auc, name), rel=1e-11)
    assert both.classes[1].ece.value == pytest.approx(one.ece.value, rel=1e-12)
    assert both.classes[1].ece.null_mean == pytest.approx(one.ece.null_mean, rel=0.1)


def test_weights_are_repeated_rows(sample: Sample) -> None:
    z, number, w = sample
    a = vh.evaluate(number, logits=z, sample_weight=w).to_json()
    b = vh.evaluate(np.repeat(number, w), logits=np.repeat(z, w, axis=0)).to_json()
    for name in ("n", "log_loss", "base_log_loss", "brier", "accuracy", "confidence", "roc_auc", "confusion"):
        assert _flat(a[name]) == pytest.approx(_flat(b[name]), rel=1e-9), name
    for name in ("top_label_ece", "class_wise_ece"):
        assert a[name]["value"] == pytest.approx(b[name]["value"], rel=1e-9)
        assert a[name]["null_mean"] == pytest.approx(b[name]["null_mean"], rel=0.1)


def _flat(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in _flat(each)]
    return [] if value is None else [value]


def test_rows_of_weight_0_do_not_count(sample: Sample) -> None:
    z, number, _ = sample
    w = (np.arange(len(z)) % 3 > 0).astype(float)
    noise = np.where(w[:, None] > 0, z, np.nan)
    a, b = vh.evaluate(number, logits=noise, sample_weight=w), vh.evaluate(number[w > 0], logits=z[w > 0])
    assert repr(a) == repr(b)


def test_nulls_are_those_of_new_labels() -> None:
    """Mean and 95 % point of errors of labels that are drawn independently, whole evaluations apart."""
    z, _, _ = sample_of(400, 3)
    rng = np.random.default_rng(2)
    drawn = [vh.evaluate((z + rng.gumbel(size=z.shape)).argmax(axis=1), logits=z, replications=19) for _ in range(300)]
    null = vh.evaluate((z + rng.gumbel(size=z.shape)).argmax(axis=1), logits=z, replications=2000)
    for name in ("top_label_ece", "class_wise_ece"):
        values = [getattr(each, name).value for each in drawn]
        assert getattr(null, name).null_mean == pytest.approx(np.mean(values), abs=4 * np.std(values) / 300**0.5)
        assert np.mean(np.array(values) > getattr(null, name).null_95) == pytest.approx(0.05, abs=0.04)


def test_some_rows_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    z, number, w = sample_of(20_000, 3)
    for weights in (None, w):
        whole = vh.evaluate(number, logits=z, sample_weight=weights, replications=400)
        with monkeypatch.context() as patched:
            patched.setattr(class_null, "PROBABILITIES", 3 * 4000)
            part = vh.evaluate(number, logits=z, sample_weight=weights, replications=400)
        for name in ("top_label_ece", "class_wise_ece"):
            assert getattr(part, name).value == getattr(whole, name).value
            assert getattr(part, name).null_mean == pytest.approx(getattr(whole, name).null_mean, rel=0.04)
            assert getattr(part, name).null_95 == pytest.approx(getattr(whole, name).null_95, rel=0.06)


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (np.arange(4), None),
        (np.arange(1, 5), None),
        (np.array([0.5, 1.5, 2.5, 3.5]), None),
        (LABELS, None),
        (LABELS.astype(object), None),
        (LABELS[::-1], LABELS[::-1]),
        (np.array([7, 3, 5, -1]), [7, 3, 5, -1]),
    ],
)
def test_labels_of_any_kind(labels: np.ndarray, named: Any, sample: Sample) -> None:
    z, number, _ = sample
    found = vh.evaluate(labels[number], logits=z, classes=named)
    assert [each.label for each in found.classes] == labels.tolist()
    assert found.log_loss == vh.evaluate(number, logits=z).log_loss


def test_columns_of_a_frame_are_the_labels(sample: Sample) -> None:
    z, number, _ = sample
    order = [2, 0, 3, 1]
    frame = pd.DataFrame(vh.softmax(z, axis=1)[:, order], columns=LABELS[order])
    found = vh.evaluate(pd.Series(LABELS[number]), probabilities=frame)
    assert [each.label for each in found.classes] == LABELS[order].tolist()
    assert found.log_loss.value == pytest.approx(vh.evaluate(number, logits=z).log_loss.value, rel=1e-12)


def test_groups_are_evaluations_of_their_rows(sample: Sample) -> None:
    z, number, w = sample
    by = np.where(np.arange(len(z)) % 2, "odd", "even")
    found = vh.evaluate(LABELS[number], logits=z, classes=LABELS, sample_weight=w, by=by)
    alone = vh.evaluate(number[by == "odd"], logits=z[by == "odd"], sample_weight=w[by == "odd"])
    assert found.groups["odd"].log_loss == alone.log_loss
    assert found.groups["odd"].confusion == alone.confusion
    assert "group odd" in repr(found)


def test_record_as_data_text_and_page(sample: Sample) -> None:
    z, number, _ = sample
    by = np.where(np.arange(len(z)) % 2, "<odd>", "even")
    found = vh.evaluate(LABELS[number], logits=z, by=by)
    again = ClassEvaluation.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    assert repr(again) == repr(found)
    assert "&lt;odd&gt;" in found._repr_html_()
    with pytest.raises(ValueError, match="these are not the fields of an evaluation of classes: accuracy, other"):
        ClassEvaluation.from_json({k: v for k, v in found.to_json().items() if k != "accuracy"} | {"other": 1})


def test_record_with_measures_that_are_not_defined() -> None:
    z, number, _ = sample_of(60, 3)
    with pytest.warns(CalibrationWarning, match=r"class 'c' has no case \(of positive weight\)"):
        found = vh.evaluate(np.array(list("ab"))[number % 2], logits=z, classes=list("abc"))
    assert found.classes[2].roc_auc.reason == "no case is of this class"
    assert np.isnan(found.classes[2].recall)
    assert found.roc_auc.value == pytest.approx(np.mean([each.roc_auc.value for each in found.classes[:2]]))
    text = json.dumps(found.to_json()).replace("NaN", "null")
    assert repr(ClassEvaluation.from_json(json.loads(text))) == repr(found)
    with pytest.warns(CalibrationWarning, match="classes 1, 2 have no case"):
        alone = vh.evaluate(np.zeros(60), logits=z)
    assert alone.classes[0].roc_auc.reason == "all cases are of this class"
    assert np.isnan(alone.roc_auc.value)
    assert alone.base_log_loss == 0.0


def test_perfect_and_infinite() -> None:
    number = np.arange(90) % 3
    perfect = vh.evaluate(number, logits=np.where(np.eye(3)[number] > 0, 900.0, -900.0))
    assert (perfect.accuracy.value, perfect.roc_auc.value, perfect.log_loss.value) == (1.0, 1.0, 0.0)
    assert perfect.accuracy.low == pytest.approx(0.025 ** (1 / 90))
    assert perfect.classes[0].roc_auc.low == pytest.approx(0.025 ** (1 / 30))
    wrong = vh.evaluate(number, probabilities=np.eye(3)[(number + 1) % 3])
    assert wrong.log_loss.value == np.inf
    assert wrong.brier.value == 2.0
    assert wrong.verdict.sentences[1].startswith("Some row gives its own class the probability 0")
    assert (wrong.verdict.information, wrong.verdict.fault) == ("less", "impossible")
    sure = vh.evaluate([0, 1, 2, 1], logits=[[np.inf, 0, 0], [-np.inf, 1, 1], [0, np.inf, np.inf], [0, 1, 0]])
    assert sure.log_loss.value == pytest.approx((0 + np.log(2) + np.log(2) + np.log(1 + 2 / np.e)) / 4)


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1e-3, 1e14])
def test_weights_of_any_size(weight: float) -> None:
    z, number, _ = sample_of(20, 3)
    found = vh.evaluate(number, logits=z, classes=range(3), sample_weight=np.full(20, weight), replications=19)
    assert found.log_loss.value == pytest.approx(vh.evaluate(number, logits=z, classes=range(3)).log_loss.value)
    for error in (found.top_label_ece, found.class_wise_ece):
        assert 0.0 <= error.null_mean <= 1.0
    assert len(found.verdict.lines()) in (2, 3)


@pytest.mark.parametrize(
    ("steepness", "shift", "sentence"),
    [
        (1.0, 0.0, "Nothing speaks against them: the calibration errors are what chance gives"),
        (2.5, 0.0, "They are too sure: the highest of each row is"),
        (0.3, 0.0, "They are too shy: the highest of each row is"),
        (0.97, 0.15, "They are wrong, most clearly for 'train': its mean probability is"),
    ],
)
def test_verdict(steepness: float, shift: float, sentence: str) -> None:
    z, number, _ = sample_of(8000, 4, steepness)
    found = vh.evaluate(LABELS[number], logits=z + np.array([0.0, 0.0, shift, 0.0]))
    said, words, *advice = found.verdict.lines()
    assert said.startswith("The probabilities say more than the base rates (log-loss ")
    assert words.startswith(sentence)
    assert bool(advice) == (steepness != 1.0)


def test_verdict_against_the_base_rates() -> None:
    z, number, _ = sample_of(3000, 3)
    assert "not shown to say more than" in vh.evaluate(number, logits=0.0 * z).verdict.sentences[0]
    assert "are worse than the base rates" in vh.evaluate(number, logits=-z).verdict.sentences[0]


Z = sample_of(30, 3)[0]
Y = np.arange(30) % 3


@pytest.mark.parametrize(
    ("y", "given", "message"),
    [
        (Y, {"logits": np.where(np.arange(30)[:, None] == 4, np.nan, Z)}, r"nan in 3 places \(first in row 4\)"),
        (Y, {"probabilities": vh.softmax(Z, axis=1) * 1.1}, r"probabilities|30 rows of probabilities do not sum to 1"),
        (Y, {"probabilities": Z}, r"probabilities lie outside \[0, 1\]"),
        (Y, {"scores": vh.softmax(Z, axis=1)}, "are they logits or probabilities"),
        (Y, {"logits": np.where(np.arange(30)[:, None] == 4, -np.inf, Z)}, "every logit of row 4 is -inf"),
        (Y[:-1], {"logits": Z}, r"y must have one entry for each of the 30 rows of scores, got shape \(29,\)"),
        (
            Y + 2,
            {"logits": Z[:, :2], "classes": [2, 3]},
            r"y contains 4 \(row 2\), which is not among the classes: 2",
        ),
        (Y, {"logits": Z, "classes": ["0", "1", "2"]}, "y contains 0 .row 0., which is not among the classes: '0', "),
        (Y, {"logits": Z, "classes": [0, 1]}, "classes has 2 labels, but there are 3 columns of scores"),
        (Y, {"logits": Z, "classes": [0, 1, 1]}, "classes contains 1 twice"),
        (Y, {"logits": Z, "classes": "abc"}, "classes must be a list with the label of each column"),
        (Y, {"logits": Z[:, 0], "classes": [0, 1, 2]}, "classes= names the columns of scores of shape"),
        (Y % 2, {"logits": Z[:, :2]}, r"for two classes pass z\[:, 1\] - z\[:, 0\]; .* classes="),
        (Y % 2 + 1, {"logits": Z}, r"y contains 1 to 2 for 3 columns.*classes=range\(3\) or classes=range\(1, 4\)"),
        (
            Y + 1.5,
            {"logits": Z[:, [0, 1, 2, 2]]},
            r"y has 3 different labels \(1.5, 2.5, 3.5\), but there are 4",
        ),
        (
            2 * Y,
            {"logits": Z[:, [0, 1, 2, 2]]},
            "class numbers 0 to 3, got 0 to 4; for other labels name",
        ),
        (np.where(Y > 1, np.nan, Y), {"logits": Z}, r"y must not be missing; y\[2\] is nan"),
        ([None, *"ab"] * 10, {"logits": Z}, r"y must not be missing; y\[0\] is None"),
        (np.array([0, "a", "b"] * 10, dtype=object), {"logits": Z}, "cannot be sorted|must be text, numbers"),
        (Y, {"logits": Z, "sample_weight": np.zeros(30)}, "every sample_weight is 0"),
        (Y, {"logits": Z, "sample_weight": -np.ones(30)}, "finite and not negative"),
        (Y, {"logits": Z, "bootstrap": 5}, "bootstrap intervals are for one column"),
        (Y, {"logits": Z, "by": Y[:3]}, "by must have one entry for each of the 30 scores"),
        ([], {"logits": np.zeros((0, 3))}, "scores is empty"),
        (Y, {"logits": Z[:, :, np.newaxis]}, "one column, got shape"),
    ],
)
def test_bad_input(y: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        vh.evaluate(y, **given)


def test_reliability_of_each_class(sample: Sample) -> None:
    z, number, w = sample
    curves = vh.calibration.class_reliability(LABELS[number], z, sample_weight=w)
    p = vh.softmax(z, axis=1)
    assert list(curves) == ["highest of each row", *LABELS]
    right = p.argmax(axis=1) == number
    for name, given, happened in [("car", p[:, 1], number == 1), ("highest of each row", p.max(axis=1), right)]:
        one = vh.calibration.reliability(happened, given, scores_are="probabilities", kind="bins", sample_weight=w)
        assert curves[name].rate == pytest.approx(one.rate, rel=1e-12)
        assert curves[name].probability == pytest.approx(one.probability, rel=1e-12)
    with pytest.raises(ValueError, match="for one column use reliability"):
        vh.calibration.class_reliability(number % 2, z[:, 0])
