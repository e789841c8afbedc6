"""`python -m benchmarks [NAME ...]`: runs each benchmark, or those named, and writes benchmarks/results/NAME.md."""

from __future__ import annotations

import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
HARNESS = {"__init__", "__main__", "exact", "interleave", "kept"}


def main() -> None:
    names = sys.argv[1:] or sorted(p.stem for p in HERE.glob("*.py") if p.stem not in HARNESS)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    for name in names:
        text = importlib.import_module(f"benchmarks.{name}").main()
        (results / f"{name}.md").write_text(text, encoding="utf-8")
        print(text)


if __name__ == "__main__":
    main()
