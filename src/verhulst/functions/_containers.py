"""Functions that are more than one ufunc, on containers that have rules of their own for ufuncs.

NumPy asks pandas, xarray, Dask, polars and others what a ufunc of them is: `__array_ufunc__`, NEP 13. `Dispatcher` asks
them in the same way, and they call it back with plain arrays, part by part if they like: labels are aligned, dimensions
matched by name and lazy arrays left lazy by the containers themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from verhulst._home import home_of

NOT_GIVEN: Any = np._NoValue  # of `out`: NumPy warns of `where` without `out`, but not if `out` is None on purpose
_PLAIN = frozenset({np.ndarray, float, int, bool, list, tuple, np.float64, np.float32, type(None), type(NOT_GIVEN)})
_made: dict[str, Dispatcher] = {}


class Dispatcher:
    """A function on plain arrays that shows containers what they look for in a `numpy.ufunc`.

    Attributes
    ----------
    __name__ : the public name
    nin, nout, nargs, types, ntypes, signature, identity : as of a ufunc
    """

    identity = None

    def __init__(self, ufunc: np.ufunc, compute: Callable[..., Any], last: tuple[Any, ...] = ()) -> None:
        """Call `compute(*inputs, *last, **options)` of arrays and numbers, in the name of `ufunc`."""
        self.compute, self.last = compute, last
        self.__name__ = self.__qualname__ = public_name(ufunc)
        self.nin, self.nout, self.signature = ufunc.nin - len(last), ufunc.nout, ufunc.signature
        self.nargs, self.types, self.ntypes, self.ufunc = self.nin + self.nout, ufunc.types, ufunc.ntypes, ufunc
        _made.setdefault(self.__name__, self)

    def of_first(self, *last: Any) -> Dispatcher:
        """The function with its last inputs given: one of a single input, which containers know best."""
        return Dispatcher(self.ufunc, self.compute, last)

    def __repr__(self) -> str:
        return f"<verhulst.{self.__name__}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.__name__, self.last)

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute, or let the first container that wants to answer."""
        if not options and type(inputs[0]) in _PLAIN and type(inputs[-1]) in _PLAIN:
            return self.compute(*inputs, *self.last)
        owners = owners_of(inputs, options)
        if not owners:
            return self.compute(*inputs, *self.last, **options)
        out = options.pop("out", None)
        if out is not None:
            options["out"] = out if isinstance(out, tuple) else (out,)
        first, masks = inputs[0], not any(map(is_pandas, owners)) and not any(map(_is_polars_series, owners))
        inputs = tuple(_polars_numbers(x if masks else _without_mask(x)) for x in inputs)
        inputs = tuple(np.asarray(x) if type(x) in (list, tuple) else x for x in inputs)
        for owner in owners:
            answer = type(owner).__array_ufunc__(owner, self, "__call__", *inputs, **options)
            if answer is not NotImplemented:
                return _polars_in_type_of(first, answer)
        kinds = ", ".join(type(owner).__name__ for owner in owners)
        raise TypeError(f"{self.__name__} of {kinds} is not implemented: __array_ufunc__ returned NotImplemented")


def _restore(name: str, last: tuple[Any, ...]) -> Dispatcher:
    return _made[name].of_first(*last) if last else _made[name]


def public_name(ufunc: np.ufunc) -> str:
    """The name of the public function of a ufunc behind it."""
    return ufunc.__name__.removeprefix("_")


def owners_of(inputs: tuple[Any, ...], options: dict[str, Any]) -> list[Any]:
    """The arguments with rules of their own, one of each type, subclasses before their bases, else from the left."""
    owners: list[Any] = []
    out = options.get("out")
    for x in (*inputs, *(out if isinstance(out, tuple) else (out,)), options.get("where")):
        kind = type(x)
        if kind in _PLAIN or kind in map(type, owners):
            continue
        rule = getattr(kind, "__array_ufunc__", np.ndarray.__array_ufunc__)
        if rule is None:
            raise TypeError(f"operand '{kind.__name__}' does not support ufuncs (__array_ufunc__=None)")
        if rule is np.ndarray.__array_ufunc__:
            continue
        before = [i for i, owner in enumerate(owners) if issubclass(kind, type(owner))]
        owners.insert(before[0] if before else len(owners), x)
    return owners


