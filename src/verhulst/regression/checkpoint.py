"""What the passes of a fit have found, in a file, so that an interrupted fit goes on to the same bits.

Newton's method is a function of what its passes find: where it looks next, and when it ends, follows from that alone.
So a checkpoint holds these answers, and a resumed fit takes the same steps with them, without a pass, until it needs
one that is not there. The first is computed again: it is a sum over all rows, and shows whether they are the same.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verhulst._core import cpu_level
from verhulst._version import __version__
from verhulst.data.atomic import check_writable, plain_file
from verhulst.data.errors import DataError, RequestError
from verhulst.data.fingerprint import files_behind, refuse_other_files
from verhulst.data.printable import printable
from verhulst.regression.statistics import Statistics, StatisticsFunction, Vector

_FORMAT = 1
# What is not asked for is what these say, as of `verhulst.regression.fit`.
_DEFAULTS = {"C": np.inf, "firth": False, "intercept": True, "collinear": "drop", "tolerance": 1e-6, "max_passes": 100}
_NUMBERS = ("log_likelihood", "row_norm", "least", "most")


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A question that was put to all rows, and the answer.

    Attributes
    ----------
    beta, direction, information : the question, as of `StatisticsFunction`
    found : the answer
    """

    beta: Vector
    direction: Vector | None
    information: bool
    found: Statistics

    def asks(self, beta: Vector, direction: Vector | None, information: bool) -> bool:
        """Whether this is the question."""
        same = self.information == information and (self.direction is None) == (direction is None)
        return same and _same(self.beta, beta) and (direction is None or _same(self.direction, direction))

    def arrays(self) -> dict[str, Any]:
        """The arrays of which it is made."""
        found, margin = self.found, self.found.margin or (np.nan, np.nan)
        arrays = {
            "beta": self.beta,
            "gradient": found.gradient,
            "numbers": np.array([found.log_likelihood, found.row_norm, *margin]),
        }
        if self.direction is not None:
            arrays["direction"] = self.direction
        if found.information is not None:
            arrays["triangle"] = found.information[np.tril_indices(len(self.beta))]
        return arrays

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Answered:
        """The inverse of `arrays`; raises an error of any kind for others."""
        beta, direction, triangle = arrays["beta"], arrays.get("direction"), arrays.get("triangle")
        q = len(beta)
        sizes = {"beta": q, "gradient": q, "direction": q, "numbers": len(_NUMBERS), "triangle": q * (q + 1) // 2}
        for name, array in arrays.items():
            if array.dtype != np.float64 or array.shape != (sizes[name],):
                raise ValueError(name)
        height, row_norm, *margin = map(float, arrays["numbers"])
        matrix = None
        if triangle is not None:
            matrix = np.zeros((q, q))
            matrix[np.tril_indices(q)] = triangle
            matrix += np.tril(matrix, -1).T
        ends = None if direction is None else (margin[0], margin[1])
        return cls(beta, direction, matrix is not None, Statistics(height, arrays["gradient"], matrix, row_norm, ends))


class Checkpoint:
    """The passes of one fit, in a file that is written anew after each.

    Parameters
    ----------
    path : str or PathLike
        The file.
    about : dict
        What the fit is of: see `begun`.
    known : sequence of Answered
        The passes that the file has.
    """

    def __init__(self, path: str | os.PathLike[str], about: dict[str, Any], known: Sequence[Answered] = ()) -> None:
        self.path, self._about, self._answered = path, about, list(known)
        self._known, self._next = len(self._answered), 0

    def recorded(self, statistics: StatisticsFunction) -> StatisticsFunction:
        """Return a function that answers as `statistics` does: by what is known, or else by a pass that is kept."""

        def ask(beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
            place, self._next = self._next, self._next + 1
            if place >= self._known:
                found = statistics(beta, direction=direction, information=information)
                self._answered.append(Answered(beta.copy(), direction, information, found))
                self.write()
                return found
            one = self._answered[place]
            if not one.asks(beta, direction, information):
                raise self._of_others()
            if place == 0 and not _equal(statistics(beta, direction=direction, information=information), one.found):
                raise self._of_others()
            return one.found

        return ask

    def write(self) -> None:
        """Write the file, completely or not at all."""
        arrays = {"about": np.frombuffer(json.dumps(self._about).encode(), np.uint8)}
        for place, one in enumerate(self._answered):
            arrays |= {f"{place}.{name}": array for name, array in one.arrays().items()}
        with plain_file(self.path) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # the names are not those of its arguments

    def _of_others(self) -> DataError:
        return DataError(
            f"{printable(os.fspath(self.path))}: the rows are not those of the checkpoint; begin again without "
            "resume=True (--resume)."
        )


@contextmanager
def checkpointed(
    path: str | os.PathLike[str] | None, resume: bool, source: Any, asked: Mapping[str, Any], *, in_parts: bool
) -> Iterator[Checkpoint | None]:
    """The checkpoint of a fit, which is removed when the fit is complete; None without a path.

    Parameters
    ----------
    path : str, PathLike or None
    resume : bool
        Whether to go on from what is in the file, if it is there.
    source : object
        The table.
    asked : mapping
        The arguments of the fit, by name.
    in_parts : bool
        Whether the rows are added up in parts.

    Raises
    ------
    RequestError
        If a file is there that is not to be resumed, its fit was of other arguments, or the source cannot be read
        again.
    DataError
        If the file is damaged, or a file of the source was changed.
    """
    if path is None:
        if resume:
            raise RequestError("resume=True (--resume) needs the file to go on from: checkpoint= (--checkpoint).")
        yield None
        return
    told = {name: _plain(value) for name, value in {**_DEFAULTS, **asked}.items() if name != "verbose"}
    checkpoint = begun(path, resume, source, told, in_parts)
    yield checkpoint
    Path(path).unlink(missing_ok=True)


def begun(
    path: str | os.PathLike[str],
    resume: bool,
    source: Any,
    asked: Mapping[str, Any] | None = None,
    in_parts: bool = False,
) -> Checkpoint:
    """Begin a checkpoint, or go on with one, as `checkpointed`; without arguments only to see whether it can be done.

    There is no file before the first pass has ended.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"checkpoint must be a path, not a value of type {type(path).__name__}")
    name = printable(os.fspath(path))
    if os.fspath(path) == "-":
        raise RequestError("a checkpoint is a file, not standard output: name one.")
    files = files_behind(source)
    about = {
        "checkpoint of verhulst": _FORMAT,
        "version": __version__,
        "level": cpu_level(),
        "files": files,
        "in_parts": in_parts,
        "asked": asked,
    }
    there = os.path.exists(path)
    if there and not resume:
        raise RequestError(
            f"{name}: is there already. To go on from it, add resume=True (--resume); else remove it, or name another."
        )
    check_writable(path)
    if not there:
        return Checkpoint(path, about)
    before, known = _read(path, name)
    _refuse_others(name, before, about)
    return Checkpoint(path, about, known)


def _read(path: str | os.PathLike[str], name: str) -> tuple[dict[str, Any], list[Answered]]:
    content = io.BytesIO(Path(path).read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            about = json.loads(archive["about"].tobytes())
            if about["checkpoint of verhulst"] != _FORMAT:
                raise DataError(f"{name}: is a checkpoint of another version of verhulst; begin again.")
            arrays: dict[int, dict[str, Any]] = {}
            for each in archive.files:
                if each != "about":
                    place, _, what = each.partition(".")
                    arrays.setdefault(int(place), {})[what] = archive[each]
            known = [Answered.of(arrays[place]) for place in range(len(arrays))]
            if set(about) != {"checkpoint of verhulst", "version", "level", "files", "in_parts", "asked"}:
                raise ValueError("about")
    except DataError:
        raise
    except Exception:  # a damaged archive fails in many ways
        raise DataError(f"{name}: is no checkpoint of verhulst, or is damaged; begin again without it.") from None
    return about, known


def _refuse_others(name: str, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise if a checkpoint is not of the fit that goes on with it."""
    if before["version"] != now["version"]:
        raise DataError(
            f"{name}: was written by verhulst {before['version']}, and this is {now['version']}: a fit goes on with "
            "the version that began it."
        )
    if before["level"] != now["level"]:
        raise DataError(
            f"{name}: was written with the instructions of {before['level']}, and this process uses {now['level']}: "
            f"the bits would differ. Set VERHULST_CPU={before['level']}."
        )
    refuse_other_files(before["files"], now["files"])
    old, new = before["asked"], now["asked"]
    if old is None or new is None:
        return
    for each in [*new, *old]:
        if old.get(each) != new.get(each):
            raise RequestError(
                f"{name}: is of a fit with {each}={old.get(each)!r}, but this one has {each}="
                f"{new.get(each)!r}. A fit goes on with the arguments that it was begun with."
            )
    if before["in_parts"] != now["in_parts"]:
        where = "on a cluster" if before["in_parts"] else "without a cluster"
        raise RequestError(f"{name}: is of a fit {where}, and goes on there only.")


def _plain(value: Any) -> Any:
    """Return an argument as JSON can hold it, equal for equal arguments."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()} or None
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value] or None
    if isinstance(value, str | bool) or value is None:
        return value
    return float(value) if isinstance(value, int | float | np.number) else repr(value)


def _same(one: Vector | None, other: Vector) -> bool:
    return one is not None and one.tobytes() == np.ascontiguousarray(other).tobytes()


def _equal(one: Statistics, other: Statistics) -> bool:
    numbers = [one.log_likelihood, one.row_norm] == [other.log_likelihood, other.row_norm]
    matrices = (one.information is None) == (other.information is None) and (
        one.information is None or np.array_equal(one.information, other.information)  # type: ignore[arg-type]
    )
    return numbers and matrices and np.array_equal(one.gradient, other.gradient)
