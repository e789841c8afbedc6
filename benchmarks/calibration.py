"""Calibration beside its peers: time of fits and measures, nulls of the tests, and what `auto` recovers.

The peers change global state when they are imported (warning filters, numpy's error state, matplotlib's settings); the
timings run in a process of their own.
"""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave
from verhulst.calibration import Beta, Calibrator, Isotonic, LogitHistogram, Platt, Temperature

N = 1_000_000
Rivals = dict[str, Callable[[], object]]


def main() -> str:
    """All tables, as markdown."""
    timed = subprocess.run([sys.executable, "-m", "benchmarks.calibration"], capture_output=True, text=True, check=True)
    return "\n\n".join(
        ["# Calibration and evaluation", timed.stdout.strip(), nulls(), bands(), choice(), streaming()]
    ) + "\n"  # fmt: skip


def timings() -> str:
    """10⁶ scores, one thread: each task by verhulst and by every peer that has it."""
    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 2.0, N)
    y = (rng.random(N) < vh.sigmoid(0.7 * z + 0.3)).astype(np.int64)
    target = y.astype(float)
    p = vh.sigmoid(z)
    lines = [
        "## Speed",
        "",
        "10⁶ scores, one thread, medians of interleaved runs. Peers of calibration maps are given what they take: "
        "probabilities, where they know no logits.",
        "",
        "| task | verhulst, s | peers, s (times as long) |",
        "|---|---|---|",
    ]
    for task, ours, peers in _tasks(z, y, target, p):
        seconds = interleave({"verhulst": ours} | peers, rounds=5, warmups=1)
        mine = seconds.pop("verhulst")
        others = ", ".join(
            f"{name} {t:.3f} (×{t / mine:.1f})" for name, t in sorted(seconds.items(), key=lambda i: i[1])
        )
        lines.append(f"| {task} | {mine:.3f} | {others or '–'} |")
    return "\n".join(lines)


def _tasks(
    z: np.ndarray, y: np.ndarray, target: np.ndarray, p: np.ndarray
) -> Iterator[tuple[str, Callable[[], object], Rivals]]:
    from sklearn.calibration import _SigmoidCalibration, _TemperatureScaling
    from sklearn.isotonic import IsotonicRegression
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    from verhulst.calibration.proper import brier
    from verhulst.calibration.proper import log_loss as our_log_loss
    from verhulst.calibration.ranked import Ranked
    from verhulst.calibration.ranking import average_precision, roc_auc
    from verhulst.calibration.smooth_error import smooth_error

    def ranked() -> Ranked:
        return Ranked.sort(z, target, None)

    def unsorted() -> Ranked:
        return Ranked(np.arange(len(z)), z, target, np.ones(len(z)), True)

    def ours_smooth() -> object:
        cases = ranked()
        return smooth_error(cases.p, cases.residual, cases.weights)

    sigmoid: Rivals = {"scikit-learn": lambda: _SigmoidCalibration().fit(z, y)}
    temperature: Rivals = {"scikit-learn": lambda: _TemperatureScaling().fit(z, y)}
    beta: Rivals = {}
    smooth: Rivals = {}
    isotonic: Rivals = {"scikit-learn": lambda: IsotonicRegression(out_of_bounds="clip").fit(z, y)}
    for name, add in (
        ("betacal", lambda: beta.update(betacal=_betacal(p, y))),
        ("netcal", lambda: temperature.update(netcal=_netcal(p, y))),
        ("relplot", lambda: smooth.update(relplot=_relplot(p, target))),
        ("venn-abers", lambda: isotonic.update({"venn-abers (10⁵ scores)": _venn_abers(p, y)})),
        ("probmetrics", lambda: temperature.update({"probmetrics (10⁵ scores)": _probmetrics(p, y)})),
    ):
        try:
            add()
        except Exception as fault:
            print(f"left out: {name} ({type(fault).__name__}: {fault})", file=sys.stderr)
    yield "Platt (smoothed targets)", lambda: Platt(smooth=True).fit(z, y), sigmoid
    yield "temperature", lambda: Temperature().fit(z, y), temperature
    yield "beta", lambda: Beta().fit(z, y), beta | sigmoid
    yield "isotonic", lambda: Isotonic().fit(z, y), isotonic
    yield "ROC-AUC with DeLong's variance", lambda: roc_auc(ranked()), {"scikit-learn": lambda: roc_auc_score(y, z)}
    yield (
        "average precision with its variance",
        lambda: average_precision(ranked()),
        {"scikit-learn": lambda: average_precision_score(y, z)},
    )
    yield "log-loss", lambda: our_log_loss(unsorted()), {"scikit-learn": lambda: log_loss(y, p)}
    yield "Brier score", lambda: brier(unsorted()), {"scikit-learn": lambda: brier_score_loss(y, p)}
    yield "smooth ECE", ours_smooth, smooth
    yield "everything in evaluate", lambda: vh.evaluate(y, logits=z), {}


