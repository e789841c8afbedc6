"""What a second thread brings to a fit: one thread and two in turn, so that both see the same moods of the machine.

And what the machine has to give: two processes that fit at the same time, each on one thread. VERHULST_BENCH_CELLS
picks cells as in `benchmarks.fit`.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from typing import Any

import verhulst
from benchmarks.fit import SOURCES, Cell, chosen, make
from benchmarks.interleave import interleave
from benchmarks.kept import fingerprint, load, save
from verhulst.regression import fit

ROUNDS = 7


def side_by_side(cell: Cell) -> float:
    """Median seconds of a fit on one thread while another process does the same."""
    context = multiprocessing.get_context("fork")  # the data are there, not sent
    start, results = context.Barrier(2), context.Queue()

    def work(start: Any, results: Any) -> None:
        verhulst.set_num_threads(1)
        fit(cell.X, cell.y)
        start.wait()
        times = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            fit(cell.X, cell.y)
            times.append(time.perf_counter() - begin)
        results.put(statistics.median(times))

    both = [context.Process(target=work, args=(start, results)) for _ in range(2)]
    for process in both:
        process.start()
    seconds = [results.get() for _ in both]
    for process in both:
        process.join()
    return statistics.mean(seconds)


def main() -> str:
    """The table, of every cell that was measured with the sources as they are."""
    sources = fingerprint((*SOURCES, "benchmarks/fit_threads.py"))
    found: dict[str, tuple[float, float, float]] = load("fit_threads", sources) or {}
    for n, p, kind in chosen():
        cell = make(kind, n, p)

        def fitted(threads: int, cell: Cell = cell) -> None:
            verhulst.set_num_threads(threads)
            fit(cell.X, cell.y)

        times = interleave({"one": lambda: fitted(1), "two": lambda: fitted(2)}, rounds=ROUNDS, warmups=1)
        found[f"{n:,} × {p} {kind}"] = times["one"], times["two"], side_by_side(cell)
        save("fit_threads", sources, found)
    verhulst.set_num_threads(1)
    lines = [
        "# Fits on two threads",
        "",
        f"Fits with one thread and with two, in turn; medians of {ROUNDS}, in seconds. Two processes: how many times",
        "as many fits as one process two of them get done, each on one thread, which is what the machine has to give.",
        "",
        "| data | one | two | gain | two processes |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {one:.3f} | {two:.3f} | {one / two:.2f}× | {2 * one / both:.2f}× |"
            for name, (one, two, both) in found.items()
        ),
    ]
    return "\n".join(lines) + "\n"
