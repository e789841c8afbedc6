"""`python -m benchmarks --compare REVISION [CELL ...]`: the working tree's speed and bits beside another revision's.

Both are built under build/compare, for this processor's level where the revision can. One worker process per build
measures the cells of `benchmarks.compare_cells`; they take turns, one call each, so that both share the noise of the
machine. The ratio is the median over the rounds of (working tree / revision); a cell beyond `TOLERANCE` is measured
again, with more rounds, before it is reported.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

HOME = pathlib.Path(__file__).parent.parent
BUILDS = HOME / "build" / "compare"
TOLERANCE = 0.03
ROUNDS = 15
MORE_ROUNDS = 61


def _run(*command: str | pathlib.Path, cwd: pathlib.Path = HOME) -> str:
    tools = os.environ | {"PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=tools, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout.strip()


def _build(sources: pathlib.Path, place: pathlib.Path) -> pathlib.Path:
    """Build the core of these sources and lay it beside their Python files; the folder to import from."""
    if not (place / "build.ninja").exists():
        options = sources / "meson.options"
        one_level = ["-Dlevels=native"] if options.exists() and "'levels'" in options.read_text() else []
        _run("meson", "setup", place, sources, "--buildtype=release", *one_level)
    _run("ninja", "-C", place)
    stage = place / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    ignore = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(sources / "src" / "verhulst", stage / "verhulst", ignore=ignore)
    for core in (place / "native").glob("_core*.so"):
        shutil.copy(core, stage / "verhulst")
    return stage


def _revision(name: str) -> pathlib.Path:
    """The build of a revision; kept, under its hash, for the next comparison."""
    commit = _run("git", "rev-parse", "--verify", f"{name}^{{commit}}")
    sources = BUILDS / commit[:12] / "sources"
    if not sources.exists():
        sources.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], cwd=HOME, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=sources, input=archive, check=True)
    return _build(sources, sources.parent / "build")


class Worker:
    """A process that imports one build and calls a cell when it is told to."""

    def __init__(self, stage: pathlib.Path) -> None:
        environment = os.environ | {
            "PYTHONPATH": f"{stage}{os.pathsep}{HOME}",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.compare_cells"],
            env=environment,
            cwd=stage,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question: Any) -> Any:
        """Send one line of JSON and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the worker ended with status {self._process.wait()} at {question}")
        return json.loads(answer)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One cell: seconds of the working tree's call, its ratio to the revision's, and whether the results agree."""

    name: str
    seconds: float
    ratio: float
    same_bits: bool
    note: str = ""

    def row(self) -> str:
        bits = "yes" if self.same_bits else "**no**"
        ratio = f"**{self.ratio:.3f}**" if self.ratio > 1 + TOLERANCE else f"{self.ratio:.3f}"
        return (
            f"| {self.name} | {self.note} | | |"
            if self.note
            else f"| {self.name} | {self.seconds * 1e6:.4g} µs | {ratio} | {bits} |"
        )


def _compare(name: str, ours: Worker, theirs: Worker) -> Comparison:
    here, there = ours.ask(prepare=name, calls=0), theirs.ask(prepare=name, calls=0)
    for side, answer in (("working tree", here), ("revision", there)):
        if "error" in answer:
            return Comparison(name, float("nan"), float("nan"), False, f"{side}: {answer['error']}")
    calls = max(1, round(2e-3 / max(here["seconds"], there["seconds"])))
    same = here["digest"] == there["digest"]
    for rounds in (ROUNDS, MORE_ROUNDS):
        ratios, seconds = [], []
        for turn in range(rounds):
            first, second = (ours, theirs) if turn % 2 else (theirs, ours)
            times = {first: first.ask(measure=name, calls=calls), second: second.ask(measure=name, calls=calls)}
            ratios.append(times[ours] / times[theirs])
            seconds.append(times[ours])
        ratio = statistics.median(ratios)
        if ratio <= 1 + TOLERANCE:
            break
    return Comparison(name, statistics.median(seconds), ratio, same)


def compare(revision: str, wanted: Sequence[str] = ()) -> str:
    """The table of the working tree against a revision; `wanted` are beginnings of names of cells (all without)."""
    BUILDS.mkdir(parents=True, exist_ok=True)
    theirs, ours = Worker(_revision(revision)), Worker(_build(HOME, BUILDS / "working-tree"))
    names = [name for name in ours.ask(names=True) if not wanted or name.startswith(tuple(wanted))]
    if not names:
        raise SystemExit(f"no cell begins with {', '.join(wanted)}")
    rows = []
    for name in names:
        rows.append(_compare(name, ours, theirs))
        print(rows[-1].row(), file=sys.stderr, flush=True)
    ours.close()
    theirs.close()
    measured = [row.ratio for row in rows if not row.note]
    slower = [row.name for row in rows if row.ratio > 1 + TOLERANCE]
    other = [row.name for row in rows if not row.same_bits and not row.note]
    return "\n".join(
        [
            f"# The working tree beside {revision}",
            "",
            "| cell | one call | working tree / revision | same bits |",
            "|---|---:|---:|---|",
            *(row.row() for row in rows),
            "",
            f"{len(measured)} cells, median ratio {statistics.median(measured):.3f}."
            if measured
            else "No cell was measured.",
            f"Slower by more than {TOLERANCE:.0%}: {', '.join(slower) or 'none'}.",
            f"Other bits: {', '.join(other) or 'none'}.",
            "",
        ]
    )