def _is_polars_series(x: Any) -> bool:
    return type(x).__name__ == "Series" and home_of(x) == "polars"


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor of torch."""
    return hasattr(x, "detach") and hasattr(x, "is_floating_point")


def array_of_tensor(x: Any) -> Any:
    """Return a tensor of torch as an array, without its gradient, and of doubles where NumPy lacks its type.

    Raises
    ------
    ValueError
        If it has no array of numbers: it is sparse, or on a device without values.
    """
    try:
        plain = x.detach().cpu().resolve_conj().resolve_neg()
        narrow = plain.is_floating_point() and plain.element_size() < 4
        return (plain.double() if narrow else plain).numpy()
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"a tensor of this kind cannot be read as an array: {error}") from None


def is_pandas(x: Any) -> bool:
    """Whether it is a frame, a series, an index or an array of pandas."""
    return home_of(x) == "pandas"


def is_xarray(x: Any) -> bool:
    """Whether it is an array or a variable of xarray."""
    return home_of(x) == "xarray" and hasattr(x, "data")


def _without_mask(x: Any) -> Any:
    """A masked array as numbers, nan where they are hidden: pandas' frames and polars would show them."""
    if not isinstance(x, np.ma.MaskedArray) or not np.ma.is_masked(x):
        return x
    wide: Any = x.astype(np.promote_types(x.dtype, np.float16))
    return wide.filled(np.nan)


# polars shows no truth values to ufuncs, and takes no results in half precision.
_POLARS_AS = {"Boolean": np.int64, "Int8": np.int16, "UInt8": np.int16, "Float16": np.float64}


def _polars_numbers(x: Any) -> Any:
    if not _is_polars_series(x) or (wider := _POLARS_AS.get(str(x.dtype))) is None:
        return x
    return x.cast(type(x)(np.zeros(0, wider)).dtype)


def _polars_in_type_of(z: Any, answer: Any) -> Any:
    """polars brings all arguments to one type first; the first alone has a say in that of the result."""
    if not _is_polars_series(answer):
        return answer
    of_z = z if _is_polars_series(z) else type(answer)(np.zeros(0, np.asarray(z).dtype))
    return answer.cast(of_z.dtype) if of_z.dtype.is_float() else answer


def labelled(z: Any, numbers: Any, axes: tuple[int, ...] = (), keepdims: bool = False) -> Any:
    """Numbers of the shape of z, or of that without some axes, with the labels that z has in pandas or xarray."""
    if np.ndim(numbers) == 0:
        return numbers
    if is_pandas(z):
        if np.shape(numbers) == z.shape:
            return _in_frame(z, numbers)
        if z.ndim == 2 and len(axes) == 1 and not keepdims:
            rows = z.isna().any(axis=axes[0])
            return type(rows)(numbers, index=rows.index)
    if is_xarray(z):
        dims = [z.dims[axis] for axis in axes]
        if np.shape(numbers) == z.shape:
            return z.copy(data=numbers)
        if not keepdims:
            kept = z.isel(dict.fromkeys(dims, 0))
            if hasattr(kept, "coords"):  # a variable has none
                kept = kept.drop_vars([name for name, at in z.coords.items() if set(at.dims) & set(dims)])
            return kept.copy(data=numbers)
    return numbers


def _in_frame(z: Any, numbers: Any) -> Any:
    if not hasattr(z, "index"):  # an index, or an array of pandas
        return numbers
    if z.ndim == 1:
        return type(z)(numbers, index=z.index, name=z.name)
    return type(z)(numbers, index=z.index, columns=z.columns)


def wrapped(result: Any, ufunc: np.ufunc, inputs: tuple[Any, ...], target: Any = None, index: int = 0) -> Any:
    """The result as `target`, or the input of the highest priority, wraps it: NumPy's `__array_wrap__`.

    So masked arrays put masks together, and matrices stay matrices.
    """
    if type(target) is np.ndarray:
        return target
    if target is None:
        able = [x for x in inputs if type(x) not in _PLAIN and hasattr(x, "__array_wrap__")]
        able = [x for x in able if not isinstance(x, np.generic)]
        if not able:
            return result
        wrap = max(able, key=lambda x: getattr(x, "__array_priority__", 0.0)).__array_wrap__
        numbers, scalar = np.asarray(result), np.ndim(result) == 0
    else:
        inputs, wrap, numbers, scalar = (*inputs, target), target.__array_wrap__, target, False
    try:
        return wrap(numbers, (ufunc, inputs, index), scalar)
    except TypeError:  # as it was before NumPy 2
        return wrap(numbers)
