"""What a fit on a cluster costs: a model, checked against runs on this machine, and used for sizes beyond it.

The costs of rows and of tasks are measured here, in seconds of the processor. A pass over simulated workers goes
through the package's own merge tree.
"""

from __future__ import annotations

import pickle
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

import verhulst
from benchmarks import cluster
from benchmarks.simulated_cluster import Costs, SimulatedCluster, seconds_of_pass
from verhulst._core import cpu_level
from verhulst.data.dask_parts import FAN_IN, DaskParts
from verhulst.data.parted_table import PartedTable, _read
from verhulst.data.parts import Parts, PartsHere
from verhulst.data.row_groups import PART_ROWS, part_rows, row_groups
from verhulst.data.workers import Build
from verhulst.regression.fit_of_parts import fit_of_parts
from verhulst.regression.fitting import checked
from verhulst.regression.statistics import Statistics, merge

ROWS, COLUMNS, ROUNDS, TASKS, EVERYTHING = 4_194_304, 20, 5, 1000, 1 << 40
STRAGGLERS, SPEED = 0.05, 1 / 3  # the share of workers that are slow, and how fast they are
BYTES = 8 * COLUMNS + 1  # of a row that is kept
NOMINAL_PASSES = 6


@dataclass(frozen=True, eq=False)
class _InMemory(PartedTable):
    columns: pa.Table
    names: tuple[str, ...]
    tables: tuple[pa.Table, ...]

    def read(self, used: Any) -> Parts:
        return PartsHere(self.tables)


@contextmanager
def counted(of: type[Parts]) -> Iterator[list[int]]:
    """How many passes there are over such parts."""
    found, total = [0], of.total

    def counting(self: Any, *given: Any) -> Any:
        found[0] += 1
        return total(self, *given)

    of.total = counting  # type: ignore[method-assign]
    try:
        yield found
    finally:
        of.total = total  # type: ignore[method-assign]


