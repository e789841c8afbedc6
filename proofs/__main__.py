"""`python -m proofs`: builds the proof programs, runs every proof, writes proofs/RESULTS.md.

Narrow formats (float32, float16, bfloat16): every input of every function of one argument, at every instruction-set
level that this machine runs. float64: a few million points against MPFR at 320 bits. Needs MPFR (Debian: libmpfr-dev).
An interrupted run is taken up where it stopped: a result is kept with a hash of the machine code that it is about.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime
import functools
import hashlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from verhulst.functions._registry import FUNCTIONS

ROOT = pathlib.Path(__file__).parent.parent
BUILD = ROOT / "build" / "proofs"
LEVELS = ("neon",) if platform.machine() in ("aarch64", "arm64") else ("v4", "v3", "baseline")
Result = dict[str, Any]


def build() -> None:
    """Compile the proof programs; exits with a sentence where MPFR is missing."""
    if not (BUILD / "build.ninja").exists():
        done = subprocess.run(
            ["meson", "setup", str(BUILD), str(ROOT), "-Dproofs=true"], capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(
                f"The proofs could not be configured; they need MPFR (Debian: libmpfr-dev).\n{done.stdout[-2000:]}"
            )
    subprocess.run(["ninja", "-C", str(BUILD)], check=True, stdout=subprocess.DEVNULL)


def program(name: str) -> pathlib.Path:
    return BUILD / "proofs" / f"prove_{name}"


def usable_levels() -> list[str]:
    """The levels that this machine runs: those that do not make the program refuse."""

    def runs(level: str) -> bool:
        command = [program("narrow"), "sigmoid", "float16", level]
        return subprocess.run(command, capture_output=True).returncode != 2

    return [level for level in LEVELS if runs(level)]


@functools.cache
def code(name: str, level: str) -> str:
    """A hash of what a proof is about: the machine code and constants of a kernel at a level, and the judge's sources.

    Comments, and headers of which nothing is used, do not count; another compiler or option does.
    """
    compiled = BUILD / "native" / f"libkernels_{level}.a.p" / f"functions_{name}.cpp.o"
    dumped = subprocess.run(["objdump", "-s", "-r", str(compiled)], check=True, capture_output=True, text=True).stdout
    sections = re.split(r"^(?=Contents of section|RELOCATION RECORDS)", dumped, flags=re.MULTILINE)[1:]
    parts = [section for section in sections if ".comment" not in section and ".note" not in section]
    judges = [path for kind in ("*.cpp", "*.hpp") for path in sorted((ROOT / "proofs").glob(kind))]
    parts += [path.read_text() for path in judges if "digests" not in path.name]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def run(arguments: Sequence[str]) -> Result:
    """One job: a program and its arguments, the function first, and its result, which is kept."""
    program_name, name, *_ = arguments
    levels = arguments[2 if program_name == "wide" else 3].split(",")
    of = {level: code(name, level) for level in levels}
    at = hashlib.sha256(json.dumps([*arguments, of]).encode()).hexdigest()[:16]
    path = BUILD / "done" / name / f"{at}.json"
    if path.exists():
        return json.loads(path.read_text())["result"]
    done = subprocess.run([program(program_name), *arguments[1:]], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip() or f'ended with {done.returncode}'}")
    result = json.loads(done.stdout)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"code": of, "result": result}))
    return result


def kept(name: str) -> list[Result]:
    """The results that hold for a function's code as it is; for each format and levels, that of most inputs.

    Where the code of some levels has changed, a result of a narrow format without a failure still holds for the others.
    """
    found = []
    for path in sorted((BUILD / "done" / name).glob("*.json")):
        record = json.loads(path.read_text())
        result = record["result"]
        same = [level for level in result["levels"] if record["code"][level] == code(name, level)]
        if same == result["levels"] or (same and result["format"] != "float64" and not result["failures"]):
            found.append(result | {"levels": same})
    most = {(r["format"], *r["levels"]): r for r in sorted(found, key=lambda r: r["inputs"])}
    return [most[key] for key in sorted(most)]


def shown(results: Sequence[Result]) -> set[tuple[str, str, str]]:
    """Function, format and level of every complete result of a narrow format."""
    return {
        (r["function"], r["format"], level)
        for r in results
        for level in r["levels"]
        if r["format"] != "float64" and r["inputs"] in (1 << 16, 1 << 32)
    }


def missing(names: Sequence[str], results: Sequence[Result]) -> list[str]:
    """The narrow formats of each function that no complete result covers, level by level."""
    there = shown(results)
    wanted = [(n, f, level) for n in names for f in ("float16", "bfloat16", "float32") for level in LEVELS]
    return [f"{n} {f} {level}" for n, f, level in wanted if (n, f, level) not in there]


def jobs(names: Sequence[str], levels: Sequence[str], points: int, span: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every job: one per function and format, for float64 of all levels together, else of those not shown before."""
    there = shown([result for name in names for result in kept(name)])
    found: list[tuple[str, ...]] = []
    for name in names:
        limits = FUNCTIONS[name].ulp, FUNCTIONS[name].absolute
        found.append(("wide", name, ",".join(levels), str(points), *map(repr, limits)))
    for form in ("float16", "bfloat16", "float32"):
        for name in names:
            new = ",".join(level for level in levels if (name, form, level) not in there)
            if new:
                found.append(("narrow", name, form, new, *(span if form == "float32" else ())))
    return found


