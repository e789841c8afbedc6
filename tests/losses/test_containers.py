"""Every function of a second argument, on every container: labels, slopes and weights follow NumPy's binary ufuncs."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import verhulst as vh

Function = Callable[..., Any]
FUNCTIONS: dict[str, Function] = {
    name: getattr(vh, name)
    for name in (
        "leaky_relu",
        "leaky_relu_derivative",
        "elu",
        "elu_derivative",
        "binary_cross_entropy",
        "binary_cross_entropy_gradient",
        "binary_cross_entropy_hessian",
    )
}
FUNCTIONS |= {
    f"binary_cross_entropy_all.{part}": lambda z, y, part=part, **options: getattr(
        vh.binary_cross_entropy_all(z, y, **options), part
    )
    for part in ("value", "gradient", "hessian")
}
Z, Y = np.array([[-1.5, 0.25], [2.0, -3.0]]), np.array([[1.0, 0.0], [0.0, 0.25]])


def same(got: Any, expected: Any) -> None:
    """Numbers and their type."""
    got = np.asarray(got)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


def pandas_series_align(f: Function) -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    z, y = pd.Series(Z[0], index=["a", "b"], name="z"), pd.Series(Y[0][::-1], index=["b", "a"])
    got = f(z, y)
    assert isinstance(got, pd.Series)
    assert list(got.index) == ["a", "b"]
    same(got, f(Z[0], Y[0]))
    same(f(z, y["a":]).loc[["a"]], f(Z[0, :1], Y[0, :1]))
    assert list(f(z, y["a":]).index) == ["a", "b"]
    assert isinstance(f(Z[0], y), pd.Series)
    assert isinstance(f(z, 0.25), pd.Series)
    same(f(z.astype("float32"), y), f(Z[0].astype("f4"), Y[0]))


def pandas_frames(f: Function) -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    z, y = pd.DataFrame(Z, columns=["a", "b"]), pd.DataFrame(Y[:, ::-1], columns=["b", "a"])
    same(f(z, y)[["a", "b"]], f(Z, Y))
    same(f(z.astype("float32"), y)[["a", "b"]], f(Z.astype("f4"), Y))
    single = f(z.astype({"a": "float32"}), 0.25)
    assert list(map(str, single.dtypes)) == ["float32", "float64"]
    same(single["b"], f(Z[:, 1], 0.25))
    with pytest.raises(NotImplementedError):
        f(z, y["a"])


def pandas_missing_values(f: Function) -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    z = pd.Series([Z[0, 0], None], dtype="Float32")
    got = f(z, pd.Series(Y[0]))
    assert str(got.dtype) == "Float32"
    assert got.isna().tolist() == [False, True]
    assert got[0] == f(np.float32(Z[0, 0]), Y[0, 0])
    assert str(f(z.to_frame("a"), 0.25).dtypes["a"]) == "Float32"


def xarray_by_name(f: Function) -> None:
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    z, y = xr.DataArray(Z, dims=("t", "k")), xr.DataArray(Y.T, dims=("k", "t"))
    same(f(z, y).transpose("t", "k"), f(Z, Y))
    other = f(z, xr.DataArray([0.0, 1.0, 1.0], dims="b"))
    assert other.sizes == {"t": 2, "k": 2, "b": 3}
    same(f(z.astype("f4"), y), f(Z.astype("f4"), Y))
    same(f(z.to_dataset(name="v"), 0.25)["v"], f(Z, 0.25))


def dask_stays_lazy(f: Function) -> None:
    da = pytest.importorskip("dask.array", reason="NOT RUN: Dask is not installed")
    import dask

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("computed at once")

    z, y = da.from_array(Z.astype("f4"), chunks=1), da.from_array(Y, chunks=2)
    with dask.config.set(scheduler=refuse):
        lazy = [f(z, y), f(z, 0.25), f(Z.astype("f4"), y)]
    for got, second in zip(lazy, (Y, 0.25, Y), strict=True):
        assert isinstance(got, da.Array)
        assert got.dtype == np.float32
        same(got.compute(scheduler="synchronous"), f(Z.astype("f4"), second))


def dask_series(f: Function) -> None:
    dd = pytest.importorskip("dask.dataframe", reason="NOT RUN: Dask's frames are not installed")
    import pandas as pd

    table = dd.from_pandas(pd.DataFrame({"z": Z.ravel(), "y": Y.ravel()}), npartitions=2)
    for got, second in ((f(table.z, table.y), Y.ravel()), (f(table.z, 0.25), 0.25)):
        assert isinstance(got, type(table.z))
        same(got.compute(scheduler="synchronous"), f(Z.ravel(), second))


def polars_series(f: Function) -> None:
    pl = pytest.importorskip("polars", reason="NOT RUN: polars is not installed")
    z, y = pl.Series("z", Z[0]), pl.Series("y", Y[0])
    same(f(z, y).to_numpy(), f(Z[0], Y[0]))
    narrow = f(z.cast(pl.Float32), y)
    assert narrow.dtype == pl.Float32
    same(narrow.to_numpy(), f(Z[0].astype("f4"), Y[0]))
    same(f(z, y == 1).to_numpy(), f(Z[0], Y[0] == 1))
    same(f(z.cast(pl.Float32), 0.25).to_numpy(), f(Z[0].astype("f4"), 0.25))
    assert f(z, pl.Series([1.0, None])).is_null().to_list() == [False, True]
    with pytest.raises(TypeError, match="takes real numbers"):
        f(pl.Series(["a", "b"]), y)
    assert isinstance(f(Z[0], y), pl.Series)
    assert f(Z[0].astype("f4"), y).dtype == pl.Float32
    in_frame = pl.DataFrame({"z": z, "y": y}).select(f(pl.col("z"), 0.25))
    same(in_frame["z"].to_numpy(), f(Z[0], 0.25))


def masked_arrays(f: Function) -> None:
    z, y = np.ma.array(Z, mask=[[0, 1], [0, 0]]), np.ma.array(Y, mask=[[0, 0], [1, 0]])
    for dtype in ("f8", "f4"):
        narrow = z.astype(dtype)
        for got, mask in (
            (f(narrow, y), z.mask | y.mask),
            (f(narrow, Y), z.mask),
            (f(Z.astype(dtype), y), y.mask),
            (f(narrow, 0.3), z.mask),
        ):
            assert got.dtype == dtype
            np.testing.assert_array_equal(got.mask, mask)
        shown = ~(z.mask | y.mask)
        same(f(narrow, y).data[shown], f(Z.astype(dtype), Y)[shown])
    assert f(Z, np.ma.masked).mask.all()


def masks_beside_labels(f: Function) -> None:
    """A frame, a series or polars would show what is hidden."""
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    pl = pytest.importorskip("polars", reason="NOT RUN: polars is not installed")
    y, z = np.ma.array(Y[0], mask=[0, 1]), np.ma.array(Z[0], mask=[0, 1])
    for pair in (
        (pd.DataFrame(Z[:1], columns=["a", "b"]), y),
        (pd.Series(Z[0], dtype="Float64"), y),
        (pd.Series(Z[0]), y),
        (pl.Series(Z[0]), y),
        (z, pd.DataFrame(Y[:1], columns=["a", "b"])),
        (z, pd.Series(Y[0], dtype="Float64")),
        (z, pl.Series(Y[0])),
        (np.ma.array([1, 1], mask=[0, 1], dtype="i1"), pd.DataFrame(Y[:1], columns=["a", "b"])),
    ):
        got = f(*pair)
        numbers = got.to_numpy().ravel() if hasattr(got, "to_numpy") else np.asarray(got)
        hidden = f(*(np.asarray(np.ma.filled(np.ma.asarray(x, dtype=float), np.nan)).ravel() for x in pair))
        np.testing.assert_allclose(np.asarray(numbers, float), hidden, rtol=1e-3)


def lists_beside_containers(f: Function) -> None:
    pl = pytest.importorskip("polars", reason="NOT RUN: polars is not installed")
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    for make in (pl.Series, lambda a: xr.DataArray(a, dims="t"), lambda a: pd.Series(a, dtype="Float64")):
        for second in (Y[0].tolist(), tuple(Y[0])):
            same(np.asarray(f(make(Z[0]), second), float), f(Z[0], Y[0]))
            same(np.asarray(f(second, make(Y[0])), float), f(Y[0], Y[0]))


def polars_narrow_types(f: Function) -> None:
    pl = pytest.importorskip("polars", reason="NOT RUN: polars is not installed")
    for narrow, dtype in ((pl.Int8, "f4"), (pl.UInt8, "f4"), (pl.Float16, "f2")):
        got = f(pl.Series([1.0, 0.0]).cast(narrow), 0.25)
        same(got.to_numpy(), f(np.array([1.0, 0.0], dtype), 0.25))


def matrices_and_wrappers(f: Function) -> None:
    class Wrapping(np.ndarray[Any, Any]):
        pass

    assert type(f(Z.view(Wrapping), Y)) is Wrapping
    assert type(f(Z, Y.view(Wrapping))) is Wrapping
    assert type(f(Z.astype("f4").view(Wrapping), 0.3)) is Wrapping


class Overrider:
    """Answers every ufunc by its name and the types of its inputs."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return ufunc.__name__, method, [type(x) for x in inputs], ufunc.nin, ufunc.signature