def seconds(call: Callable[[], Any]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    call()
    return time.process_time() - start


def itself(part: Any, *_: Any) -> Any:
    """What a task is asked that has nothing to do."""
    return part


def measured_costs(folder: str, client: Any) -> Costs:
    """The costs of the rows of one part, and of a task on a cluster of one worker."""
    path = f"{folder}/part.parquet"
    cluster.write(path, PART_ROWS)
    _, (group,) = row_groups([path])
    names = tuple(group.schema.names)
    table = _read(group, names)
    source = _InMemory(table.slice(0, 0), (path,), (table,))
    request: dict[str, Any] = {"target": "y"}
    with counted(PartsHere) as passes:
        fit_of_parts(source, request, None, EVERYTHING, checked())
    whole = seconds(lambda: fit_of_parts(source, request, None, EVERYTHING, checked()))
    rows = rows_of(table)
    kernel = seconds(lambda: rows.statistics(np.zeros(COLUMNS + 1)))
    record = Statistics(0.0, np.zeros(COLUMNS + 1), np.zeros((COLUMNS + 1, COLUMNS + 1)))
    futures = [client.submit(itself, k, pure=False) for k in range(100)]
    client.gather(futures)
    start = time.process_time()
    client.gather([client.submit(itself, futures[k % 100], pure=False) for k in range(TASKS)])
    task = (time.process_time() - start) / TASKS
    return Costs(
        decode=seconds(lambda: _read(group, names)) / PART_ROWS,
        prepare=(whole - passes[0] * kernel) / PART_ROWS,
        kernel=kernel / PART_ROWS,
        task=task,
        merge=seconds(lambda: merge([record] * FAN_IN)),
        record=len(pickle.dumps(record)),
    )


def rows_of(table: pa.Table) -> Any:
    """A part as the kernel takes it."""
    from verhulst.data.learn import learn_design
    from verhulst.regression.fit_of_parts import _rows

    return _rows(table, learn_design(table, "y"), 1, {})


def simulated_pass(costs: Costs, parts: int, rows: int, workers: int, *, slow: bool = False, lost: bool = False) -> Any:
    """One pass over simulated workers: the cluster afterwards, and the sum of what the parts answer."""
    rng = np.random.default_rng(0)
    speeds = np.where(slow & (rng.random(workers) < STRAGGLERS), SPEED, 1.0)
    speeds[0] = SPEED if slow else 1.0
    simulated = SimulatedCluster(costs, rows, speeds.tolist(), {workers - 1: rows * costs.kernel} if lost else {})
    answers = tuple(np.random.default_rng(k).standard_normal(3) for k in range(parts))
    build = Build(verhulst.__version__, cpu_level())
    found = DaskParts(simulated, build, answers, simulated.homes(parts)).total(merge, itself)
    return simulated, found


def costs_and_runs(folder: str, clients: dict[int, Any]) -> tuple[Costs, list[str]]:
    """The costs, and the model beside fits on one and two workers; all of them in turn, medians."""
    path = f"{folder}/numbers.parquet"
    cluster.write(path, ROWS)
    parts = len(row_groups([path])[1])
    with counted(DaskParts) as passes:
        for client in clients.values():
            verhulst.fit_table(path, "y", client=client)  # what is imported is no part of a fit
    each, times = [], {workers: cluster.Measured() for workers in clients}
    for _ in range(ROUNDS):
        each.append(measured_costs(folder, clients[1]))
        for workers, client in clients.items():
            times[workers].run(client, partial(verhulst.fit_table, path, "y", client=client))
    names = ("decode", "prepare", "kernel", "task", "merge")
    medians = {name: statistics.median(getattr(one, name) for one in each) for name in names}
    costs = Costs(**medians, record=each[0].record)
    lines = []
    for workers, measured in times.items():
        share, several = ROWS / parts * -(-parts // workers), passes[0] // len(clients)
        model = share * (costs.decode + costs.prepare + several * costs.kernel)
        found = statistics.median(measured.worker)
        lines.append(f"| {workers} | {several} | {found:.2f} | {model:.2f} | {found / model:.2f} |")
    return costs, lines


def table_of_sizes(costs: Costs) -> list[str]:
    """The model for sizes beyond this machine."""
    lines = []
    for rows in (10**9, 10**12):
        each = part_rows(rows)
        parts = -(-rows // each)
        for workers in (10, 100, 1000):
            a_pass = seconds_of_pass(costs, parts, each, workers, FAN_IN)
            whole = each * -(-parts // workers) * (costs.decode + costs.prepare) + NOMINAL_PASSES * a_pass
            kept = rows * BYTES / workers / 1e9
            lines.append(
                f"| 10^{len(str(rows)) - 1} | {workers:,} | {parts:,} | {kept:,.1f} | {a_pass:,.2f} | {whole:,.0f} |"
            )
    return lines


def table_of_mishaps(costs: Costs) -> list[str]:
    """Passes over 10^9 rows on simulated workers of which some are slow, or one ends."""
    rows = 10**9
    each = part_rows(rows)
    parts = -(-rows // each)
    lines = []
    for workers in (10, 100, 1000):
        model = seconds_of_pass(costs, parts, each, workers, FAN_IN)
        cells = []
        sums = set()
        for mishap in ({}, {"slow": True}, {"lost": True}):
            simulated, found = simulated_pass(costs, parts, each, workers, **mishap)
            cells.append(f"{simulated.clock:.2f}")
            sums.add(found.tobytes())
        cells.append(f"{simulated.again}")
        cells.append("same" if len(sums) == 1 else "**differ**")
        lines.append(f"| {workers:,} | {model:.2f} | {' | '.join(cells)} |")
    return lines


def main() -> str:
    """The tables."""
    import distributed

    verhulst.set_num_threads(1)
    pa.set_cpu_count(1)
    clients: dict[int, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            here = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=":0", memory_limit=None,
                silence_logs=50, local_directory=folder,
            )  # fmt: skip
            clients[workers] = distributed.Client(here, set_as_default=False)
            clients[workers].run(pa.set_cpu_count, 1)
        costs, runs = costs_and_runs(folder, clients)
        for client in clients.values():
            client.cluster.close()
            client.close()
    lines = [
        "# What a fit on a cluster costs",
        "",
        f"Costs, measured on one part of {PART_ROWS:,} × {COLUMNS} doubles, in processor time:",
        "",
        "| | |",
        "|---|---|",
        f"| read, decode and check | {costs.decode * 1e9:.0f} ns a row |",
        f"| everything else that is done once | {costs.prepare * 1e9:.0f} ns a row |",
        f"| a pass | {costs.kernel * 1e9:.1f} ns a row |",
        f"| a task, in the process that asks and schedules | {costs.task * 1e3:.2f} ms |",
        f"| merging {FAN_IN} answers | {costs.merge * 1e3:.2f} ms |",
        f"| an answer | {costs.record:,} bytes |",
        "",
        f"The model beside fits of {ROWS:,} rows: processor seconds of the busiest worker.",
        "",
        "| workers | passes | measured | model | ratio |",
        "|---|---|---|---|---|",
        *runs,
        "",
        f"The model for more rows and workers (assumed: {costs.latency * 1e3:.1f} ms for a message, "
        f"{costs.bandwidth / 1e9:.0f} GB a second, {NOMINAL_PASSES} passes, files as fast as here):",
        "",
        "| rows | workers | parts | GB kept by a worker | seconds of a pass | of a fit |",
        "|---|---|---|---|---|---|",
        *table_of_sizes(costs),
        "",
        "A pass over 10^9 rows on simulated workers, in seconds: all alike; one in twenty at a third of the speed; one "
        f"ends when it has done one part, and is missed after {costs.detection:.0f} s:",
        "",
        "| workers | model | alike | some slow | one lost | parts computed again | bits |",
        "|---|---|---|---|---|---|---|",
        *table_of_mishaps(costs),
    ]
    return "\n".join(lines) + "\n"
