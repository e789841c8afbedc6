"""What separates a few rows: every extreme ray of the cone of separating directions, in rational arithmetic.

Nothing here is shared with the package: a ray is orthogonal to q − 1 of the rows, so all choices of so many are tried.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import gcd


@dataclass(frozen=True)
class Answer:
    separated: int
    rows: int
    states: tuple[str, ...]

    @property
    def kind(self):
        return None if not self.separated else "complete" if self.separated == self.rows else "quasi-complete"


def answer(X, y, weight=None, intercept=True):
    """Rows that can be separated, and the state of every coefficient; None where the columns are dependent."""
    signed, fixed = [], []
    for i, row in enumerate(X):
        if weight is None or weight[i] > 0:
            whole = integers(([1.0] if intercept else []) + list(map(float, row)))
            if y[i] in (0, 1):
                signed.append([v if y[i] == 1 else -v for v in whole])
            else:
                fixed.append(whole)
    size = len(X[0]) + intercept
    # The columns were multiplied alike in every row by `integers`, up to a factor for the row.
    distinct = [list(r) for r in dict.fromkeys(tuple(r) for r in signed) if any(r)]
    held = [list(r) for r in dict.fromkeys(tuple(r) for r in fixed) if any(r)]
    if rank(distinct + held) < size:
        return None
    rays = []
    for some in combinations(distinct + held, size - 1):
        ray = orthogonal(list(some), size)
        if ray is None:
            continue
        for sign in (1, -1):
            d = [sign * v for v in ray]
            if all(dot(a, d) >= 0 for a in distinct) and all(dot(a, d) == 0 for a in held):
                rays.append(d)
    separated = sum(any(dot(a, d) > 0 for d in rays) for a in signed)
    states = []
    for j in range(size):
        up, down = any(d[j] > 0 for d in rays), any(d[j] < 0 for d in rays)
        states.append("not determined" if up and down else "+inf" if up else "-inf" if down else "finite")
    return Answer(separated, len(signed) + len(fixed), tuple(states))


def integers(row):
    """The row times a positive number, in lowest terms."""
    exact = [Fraction(v) for v in row]
    common = 1
    for v in exact:
        common = common * v.denominator // gcd(common, v.denominator)
    whole = [int(v * common) for v in exact]
    return [v // (gcd(*whole) or 1) for v in whole]


def dot(a, b):
    return sum(map(int.__mul__, a, b))


def eliminated(rows, size):
    """Reduced row echelon form (fractions) and the pivot columns."""
    rows, pivots = [[Fraction(v) for v in r] for r in rows], []
    for j in range(size):
        at = len(pivots)
        k = next((k for k in range(at, len(rows)) if rows[k][j]), None)
        if k is None:
            continue
        rows[at], rows[k] = rows[k], rows[at]
        rows[at] = [v / rows[at][j] for v in rows[at]]
        for i in range(len(rows)):
            if i != at and rows[i][j]:
                rows[i] = [a - rows[i][j] * b for a, b in zip(rows[i], rows[at], strict=True)]
        pivots.append(j)
    return rows, pivots


def rank(rows):
    return len(eliminated(rows, len(rows[0]))[1]) if rows else 0


def orthogonal(rows, size):
    """The direction (integers) orthogonal to size − 1 independent rows; None if they are dependent."""
    reduced, pivots = eliminated(rows, size)
    if len(pivots) < size - 1:
        return None
    (free,) = set(range(size)) - set(pivots)
    ray = [Fraction(0)] * size
    ray[free] = Fraction(1)
    for row, j in zip(reduced, pivots, strict=False):
        ray[j] = -row[free]
    return integers(ray)
