"""What a second thread brings to a fit: one thread and two in turn, so that both see the same moods of the machine.

VERHULST_BENCH_CELLS picks cells as in `benchmarks.fit`.
"""

from __future__ import annotations

import verhulst
from benchmarks.fit import SOURCES, chosen, make
from benchmarks.interleave import interleave
from benchmarks.kept import fingerprint, load, save
from verhulst.regression import fit


def main() -> str:
    """The table, of every cell that was measured with the sources as they are."""
    sources = fingerprint(SOURCES)
    found: dict[str, tuple[float, float]] = load("fit_threads", sources) or {}
    for n, p, kind in chosen():
        cell = make(kind, n, p)

        def fitted(threads: int, X=cell.X, y=cell.y) -> None:  # type: ignore[no-untyped-def]
            verhulst.set_num_threads(threads)
            fit(X, y)

        times = interleave({"one": lambda: fitted(1), "two": lambda: fitted(2)}, rounds=7, warmups=1)
        found[f"{n:,} × {p} {kind}"] = times["one"], times["two"]
        save("fit_threads", sources, found)
    verhulst.set_num_threads(1)
    lines = [
        "# Fits on two threads",
        "",
        "Fits with one thread and with two, in turn; medians of seven, in seconds.",
        "",
        "| data | one | two | gain |",
        "|---|---|---|---|",
        *(f"| {name} | {one:.3f} | {two:.3f} | {one / two:.2f}× |" for name, (one, two) in found.items()),
    ]
    return "\n".join(lines) + "\n"
