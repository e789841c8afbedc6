"""The maximum of a logistic likelihood in 500 bits: damped Newton of the textbook, nothing shared with the library."""

from __future__ import annotations

import mpmath

BITS, MANY_BITS = 500, 4000  # the latter where a row is decided by more than 250 log-odds
SETTLED = 100  # log-odds: rows decided by more hold nothing


class Context:
    """Numbers of so many bits."""

    def __init__(self):
        self.mp = mpmath.mp.clone()
        self.mp.prec = BITS

    def __call__(self, value):
        return self.mp.mpf(float(value))

    def tail(self, x):
        """e^x for x <= 0; 0 where nobody will ever see it."""
        return self.mp.exp(x) if x > -(10**6) else self.mp.mpf(0)


def solver(matrix, mp):
    """The function that solves with a positive definite matrix, or None where it is none."""
    q, root = len(matrix), []
    for i in range(q):
        row = []
        for j in range(i + 1):
            rest = matrix[i][j] - sum((row[k] * (root[j][k] if j < i else row[k]) for k in range(j)), mp.mpf(0))
            if i == j and rest <= 0:
                return None
            row.append(mp.sqrt(rest) if i == j else rest / root[j][j])
        root.append(row)

    def solve(b):
        x = []
        for i in range(q):
            x.append((b[i] - sum((root[i][k] * x[k] for k in range(i)), mp.mpf(0))) / root[i][i])
        for i in reversed(range(q)):
            x[i] = (x[i] - sum((root[k][i] * x[k] for k in range(i + 1, q)), mp.mpf(0))) / root[i][i]
        return x

    return solve


def optimum(X, y, weight=None, offset=None, C=None, intercept=True, starts=(), passes=150):
    """(coefficients, standard errors, log-likelihood) of outcomes 0 and 1, or None where no maximum was reached.

    `starts` are tried before 0: a good one saves time, a bad one does no harm.
    """
    number = Context()
    mp, zero = number.mp, number.mp.mpf(0)
    z = [([mp.mpf(1)] if intercept else []) + [number(v) for v in row] for row in X]
    n, q = len(z), len(z[0])
    w = [number(1 if weight is None else v) for v in (range(n) if weight is None else weight)]
    o = [zero] * n if offset is None else [number(v) for v in offset]
    sign = [1 if v == 1 else -1 for v in y]
    ridge = [zero if C is None or (intercept and j == 0) else 1 / mp.mpf(C) for j in range(q)]

    def dot(a, b):
        return sum((s * t for s, t in zip(a, b, strict=True)), zero)

    def height(beta):
        margins = [s * (off + dot(row, beta)) for s, off, row in zip(sign, o, z, strict=True)]
        value = sum((v * (min(m, 0) - mp.log1p(number.tail(-abs(m)))) for v, m in zip(w, margins, strict=True)), zero)
        return value - dot(ridge, [b * b for b in beta]) / 2, value, margins

    def slopes(beta, margins):
        g, H = [-r * b for r, b in zip(ridge, beta, strict=True)], [[zero] * q for _ in range(q)]
        for j in range(q):
            H[j][j] = ridge[j]
        for s, v, m, row in zip(sign, w, margins, z, strict=True):
            t = number.tail(-abs(m))
            smaller, larger = t / (1 + t), 1 / (1 + t)
            for j in range(q):
                g[j] += v * s * (smaller if m >= 0 else larger) * row[j]
                for k in range(j + 1):
                    H[j][k] += v * smaller * larger * row[j] * row[k]
        return g, [[H[max(j, k)][min(j, k)] for k in range(q)] for j in range(q)]

    for start in (*starts, [0.0] * q):
        mp.prec, beta = BITS, [number(v) for v in start]
        value, likelihood, margins = height(beta)
        for _ in range(passes):
            if max(margins) > 250 and mp.prec < MANY_BITS:
                mp.prec = MANY_BITS
                value, likelihood, margins = height(beta)
            g, H = slopes(beta, margins)
            solve = solver(H, mp)
            if solve is None:
                break
            d = solve(g)
            square, reach = dot(g, d), [abs(dot(row, d)) for row in z]

            def settled(i, reach=reach, solve=solve, margins=margins):
                if reach[i] < 1e-6:
                    return True
                return margins[i] - mp.sqrt(dot(z[i], solve(z[i]))) * mp.mpf(10) ** -12 > SETTLED

            if square < mp.mpf(10) ** -40 and all(map(settled, range(n))):
                units = [[mp.mpf(int(j == k)) for k in range(q)] for j in range(q)]
                return beta, [mp.sqrt(solve(e)[j]) for j, e in enumerate(units)], likelihood

            def at(t, beta=beta, d=d):
                return height([b + t * s for b, s in zip(beta, d, strict=True)])

            t, there = mp.mpf(1), at(1)
            while there[0] > value and max(reach) > 0.3 and square > mp.mpf(10) ** -200 and t < mp.mpf(10) ** 30:
                farther = at(2 * t)
                if farther[0] <= there[0]:
                    break
                t, there = 2 * t, farther
            halvings = 0
            while there[0] < value and halvings < 400:
                t, halvings = t / (2 if halvings < 4 else 8), halvings + 1
                there = at(t)
            if halvings == 400:
                break
            beta = [b + t * s for b, s in zip(beta, d, strict=True)]
            value, likelihood, margins = there
    return None


def firth_optimum(X, y, start, passes=100):
    """(coefficients, standard errors) with Jeffreys' prior, by steps with the inverse of the information."""
    number = Context()
    mp, zero = number.mp, number.mp.mpf(0)
    z, beta = [[mp.mpf(1)] + [number(v) for v in row] for row in X], [number(v) for v in start]
    units = [[mp.mpf(int(j == k)) for k in range(len(beta))] for j in range(len(beta))]
    for _ in range(passes):
        p = [1 / (1 + mp.exp(-sum((a * b for a, b in zip(row, beta, strict=True)), zero))) for row in z]
        weighed = [[v * (1 - v) * a for a in row] for v, row in zip(p, z, strict=True)]
        H = [
            [sum((w[j] * row[k] for w, row in zip(weighed, z, strict=True)), zero) for k in range(len(beta))]
            for j in range(len(beta))
        ]
        solve = solver(H, mp)
        leverage = [
            sum((a * b for a, b in zip(w, solve(row), strict=True)), zero) for w, row in zip(weighed, z, strict=True)
        ]
        residual = [number(t) - v + h * (mp.mpf("0.5") - v) for t, v, h in zip(y, p, leverage, strict=True)]
        step = solve([sum((r * row[j] for r, row in zip(residual, z, strict=True)), zero) for j in range(len(beta))])
        beta, errors = (
            [b + s for b, s in zip(beta, step, strict=True)],
            [mp.sqrt(solve(unit)[j]) for j, unit in enumerate(units)],
        )
        if all(abs(s) < mp.mpf(10) ** -12 * e for s, e in zip(step, errors, strict=True)):
            return beta, errors
    return None
