"""The maximum of a multinomial likelihood in 60 digits: textbook Newton, nothing shared with the library."""

from __future__ import annotations

import mpmath
import numpy as np

DIGITS = 60


def optimum(X, label, classes, weight=None, C=None, passes=200):
    """(coefficients (K−1, q) against class 0, standard errors, log-likelihood, covariance); the intercept comes first.

    The penalty is ½ Σ‖b_k − mean‖²/C over all classes, not on intercepts. None where no maximum was reached.
    """
    mp = mpmath.mp.clone()
    mp.dps = DIGITS
    z = [[mp.mpf(1), *(mp.mpf(float(v)) for v in row)] for row in X]
    w = [mp.mpf(1) if weight is None else mp.mpf(float(weight[i])) for i in range(len(z))]
    m, q = classes - 1, len(z[0])
    ridge = mp.zeros(m * q, m * q)
    if C is not None:
        for a in range(m):
            for b in range(m):
                for j in range(1, q):
                    ridge[a * q + j, b * q + j] = ((1 if a == b else 0) - mp.mpf(1) / classes) / mp.mpf(float(C))

    def look(beta):
        value, gradient, information = mp.mpf(0), mp.zeros(m * q, 1), mp.zeros(m * q, m * q)
        for x, k, weight_ in zip(z, label, w, strict=True):
            eta = [mp.mpf(0)] + [mp.fdot(x, beta[a * q : (a + 1) * q]) for a in range(m)]
            top = max(eta)
            e = [mp.exp(v - top) for v in eta]
            total = mp.fsum(e)
            p = [v / total for v in e]
            value += weight_ * (eta[k] - top - mp.log(total))
            for a in range(m):
                residual = weight_ * ((1 if k == a + 1 else 0) - p[a + 1])
                for j in range(q):
                    gradient[a * q + j] += residual * x[j]
                for b in range(a + 1):
                    share = weight_ * p[a + 1] * ((1 if a == b else 0) - p[b + 1])
                    for i in range(q):
                        for j in range(q):
                            information[a * q + i, b * q + j] += share * x[i] * x[j]
        for i in range(m * q):
            for j in range(i):
                information[j, i] = information[i, j]
        flat = mp.matrix(beta)
        return value - (flat.T * ridge * flat)[0] / 2, gradient - ridge * flat, information + ridge, value

    beta = [mp.mpf(0)] * (m * q)
    here = look(beta)
    for _ in range(passes):
        step = mp.lu_solve(here[2], here[1])
        if (here[1].T * step)[0] < mp.mpf(10) ** -40:
            covariance = here[2] ** -1
            errors = [mp.sqrt(covariance[i, i]) for i in range(m * q)]
            whole = np.array([[float(covariance[i, j]) for j in range(m * q)] for i in range(m * q)])
            shape = np.array([float(v) for v in beta]).reshape(m, q)
            return shape, np.array([float(v) for v in errors]).reshape(m, q), float(here[3]), whole
        fraction = mp.mpf(1)
        while True:
            tried = [b + fraction * s for b, s in zip(beta, step, strict=True)]
            there = look(tried)
            if there[0] > here[0]:
                break
            fraction /= 2
            if fraction < mp.mpf(10) ** -20:
                return None
        beta, here = tried, there
    return None
