"""`python -m tests.references.certify`: solves each reference data set in 70-digit arithmetic and writes 50 digits.

The solution is of the data as float64 numbers hold them (3.61 is the double next to 3.61), since that is what any
program fits. Newton's method in mpmath starts from nothing but zeros and the log-odds of the mean, and the result is
certified: the Newton decrement √(gᵀH⁻¹g) at the printed point is below 1e-55, so that every coefficient is within
1e-55 standard errors of the maximum.

Endometrial and sex2 are separated. For those the file holds Firth's estimate (maximum of ℓ + ½ log|XᵀWX|) with standard
errors by both conventions, and for the plain likelihood the finite limits: the fit of the rows that the separating
column leaves open.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf
from tests.references.datasets import CLASS_DATASETS, DATASETS, HERE, ClassDataset, Dataset

DIGITS = 50
WORKING_DIGITS = 70
SEPARATING = {"endometrial": "NV", "sex2": "dia"}  # single columns; every row where they are not 0 has y = 1


def _text(number: mpf) -> str:
    return mpmath.nstr(number, DIGITS, strip_zeros=False)


def _rows(data: Dataset) -> list[list[mpf]]:
    return [[mpf(1), *map(mpf, row)] for row in data.X.tolist()]


def _statistics(
    X: list[list[mpf]], s: list[mpf], m: list[mpf], beta: list[mpf]
) -> tuple[mpf, list[mpf], mpmath.matrix, list[mpf], list[mpf]]:
    """Log-likelihood, score, information, weights m σ', probabilities at beta."""
    q = len(beta)
    value, gradient = mpf(0), [mpf(0)] * q
    information = mpmath.zeros(q, q)
    weights, probabilities = [], []
    for x, successes, trials in zip(X, s, m, strict=True):
        eta = mp.fdot(x, beta)
        e = mp.exp(-abs(eta))
        log1p = mp.log1p(e)
        p = 1 / (1 + e) if eta >= 0 else e / (1 + e)
        w = trials * e / (1 + e) ** 2
        # log σ(η) = min(η, 0) − log(1 + e^−|η|)
        value += successes * (min(eta, 0) - log1p) + (trials - successes) * (min(-eta, 0) - log1p)
        residual = successes - trials * p
        for j in range(q):
            gradient[j] += residual * x[j]
            wx = w * x[j]
            for k in range(j + 1):
                information[j, k] += wx * x[k]
        weights.append(w)
        probabilities.append(p)
    for j in range(q):
        for k in range(j):
            information[k, j] = information[j, k]
    return value, gradient, information, weights, probabilities


def _decrement(gradient: list[mpf], step: mpmath.matrix) -> mpf:
    return mp.sqrt(abs(mp.fdot(gradient, list(step))))


def _maximum(
    look: Callable[[list[mpf]], tuple[mpf, list[mpf], mpmath.matrix]], beta: list[mpf]
) -> tuple[list[mpf], list[mpf], mpf, mpf]:
    """The maximum of a log-likelihood from a start: coefficients, standard errors, its value, the decrement."""
    value, gradient, information = look(beta)
    for _ in range(60):
        step = mp.lu_solve(information, mpmath.matrix(gradient))
        decrement = _decrement(gradient, step)
        if decrement < mpf(10) ** -55:
            break
        factor = mpf(1)
        while True:
            trial = [b + factor * d for b, d in zip(beta, step, strict=True)]
            new = look(trial)
            if new[0] >= value or decrement < 1e-3:  # so near, only rounding could stop a full step
                break
            factor /= 2
        beta, (value, gradient, information) = trial, new
    else:
        raise ArithmeticError("no convergence")
    covariance = information**-1
    return beta, [mp.sqrt(covariance[j, j]) for j in range(len(beta))], value, decrement


def maximum_likelihood(data: Dataset) -> dict[str, Any]:
    """Coefficients, standard errors, log-likelihood, null log-likelihood; intercept first."""
    X, s, m = _rows(data), [mpf(v) for v in data.successes.tolist()], [mpf(v) for v in data.trials.tolist()]
    mean = mp.fsum(s) / mp.fsum(m)
    beta = [mp.log(mean / (1 - mean))] + [mpf(0)] * data.X.shape[1]
    null = _statistics(X, s, m, beta)[0]
    beta, errors, value, decrement = _maximum(lambda at: _statistics(X, s, m, at)[:3], beta)
    return {
        "coefficients": [_text(b) for b in beta],
        "standard_errors": [_text(error) for error in errors],
        "log_likelihood": _text(value),
        "null_log_likelihood": _text(null),
        "decrement": mpmath.nstr(decrement, 3),
    }


