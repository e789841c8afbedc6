"""Fits: time and distance from the maximum, in standard errors, for verhulst and its peers.

Every fit is followed by what its user would want next, the covariance matrix, inside the timed call, where the library
can give one. Errors are measured against an optimum computed here, independently: Newton's method in NumPy with
gradients in extended precision.

`python -m benchmarks fit` takes about three quarters of an hour. VERHULST_BENCH=quick takes a tenth of the rows and one
repetition; VERHULST_BENCH=optimum only works out the optima; VERHULST_BENCH_CELLS="1000000x20:iid,50000x500" picks
cells, which are then measured whether or not they were before; VERHULST_BENCH_THREADS="1,2" the numbers of threads;
VERHULST_BENCH_SEED the data (1). The table always shows every cell that was measured with the sources as they are.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

import verhulst
from benchmarks import kept
from verhulst.regression import fit

SIZES = ((1_000_000, 20), (200_000, 40), (500_000, 100), (50_000, 500))
KINDS = ("iid", "correlated", "rare", "one-hot", "unscaled")
ENOUGH = 1e-4  # standard errors: how near a peer has to come in its "run to" row
PATIENCE = 20.0  # seconds: no peer is run again, with a smaller tolerance or more iterations, after a fit this long
ONCE = 0.5  # seconds: fits that take longer are timed once
SOURCES = ("native/*.cpp", "native/regression/*", "native/simd/*", "src/verhulst/regression/*.py", "benchmarks/fit.py")


@dataclasses.dataclass(frozen=True)
class Cell:
    """One data set of the grid."""

    kind: str
    X: np.ndarray
    y: np.ndarray


def make(kind: str, n: int, p: int, seed: int = 1) -> Cell:
    """A data set of n rows and p columns.

    iid: standard normal columns. correlated: an AR(0.9) sequence of columns. rare: iid, 0.4 % ones. one-hot: six normal
    columns and dummies of factors whose levels follow Zipf's law. unscaled: correlated, columns shifted by up to 10 of
    their standard deviations, which run from 0.01 to 1000.
    """
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    slopes = rng.standard_normal(p) / np.sqrt(p)
    intercept = -0.5
    if kind in ("correlated", "unscaled"):
        for j in range(1, p):
            X[:, j] *= np.sqrt(1 - 0.9**2)
            X[:, j] += 0.9 * X[:, j - 1]
    if kind == "rare":
        intercept = -6.0
    if kind == "one-hot":
        intercept = -2.0
        factors = max(1, p // 50)
        X[:, 6:] = 0.0
        edges = np.linspace(6, p, factors + 1).astype(int)
        for first, last in itertools.pairwise(edges):
            share = 1.0 / np.arange(1, last - first + 2)
            level = rng.choice(last - first + 1, size=n, p=share / share.sum())
            X[np.flatnonzero(level > 0), first + level[level > 0] - 1] = 1.0
        slopes[6:] = rng.standard_normal(p - 6) * 0.7
    y = (rng.random(n) < verhulst.sigmoid(X @ slopes + intercept)).astype(np.float64)
    if kind == "unscaled":
        scale = 10 ** rng.uniform(-2, 3, p)
        X = (X + rng.uniform(-10, 10, p)) * scale
    return Cell(kind, X, y)


def optimum(cell: Cell, block: int = 8192) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients, covariance), intercept first, by NumPy alone: the gradient in extended precision."""
    centre, scale = cell.X.mean(axis=0), cell.X.std(axis=0)
    q = cell.X.shape[1] + 1
    beta = np.zeros(q, np.longdouble)
    number: type = np.float64  # until that is not precise enough any more
    for _ in range(60):
        gradient, information = np.zeros(q, number), np.zeros((q, q))
        for start in range(0, len(cell.y), block):
            z = np.ones((len(cell.y[start : start + block]), q))
            z[:, 1:] = (cell.X[start : start + block] - centre) / scale
            probability = 1 / (1 + np.exp(-(z @ beta.astype(number))))
            gradient += z.T @ (cell.y[start : start + block] - probability)
            weight = (probability * (1 - probability)).astype(float)
            information += z.T @ (z * weight[:, None])
        step = np.linalg.solve(information, gradient.astype(float))
        beta += step
        decrement = gradient.astype(float) @ step
        if decrement < 1e-24:
            break
        if decrement < 1e-8:
            number = np.longdouble
    else:
        raise RuntimeError("the reference did not converge")
    back = np.eye(q)
    back[1:, 1:] /= scale
    back[0, 1:] = -centre / scale
    return (back.astype(np.longdouble) @ beta).astype(float), back @ np.linalg.inv(information) @ back.T


