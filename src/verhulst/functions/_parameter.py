"""Functions with a second argument, a parameter or labels: one ufunc of two arguments behind each."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verhulst.functions._containers import NOT_GIVEN, Dispatcher, public_name, wrapped
from verhulst.functions._registry import FUNCTIONS
from verhulst.functions._rounding import rounded

BLOCK = 16384  # numbers: a few copies of them in float64 stay in the cache
NATIVE = frozenset(map(np.dtype, ("f2", "f4", "f8")))
NUMBERS = (bool, int, float, np.number, np.bool)


def with_second_argument(ufunc: np.ufunc, argument: str, *, factor: bool = False) -> Dispatcher:
    """The function of a ufunc of two arguments, in the number type that one of z alone would have.

    The second argument does not widen the result: a float64 label or slope leaves float32 scores float32. But it counts
    as given: where that type cannot hold it (0.999 is 1 in bfloat16), all is computed in float64 and rounded once. One
    that is a factor of the result is rounded to float32 all the same, which moves the result by a unit at most, unless
    it leaves the normal numbers of float32.
    """
    return Dispatcher(ufunc, partial(_compute, ufunc, argument, factor))


def call(function: Dispatcher, z: ArrayLike, given: ArrayLike, out: Any, where: ArrayLike) -> Any:
    """`function(z, given)` as a ufunc is called; `out` is NOT_GIVEN where the caller gave none."""
    options: dict[str, Any] = {} if out is NOT_GIVEN else {"out": out}
    if where is not True:
        options["where"] = where
    if type(z) is not np.ndarray and isinstance(given, NUMBERS):
        return function.of_first(given)(z, **options)
    return function(z, given, **options)


def _compute(
    ufunc: np.ufunc,
    argument: str,
    factor: bool,
    z: Any,
    given: Any,
    *,
    out: Any = NOT_GIVEN,
    where: Any = True,
    dtype: Any = None,
) -> Any:
    """Of arrays and numbers; `dtype`, which a container may give, is the type to compute in."""
    if type(z) is np.ndarray and z.dtype in NATIVE and where is True and dtype is None:  # most calls, with few checks
        held = _held_quickly(given, z.dtype, factor)
        if held is not None and (out is NOT_GIVEN or out is None):
            return ufunc(z, held)
        if held is not None and type(out) is np.ndarray and out.dtype == z.dtype and ufunc.nout == 1:
            return ufunc(z, held, out=out)
    name, inputs = public_name(ufunc), (z, given)
    z, given = np.asarray(z), np.asarray(float(given) if isinstance(given, int) else given)
    result = number_type(z.dtype, name, "takes")
    if dtype is not None:
        result = np.dtype(dtype)
    if given.dtype != np.longdouble:
        number_type(given.dtype, f"{argument} of", name, "must be")
    options: dict[str, Any] = {} if where is True else {"where": where}
    targets: tuple[Any, ...] = (None,) * ufunc.nout
    if out is not NOT_GIVEN and out is not ...:
        targets = _targets(out, name, result, ufunc.nout)
        options["out"] = tuple(t if t is None else t.view(np.ndarray) for t in targets)
    with np.errstate(all="ignore"):
        held = _held_factor(given, result) if factor else _held(given, result)
        if held is not None:
            made = ufunc(z.astype(result, copy=False), held, **options)
        else:
            made = _in_float64(ufunc, z, given, result, options)
    parts = made if ufunc.nout > 1 else (made,)
    results = tuple(
        wrapped(part, ufunc, inputs, *pair) for part, *pair in zip(parts, targets, range(ufunc.nout), strict=True)
    )
    if out is ...:
        results = tuple(map(np.asanyarray, results))
    return results if ufunc.nout > 1 else results[0]


def number_type(dtype: np.dtype[Any], *words: str) -> np.dtype[Any]:
    """The type that a function of such numbers returns; `words` begin the message where there is none."""
    if dtype in NATIVE:
        return dtype.newbyteorder("=")
    try:
        result: np.dtype[Any] = FUNCTIONS["relu"].ufunc.resolve_dtypes((dtype, None))[1]
    except TypeError:
        raise TypeError(f"{' '.join(words)} real numbers of at most 64 bits, not {dtype}") from None
    return result


def _targets(out: Any, name: str, dtype: np.dtype[Any], number: int) -> tuple[Any, ...]:
    """Arrays for the results, None for those to be made."""
    targets = out if isinstance(out, tuple) else (out,) if number == 1 or out is None else ()
    if out is None:
        targets = (None,) * number
    if len(targets) != number:
        raise ValueError(
            f"out of {name} must be a tuple of {number} arrays" if number > 1 else f"{name} has one result"
        )
    for target in targets:
        if target is not None and not isinstance(target, np.ndarray):
            raise TypeError(f"out of {name} must be an array, not {type(target).__name__}")
        if target is not None and not np.can_cast(dtype, target.dtype, "same_kind"):
            raise TypeError(f"{name} gives {dtype}, which out, of {target.dtype}, cannot hold")
    return targets


def _held_quickly(given: Any, dtype: np.dtype[Any], factor: bool) -> Any:
    """A number, a list or an array of them in that type; None where it does not hold them, and for anything else."""
    if type(given) is list:
        given = np.asarray(given)
    if type(given) is np.ndarray:
        if given.dtype == dtype:
            return given
        if given.dtype in NATIVE or given.dtype.kind in "iub":
            with np.errstate(all="ignore"):
                return _held_factor(given, dtype) if factor else _held(given, dtype)
        return None
    return _held_number(given, dtype, factor) if type(given) in (float, int) else None


@lru_cache(1024)
def _held_number(given: float, dtype: np.dtype[Any], factor: bool) -> Any:
    """A Python number in that type, None where it does not hold it."""
    with np.errstate(all="ignore"):
        number = np.asarray(float(given))
        held = _held_factor(number, dtype) if factor else _held(number, dtype)
    return None if held is None else held[()]


def _held(given: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The labels in that type, None where it does not hold one; integers in arrays are classes, which it does."""
    if np.can_cast(given.dtype, dtype) or (given.dtype.kind in "iub" and given.ndim):
        return given.astype(dtype, copy=False)
    if given.size > BLOCK and _held(given.flat[:BLOCK], dtype) is None:  # so it is decided for most
        return None
    held = given.astype(dtype)
    changed = np.count_nonzero(held != given)
    return held if changed == 0 or changed == np.count_nonzero(given != given) else None  # nan differs from itself


