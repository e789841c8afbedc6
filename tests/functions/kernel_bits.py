"""A digest of what each kernel of the core computes, at the level in use: the same for every level, compiler and build.

python -m tests.functions.kernel_bits               prints the digests as JSON
python -m tests.functions.kernel_bits FOLDER ...    compares the packages staged in the folders with the one that is
                                                    installed, at every level of this processor; exits with 1 where
                                                    they differ
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
from tests.functions import kernel_inputs
from tests.levels import MISSING, run_at

from verhulst import _core


def bits() -> dict[str, str]:
    found = {}
    for dtype in kernel_inputs.TYPES:
        kind = np.dtype(dtype).name
        for name in kernel_inputs.INPUTS:
            different, which = company(name, dtype, each=1)
            every = [kernel_inputs.arguments(name, dtype, 4096), [x[which] for x in different]]
            found[f"{name} {kind}"] = _digest(part for x in every for part in kernel_inputs.results(name, x))
        found[f"rows {kind}"] = _digest(_over_rows(dtype))
        found[f"binary_cross_entropy_sum {kind}"] = _digest(_loss_sums(dtype))
    found["regression"] = _digest(_regression())
    return found


def company(name: str, dtype: type, width: int = 192, each: int = 8) -> tuple[list[np.ndarray], np.ndarray]:
    """Rare arguments among ordinary ones: alone at every position of a block, then in runs.

    Each of them stands at `each` positions.

    Returns
    -------
    different : the arguments without repetition
    which : those of `different` that make up the array
    """
    usual, odd = kernel_inputs.ordinary(name, dtype, width), kernel_inputs.rare(name, dtype)
    different = [np.concatenate(pair) for pair in zip(usual, odd, strict=True)]
    row, rare = np.arange(width), np.repeat(np.arange(width, len(different[0])), each)
    single = np.tile(row, (len(rare), 1))
    middle = width // 3  # no block is longer
    single[np.arange(len(rare)), middle + 5 * np.arange(len(rare)) % middle] = rare
    lengths = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
    runs = np.tile(row, (len(lengths), 1))
    for one, length in zip(runs, lengths, strict=True):
        run = row // length % 2 == 1
        one[run] = np.resize(rare[::each], run.sum())
    return different, np.concatenate([single.ravel(), runs.ravel()])


def _digest(parts) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()


def _over_rows(dtype: type):
    z = kernel_inputs.numbers(dtype, 5, 7000)
    for name in ("softmax", "log_softmax", "logsumexp"):
        function = _core.row_ufunc(name, "")
        for n in (1, 2, 3, 7, 8, 9, 33, 100, 3500):
            yield kernel_inputs.canonical(function(z[: 7000 // n * n].reshape(-1, n)))


def _loss_sums(dtype: type):
    name = "_binary_cross_entropy_gradient"
    different, which = company(name, dtype, each=1)
    for inputs in ([x[which] for x in different], kernel_inputs.ordinary(name, dtype, 5000)):
        for hard in (False, True):
            z, y = inputs[0], np.round(inputs[1]) if hard else inputs[1]
            z, y = (np.ascontiguousarray(a.astype(dtype)) for a in (z, y))
            gradient, out = np.empty_like(z), np.empty((), z.dtype)
            raw = [a.view(np.int16) if a.dtype == ml_dtypes.bfloat16 else a for a in (z, y, gradient, out)]
            for mean in (False, True):
                _core.binary_cross_entropy_sum(*raw, mean, mean)
                yield kernel_inputs.canonical(out)
                yield kernel_inputs.canonical(gradient)


def _regression():
    rng = np.random.default_rng(8)
    for n, p in ((1, 1), (70, 3), (1000, 9), (3000, 70)):
        X, weight, offset = rng.normal(size=(n, p)), rng.uniform(0, 2, n), rng.normal(size=n)
        y, centre, scale = rng.integers(0, 2, n).astype(float), rng.normal(size=p), np.exp2(rng.integers(-3, 3, p))
        beta = rng.normal(0, 0.3, p + 1)
        for x in (X, X.astype(np.float32)):
            for w, o in ((None, None), (weight, offset)):
                found = _core.logistic_statistics(x, y, w, o, centre, scale, True, beta, None, 0)
                yield from (np.asarray(part).tobytes() for part in found if part is not None)
        gram = X.T @ X + np.eye(p)
        root = _core.cholesky(gram)
        assert root is not None
        yield from (a.tobytes() for a in (root, _core.triangle_inverse(root), _core.cholesky_inverse(root)))


def bits_of(level: str, package: Path | None = None) -> dict[str, str]:
    """The same in a process of its own: at another level, or of the package in another folder."""
    path = {} if package is None else {"PYTHONPATH": str(package.resolve())}
    found: dict[str, str] = json.loads(run_at(level, "-m", "tests.functions.kernel_bits", **path))
    core = Path(found.pop("core"))
    assert package is None or package.resolve() in core.parents, f"{core} was loaded instead of what is in {package}"
    return found


def main(folders: list[str]) -> int:
    if not folders:
        print(json.dumps({"core": _core.__file__, **bits()}))
        return 0
    for level in MISSING:
        print(f"NOT RUN: level {level} is not in this build")
    different = 0
    for level in _core.cpu_levels():
        installed = bits_of(level)
        for folder in folders:
            other = bits_of(level, Path(folder))
            wrong = sorted(name for name in installed.keys() | other.keys() if other.get(name) != installed.get(name))
            different += len(wrong)
            print(f"{level}: {folder}: {len(installed)} digests, {len(wrong)} differ {', '.join(wrong)}", flush=True)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