Result = tuple[np.ndarray, np.ndarray | None]  # coefficients, intercept first; covariance
Tolerances = tuple[float, ...]  # the default, then ever smaller ones, until the fit is near enough


def ours(cell: Cell, _tolerance: float) -> Result:
    found = fit(cell.X, cell.y)
    return found.coefficients, found.covariance


def newton_cholesky(cell: Cell, tolerance: float) -> Result:
    """scikit-learn's Newton: covariance from its coefficients, as its users write it."""
    beta, _ = _scikit_learn(cell, tolerance, "newton-cholesky")
    probability = verhulst.sigmoid(cell.X @ beta[1:] + beta[0])
    weight = probability * (1 - probability)
    weighted = cell.X * weight[:, None]
    information = np.empty((len(beta), len(beta)))
    information[1:, 1:] = cell.X.T @ weighted
    information[0, 1:] = information[1:, 0] = weighted.sum(axis=0)
    information[0, 0] = weight.sum()
    return beta, np.linalg.inv(information)


def lbfgs(cell: Cell, tolerance: float) -> Result:
    """scikit-learn's default solver; it has no information matrix, and gets no covariance here."""
    return _scikit_learn(cell, tolerance, "lbfgs")


_iterations = [100]  # scikit-learn's limit: its own default, or what patience allows


def _scikit_learn(cell: Cell, tolerance: float, solver: str) -> Result:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf, solver=solver, tol=tolerance, max_iter=_iterations[0])
    model.fit(cell.X, cell.y)
    return np.r_[model.intercept_, model.coef_[0]], None


def glum(cell: Cell, tolerance: float) -> Result:
    from glum import GeneralizedLinearRegressor

    model = GeneralizedLinearRegressor(family="binomial", alpha=0, gradient_tol=tolerance, max_iter=1000)
    model.fit(cell.X, cell.y)
    covariance = model.covariance_matrix(cell.X, cell.y, robust=False, dispersion=1.0)
    return np.r_[model.intercept_, model.coef_], covariance


def statsmodels_logit(cell: Cell, tolerance: float) -> Result:
    import statsmodels.api as sm

    found = sm.Logit(cell.y, sm.add_constant(cell.X)).fit(disp=0, tol=tolerance, maxiter=35)
    return np.asarray(found.params), np.asarray(found.cov_params())


@dataclasses.dataclass(frozen=True)
class Library:
    """A rival: its fit, the tolerances to try in turn, and whether it ends with an information matrix."""

    name: str
    fit: Callable[[Cell, float], Result]
    tolerances: Tolerances
    information: bool