def _betacal(p: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    from betacal import BetaCalibration

    return lambda: BetaCalibration().fit(p[:, None], y)


def _netcal(p: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    from netcal.scaling import TemperatureScaling

    return lambda: TemperatureScaling().fit(p, y)


def _relplot(p: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    import relplot

    return lambda: relplot.smECE(p, y)


def _venn_abers(p: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    from venn_abers import VennAbers

    some = np.column_stack([1 - p, p])[:100_000]
    return lambda: VennAbers().fit(some, y[:100_000])


def _probmetrics(p: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    from probmetrics.calibrators import get_calibrator

    some = np.column_stack([1 - p, p])[:100_000]
    return lambda: get_calibrator("temp-scaling").fit(some, y[:100_000])


def nulls(replications: int = 2000, simulated: int = 400) -> str:
    """How often each test rejects at 5 % where the probabilities are right."""
    lines = [
        "## Tests where the probabilities are right",
        "",
        f"Share of samples rejected at the 5 % level; {replications} samples for closed forms, {simulated} for "
        "simulated nulls. Logits are normal with standard deviation 2.",
        "",
        "| n | slope and intercept | Spiegelhalter | Hosmer–Lemeshow | ECE | ACE | smooth ECE | MCB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for n in (200, 2000, 20_000):
        rng = np.random.default_rng(n)
        closed = np.array([_closed(rng, n) for _ in range(replications)])
        cells = [f"{100 * (closed[:, k] <= 0.05).mean():.1f} %" for k in range(3)]
        if n <= 2000:
            drawn = np.array([_simulated(rng, n, seed) for seed in range(simulated)])
            cells += [f"{100 * (drawn[:, k] <= 0.05).mean():.1f} %" for k in range(4)]
        else:
            cells += ["–"] * 4
        lines.append(f"| {n:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _sample(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    z = rng.normal(0.0, 2.0, n)
    return z, (rng.random(n) < vh.sigmoid(z)).astype(float)


def _closed(rng: np.random.Generator, n: int) -> tuple[float, float, float]:
    from verhulst.calibration.goodness import cox, hosmer_lemeshow, spiegelhalter
    from verhulst.calibration.ranked import Ranked

    ranked = Ranked.sort(*_sample(rng, n), None)
    return cox(ranked, 0.95).test.p_value, spiegelhalter(ranked).p_value, hosmer_lemeshow(ranked).p_value


def _simulated(rng: np.random.Generator, n: int, seed: int) -> tuple[float, float, float, float]:
    z, y = _sample(rng, n)
    result = vh.evaluate(y, logits=z, rng=seed)
    return (
        result.ece.p_value,
        result.ace.p_value,
        result.smooth_ece.p_value,
        result.miscalibration.p_value,
    )


def bands(replications: int = 200) -> str:
    """How often bands of 95 % hold what they say they hold."""
    lines = [
        "## Bands",
        "",
        f"Share of points inside the bands of 95 % at each point, over {replications} samples. The confidence band is "
        "honest at every n, and so wider than it must be.",
        "",
        "| n | curve in the consistency band | truth in the confidence band | bins (Clopper–Pearson) |",
        "|---|---|---|---|",
    ]
    for n in (200, 2000):
        rng = np.random.default_rng(n)
        inside: list[list[float]] = [[], [], []]
        for seed in range(replications):
            z, y = _sample(rng, n)
            for k, options in enumerate(({}, {"band": "confidence"}, {"kind": "bins", "equal": "size"})):
                curve = vh.calibration.reliability(y, z, rng=seed, **options)  # type: ignore[arg-type]
                held = curve.rate if k == 0 else curve.probability
                inside[k].append(float(((curve.low <= held) & (held <= curve.high)).mean()))
        lines.append(f"| {n:,} | {' | '.join(f'{100 * np.mean(share):.1f} %' for share in inside)} |")
    return "\n".join(lines)


Problem = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def problems() -> Iterator[tuple[str, list[Problem]]]:
    """Calibration and test scores: three data sets, and four families with known truth."""
    yield from _real_problems()
    families: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "right already": lambda t: t,
        "too extreme and shifted": lambda t: 2.5 * t + 1.0,
        "one tail too extreme": lambda t: np.where(t > 0, 3.0 * t, t),
        "steps": lambda t: t + 1.5 * np.sin(1.5 * t),
    }
    for name, distort in families.items():
        for n in (300, 1000, 5000):
            drawn = []
            for seed in range(40):
                rng = np.random.default_rng((n, seed, 20261124))  # not the draws on which the rule was chosen
                truth = rng.normal(-0.5, 1.5, n + 20_000)
                y = (rng.random(len(truth)) < vh.sigmoid(truth)).astype(float)
                z = distort(truth)
                drawn.append((z[:n], y[:n], z[n:], y[n:]))
            yield f"{name}, n = {n:,}", drawn


def _real_problems() -> Iterator[tuple[str, list[Problem]]]:
    from sklearn.datasets import load_breast_cancer, load_digits
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.naive_bayes import GaussianNB

    digits = load_digits(return_X_y=True)
    data = {
        "breast_cancer, naive Bayes": load_breast_cancer(return_X_y=True),
        "digits (eight or not), naive Bayes": (digits[0], (digits[1] == 8).astype(int)),
    }
    for name, (X, y) in data.items():
        log_p = cross_val_predict(GaussianNB(var_smoothing=1e-3), X, y, method="predict_log_proba")
        z = log_p[:, 1] - log_p[:, 0]
        drawn = []
        for seed in range(10):
            for fit, test in StratifiedKFold(2, shuffle=True, random_state=seed).split(X, y):
                drawn.append((z[fit], y[fit].astype(float), z[test], y[test].astype(float)))
        yield name, drawn


def choice() -> str:
    """What `calibrate(method="auto")` gains on fresh rows, beside the best map in hindsight."""
    lines = [
        "## The choice of a map",
        "",
        "Log-loss on fresh rows, mean over draws. `share` is what auto gains of what the map gains that is best for "
        "the family in hindsight; `worst` is the lowest gain of auto over its standard error.",
        "",
        "| scores | as given | auto | gain ± s.e. | best map in hindsight | its gain | share | worst |",
        "|---|---|---|---|---|---|---|---|",
    ]
    kinds: dict[str, Callable[[], Calibrator]] = {
        "temperature": Temperature, "Platt": Platt, "beta": Beta, "isotonic": Isotonic,
    }  # fmt: skip
    for name, drawn in problems():
        raw, auto, worst = [], [], np.inf
        gains: dict[str, list[float]] = {kind: [] for kind in kinds}
        for z, y, z_test, y_test in drawn:
            base = _losses(z_test, y_test)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                saved = base - _losses(vh.calibrate(z, y, scores="logits").transform(z_test), y_test)
                for kind, make in kinds.items():
                    try:
                        gains[kind].append(float((base - _losses(make().fit(z, y).transform(z_test), y_test)).mean()))
                    except ValueError:
                        gains[kind].append(0.0)
            raw.append(base.mean())
            auto.append(float(saved.mean()))
            error = float(saved.std() / len(saved) ** 0.5)
            worst = min(worst, auto[-1] / error if error > 0.0 else 0.0)
        best = max(gains, key=lambda kind: float(np.mean(gains[kind])))
        top, mean = float(np.mean(gains[best])), float(np.mean(auto))
        share = f"{100 * mean / top:.0f} %" if top > 1e-4 else "nothing to gain"
        error = float(np.std(auto) / len(auto) ** 0.5)
        lines.append(
            f"| {name} | {np.mean(raw):.4f} | {np.mean(raw) - mean:.4f} | {mean:+.4f} ± {error:.4f} | {best} | "
            f"{top:+.4f} | {share} | {worst:+.1f} |"
        )
    return "\n".join(lines)


def _losses(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    losses: np.ndarray = vh.softplus(np.where(y == 1, -z, z))
    return losses


def streaming(parts: int = 100) -> str:
    """10⁸ scores through a histogram of logits."""
    import resource

    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 2.0, N)
    y = (rng.random(N) < vh.sigmoid(z)).astype(np.float64)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    histogram, seconds = LogitHistogram(), 0.0
    for part in range(parts):
        shifted = z + 1e-3 * part
        begin = time.perf_counter()
        histogram.update(shifted, y)
        seconds += time.perf_counter() - begin
    summary = histogram.summary()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return (
        "## 10⁸ scores\n\n"
        f"{summary.n:.3g} scores in {parts} parts through `LogitHistogram`: {seconds:.1f} s, {grown:.0f} MB more "
        f"memory at the peak. ROC-AUC {summary.roc_auc:.6f}, off by {summary.roc_auc_error:.1e} at most; probabilities "
        f"of the reliability curve off by {summary.probability_error:.1e} at most; log-loss and Brier score exact."
    )


if __name__ == "__main__":
    print(timings())