def report(results: Sequence[Result], filters: Sequence[Result], absent: Sequence[str]) -> str:
    """proofs/RESULTS.md."""
    narrow = [r for r in results if r["format"] != "float64"]
    wide = [r for r in results if r["format"] == "float64"]
    inputs = sum(r["inputs"] * len(r["levels"]) for r in narrow)
    failures = sum(r["failures"] for r in narrow)
    with open("/proc/cpuinfo") as cpuinfo:
        cpu = next(
            (line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), platform.machine()
        )
    lines = [
        "# Proofs",
        "",
        f"Written by `make prove` on {datetime.date.today()}, {cpu}, {' '.join(platform.libc_ver())}.",
        "",
        f"**Not yet shown:** {', '.join(absent)}."
        if absent
        else "Complete: every format, every level of this machine.",
        "",
        f"Narrow formats: **{inputs:,} results judged, {failures} misrounded**.",
        "",
        "## float32, float16, bfloat16: every input",
        "",
        "A filter in plain double with a stated bound decides most inputs, MPFR (256 bits, 1,200 near ties) the rest. "
        "Bits must match.",
        "",
        "| function | format | levels | inputs | judged by MPFR | misrounded |",
        "|---|---|---|---:|---:|---:|",
    ]
    lines += [
        f"| {r['function']} | {r['format']} | {', '.join(r['levels'])} | {r['inputs']:,} | {r['judged_by_mpfr']:,} "
        f"| {r['failures']} |"
        for r in narrow
    ]
    lines += [
        "",
        "## float64: error against MPFR (320 bits)",
        "",
        "Dense, random, structured points, then a hunt around the worst. The levels must agree bit for bit.",
        "",
        "| function | levels | points | largest error (ULP) | at | stratum | limit (ULP) | levels differ |",
        "|---|---|---:|---:|---|---|---:|---:|",
    ]
    for r in wide:
        limit = f"{r['limit']:g}" + (f" or {r['absolute']:.3g} absolute" if r["absolute"] else "")
        lines.append(
            f"| {r['function']} | {', '.join(r['levels'])} | {r['inputs']:,} | {r['largest_error']:.4f} | {r['at']} "
            f"| {r['stratum']} | {limit} | {r['level_differences']} |"
        )
    lines += [
        "",
        "## The filter",
        "",
        "Stated bound and the largest error seen on random float32 inputs, relative to the filter's scale.",
        "",
        "| function | bound | seen | at |",
        "|---|---:|---:|---|",
    ]
    lines += [f"| {r['function']} | {r['filter_bound']:.3g} | {r['filter_error']:.3g} | {r['at']} |" for r in filters]
    bad = [e for r in narrow for e in ({"function": r["function"], "format": r["format"], **e} for e in r["examples"])]
    if bad:
        lines += ["", "## Failures", "", *(f"- {json.dumps(e)}" for e in bad)]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("--functions", help="comma-separated names (default: all)")
    parser.add_argument("--levels", help="comma-separated levels (default: all that this machine runs)")
    parser.add_argument("--points", type=int, default=100_000, help="float64: points per stratum")
    parser.add_argument(
        "--span", nargs=2, metavar=("FIRST", "LAST"), default=(), help="float32: only these bit patterns"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--kept", action="store_true", help="run nothing: write RESULTS.md from the results kept so far"
    )
    parser.add_argument("--no-report", action="store_true", help="print only, leave RESULTS.md alone")
    options = parser.parse_args()

    build()
    names = options.functions.split(",") if options.functions else list(FUNCTIONS)
    levels = options.levels.split(",") if options.levels else usable_levels()
    done = subprocess.run([program("filter"), "200000"], capture_output=True, text=True)
    filters = [json.loads(line) for line in done.stdout.splitlines()]
    failed = done.returncode != 0
    if options.kept:
        results = [result for name in names for result in kept(name)]
        (ROOT / "proofs/RESULTS.md").write_text(report(results, filters, missing(names, results)))
        return 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        todo = jobs(names, levels, options.points, tuple(options.span))
        for result in pool.map(run, todo):
            bad = bool(result.get("failures")) or bool(result.get("failed"))
            failed |= bad
            print("FAILED" if bad else "ok    ", json.dumps(result), flush=True)
    if not options.no_report:
        results = [result for name in names for result in kept(name)]
        (ROOT / "proofs/RESULTS.md").write_text(report(results, filters, missing(names, results)))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
