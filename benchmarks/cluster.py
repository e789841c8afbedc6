"""Fits on a Dask cluster: two workers of one thread beside one, and dask-ml where it is installed.

The rows lie in a Parquet file that the workers read: reading, the design and the covariance are part of the fit.
Processor time stands beside the time on the wall: on a machine that others use, too, workers wait for each other's
cores. `VERHULST_BENCHMARK_ROWS` sets the number of rows.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

import verhulst

ROWS = int(float(os.environ.get("VERHULST_BENCHMARK_ROWS", "2e7")))
GROUP, COLUMNS, ROUNDS = 1 << 19, 20, 3


def write(path: str, n: int = ROWS, p: int = COLUMNS) -> None:
    """A Parquet file of doubles, uncompressed, and an outcome of 0 and 1."""
    rng, writer = np.random.default_rng(0), None
    effects = np.linspace(-0.3, 0.3, p)
    for start in range(0, n, GROUP):
        X = rng.standard_normal((min(GROUP, n - start), p))
        y = (rng.random(len(X)) < verhulst.sigmoid(X @ effects)).astype(np.int8)
        table = pa.table({f"x{j}": np.ascontiguousarray(X[:, j]) for j in range(p)} | {"y": y})
        if writer is None:
            writer = parquet.ParquetWriter(path, table.schema, compression="none", use_dictionary=False)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def processor_seconds() -> float:
    """Of this process so far."""
    return sum(os.times()[:2])


@dataclass
class Measured:
    """Seconds of each round on the wall, of this process, and of the busiest worker; and the last result."""

    wall: list[float] = field(default_factory=list)
    driver: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    result: Any = None

    def run(self, client: Any, work: Callable[[], Any]) -> None:
        """One round."""
        before, own, start = client.run(processor_seconds), processor_seconds(), time.perf_counter()
        self.result = work()
        self.wall.append(time.perf_counter() - start)
        self.driver.append(processor_seconds() - own)
        after = client.run(processor_seconds)
        self.worker.append(max(after[address] - seconds for address, seconds in before.items()))

    def cells(self) -> str:
        """Medians for a table."""
        return " | ".join(f"{statistics.median(each):.2f}" for each in (self.wall, self.worker, self.driver))


def dask_ml(client: Any) -> Callable[[str], Any] | None:
    """The same fit by dask-ml's Newton method, without a penalty, of the same file; None if it is not installed."""
    try:
        import dask.dataframe as dd
        from dask_ml.linear_model import LogisticRegression
    except ImportError:
        return None

    def work(path: str) -> Any:
        with client.as_current():
            frame = dd.read_parquet(path, split_row_groups=1).persist()
            y = frame["y"].to_dask_array(lengths=True)
            X = frame.drop(columns="y").to_dask_array(lengths=True)
            model = LogisticRegression(C=1e12, solver="newton", tol=1e-6, max_iter=50).fit(X, y)
            return np.append(model.intercept_, model.coef_)

    return work


def main() -> str:
    """The table."""
    import distributed

    rivals: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/numbers.parquet"
        warm = f"{folder}/few.parquet"
        write(path)
        write(warm, 100_000)
        clients = []
        for workers in (1, 2):
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=":0",
                memory_limit=None,
                silence_logs=50,
                local_directory=folder,
            )
            clients.append(distributed.Client(cluster, set_as_default=False))
            clients[-1].run(pa.set_cpu_count, 1)
        one, two = clients
        work: dict[str, tuple[Any, Callable[[str], Any]]] = {
            "one worker": (one, lambda path: verhulst.fit_table(path, "y", client=one)),
            "two workers": (two, lambda path: verhulst.fit_table(path, "y", client=two)),
        }
        if (peer := dask_ml(two)) is not None:
            work["dask-ml, two workers"] = two, peer
        for client, call in work.values():
            Measured().run(client, partial(call, warm))  # what is imported is no part of a fit
        for _ in range(ROUNDS):
            for name, (client, call) in work.items():
                rivals.setdefault(name, Measured()).run(client, partial(call, path))
        whole = verhulst.fit_table(path, "y").fit
        for client in clients:
            client.cluster.close()
            client.close()
    lines = [
        f"# Fits on a Dask cluster: {ROWS:,} × {COLUMNS} doubles in Parquet",
        "",
        "Seconds: on the wall, of the processor in the busiest worker, and in the process that asks (and schedules).",
        "The error is the largest distance from the fit in one process, in standard errors.",
        "",
        "| | wall | worker | driver | error |",
        "|---|---|---|---|---|",
    ]
    for name, measured in rivals.items():
        found = measured.result.fit.coefficients if hasattr(measured.result, "fit") else measured.result
        error = np.max(np.abs(found - whole.coefficients) / whole.standard_errors)
        lines.append(f"| {name} | {measured.cells()} | {error:.1e} |")
    a, b = (rivals[name] for name in ("one worker", "two workers"))
    wall, worker = (statistics.median(x) / statistics.median(y) for x, y in ((a.wall, b.wall), (a.worker, b.worker)))
    lines += ["", f"Two workers: {wall:.2f} times as fast on the wall, {worker:.2f} times less of each processor."]
    return "\n".join(lines) + "\n"
