"""Temperature and vector scaling of K classes: the maximum to many digits, files, the classifier, the command line."""

from __future__ import annotations

import json
import pathlib
import re
from typing import Any

import mpmath
import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy.optimize import minimize
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB

import verhulst as vh
from verhulst.calibration import Temperature, VectorScaling
from verhulst.calibration.vector_scaling import _Scores, _statistics

pytest.importorskip("pyarrow")
from verhulst.cli.group import verhulst

LABELS = np.array(["bus", "car", "train"])


def cases(n: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n)
    z = rng.normal(0.0, 2.0, (n, 3))
    y = (z * [0.4, 0.7, 0.5] + [0.0, 0.5, -0.5] + rng.gumbel(size=z.shape)).argmax(axis=1)
    return spread * z, y, rng.integers(1, 4, n).astype(float)


def exact_gradient(z: np.ndarray, y: np.ndarray, w: np.ndarray, beta: Any, vector: bool) -> list[Any]:
    """Σ w (1[y = k] − p_k) times z_k and 1, or summed over k for one slope, with 40 digits."""
    classes = z.shape[1]
    total = [mpmath.mpf(0)] * (2 * classes - 1 if vector else 1)
    for row, label, weight in zip(z.tolist(), y.tolist(), w.tolist(), strict=True):
        slopes = beta[:classes] if vector else [beta[0]] * classes
        levels = [mpmath.mpf(0), *beta[classes:]] if vector else [mpmath.mpf(0)] * classes
        e = [
            mpmath.exp(slope * mpmath.mpf(each) + level) for slope, each, level in zip(slopes, row, levels, strict=True)
        ]
        residual = [weight * ((k == label) - each / sum(e)) for k, each in enumerate(e)]
        if vector:
            parts = [r * each for r, each in zip(residual, row, strict=True)] + residual[1:]
        else:
            parts = [sum(r * each for r, each in zip(residual, row, strict=True))]
        total = [a + b for a, b in zip(total, parts, strict=True)]
    return total


@pytest.mark.parametrize("vector", [False, True])
@pytest.mark.parametrize("spread", [1.0, 1e-30, 1e30])
def test_the_maximum_to_many_digits(vector: bool, spread: float) -> None:
    z, y, w = cases(150, spread)
    if vector:
        fitted = VectorScaling(scores="logits").fit(z, y, w)
        found = np.concatenate([fitted.slopes_ * spread, fitted.intercepts_[1:]])
    else:
        found = np.array([Temperature(scores="logits").fit(z, y, w).inverse_temperature_ * spread])
    with mpmath.workdps(40):
        plain = z / spread
        root = mpmath.findroot(lambda *beta: exact_gradient(plain, y, w, beta, vector), [*map(mpmath.mpf, found)])
        exact = np.array([float(each) for each in root])
    np.testing.assert_allclose(found, exact, rtol=1e-11, atol=1e-11)


