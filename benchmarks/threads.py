"""Two threads beside two processes: what a machine gives two independent programs is the most that threads can reach.

Each round times one thread alone, one call on two threads, and two processes that start together on half each.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import statistics
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

import verhulst as vh

CASES = (("sigmoid", 100_000), ("sigmoid", 1_000_000), ("sigmoid", 10_000_000), ("softplus", 10_000_000))
ROUNDS = 15


def work(function: Any, x: np.ndarray[Any, Any], out: np.ndarray[Any, Any], repeat: int) -> float:
    start = time.perf_counter()
    for _ in range(repeat):
        function(x, out=out)
    return time.perf_counter() - start


def half(name: str, n: int, repeat: int, barrier: multiprocessing.synchronize.Barrier, connection: Connection) -> None:
    x = np.random.default_rng(1).normal(0, 4, n // 2)
    out = np.empty_like(x)
    function = getattr(vh, name)
    function(x, out=out)
    for _ in range(ROUNDS):
        barrier.wait()
        connection.send(work(function, x, out, repeat))


def measure(name: str, n: int) -> tuple[float, float]:
    """Speed-up over one thread, of two threads and of two processes."""
    spawn = multiprocessing.get_context("spawn")
    repeat = max(1, 4_000_000 // n)
    barrier = spawn.Barrier(3)
    pipes = [spawn.Pipe(duplex=False) for _ in range(2)]
    helpers = [spawn.Process(target=half, args=(name, n, repeat, barrier, there), daemon=True) for _, there in pipes]
    for helper in helpers:
        helper.start()
    function = getattr(vh, name)
    x = np.random.default_rng(1).normal(0, 4, n)
    out = np.empty_like(x)
    one, two, apart = [], [], []
    for _ in range(ROUNDS):
        vh.set_num_threads(1)
        one.append(work(function, x, out, repeat))
        vh.set_num_threads(2)
        function(x, out=out)
        two.append(work(function, x, out, repeat))
        barrier.wait()
        apart.append(max(here.recv() for here, _ in pipes))
    vh.set_num_threads(1)
    alone = statistics.median(one)
    return alone / statistics.median(two), alone / statistics.median(apart)


def main() -> str:
    lines = [
        "# Two threads",
        "",
        "Speed-up over one thread, float64, medians of interleaved rounds: of a call on two threads, and of two",
        "processes that compute half each at the same time.",
        "",
        "| function | numbers | two threads | two processes | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, n in CASES:
        threads, processes = measure(name, n)
        lines.append(f"| {name} | {n:,} | {threads:.2f} | {processes:.2f} | {threads / processes:.2f} |")
    return "\n".join(lines) + "\n"