class Heir(Overrider):
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return "heir"


class Declining:
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return NotImplemented


class Forbidding:
    __array_ufunc__ = None


def overriders(f: Function) -> None:
    name, method, kinds, nin, signature = f(Z, Overrider())
    assert name in FUNCTIONS
    assert (method, kinds, nin, signature) == ("__call__", [np.ndarray, Overrider], 2, None)
    assert f(Overrider(), Z)[2] == [Overrider, np.ndarray]
    assert f(Overrider(), Heir()) == f(Heir(), Overrider()) == f(Declining(), Heir()) == "heir"
    for wrong, message in ((Declining(), "Declining is not implemented"), (Forbidding(), "does not support ufuncs")):
        for pair in ((Z, wrong), (wrong, Z)):
            with pytest.raises(TypeError, match=message):
                f(*pair)


def where_without_out(f: Function) -> None:
    for dtype, second in (("f8", Y), ("f4", Y), ("f4", 0.3), ("f2", 0.3)):
        z = Z.astype(dtype)
        expected = f(z, second)
        assert expected.dtype == dtype
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            np.negative(Z, where=[True, False])
            by_numpy = len(caught)
            same(f(z, second, where=[True, False])[:, 0], expected[:, 0])
            assert len(caught) == 2 * by_numpy
            same(f(z, second, where=[True, False], out=None)[:, 0], expected[:, 0])
            same(f(z, second, where=[1, 0], out=None)[:, 0], expected[:, 0])
            assert len(caught) == 2 * by_numpy


