"""`python -m proofs.other_machines aarch64-linux-gnu`: the kernels as another machine runs them, by an emulator.

Compiles the core for the machine with the compiler that proofs/MACHINE.ini names, runs proofs/digests there, and
compares what it prints with digests of the same inputs from the installed core, at every level of this processor: the
levels that `make prove` judges. Writes proofs/MACHINE.md. Needs neither NumPy nor MPFR on the other side.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import configparser
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from verhulst import _core

ROOT = pathlib.Path(__file__).parent.parent
# The levels of each machine, and the Debian packages of its compiler and its emulator.
MACHINES = {
    "aarch64-linux-gnu": (("neon",), "g++-aarch64-linux-gnu qemu-user"),
    "x86_64-w64-mingw32": (("v3",), "g++-mingw-w64-x86-64-posix wine64"),
}
# Sums of a fit are taken in the order that suits a level's vectors.
AGREE = 1e-12
Lines = dict[str, str]


def environment() -> dict[str, str]:
    """That of compilers and emulators: without the sanitizer that `make sanitize` loads into Python, quiet."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    return {**kept, "PATH": path, "WINEDEBUG": "-all"}


@dataclass(frozen=True)
class Machine:
    """A machine that this one has a compiler and an emulator for."""

    name: str

    @property
    def description(self) -> pathlib.Path:
        return ROOT / "proofs" / f"{self.name}.ini"

    @property
    def build(self) -> pathlib.Path:
        return ROOT / "build" / self.name

    @property
    def levels(self) -> tuple[str, ...]:
        return MACHINES[self.name][0]

    def emulator(self) -> list[str]:
        """The words of a command before the name of a program."""
        described = configparser.ConfigParser()
        described.read(self.description)
        words: list[str] = [word.strip(" '") for word in described["binaries"]["exe_wrapper"].strip("[]").split(",")]
        return words

    def missing(self) -> str | None:
        """What has to be installed, as a sentence; None where all is there."""
        described = configparser.ConfigParser()
        described.read(self.description)
        needed = [described["binaries"]["cpp"].strip("'"), self.emulator()[0]]
        absent = [name for name in needed if shutil.which(name) is None]
        packages = MACHINES[self.name][1]
        return f"{' and '.join(absent)} missing (Debian: {packages})" if absent else None

    def compile(self) -> None:
        """Bring the program up to date."""

        def run(*command: str) -> None:
            done = subprocess.run(command, env=environment(), capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")

        if not (self.build / "build.ninja").exists():
            levels = ",".join(self.levels)
            options = ["-Dmodule=false", f"-Dlevels={levels}", "--cross-file", str(self.description)]
            run("meson", "setup", str(self.build), str(ROOT), *options)
        run("ninja", "-C", str(self.build))

    def digests(self, level: str, float32_bits: int, points: int, *names: str) -> Lines:
        """What the program prints there."""
        (program,) = (path for path in self.build.glob("proofs/digests*") if path.suffix in ("", ".exe"))
        command = [*self.emulator(), str(program), level, str(float32_bits), str(points), *names]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
        return lines_of(done.stdout)


def names() -> list[str]:
    """What there are digests of."""
    text = (ROOT / "native/functions/functions.def").read_text()
    functions = [line.split("(")[1].split(",")[0] for line in text.splitlines() if line.startswith("VERHULST_")]
    return [*functions, "rows", "loss_sums", "regression"]


def lines_of(text: str) -> Lines:
    """By what a line is about: how many inputs and their digest, or one figure."""
    words = [line.split() for line in text.splitlines()]
    return {" ".join(line[:-2] or line[:1]): " ".join(line[-2:] if len(line) > 2 else line[1:]) for line in words}


def digests_here(level: str, float32_bits: int, points: int, *wanted: str) -> Lines:
    """The same from the installed core."""
    return lines_of("".join(_core._digest_lines(level, name, float32_bits, points) for name in wanted))


def different(there: Lines, here: Lines) -> list[str]:
    """What the two disagree about."""

    def same(a: str, b: str) -> bool:
        if " " in a or " " in b:
            return a == b
        x, y = float.fromhex(a), float.fromhex(b)
        return abs(x - y) <= AGREE * abs(y)

    both = there.keys() & here.keys()
    return sorted((there.keys() ^ here.keys()) | {key for key in both if not same(there[key], here[key])})


def report(machine: Machine, level: str, there: Lines, here: Sequence[str], wrong: Sequence[str]) -> str:
    """A level's section of proofs/MACHINE.md."""
    digests = {key: value.split() for key, value in there.items() if " " in value}
    inputs = sum(int(count) for count, _ in digests.values())
    lines = [
        f"## {level}",
        "",
        f"**{inputs:,} results, {len(digests)} digests: "
        + (f"{len(wrong)} DIFFER: {', '.join(wrong)}" if wrong else "all as here")
        + f"** (at {', '.join(here)}). Of the statistics of fits, whose sums follow the width of a vector, "
        f"{len(there) - len(digests)} figures agree to {AGREE:g}.",
        "",
        "| kernel | type | inputs | digest |",
        "|---|---|---:|---|",
    ]
    lines += [f"| {' | '.join(key.split())} | {int(count):,} | {digest} |" for key, (count, digest) in digests.items()]
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proofs.other_machines", description=__doc__)
    parser.add_argument("machine", choices=MACHINES)
    parser.add_argument("--float32-bits", type=int, default=26, help="float32: so many powers of two of inputs")
    parser.add_argument("--points", type=int, default=20_000, help="float64: points per stratum")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--compile-only", action="store_true", help="run nothing")
    options = parser.parse_args()
    machine = Machine(options.machine)
    if absent := machine.missing():
        print(f"NOT RUN: {absent}")
        return int(not options.compile_only)
    machine.compile()
    if options.compile_only:
        return 0
    size = options.float32_bits, options.points
    here = _core.cpu_levels()
    emulator = subprocess.run([machine.emulator()[0], "--version"], capture_output=True, text=True).stdout
    text = [
        f"# {machine.name}",
        "",
        f"Written by `python -m proofs.other_machines {machine.name}` on {datetime.date.today()}: not run on such a "
        f"machine, but by {emulator.splitlines()[0]}.",
        "Every float16 and bfloat16, float32 from every stratum of bit patterns, float64 where `make prove` tries it; "
        "functions of several arguments, softmax and losses on a sample. A digest is of the bits of all results.",
        "",
    ]
    failed = False
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for level in machine.levels:
            there: Lines = {}
            wrong: list[str] = []

            def judged(name: str, level: str = level) -> tuple[Lines, list[str]]:
                found = machine.digests(level, *size, name)
                return found, sorted(
                    {key for mine in here for key in different(found, digests_here(mine, *size, name))}
                )

            for name, (found, bad) in zip(names(), pool.map(judged, names()), strict=True):
                print("DIFFER" if bad else "same  ", level, name, *bad, flush=True)
                there |= found
                wrong += bad
            failed |= bool(wrong)
            text.append(report(machine, level, there, here, wrong))
    (ROOT / "proofs" / f"{machine.name}.md").write_text("\n".join(text))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
