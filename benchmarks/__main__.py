"""`python -m benchmarks [NAME ...]`: runs each benchmark, or those named, and writes benchmarks/results/NAME.md.

`python -m benchmarks --compare REVISION [CELL ...]` builds a revision beside the working tree, measures both in turn
and prints the ratios.
Each table ends with the machine that it was measured on.
"""

from __future__ import annotations

import datetime
import importlib
import os
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).parent
HARNESS = {"__init__", "__main__", "compare", "compare_cells", "exact", "interleave", "kept"}


def machine() -> str:
    """Processor, instruction-set level, interpreter and day."""
    from verhulst import _core

    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    cores = os.cpu_count()
    return (
        f"*{processor}, {cores} cores, level {_core.cpu_level()}, Python {platform.python_version()}, "
        f"{datetime.date.today()}.*"
    )


def main() -> None:
    if sys.argv[1:2] == ["--compare"]:
        if len(sys.argv) < 3:
            raise SystemExit("--compare needs a revision: python -m benchmarks --compare main [CELL ...]")
        print(importlib.import_module("benchmarks.compare").compare(sys.argv[2], sys.argv[3:]) + f"\n{machine()}")
        return
    names = sys.argv[1:] or sorted(p.stem for p in HERE.glob("*.py") if p.stem not in HARNESS)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    for name in names:
        text = importlib.import_module(f"benchmarks.{name}").main() + f"\n{machine()}\n"
        (results / f"{name}.md").write_text(text, encoding="utf-8")
        print(text)


if __name__ == "__main__":
    main()