CONTAINERS = [
    pandas_series_align,
    pandas_frames,
    pandas_missing_values,
    xarray_by_name,
    dask_stays_lazy,
    dask_series,
    polars_series,
    masked_arrays,
    masks_beside_labels,
    lists_beside_containers,
    polars_narrow_types,
    matrices_and_wrappers,
    overriders,
    where_without_out,
]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("container", CONTAINERS, ids=lambda check: check.__name__)
def test_second_arguments(container: Callable[[Function], None], name: str) -> None:
    container(FUNCTIONS[name])


def test_functions_are_pickled_by_name() -> None:
    class Keeper:
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            return ufunc

    for name in ("elu", "binary_cross_entropy", "leaky_relu_derivative"):
        two, one = getattr(vh, name)(Z, Keeper()), getattr(vh, name)(Keeper(), 0.25)
        assert repr(two) == f"<verhulst.{name}>"
        assert pickle.loads(pickle.dumps(two)) is two
        same(pickle.loads(pickle.dumps(one))(Z), getattr(vh, name)(Z, 0.25))


@pytest.mark.parametrize("name", [*FUNCTIONS, "binary_cross_entropy_all"])
def test_messages_name_the_function(name: str) -> None:
    function = getattr(vh, name.partition(".")[0])
    called = name.partition(".")[0]
    wrong: list[Any] = [
        1j,
        "1",
        np.zeros(2, object),
        np.zeros(2, "M8[s]"),
        np.zeros(2, [("a", float)]),
        np.longdouble(1),
    ]
    for z in wrong:
        with pytest.raises(TypeError, match=f"{called} takes real numbers of at most 64 bits, not"):
            function(z, 1)
    for y in wrong[:-1]:
        with pytest.raises(
            TypeError, match=f"(alpha|slope|y) of {called} must be real numbers of at most 64 bits, not"
        ):
            function(Z, y)
    three = name.endswith("_all") or "." in name
    with pytest.raises(TypeError, match=f"{called} gives float64, which out, of int64, cannot hold"):
        function(Z, Y, out=(np.zeros((2, 2), int),) * 3 if three else np.zeros((2, 2), int))
    with pytest.raises(TypeError, match=f"out of {called} must be an array, not list"):
        function(Z, Y, out=([], [], []) if three else [])
    with pytest.raises(
        ValueError, match=f"out of {called} must be a tuple of 3" if three else f"{called} has one result"
    ):
        function(Z, Y, out=np.zeros((3, 2, 2)) if three else (None, None))
    with pytest.raises(ValueError, match="could not be broadcast"):
        function(Z, np.zeros(3))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", ">f8", "i1", "?"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_may_overlap_their_inputs(name: str, dtype: str) -> None:
    """And be read-only, of another byte order, of no size, of no dimension."""
    f = FUNCTIONS[name]
    z = np.linspace(-3, 3, 40_000).astype(dtype)
    y = np.linspace(0, 1, 40_000)
    expected = f(z, y)
    if z.dtype.kind == "f":
        assert expected.dtype == z.dtype.newbyteorder("=")
        memory = np.concatenate([z, z[:1]])
        outs = (
            (memory[1:], None, None)
            if "_all.value" in name
            else (None, memory[1:], None)
            if "_all.g" in name
            else ((None, None, memory[1:]) if "_all" in name else memory[1:])
        )
        f(memory[:-1], y, out=outs)
        np.testing.assert_array_equal(memory[1:], expected)
    z.flags.writeable = y.flags.writeable = False
    same(f(z, y), expected)
    same(f(z[::-3], y[::-3]), expected[::-3])
    assert f(z[:0], y[:0]).shape == (0,)
    assert np.ndim(f(z[0], y[0])) == 0


def test_numbers_of_any_size_and_kind() -> None:
    assert vh.elu(-1.0, 2**70) == vh.elu(-1.0, float(2**70))
    assert vh.elu(-1.0, np.longdouble(0.5)) == vh.elu(-1.0, 0.5)
    assert vh.elu(np.float32(-1), True) == vh.elu(np.float32(-1), 1.0)
    with pytest.raises(OverflowError):
        vh.elu(-1.0, 10**400)
    with pytest.raises(TypeError, match="alpha of elu"):
        vh.elu(-1.0, [2**70])