def _held_factor(given: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any] | None:
    """The same of factors, where integers are numbers too; float32 holds what it rounds to a normal number."""
    held: np.ndarray[Any, Any] = given.astype(dtype, copy=False)
    good = (held == given) | np.isnan(held)
    if dtype == np.float32:
        size = np.abs(held)
        good |= (size >= np.finfo(np.float32).tiny) & (size < np.inf)
    return held if good.all() else None


def _in_float64(ufunc: np.ufunc, z: Any, given: Any, dtype: np.dtype[Any], options: dict[str, Any]) -> Any:
    targets = options.get("out", (None,) * ufunc.nout)
    if "where" not in options and np.broadcast(z, given).size > BLOCK:
        made = _by_blocks(ufunc, z, given, dtype, targets)
        return made if len(targets) > 1 else made[0]
    where = options.get("where", True)
    if "out" in options:
        options = {"out": (None,) * ufunc.nout, "where": where}
    wide = ufunc(z, given, dtype=np.float64, **options)
    results = [
        _put(target, rounded(part, dtype), where)
        for part, target in zip(wide if isinstance(wide, tuple) else (wide,), targets, strict=True)
    ]
    return tuple(results) if isinstance(wide, tuple) else results[0]


def _by_blocks(ufunc: np.ufunc, z: Any, given: Any, dtype: np.dtype[Any], targets: tuple[Any, ...]) -> tuple[Any, ...]:
    """ufunc(z, given) in float64, rounded to dtype, block by block in memory that the cache holds."""
    flags: Any = ["external_loop", "buffered", "copy_if_overlap"]
    of_each: Any = [["readonly"]] * 2 + [["writeonly", "allocate", "no_broadcast"]] * len(targets)
    types = [np.dtype(np.float64)] * 2 + [dtype] * len(targets)
    steps = np.nditer((z, given, *targets), flags, of_each, types, casting="same_kind", buffersize=BLOCK)
    with steps:
        for x, y, *parts in steps:
            wide = ufunc(x, y)
            for part, numbers in zip(parts, wide if len(parts) > 1 else (wide,), strict=True):
                part[...] = rounded(numbers, dtype)
        made = steps.operands[2:]
        return tuple(m[()] if t is None else t for m, t in zip(made, targets, strict=True))


def _put(target: Any, result: Any, where: ArrayLike) -> Any:
    if target is None:
        return result[()] if isinstance(result, np.ndarray) and not result.ndim else result
    np.copyto(target, result, casting="same_kind", where=where)
    return target