OURS = Library("verhulst", ours, (1e-6,), True)
PEERS = (
    Library("scikit-learn newton-cholesky", newton_cholesky, (1e-4, 1e-6, 1e-8, 1e-10, 1e-12), True),
    Library("scikit-learn lbfgs", lbfgs, (1e-4, 1e-6, 1e-8, 1e-10, 1e-12), False),
    Library("glum", glum, (1e-4, 1e-6, 1e-8, 1e-10), True),
    Library("statsmodels Logit", statsmodels_logit, (1e-8,), True),
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table."""

    cell: str
    threads: int
    library: str
    setting: str
    seconds: float
    error: float
    ratio: float | None


def timed(library: Library, cell: Cell, tolerance: float, truth: Result, rounds: int) -> tuple[float, float]:
    """Median seconds and the largest error of a coefficient in standard errors (inf if the library gave up)."""
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                beta, _ = library.fit(cell, tolerance)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return time.perf_counter() - start, np.inf
        times.append(time.perf_counter() - start)
        if times[-1] > ONCE:
            break
    assert truth[1] is not None
    error = np.max(np.abs(beta - truth[0]) / np.sqrt(np.diag(truth[1])))
    return statistics.median(times), float(error) if np.isfinite(error) else np.inf


def measure(cell: Cell, truth: Result, name: str, threads: int, rounds: int, tired: set[str]) -> Iterator[Row]:
    """The rows of one cell: ours, then each peer at its default and run until it is near enough.

    Peers in `tired` are left out; those whose patience ran out are added.
    """
    verhulst.set_num_threads(threads)
    # Limited only where there is something to limit: told to use as many threads as it does anyway, OpenBLAS keeps its
    # idle threads busy, and all that is not OpenBLAS loses a third of its speed.
    with threadpool_limits(threads if threads < (os.cpu_count() or 1) else None):
        timed(OURS, cell, 1e-6, truth, 1)
        seconds, error = timed(OURS, cell, 1e-6, truth, 5)
        yield Row(name, threads, "verhulst", "default", seconds, error, None)
        for peer in PEERS:
            if peer.name in tired:
                continue
            _iterations[0] = 100
            for turn, tolerance in enumerate(peer.tolerances):
                taken, off = timed(peer, cell, tolerance, truth, rounds)
                near = off <= ENOUGH
                last = near or turn + 1 == len(peer.tolerances) or taken > PATIENCE / 2
                setting = ("default" if turn == 0 else f"tol={tolerance:g}") + (", run to ≤ 1e-4 SE" if near else "")
                if turn == 0 or last:
                    yield Row(name, threads, peer.name, setting, taken, off, taken / seconds)
                if turn == 0:  # as many as fit into our patience, if a hundred took so long
                    _iterations[0] = int(np.clip(100 * PATIENCE / taken, 100, 2000))
                if taken > PATIENCE / 2:
                    tired.add(peer.name)
                if last:
                    break
    verhulst.set_num_threads(1)


def peak_memory(n: int, p: int) -> float:
    """MB of memory that a fit needs beside its data, measured in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        cell = make("iid", n, p)
        fit(cell.X[:1000, :2], cell.y[:1000])  # what is loaded on first use
        with open("/proc/self/clear_refs", "w", encoding="ascii") as reset:
            reset.write("5")
        before = _high_water()
        fit(cell.X, cell.y)
        os.write(write, f"{(_high_water() - before) / 1024:.1f}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(read, 100))


def _high_water() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def chosen() -> Iterator[tuple[int, int, str]]:
    """The cells to measure."""
    wanted = os.environ.get("VERHULST_BENCH_CELLS", "")
    for (n, p), kind in itertools.product(SIZES, KINDS):
        if not wanted or any(w in (f"{n}x{p}:{kind}", f"{n}x{p}", kind) for w in wanted.split(",")):
            yield n, p, kind


def warm_up() -> None:
    """Let every library load what it needs, and compile it."""
    small = make("iid", 2000, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for library in (OURS, *PEERS):
            library.fit(small, library.tolerances[0])


def truth_of(cell: Cell, n: int, p: int, seed: int) -> Result:
    """The optimum, worked out once."""
    name = f"optimum-{n}x{p}-{cell.kind}-{seed}"
    known = kept.load_arrays(name)
    if known is None:
        beta, covariance = optimum(cell)
        kept.save_arrays(name, beta=beta, covariance=covariance)
        return beta, covariance
    return known["beta"], known["covariance"]


def main() -> str:
    """The table of the grid."""
    mode, seed = os.environ.get("VERHULST_BENCH"), int(os.environ.get("VERHULST_BENCH_SEED", "1"))
    quick = mode == "quick"
    threads = [int(t) for t in os.environ.get("VERHULST_BENCH_THREADS", "1,2").split(",")]
    warm_up()
    sources, anew = kept.fingerprint(SOURCES), bool(os.environ.get("VERHULST_BENCH_CELLS"))
    for n, p, kind in chosen():
        n = n // 10 if quick else n
        key = f"fit-{n}x{p}-{kind}-{seed}"
        known = kept.load(key, sources)
        if known is not None and not anew and mode != "optimum":
            continue
        cell, tired = make(kind, n, p, seed), set[str]()
        truth = truth_of(cell, n, p, seed)
        if mode == "optimum":
            continue
        rows = []
        for count in threads:
            for row in measure(cell, truth, f"{n:,} × {p} {kind}", count, 1 if quick else 3, tired):
                rows.append(row)
                print(line(row), flush=True)
        kept.save(key, sources, [dataclasses.asdict(row) for row in rows])
        del cell
    sizes = [(n // 10 if quick else n, p) for n, p in SIZES]
    memory = kept.load(f"memory{'-quick' * quick}", sources)
    if memory is None and not anew:
        memory = [peak_memory(n, p) for n, p in sizes]
        kept.save(f"memory{'-quick' * quick}", sources, memory)
    found = [
        Row(**row)
        for (n, p), kind in itertools.product(sizes, KINDS)
        for row in kept.load(f"fit-{n}x{p}-{kind}-{seed}", sources) or ()
    ]
    kernels = sorted({info.get("architecture", "?") for info in threadpool_info() if info["user_api"] == "blas"})
    text = [
        "# Fits",
        "",
        "Seconds (median of five; for peers of three, and of one where a fit takes more than half a second) and the "
        "largest error of a coefficient in standard errors. The covariance is included where the library has one "
        "(scikit-learn's lbfgs has none). × is the peer's time over ours. A peer is run with ever smaller tolerances "
        f"until it is within {ENOUGH:g} standard errors; not again after a fit of {PATIENCE / 2:.0f} seconds. "
        f"OpenBLAS with its kernels for {', '.join(kernels)}; data of seed {seed}.",
        "",
        "| data | threads | library | setting | seconds | error / SE | × |",
        "|---|---|---|---|---|---|---|",
        *map(line, found),
        "",
        *summary(found),
    ]
    if memory is not None:
        text += ["Memory beside the data:", ""]
        text += [
            f"- {n:,} × {p}: {used:.0f} MB (goal: {64 + 3 * p * p * 8 / 1e6:.0f} MB)"
            for (n, p), used in zip(sizes, memory, strict=True)
        ]
    return "\n".join(text) + "\n"


def summary(rows: list[Row]) -> list[str]:
    """The least ratios by kind of peer, and what a second thread brings."""
    matrices = {peer.name for peer in PEERS if peer.information}
    text = [
        "| cell | threads | peers with information, run to ≤ 1e-4 SE | lbfgs, likewise | lbfgs, default | 2 threads |"
    ]
    text.append("|---|---|---|---|---|---|")
    one = {r.cell: r.seconds for r in rows if r.library == "verhulst" and r.threads == 1}
    for ours in (r for r in rows if r.library == "verhulst"):
        peers = [r for r in rows if (r.cell, r.threads) == (ours.cell, ours.threads) and r.ratio is not None]
        exact = [r.ratio or 0.0 for r in peers if r.library in matrices and r.error <= ENOUGH]
        lbfgs = [r for r in peers if r.library == "scikit-learn lbfgs"]
        near = [f"{r.ratio:.1f}×" for r in lbfgs if r.error <= ENOUGH]
        default = [f"{r.ratio:.1f}×" for r in lbfgs if r.setting.startswith("default")]
        gain = f"{one[ours.cell] / ours.seconds:.2f}×" if ours.threads == 2 and ours.cell in one else ""
        parts = (
            f"{min(exact):.1f}×" if exact else "none came so near",
            near[0] if near else "never came so near",
            default[0] if default else "not run",
        )
        text.append(f"| {ours.cell} | {ours.threads} | {' | '.join(parts)} | {gain} |")
    return [*text, ""]


def line(row: Row) -> str:
    """One line of Markdown."""
    ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
    parts = (row.cell, row.threads, row.library, row.setting, f"{row.seconds:.3f}", f"{row.error:.1e}", ratio)
    return f"| {' | '.join(map(str, parts))} |"


if __name__ == "__main__":
    print(main())
