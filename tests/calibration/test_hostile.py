"""Maps and measures on nasty scores, outcomes and weights: a right number, or a sentence; never another exception."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import CalibrationWarning, Platt, ScoreKindError, compare, reliability
from verhulst.calibration.maps import methods_for

METHODS = ["auto", *methods_for()]


def scores(rng: np.random.Generator, n: int) -> np.ndarray:
    z = rng.normal(0.0, 2.0, n)
    choices = [
        lambda: z,
        lambda: np.round(z),
        lambda: z * 10.0 ** rng.integers(-320, 300),
        lambda: np.where(rng.random(n) < 0.2, np.sign(z) * 10.0 ** rng.uniform(0, 308, n), z),
        lambda: np.where(rng.random(n) < 0.1, rng.choice([np.inf, -np.inf], n), z),
        lambda: rng.choice([1e308, -1e308, 1.7e308, 0.0, 5e-324], n),
        lambda: np.full(n, rng.choice([0.0, -3.0, 1e-300, 700.0])),
        lambda: z + 10.0 ** rng.integers(0, 17),
        lambda: rng.choice([5e-324, -5e-324, 0.0, 1e-310, -1e-305], n),
        lambda: rng.choice([-800.0, -40.0, 37.0, 38.0, 745.0, 800.0], n),
    ]
    return np.asarray(choices[rng.integers(len(choices))]())


def outcomes(rng: np.random.Generator, z: np.ndarray) -> np.ndarray:
    chance = vh.sigmoid(z) if rng.random() < 0.5 else rng.choice([0.1, 0.5, 0.9])
    return (rng.random(len(z)) < chance).astype(int)


def weights(rng: np.random.Generator, n: int) -> np.ndarray | None:
    choices = [
        lambda: None,
        lambda: rng.integers(0, 3, n).astype(float),
        lambda: 10.0 ** rng.uniform(-300, 12, n),
        lambda: np.where(rng.random(n) < 0.5, 0.0, rng.random(n)),
        lambda: np.full(n, 1e-300),
    ]
    return choices[rng.integers(len(choices))]()


@pytest.mark.parametrize("method", METHODS)
def test_maps(method: str) -> None:
    rng = np.random.default_rng(METHODS.index(method))
    fitted, sentences = 0, []
    for _ in range({"auto": 8}.get(method, 40)):
        n = int(rng.choice([2, 4, 8, 30, 100]))
        z = scores(rng, n)
        y, w = outcomes(rng, z), weights(rng, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrationWarning)
            try:
                map_ = vh.calibrate(z, y, method, scores="logits", sample_weight=w)
            except ValueError as problem:
                sentences.append(str(problem))
                continue
        fitted += 1
        beyond = [-np.inf, -1e308, -5e-324, 0.0, 5e-324, 1e308, np.inf]
        p = map_.predict_proba(np.concatenate([np.sort(z), beyond]))
        assert ((p >= 0.0) & (p <= 1.0)).all()
        if getattr(map_, "slope_", 1.0) >= 0.0:
            assert (np.diff(p[:n, 1]) >= -1e-12).all()
    assert fitted > 2
    assert min(map(len, sentences), default=99) > 15


def test_measures() -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        n = int(rng.choice([1, 2, 3, 5, 12, 40]))
        z = scores(rng, n)
        y, w = outcomes(rng, z), weights(rng, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrationWarning)
            try:
                results = [
                    vh.evaluate(y, logits=z, sample_weight=w, by=rng.integers(0, 4, n), replications=19),
                    vh.evaluate(y, probabilities=rng.choice([0.0, 0.5, 1.0, 0.25, 1e-300], n), replications=19),
                ]
            except ValueError:
                assert w is not None
                assert not w.any()
                continue
        for result in (*results, *results[0].groups.values()):
            assert repr(result)
            assert np.isnan(result.roc_auc.value) or 0.0 <= result.roc_auc.value <= 1.0
            assert 0.0 <= result.ece.value <= 1.0
            for undefined in (result.roc_auc, result.cox.slope, result.cox.test, result.hosmer_lemeshow):
                value = undefined.value if hasattr(undefined, "value") else undefined.statistic
                assert np.isnan(value) == (undefined.reason is not None)
        curve = reliability(
            y,
            z,
            scores_are="logits",
            sample_weight=w,
            replications=20,
            kind=rng.choice(["corp", "bins"]),
            band=rng.choice(["consistency", "confidence"]),
        )
        for each in (curve.rate, curve.low, curve.high, curve.whole_low, curve.whole_high):
            assert ((each >= 0.0) & (each <= 1.0)).all()
        assert (curve.whole_low <= curve.whole_high).all()
        assert curve.leaves_band in (True, False)
        if 0 < (y if w is None else y[w > 0]).mean() < 1:
            assert repr(compare(y, z, scores(rng, n), scores_are="logits", sample_weight=w))


def test_groups_of_one_row() -> None:
    result = vh.evaluate([1, 0, 0], logits=[0.0, -1.0, 1.0], by=list("abc"))
    assert set(result.groups) == {"a", "b", "c"}
    alone = result.groups["a"]
    assert alone.log_loss.value == pytest.approx(np.log(2.0))
    assert alone.roc_auc.reason == "the outcomes are all of one class"
    assert repr(alone.hosmer_lemeshow).startswith("- (")
    assert alone.to_dict()["hosmer_lemeshow"]["reason"]
    assert "reason" not in result.to_dict()["log_loss"]


def test_what_is_not_defined_is_a_dash() -> None:
    assert repr(vh.evaluate([1, 1, 0], probabilities=[0.3, 0.3, 0.3]).cox.slope) == "- (every score is the same)"
    assert "nan" not in repr(vh.evaluate([1, 1], logits=[0.5, 1.5]))


def test_perfect_ranking_is_exactly_one() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(2, 40))
        y = np.arange(n) >= n // 2
        w = 10.0 ** rng.uniform(-9, 3, n)
        z = np.sort(rng.normal(size=n))
        assert vh.calibration.ranking.area_between(w * y, w * ~y) == 1.0
        assert vh.calibration.ranking.area_between(w * ~y, w * y) == 0.0
        if n == 20:
            assert vh.evaluate(y, logits=z, sample_weight=w).roc_auc.value == 1.0


# What each entry does with scores of which nothing is said, and the keyword that says it.
ENTRIES = {
    "Platt": (lambda s, y, **k: Platt(**k).fit(s, y), "scores"),
    "calibrate": (lambda s, y, **k: vh.calibrate(s, y, "platt", **k), "scores_are"),
    "calibrate, older": (lambda s, y, **k: vh.calibrate(s, y, "platt", **k), "scores"),
    "PriorShift": (lambda s, y, **k: vh.calibration.PriorShift(-1.0, **k).predict_proba(s), "scores"),
    "from_prevalence": (
        lambda s, y, **k: vh.calibration.PriorShift.from_prevalence(0.5, 0.01, **k).transform(s),
        "scores",
    ),
    "from_positive_weight": (
        lambda s, y, **k: vh.calibration.PriorShift.from_positive_weight(3.0, **k).transform(s),
        "scores",
    ),
    "from_undersampling": (
        lambda s, y, **k: vh.calibration.PriorShift.from_undersampling(0.1, **k).transform(s),
        "scores",
    ),
    "evaluate": (lambda s, y, **k: vh.evaluate(y, s, **k), "scores_are"),
    "reliability": (lambda s, y, **k: reliability(y, s, **k), "scores_are"),
    "compare": (lambda s, y, **k: compare(y, s, s, **k), "scores_are"),
    "compare, older": (lambda s, y, **k: compare(y, s, s, **k), "kind"),
    "decision_curve": (lambda s, y, **k: vh.calibration.decision_curve(y, s, **k), "scores_are"),
    "decide": (
        lambda s, y, **k: vh.calibration.decide(y, s, false_positive=1.0, false_negative=2.0, **k),
        "scores_are",
    ),
    "LogitHistogram": (lambda s, y, **k: vh.calibration.LogitHistogram(**k).update(s, y), "scores_are"),
    "temperature of classes": (
        lambda s, y, **k: vh.calibration.Temperature(**k).fit(np.column_stack([s, 1 - s]), 1 - y),
        "scores",
    ),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_asks_what_scores_are(name: str) -> None:
    enter, keyword = ENTRIES[name]
    rng = np.random.default_rng(0)
    p = rng.uniform(0.05, 0.95, 80)
    y = (rng.random(80) < p).astype(int)
    asked = keyword if name.count(",") == 0 else "scores"
    with pytest.raises(ScoreKindError, match=r"every score lies in \[0, 1\] .* logits or probabilities") as error:
        enter(p, y)
    assert f"Say {asked if keyword != 'kind' else 'scores_are'}=" in str(error.value) or name.startswith("calibrate")
    if "classes" not in name:
        with pytest.raises(ScoreKindError, match=r"every score lies in \[0, 100\] .* percentages.*divide them by 100"):
            enter(100.0 * p, y)
        with pytest.raises(ValueError, match=r"divide percentages by 100"):
            enter(100.0 * p, y, **{keyword: "probabilities"})
    for said in ("logits", "probabilities"):
        enter(p, y, **{keyword: said})
    with pytest.raises(ValueError, match="must be 'logits' or 'probabilities'"):
        enter(p, y, **{keyword: "odds"})


def test_a_contradiction_of_two_keywords() -> None:
    with pytest.raises(ValueError, match="scores_are='logits' and kind='probabilities' contradict each other"):
        compare([0, 1], [0.1, 0.2], [0.1, 0.2], scores_are="logits", kind="probabilities")


def test_prior_shift_of_probabilities_is_bayes_rule(tmp_path: object) -> None:
    shift = vh.calibration.PriorShift.from_prevalence(training=0.5, deployment=0.01, scores="probabilities")
    p = np.array([0.2, 0.5, 0.9])
    odds = p / (1 - p) * (0.01 / 0.99)
    np.testing.assert_allclose(shift.predict_proba(p)[:, 1], odds / (1 + odds), rtol=1e-14)
    path = f"{tmp_path}/shift.json"
    shift.save(path)
    np.testing.assert_array_equal(vh.load(path).predict_proba(p), shift.predict_proba(p))
    vh.calibration.PriorShift(-1.0).save(path)
    with pytest.raises(ScoreKindError):
        vh.load(path).predict_proba(p)
    assert vh.load(path).transform([-2.0, 3.0]).tolist() == [-3.0, 2.0]


def test_a_histogram_that_has_seen_logits_does_not_ask() -> None:
    histogram = vh.calibration.LogitHistogram()
    histogram.update([-2.0, 3.0], [0, 1])
    histogram.update([0.25, 0.5], [0, 1])
    assert histogram.summary().n == 4.0


# What each entry returns for scores and outcomes, as text with every digit.
RESULTS = {
    "evaluate": lambda s, y, kind: vh.evaluate(y, s, scores_are=kind, replications=19).to_dict(),
    "reliability": lambda s, y, kind: vars(reliability(y, s, scores_are=kind, replications=20)),
    "decision_curve": lambda s, y, kind: vars(vh.calibration.decision_curve(y, s, scores_are=kind)),
    "decide": lambda s, y, kind: vh.calibration.decide(y, s, false_positive=1.0, false_negative=9.0, scores_are=kind),
    "compare": lambda s, y, kind: compare(y, s, s[::-1], scores_are=kind),
    **{
        name: lambda s, y, kind, name=name: vh.calibrate(s, y, name, scores=kind).predict_proba(s).tolist()
        for name in methods_for()
    },
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.uint64, np.bool_], ids=lambda of: of.__name__)
@pytest.mark.parametrize("name", RESULTS)
def test_narrow_types_give_what_the_same_numbers_give_as_doubles(name: str, dtype: type) -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(0.0, 2.0, 300)
    y = rng.random(300) < vh.sigmoid(z)
    edges = np.arange(50) % 9 / 10 + 0.1
    for kind, values in (("logits", z), ("probabilities", np.append(vh.sigmoid(z[:250]), edges))):
        if kind == "probabilities" and np.dtype(dtype).kind != "f":
            continue
        s = (np.abs(values) if np.dtype(dtype).kind == "u" else values).astype(dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrationWarning)
            narrow, wide = (repr(RESULTS[name](each, y, kind)) for each in (s, s.astype(np.float64)))
        assert narrow == wide