def test_gradient_and_information_are_exact() -> None:
    """Those of log p_k − log p_0 = u·apart_k + d_k·own_k + c_k, by differences with 60 digits."""
    z, y, w = cases(30)
    scores = _Scores.of(z)
    beta = np.array([0.6, 0.2, -0.3, 0.2, -0.4])
    found = _statistics(scores, y, w, beta)

    def log_likelihood(*at: Any) -> Any:
        slope, more, level = at[0], [0, *at[1:3]], [0, *at[3:]]
        total = mpmath.mpf(0)
        for apart, own, label, weight in zip(scores.apart, scores.own, y, w, strict=True):
            each = [
                slope * mpmath.mpf(a) + m * mpmath.mpf(o) + c
                for a, m, o, c in zip(apart, more, [0, *own], level, strict=True)
            ]
            total += mpmath.mpf(weight) * (each[label] - mpmath.log(sum(map(mpmath.exp, each))))
        return total

    with mpmath.workdps(60):
        at, step = [*map(mpmath.mpf, beta.tolist())], mpmath.mpf(10) ** -15

        def moved(*places: int) -> Any:
            return log_likelihood(*(value + step * places.count(k) for k, value in enumerate(at)))

        here, size = moved(), range(5)
        ahead = [moved(k) for k in size]
        gradient = [float((ahead[k] - here) / step) for k in size]
        second = [[float((moved(k, m) - ahead[k] - ahead[m] + here) / step**2) for m in size] for k in size]
    assert found.log_likelihood == pytest.approx(float(here), rel=1e-13)
    np.testing.assert_allclose(found.gradient, gradient, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(found.information, -np.array(second), rtol=1e-11, atol=1e-11)


def test_vector_scaling_beside_scipy() -> None:
    z, y, w = cases(2000)
    hot, n = np.eye(3)[y], len(z)

    def residual(beta: np.ndarray) -> np.ndarray:
        return w[:, None] * (hot - vh.softmax(z * beta[:3] + np.concatenate([[0.0], beta[3:]]), axis=1))

    def loss(beta: np.ndarray) -> float:
        scores = vh.log_softmax(z * beta[:3] + np.concatenate([[0.0], beta[3:]]), axis=1)
        return float(-w @ scores[np.arange(n), y])

    def gradient(beta: np.ndarray) -> np.ndarray:
        r = residual(beta)
        return -np.concatenate([(r * z).sum(axis=0), r.sum(axis=0)[1:]])

    theirs = minimize(loss, np.array([1.0, 1.0, 1.0, 0.0, 0.0]), jac=gradient, method="BFGS", options={"gtol": 1e-8})
    fitted = VectorScaling().fit(z, y, w)
    found = np.concatenate([fitted.slopes_, fitted.intercepts_[1:]])
    np.testing.assert_allclose(found, theirs.x, atol=1e-8)
    assert np.abs(gradient(found)).max() < 1e-9
    assert fitted.decrement_ < 1e-9


@pytest.mark.parametrize("method", ["temperature", "vector"])
def test_classifier(method: str, tmp_path: pathlib.Path) -> None:
    rng = np.random.default_rng(3)
    number = rng.integers(0, 3, 1500)
    # The same column many times, which naive Bayes takes for as many independent ones.
    X = np.repeat(rng.normal(size=(1500, 2)) + 1.2 * np.column_stack([number == 0, number == 1]), 6, axis=1)
    y, train = LABELS[number], np.arange(1500) < 800
    plain = GaussianNB().fit(X[train], y[train])
    model = vh.CalibratedClassifier(GaussianNB(), method=method).fit(X[train], y[train])
    assert model.classes_.tolist() == LABELS.tolist()
    before, after = (log_loss(y[~train], each.predict_proba(X[~train])) for each in (plain, model))
    assert after < 0.75 * before
    assert set(model.predict(X)) == set(LABELS)
    frozen = vh.CalibratedClassifier(FrozenEstimator(plain), method=method).fit(X[~train], y[~train])
    map_ = vh.calibrate(np.log(plain.predict_proba(X[~train])), number[~train], method, scores="logits")
    np.testing.assert_allclose(frozen.predict_proba(X), map_.predict_proba(np.log(plain.predict_proba(X))), rtol=1e-9)
    model.calibrator_.save(tmp_path / "map.json")
    again = vh.load(tmp_path / "map.json")
    scores = np.log(plain.predict_proba(X[:50]))
    assert np.array_equal(again.predict_proba(scores), model.calibrator_.predict_proba(scores))
    assert again.columns_ == {}


def test_labels_of_any_kind() -> None:
    z, y, w = cases(300)
    for make in (Temperature, VectorScaling):
        assert repr(make().fit(z, LABELS[y], w)) == repr(make().fit(z, y, w))
    with pytest.raises(ValueError, match=r"y has 2 different labels \('bus', 'car'\), but there are 3 columns"):
        Temperature().fit(z, LABELS[np.arange(300) % 2])
    with pytest.raises(ValueError, match="y has no case of class 2"):
        VectorScaling().fit(z, y, np.where(y == 2, 0.0, 1.0))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], prog_name="verhulst")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    z, y, w = cases(600)
    p = vh.softmax(z, axis=1)
    path = tmp_path_factory.mktemp("classes") / "scored.csv"
    heads = ["y", "g", "w", *(f"p_{label}" for label in LABELS), "z0", "z1", "z2"]
    rows = zip(LABELS[y], np.where(y * 0 + np.arange(600) % 2, "a", "b"), w, *p.T, *z.T, strict=True)
    path.write_text("\n".join([",".join(heads), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_calibrate_and_predict(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    z, y, w = cases(600)
    prefix = ("--scores-prefix", "p_", "--scores", "probabilities", "-t", "y", "--weights", "w")
    done = run("calibrate", data, *prefix, "--method", "vector", "-o", tmp_path / "p.json", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["columns"] == {f"p_{label}": label for label in LABELS}
    listed = ("--score", "z0,z1,z2", "--classes", "bus,car,train", "-t", "y", "--weights", "w")
    done = run("calibrate", data, *listed, "--method", "vector", "-o", tmp_path / "z.json")
    assert done.exit_code == 0, done.output
    # Not the same: a number that is added to all scores of a row has an effect if slopes differ.
    p = vh.softmax(z, axis=1)
    of_probabilities = VectorScaling(scores="probabilities").fit(p, y, w).predict_proba(p)
    for name, expected in (("p.json", of_probabilities), ("z.json", VectorScaling().fit(z, y, w).predict_proba(z))):
        done = run("predict", tmp_path / name, data, "--only", "--log-odds", "-o", tmp_path / "new.csv")
        assert done.exit_code == 0, done.output
        table = vh.data.read_table(tmp_path / "new.csv").to_pydict()
        assert list(table) == [
            *(f"probability_{label}" for label in LABELS), "predicted", *(f"log_odds_{label}" for label in LABELS)
        ]  # fmt: skip
        found = np.column_stack([table[f"probability_{label}"] for label in LABELS])
        np.testing.assert_allclose(found, expected, rtol=1e-7)
        assert table["predicted"] == LABELS[expected.argmax(axis=1)].tolist()
        np.testing.assert_allclose(table["log_odds_car"], np.log(expected[:, 1] / expected[:, 0]), rtol=1e-6, atol=1e-9)
    done = run("calibrate", data, *prefix, "-o", tmp_path / "auto.json")
    assert "chosen by log-loss in 5 folds: vector" in done.stdout


def test_predict_with_missing_scores(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    prefix = ("--scores-prefix", "p_", "--scores", "probabilities", "-t", "y")
    assert run("calibrate", data, *prefix, "--method", "temperature", "-o", tmp_path / "map.json").exit_code == 0
    (tmp_path / "new.csv").write_text("p_bus,p_car,p_train\n0.2,0.3,0.5\n0.2,,0.5\n")
    done = run("predict", tmp_path / "map.json", tmp_path / "new.csv")
    assert done.exit_code == 3
    assert "column 'p_car' is missing in 1 of 2 rows (first in row 2). To leave their prediction empty: " in done.stderr
    done = run("predict", tmp_path / "map.json", tmp_path / "new.csv", "--missing", "empty", "--only")
    assert done.stdout.splitlines()[2] == ",,,"
    done = run("predict", tmp_path / "map.json", tmp_path / "new.csv", "--interval", "0.9")
    assert (done.exit_code, "a calibrator has no intervals" in done.stderr) == (2, True)
    done = run("predict", tmp_path / "map.json", tmp_path / "new.csv", "--unknown", "reference")
    assert (done.exit_code, "a calibrator has no levels" in done.stderr) == (2, True)


PREFIX = ("--scores-prefix", "p_", "--scores", "probabilities")
LISTED = ("--score", "z0,z1,z2")


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ((), 2, "Missing option '--score' (or '--scores-prefix'"),
        ((*PREFIX, "--score", "z0"), 2, "Use --score or --scores-prefix, not both."),
        (("--scores-prefix", "q_"), 2, "no column begins with 'q_'"),
        (("--scores-prefix", "p_t"), 2, "only column 'p_train' begins with 'p_t'"),
        (("--scores-prefix", "p_"), 3, "are they logits or probabilities? Say --scores probabilities"),
        (LISTED, 3, "row 1: the target 'y' is "),
        ((*LISTED, "--classes", "bus,car"), 2, "--classes has 2 values, but there are 3 columns: 'z0', 'z1' and 'z2'."),
        ((*LISTED, "--classes", "bus,car,car"), 2, "'car' stands for two columns of scores"),
        (("--score", "z0,z1,z9", "--classes", "bus,car,train"), 2, "there is no column 'z9'"),
        ((*LISTED, "--classes", "bus,car,train", "--scores", "probabilities"), 3, "probabilities lie outside [0, 1]"),
        ((*PREFIX, "--positive", "bus"), 2, "--positive is for one column of scores"),
        ((*PREFIX, "--weights", "none"), 2, "there is no column 'none'"),
        (("--score", "p_bus,p_car", "--classes", "bus,car", "--scores", "probabilities"), 3, "is 'train', but the"),
    ],
)
@pytest.mark.parametrize("command", ["calibrate", "evaluate"])
def test_bad_columns(command: str, given: tuple[str, ...], code: int, message: str, data: pathlib.Path) -> None:
    output = ("-o", data.parent / "never.json") if command == "calibrate" else ()
    done = run(command, data, "-t", "y", *given, *output)
    assert done.exit_code == code, done.output
    assert message in done.stderr
    assert not (data.parent / "never.json").exists()


def test_other_bad_input_of_calibrate(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for given, code, message in (
        ((*PREFIX, "--method", "platt"), 2, "--method platt is not for 3 columns of scores; the methods are auto, ide"),
        (("--score", "z0", "--method", "vector", "--positive", "bus"), 3, "the target 'y' has 3 values"),
    ):
        done = run("calibrate", data, "-t", "y", *given, "-o", tmp_path / "never.json")
        assert (done.exit_code, message in done.stderr) == (code, True), done.output
    lines = [line for line in data.read_text().splitlines() if not line.startswith("car")]
    (tmp_path / "two.csv").write_text("\n".join(lines) + "\n")
    done = run("calibrate", tmp_path / "two.csv", "-t", "y", *PREFIX, "--method", "vector", "-o", tmp_path / "m.json")
    assert (done.exit_code, "no row (of positive weight) has y = 'car'" in done.stderr) == (3, True)
    done = run(
        "calibrate", tmp_path / "two.csv", "-t", "y", *PREFIX, "-o", tmp_path / "m.json", "--method", "temperature"
    )
    assert done.exit_code == 0, done.output
    (tmp_path / "one.csv").write_text("\n".join(line for line in lines if not line.startswith("bus")) + "\n")
    done = run("calibrate", tmp_path / "one.csv", "-t", "y", *PREFIX, "-o", tmp_path / "one.json")
    assert (done.exit_code, "y is 'train' in every row (of positive weight)" in done.stderr) == (3, True)


def test_evaluate(data: pathlib.Path) -> None:
    z, y, w = cases(600)
    given = (*PREFIX, "-t", "y", "--weights", "w", "--by", "g")
    done = run("evaluate", data, *given, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    expected = vh.evaluate(LABELS[y], logits=z, sample_weight=w, classes=LABELS)
    assert found["log_loss"]["value"] == pytest.approx(expected.log_loss.value, rel=1e-9)
    assert found["confusion"] == [list(row) for row in expected.confusion]
    assert [each["label"] for each in found["classes"]] == LABELS.tolist()
    assert found["verdict"]["fault"] == expected.verdict.fault
    done = run("evaluate", data, *given, "--explain")
    assert "Expected calibration error of the highest probability of each row" in done.stdout
    assert "--scores-prefix p_ --scores probabilities --target y --weights w -o map.json" in done.stdout
    assert "class \\ highest p" in done.stdout
    done = run("evaluate", data, *given, "--fail-if", "top_label_ece > 0.001", "--fail-if", "accuracy < 0.1")
    assert done.exit_code == 1
    assert done.stderr.count("Failed: ") == 3  # of all rows and of two groups
    done = run("evaluate", data, *PREFIX, "-t", "y", "--fail-if", "slope > 1")
    assert (done.exit_code, "there is no measure 'slope' of these scores" in done.stderr) == (2, True)


def test_classes_that_are_numbers(tmp_path: pathlib.Path) -> None:
    z, y, _ = cases(90)
    lines = ["k,s0,s1,s2", *(f"{label}.0,{a!r},{b!r},{c!r}" for label, (a, b, c) in zip(y, z.tolist(), strict=True))]
    (tmp_path / "numbers.csv").write_text("\n".join(lines) + "\n")
    done = run("evaluate", tmp_path / "numbers.csv", "--scores-prefix", "s", "-t", "k", "--json")
    assert done.exit_code == 0, done.output
    assert [each["label"] for each in json.loads(done.stdout)["classes"]] == [0, 1, 2]


def test_damaged_columns_of_a_file(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    run("calibrate", data, *PREFIX, "-t", "y", "--method", "vector", "-o", tmp_path / "map.json")
    text = (tmp_path / "map.json").read_text()
    for damage, message in (('"p_bus"', "columns.names has 2 entries"), ('"bus"', "columns.classes has 2 entries")):
        (tmp_path / "bad.json").write_text(re.sub(rf"{damage},?\s*", "", text, count=1))
        with pytest.raises(vh.data.ModelFileError, match=message):
            vh.load(tmp_path / "bad.json")


def test_the_report(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """It compares the scores before and after, in folds, for the highest probability and for each class."""
    output = ("-o", tmp_path / "map.json", "--report", tmp_path / "page.html")
    done = run("calibrate", data, *PREFIX, "-t", "y", "--weights", "w", "--method", "vector", *output)
    assert done.exit_code == 0, done.output
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.count("<figure>") == 2 * (1 + len(LABELS))
    z, y, w = cases(600)
    p = vh.softmax(z, axis=1)
    found = vh.evaluate(LABELS[y], probabilities=p, classes=LABELS.tolist(), sample_weight=w, rng=0)
    assert f'<dd class="value">{found.log_loss.value:.3f} → ' in html
    for each, slope in zip(found.classes, vh.load(tmp_path / "map.json").slopes_, strict=True):
        assert f'<th scope="row">{each.label}</th><td class="number">{each.n:,.0f}</td>' in html
        assert f"slope {slope:.3f}" in html
    assert "<script" not in html
    assert len(html) < 300_000
    map_ = Temperature().fit(z, y)
    vh.report(map_, tmp_path / "few.html", data=(z[:60], y[:60]))
    text = (tmp_path / "few.html").read_text(encoding="utf-8")
    assert "the probabilities of the 3 classes" in text
    assert "The rarest class, " in text
