"""The cells of `benchmarks.compare`, and the worker that measures them: only names that every compared revision has.

A cell is prepared once and gives the call to be timed; its result is digested, so that the two builds' bits can be
compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

import verhulst as vh

Call = Callable[[], Any]
CELLS: dict[str, Callable[[], Call]] = {}
UFUNCS = sorted(name for name, value in vars(vh).items() if isinstance(value, np.ufunc))
TYPES = ("float64", "float32", "float16")
NUMBERS = 100_000


def _numbers(n: int = NUMBERS, scale: float = 4.0) -> np.ndarray:
    return np.random.default_rng(0).normal(0, scale, n)


def _ufunc(name: str, dtype: str, n: int) -> Call:
    z = _numbers(n)
    if name.startswith("logit"):
        z = 1 / (1 + np.exp(-z))
    elif name.startswith("softplus_inverse"):
        z = np.abs(z)
    elif name.startswith("log1m"):
        z = -np.abs(z)
    z = z.astype(dtype)
    return partial(getattr(vh, name), z, out=np.empty_like(z))


def _loss(name: str, dtype: str) -> Call:
    z = _numbers().astype(dtype)
    return partial(getattr(vh, name), z, (z > 0.3).astype(dtype))


def _rows(name: str, shape: tuple[int, int], dtype: str) -> Call:
    return partial(getattr(vh, name), _numbers(shape[0] * shape[1]).reshape(shape).astype(dtype))


def _data(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p))
    z = X @ (rng.standard_normal(p) / np.sqrt(p)) - 0.5
    return X, (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float)


def _fit(n: int, p: int, **options: Any) -> Call:
    X, y = _data(n, p)
    if "firth" not in vh.LogisticRegression().get_params():  # revisions before C=inf was no penalty
        options = {"penalty": "firth"} if options.get("firth") else {"penalty": "l2"} | options if options else {}
    model = vh.LogisticRegression(**options)

    def call() -> Any:
        model.fit(X, y)
        errors = () if "C" in options else model.standard_errors_
        return np.concatenate([model.coef_.ravel(), np.ravel(model.intercept_), np.ravel(errors)])

    return call


def _profile() -> Call:
    model = vh.LogisticRegression().fit(*_data(2_000, 5))
    return lambda: str(model.summary(interval="profile"))


def _calibrate(method: str) -> Call:
    z = _numbers(20_000, 2.0)
    y = (np.random.default_rng(2).random(len(z)) < 1 / (1 + np.exp(-z))).astype(float)
    return lambda: vh.calibrate(2 * z, y, method=method).transform(z)


def _evaluate() -> Call:
    z = _numbers(20_000, 2.0)
    y = (np.random.default_rng(2).random(len(z)) < 1 / (1 + np.exp(-z))).astype(float)
    return lambda: str(vh.evaluate(y, logits=2 * z))


def _table() -> Call:
    votes = vh.data.load_dataset("anes96")
    columns = ["self_placement", "age", "income"]
    return lambda: str(vh.fit_table(votes, target="vote", positive="Dole", columns=columns).odds_ratios())


def _torch(name: str, backward: bool) -> Call:
    import torch

    import verhulst.torch as vt

    torch.set_num_threads(1)
    z = torch.from_numpy(_numbers().astype("float32")).requires_grad_(backward)

    def call() -> Any:
        value = getattr(vt, name)(z)
        if not backward:
            return value.numpy()
        return torch.autograd.grad(value.sum(), z)[0].numpy()

    return call


def _cell(kind: str) -> Call:
    import torch

    import verhulst.torch as vt

    torch.set_num_threads(1)
    torch.manual_seed(0)
    cell = getattr(vt, kind)(128, 128)
    x = torch.randn(32, 128)

    def call() -> Any:
        state = cell(x)
        loss = sum(part.sum() for part in (state if isinstance(state, tuple) else (state,)))
        return torch.cat([g.ravel() for g in torch.autograd.grad(loss, list(cell.parameters()))]).numpy()

    return call


for _name in UFUNCS:
    for _type in TYPES:
        CELLS[f"{_name} {_type}"] = partial(_ufunc, _name, _type, NUMBERS)
CELLS["sigmoid of 10 numbers"] = partial(_ufunc, "sigmoid", "float64", 10)
for _name in ("binary_cross_entropy", "binary_cross_entropy_gradient", "binary_cross_entropy_hessian"):
    for _type in TYPES:
        CELLS[f"{_name} {_type}"] = partial(_loss, _name, _type)
for _name in ("softmax", "log_softmax", "logsumexp"):
    for _type in TYPES:
        CELLS[f"{_name} 10,000 x 10 {_type}"] = partial(_rows, _name, (10_000, 10), _type)
        CELLS[f"{_name} 100 x 1,000 {_type}"] = partial(_rows, _name, (100, 1_000), _type)
for _n, _p in ((100, 3), (2_000, 20), (20_000, 200), (200_000, 20), (1_000_000, 20)):
    CELLS[f"fit {_n:,} x {_p}"] = partial(_fit, _n, _p)
CELLS["fit 20,000 x 20 L2"] = partial(_fit, 20_000, 20, C=1.0)
CELLS["fit 200 x 1,000 L2"] = partial(_fit, 200, 1_000, C=1.0)
CELLS["fit 500 x 10 Firth"] = partial(_fit, 500, 10, firth=True)
CELLS["profile intervals 2,000 x 5"] = _profile
CELLS["fit_table anes96"] = _table
for _method in ("platt", "temperature", "beta", "isotonic"):
    CELLS[f"calibrate {_method} 20,000"] = partial(_calibrate, _method)
CELLS["evaluate 20,000"] = _evaluate
for _name in ("sigmoid", "silu", "softplus"):
    CELLS[f"torch {_name} float32"] = partial(_torch, _name, False)
    CELLS[f"torch {_name} float32, backward"] = partial(_torch, _name, True)
CELLS["torch LSTMCell 128, batch 32, backward"] = partial(_cell, "LSTMCell")
CELLS["torch GRUCell 128, batch 32, backward"] = partial(_cell, "GRUCell")


def _seconds(call: Call, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def _prepare(name: str, prepared: dict[str, Call]) -> dict[str, Any]:
    try:
        call = prepared[name] = CELLS[name]()
        result = call()  # also the first warm-up
        content = result.encode() if isinstance(result, str) else np.ascontiguousarray(result).tobytes()
        return {"digest": hashlib.sha256(content).hexdigest(), "seconds": min(_seconds(call, 1) for _ in range(3))}
    except Exception as error:  # a revision without this function: said in the table
        return {"error": f"{type(error).__name__}: {error}"[:100]}


def _answers(lines: Iterable[str]) -> Iterable[Any]:
    prepared: dict[str, Call] = {}
    for line in lines:
        question = json.loads(line)
        if "names" in question:
            yield list(CELLS)
        elif "prepare" in question:
            prepared.clear()
            yield _prepare(question["prepare"], prepared)
        else:
            yield _seconds(prepared[question["measure"]], question["calls"])


if __name__ == "__main__":
    # Both workers on one core: two cores of a virtual machine may differ by half.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for _answer in _answers(sys.stdin):
        print(json.dumps(_answer), flush=True)
