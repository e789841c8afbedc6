"""The workers of a cluster: whether they can do the work, and with the same bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from verhulst._core import cpu_level
from verhulst._version import __version__
from verhulst.data.errors import DataError


@dataclass(frozen=True)
class Build:
    """What decides the bits of a result: the version of verhulst, and the level of instructions that it uses."""

    version: str
    level: str

    def require(self) -> None:
        """Raise a DataError on a worker that computes otherwise, such as one that came later."""
        here = Build(__version__, cpu_level())
        if here != self:
            from distributed import get_worker

            raise DataError(
                f"the worker {get_worker().address} has verhulst {here.version} at the level {here.level}; the others "
                f"have {self.version} at {self.level}. Start it with VERHULST_CPU={self.level} and that version."
            )


def agreed_build(client: Any) -> Build:
    """Return what all workers have or can have: the lowest of their levels, which those that have the choice take.

    Raises
    ------
    DataError
        If there are no workers, a worker has no verhulst or another version, or has begun with another level.
    """
    addresses = list(client.nthreads())
    if not addresses:
        raise DataError("the cluster has no workers.")
    several_hosts = len({urlsplit(address).hostname for address in addresses}) > 1
    found: dict[str, tuple[str, str, list[str], bool]] = {}
    for address, seen in client.run(_looker(several_hosts)).items():
        if isinstance(seen, str):
            raise DataError(
                f"the worker {address} cannot use verhulst ({seen}): install verhulst[dask] {__version__} there."
            )
        if seen[0] != __version__:
            raise DataError(
                f"the worker {address} has verhulst {seen[0]}, but this is {__version__}: install the same."
            )
        found[address] = seen
    level = lowest_level(found)
    if any(seen[1] != level for seen in found.values()):
        client.run(_chooser(level), workers=[address for address, seen in found.items() if not seen[3]])
    begun = next((address for address, seen in found.items() if seen[3] and seen[1] != level), None)
    if begun is not None:
        raise DataError(
            f"the worker {begun} has begun with the instructions of {found[begun][1]}, others with {level}; results "
            f"would depend on who computes what. Start the workers with VERHULST_CPU={level}."
        )
    return Build(__version__, level)


def lowest_level(found: dict[str, tuple[str, str, list[str], bool]]) -> str:
    """The lowest of the levels that workers have chosen, of those that all of them have."""
    orders = [levels for _, _, levels, _ in found.values()]
    chosen = {level for _, level, _, _ in found.values()}
    shared = [level for level in orders[0] if all(level in levels for levels in orders)]
    lowest = next((level for level in shared if level in chosen), None) or (shared[-1] if shared else None)
    if lowest is None:
        raise DataError("the workers have no level of instructions in common: use those of one kind of processor.")
    return lowest


# Functions within functions are sent as code: where verhulst is missing, they can say so; and it is not loaded before
# it is known which level it has to use.


def _looker(apart: bool) -> Callable[[], str | tuple[str, str, list[str], bool]]:
    def look() -> str | tuple[str, str, list[str], bool]:
        import importlib
        import subprocess
        import sys

        if not apart or "verhulst._core" in sys.modules:
            try:
                version = importlib.import_module("verhulst._version").__version__
                core = importlib.import_module("verhulst._core")
            except ImportError as error:
                return str(error)
            return version, core.cpu_level(), core.cpu_levels(), True
        code = (
            "import verhulst, verhulst._core as core; print(verhulst.__version__, core.cpu_level(), *core.cpu_levels())"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().rpartition("\n")[2]
        version, level, *levels = done.stdout.split()
        return version, level, levels, False

    return look


def _chooser(level: str) -> Callable[[], None]:
    def choose() -> None:
        import os

        os.environ["VERHULST_CPU"] = level

    return choose