def firth(data: Dataset) -> dict[str, Any]:
    """Maximum of ℓ + ½ log|I|, by scoring with the modified score Xᵀ(s − m p + h (½ − p))."""
    X, s, m = _rows(data), [mpf(v) for v in data.successes.tolist()], [mpf(v) for v in data.trials.tolist()]
    q = data.X.shape[1] + 1
    beta = [mpf(0)] * q
    for _ in range(1000):
        value, gradient, information, weights, probabilities = _statistics(X, s, m, beta)
        covariance = information**-1
        leverage = []
        for x, w in zip(X, weights, strict=True):
            leverage.append(w * mp.fdot(x, list(covariance * mpmath.matrix(x))))
        modified = [
            gradient[j]
            + mp.fsum(h * (mpf(1) / 2 - p) * x[j] for h, p, x in zip(leverage, probabilities, X, strict=True))
            for j in range(q)
        ]
        step = covariance * mpmath.matrix(modified)
        decrement = _decrement(modified, step)
        if decrement < mpf(10) ** -55:
            break
        longest = max(abs(d) for d in step)
        factor = min(mpf(1), 2 / longest)
        beta = [b + factor * d for b, d in zip(beta, step, strict=True)]
    else:
        raise ArithmeticError("no convergence")
    augmented = mpmath.zeros(q, q)
    for x, w, h, cases in zip(X, weights, leverage, m, strict=True):
        for j in range(q):
            for k in range(q):
                augmented[j, k] += w * (1 + h / cases) * x[j] * x[k]  # each of the cases of a row has h/cases
    other = augmented**-1
    return {
        "coefficients": [_text(b) for b in beta],
        "standard_errors": [_text(mp.sqrt(covariance[j, j])) for j in range(q)],
        "augmented_standard_errors": [_text(mp.sqrt(other[j, j])) for j in range(q)],
        "log_likelihood": _text(value),
        "penalised_log_likelihood": _text(value + mp.log(mp.det(information)) / 2),
        "decrement": mpmath.nstr(decrement, 3),
    }


def finite_limits(data: Dataset, column: str) -> dict[str, Any]:
    """The fit of the rows where the separating column is 0, without it."""
    place = data.names.index(column)
    rows = data.X[:, place] == 0
    others = [j for j in range(data.X.shape[1]) if j != place]
    open_rows = Dataset(
        data.X[rows][:, others],
        data.successes[rows],
        data.trials[rows],
        tuple(data.names[j] for j in others),
        data.source,
    )
    return {"without": column, "names": ["(intercept)", *open_rows.names], **maximum_likelihood(open_rows)}


def multinomial(data: ClassDataset) -> dict[str, Any]:
    """Coefficients against class 0, a row for each other class, standard errors, log-likelihoods."""
    X = [[mpf(1), *map(mpf, row)] for row in data.X.tolist()]
    labels, q = data.label.tolist(), data.X.shape[1] + 1
    classes = max(labels) + 1
    m, counts = classes - 1, [labels.count(k) for k in range(classes)]
    beta = [mpf(0)] * (m * q)
    beta[::q] = [mp.log(mpf(count) / counts[0]) for count in counts[1:]]

    def look(at: list[mpf]) -> tuple[mpf, list[mpf], mpmath.matrix]:
        value, gradient, blocks = mpf(0), [mpf(0)] * (m * q), [[mpf(0)] * (m * q) for _ in range(m * q)]
        for x, label in zip(X, labels, strict=True):
            e = [mpf(1), *(mp.exp(mp.fdot(x, at[a * q : (a + 1) * q])) for a in range(m))]
            total = mp.fsum(e)
            p = [each / total for each in e]
            value += mp.log(p[label])
            for a in range(m):
                for j in range(q):
                    gradient[a * q + j] += ((label == a + 1) - p[a + 1]) * x[j]
                for b in range(a + 1):
                    w = p[a + 1] * ((a == b) - p[b + 1])
                    for i in range(q):
                        wx, row = w * x[i], blocks[a * q + i]
                        for j in range(q):
                            row[b * q + j] += wx * x[j]
        for i in range(m * q):
            for j in range(i):
                blocks[j][i] = blocks[i][j]
        return value, gradient, mpmath.matrix(blocks)

    null = look(beta)[0]
    beta, found, value, decrement = _maximum(look, beta)
    errors = [_text(error) for error in found]
    return {
        "coefficients": [[_text(b) for b in beta[a * q : (a + 1) * q]] for a in range(m)],
        "standard_errors": [errors[a * q : (a + 1) * q] for a in range(m)],
        "log_likelihood": _text(value),
        "null_log_likelihood": _text(null),
        "decrement": mpmath.nstr(decrement, 3),
    }


def certify_classes(name: str) -> dict[str, Any]:
    """The reference of one data set with classes."""
    data = CLASS_DATASETS[name]()
    return {
        "data": name,
        "source": data.source,
        "made_by": "python -m tests.references.certify (mpmath Newton in 70 digits, 50 printed)",
        "rows": len(data.X),
        "names": ["(intercept)", *data.names],
        "multinomial": multinomial(data),
    }


def certify(name: str) -> dict[str, Any]:
    """The reference of one data set."""
    data = DATASETS[name]()
    result: dict[str, Any] = {
        "data": name,
        "source": data.source,
        "made_by": "python -m tests.references.certify (mpmath Newton in 70 digits, 50 printed)",
        "rows": len(data.X),
        "names": ["(intercept)", *data.names],
    }
    if name in SEPARATING:
        return result | {"finite_limits": finite_limits(data, SEPARATING[name]), "firth": firth(data)}
    result["maximum_likelihood"] = maximum_likelihood(data)
    if len(data.X) < 500:
        result["firth"] = firth(data)
    return result


def main() -> None:
    mp.dps = WORKING_DIGITS
    for name in (*DATASETS, *CLASS_DATASETS):
        path = HERE / "certified" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        record = certify(name) if name in DATASETS else certify_classes(name)
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(path.relative_to(HERE.parent.parent))


if __name__ == "__main__":
    main()
