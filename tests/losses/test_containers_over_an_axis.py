"""Functions over an axis on containers: masked arrays, frames, lazy arrays, names of dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import verhulst as vh

Z = np.array([[-1.5, 0.25], [2.0, -3.0]])


class Child(np.ndarray[Any, Any]):
    pass


def same(got: Any, expected: Any) -> None:
    """Numbers and their type."""
    got = np.asarray(got)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


OVER_AXIS = {name: getattr(vh, name) for name in ("softmax", "log_softmax", "logsumexp")}


@pytest.mark.parametrize("name", OVER_AXIS)
def test_masked_arrays_over_an_axis(name: str) -> None:
    """What is hidden has no share, whatever its number and type; where all is hidden, so is the result."""
    f = OVER_AXIS[name]
    for z in (np.array([[0.0, np.nan, 1.0], [2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]), np.arange(9).reshape(3, 3)):
        mask = np.array([[0, 1, 0], [0, 0, 0], [1, 1, 1]], bool)
        masked = np.ma.array(z, mask=mask)
        got = f(masked)
        assert isinstance(got, np.ma.MaskedArray)
        rows = [f(row.compressed()) for row in masked[:2]]
        np.testing.assert_array_equal(
            np.hstack([got[i].compressed() if got.ndim == 2 else got[i] for i in (0, 1)]), np.hstack(rows)
        )
        np.testing.assert_array_equal(np.ma.getmaskarray(got), mask if name != "logsumexp" else [False, False, True])
        np.testing.assert_array_equal(f(masked.T, 0).T.filled(9), got.filled(9))
        for axis in (None, (0, 1), (1, 0)):
            whole = f(masked, axis)
            kept = np.sort(whole.compressed() if np.ndim(whole) else np.atleast_1d(whole))
            np.testing.assert_allclose(kept, np.sort(np.atleast_1d(f(masked.compressed()))), rtol=1e-14)
        out = np.ma.zeros(got.shape)
        assert f(masked, out=out) is out
        np.testing.assert_array_equal(out.filled(9), got.filled(9))
    assert vh.logsumexp(np.ma.array([1.0, 2.0], mask=True)) is np.ma.masked
    assert vh.logsumexp(np.ma.array(np.zeros((2, 3)), mask=[[0, 1, 1], [1, 1, 1]]), keepdims=True).mask.tolist() == [
        [False],
        [True],
    ]


@pytest.mark.parametrize("name", OVER_AXIS)
def test_containers_over_an_axis(name: str) -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    pl = pytest.importorskip("polars", reason="NOT RUN: polars is not installed")
    da = pytest.importorskip("dask.array", reason="NOT RUN: Dask is not installed")
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    f = OVER_AXIS[name]
    z = Z.astype("f4")
    frame = pd.DataFrame(z, index=["r", "s"], columns=["a", "b"])
    for axis in (-1, 0, 1, None, (0, 1)):
        expected = f(z, axis)
        for container in (frame, xr.DataArray(z, dims=("t", "k")), z.view(Child)):
            got = f(container, axis)
            same(got, expected)
            if np.shape(expected) == z.shape:
                assert type(got) is type(container)
    if name != "logsumexp":
        assert list(f(frame).index) == ["r", "s"]
    for series in (pd.Series(z[0]), pl.Series(z[0])):
        same(f(series), f(z[0]))
        assert isinstance(f(series), type(series)) or name == "logsumexp"
    with pytest.raises(TypeError, match="missing values"):
        f(pd.Series([1.0, None], dtype="Float64"))
    lazy = f(da.from_array(z, chunks=(1, 2)))
    assert isinstance(lazy, da.Array)
    same(lazy.compute(scheduler="synchronous"), f(z))
    same(f(da.from_array(z, chunks=(1, 2)), None), f(z, None))


def test_labels_of_classes_stand_in_the_order_of_the_logits() -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    frame, y = pd.DataFrame(Z, index=["r", "s"], columns=["a", "b"]), pd.Series([1, 0], index=["r", "s"])
    array = xr.DataArray(np.zeros((2, 3, 2)), dims=("t", "k", "s"))
    for f in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        same(f(frame, y), f(Z, [1, 0]))
        same(f(frame, [1, 0]), f(Z, [1, 0]))
        with pytest.raises(ValueError, match="another index"):
            f(frame, y[::-1])
        same(f(frame, y[::-1].reindex(frame.index)), f(Z, [1, 0]))
        with pytest.raises(ValueError, match="other columns"):
            f(frame, frame[["b", "a"]] * 0)
        labels = xr.DataArray([[0, 1], [2, 0]], dims=("s", "t"))
        with pytest.raises(ValueError, match="orders them"):
            f(array, labels, 1)
        same(f(array, labels.transpose("t", "s"), 1), f(array.values, labels.values.T, 1))
        with pytest.raises(TypeError, match="masked labels"):
            f(Z, np.ma.array([0, 0], mask=[0, 1]))
        same(f(np.ma.array(Z), [0, 0]), f(Z, [0, 0]))
        assert f(np.zeros((0, 3)), []).shape[0] == 0
        same(f(Z, np.array([1, 0], np.uint64)), f(Z, [1, 0]))
        with pytest.raises(TypeError, match=f"{f.__name__} takes real numbers"):
            f(Z * 1j, [0, 0])
        with pytest.raises(TypeError, match="classes must be integers, not object"):
            f(Z, [2**70, 0])


@pytest.mark.parametrize("name", OVER_AXIS)
def test_axis_and_out(name: str) -> None:
    f, z = OVER_AXIS[name], Z.astype("f4")
    for axis in (1, np.int8(1), np.array(1), (1,), [1]):
        same(f(z, axis), f(z))
    same(f(z, [1, 0]), f(z, (1, 0)))
    for far in (2, -3, 2**62, 10**30, (0, 10**30)):
        with pytest.raises(np.exceptions.AxisError, match="out of bounds for array of dimension 2"):
            f(z, far)
    for no_axis in (1.0, "0", 1j, ("a",)):
        with pytest.raises(TypeError, match="axis must be an integer, several, or None, not"):
            f(z, no_axis)
    for axis in (0, (0, 1)):
        expected = np.asarray(f(z, axis))
        same(f(z, axis, out=(None,)), expected)
        assert isinstance(f(z[0], out=...), np.ndarray)
        for out in (np.empty(expected.shape), np.ma.zeros(expected.shape), np.empty(expected.shape)[...]):
            assert f(z, axis, out=out) is out
            np.testing.assert_allclose(out, expected, rtol=1e-6)
        for wrong, error, message in (
            (np.empty(7), ValueError, r"out has shape \(7,\), the result"),
            ([0.0, 0.0], TypeError, f"out of {name} must be an array, not list"),
            ((None, None), TypeError, f"out of {name} must be an array, not tuple"),
            (np.empty(expected.shape, int), TypeError, "[Cc]annot cast"),
        ):
            with pytest.raises(error, match=message):
                f(z, axis, out=wrong)
    memory = np.vstack([Z, Z])
    if name != "logsumexp":
        expected = f(memory[:3])
        same(f(memory[:3], out=memory[1:]), expected)


def test_missing_values_of_pandas_over_an_axis() -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    da = pytest.importorskip("dask.array", reason="NOT RUN: Dask is not installed")
    for f in OVER_AXIS.values():
        for missing in (pd.Series([1.0, None], dtype="Float64"), pd.array([1.0, None], dtype="Float64")):
            with pytest.raises(TypeError, match="missing values"):
                f(missing)
            same(f(missing.fillna(2.0)), f(np.array([1.0, 2.0])))
        with pytest.raises(TypeError, match="lazy array takes no out"):
            f(da.zeros((2, 3), chunks=3), out=np.zeros((2, 3)))
    for f in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        for axis, error in ((1.0, TypeError), (None, TypeError), ((1,), TypeError), (10**30, np.exceptions.AxisError)):
            with pytest.raises(error):
                f(Z, [0, 1], axis)
        with pytest.raises(np.exceptions.AxisError, match="one number"):
            f(1.0, 0)


def test_classes_that_are_hidden() -> None:
    z = np.ma.array([[0.0, np.nan, 1.0], [2.0, 3.0, 4.0], [5.0, 6.0, 7.0]], mask=[[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    weights = np.array([[0.25, 0.0, 0.75], [0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    for y, mask in (([0, 2, 1], [False, True, False]), (weights, [False, True, False])):
        loss, slopes = vh.categorical_cross_entropy(z, y), vh.categorical_cross_entropy_gradient(z, y)
        np.testing.assert_array_equal(np.ma.getmaskarray(loss), mask)
        np.testing.assert_array_equal(np.ma.getmaskarray(slopes), z.mask | np.array(mask)[:, None])
        for i in (0, 2):
            shown, label = ~z.mask[i], np.asarray(y)[i]
            alone = (z.data[i][shown], label[shown] if np.ndim(label) else label)
            assert loss[i] == vh.categorical_cross_entropy(*alone)
            np.testing.assert_array_equal(slopes[i].compressed(), vh.categorical_cross_entropy_gradient(*alone))
        out = np.ma.zeros(3)
        assert vh.categorical_cross_entropy(z, y, out=out) is out
        np.testing.assert_array_equal(out.filled(9), loss.filled(9))
        np.testing.assert_array_equal(vh.categorical_cross_entropy(z.T, np.transpose(y), 0).filled(9), loss.filled(9))
    assert vh.categorical_cross_entropy(np.ma.array([1, 2, 3], mask=[0, 1, 0]), 0) == vh.categorical_cross_entropy(
        [1, 3], 0
    )


@pytest.mark.parametrize("name", OVER_AXIS)
def test_labels_and_laziness_are_kept_along_every_axis(name: str) -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    da = pytest.importorskip("dask.array", reason="NOT RUN: Dask is not installed")
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    import dask

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("computed at once")

    f, z = OVER_AXIS[name], np.arange(24.0).reshape(2, 3, 4).astype("f4")
    cases: list[tuple[Any, Any]] = [(axis, {}) for axis in (-1, 0, (0, 2), None)]
    cases += [(1, {"keepdims": True}), (None, {"keepdims": True})] if name == "logsumexp" else []
    for axis, options in cases:
        lazy = da.from_array(z, chunks=(1, 2, 2))
        named = xr.DataArray(z, dims=("t", "k", "s"), coords={"t": [5, 6], "s": list("abcd")}, name="z")
        expected = f(z, axis, **options)
        with dask.config.set(scheduler=refuse):
            made, inside = f(lazy, axis, **options), f(named.copy(data=lazy), axis, **options)
        assert isinstance(made, da.Array)
        same(made.compute(scheduler="synchronous"), expected)
        same(inside.compute(scheduler="synchronous"), expected)
        got = f(named, axis, **options)
        same(got, expected)
        if not options and np.ndim(expected):
            gone = axis if isinstance(axis, tuple) else (axis % 3,) if axis is not None else ()
            kept = [d for i, d in enumerate(named.dims) if name != "logsumexp" or i not in gone]
            assert list(got.dims) == kept
            assert set(got.coords) == {"t", "s"} & set(kept)
            assert got.name == "z"
    frame = pd.DataFrame(Z, index=["r", "s"], columns=["a", "b"])
    for table in (frame, frame.astype("Float64"), frame.astype("Float32"), frame.round().astype("Int64")):
        for axis in (0, 1):
            numbers = table.to_numpy(getattr(table.dtypes["a"], "numpy_dtype", None))
            got, expected = f(table, axis), f(numbers, axis)
            same(np.asarray(got, expected.dtype), expected)
            assert list(got.index) == ([["a", "b"], ["r", "s"]][axis] if name == "logsumexp" else ["r", "s"])
            if name != "logsumexp" and str(table.dtypes["a"]) != "Int64":
                assert str(got.dtypes["a"]) == str(table.dtypes["a"])


def test_categorical_losses_keep_labels_and_laziness() -> None:
    pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
    da = pytest.importorskip("dask.array", reason="NOT RUN: Dask is not installed")
    xr = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    z, y = np.arange(12.0).reshape(4, 3) % 5, np.array([0, 2, 1, 1])
    frame = pd.DataFrame(z, index=list("abcd"), columns=list("uvw"))
    array = xr.DataArray(z, dims=("t", "k"), coords={"t": [1, 2, 3, 4]})
    for f in (vh.categorical_cross_entropy, vh.categorical_cross_entropy_gradient):
        for labels in (y, np.eye(3)[y]):
            expected = f(z, labels)
            got = f(frame, labels)
            same(got, expected)
            assert list(got.index) == list("abcd")
            same(f(frame.astype("Float64"), labels), expected)
            assert f(array, labels).dims == ("t", "k")[: expected.ndim]
            for pair in (
                (da.from_array(z, chunks=(3, 2)), labels),
                (z, da.from_array(labels, chunks=2)),
                (da.from_array(z, chunks=1), da.from_array(labels, chunks=3)),
            ):
                lazy = f(*pair)
                assert isinstance(lazy, da.Array)
                assert lazy.dtype == expected.dtype
                same(lazy.compute(scheduler="synchronous"), expected)
            same(f(da.from_array(z.T, chunks=2), labels.T, 0).compute(scheduler="synchronous"), f(z.T, labels.T, 0))
        with pytest.raises(ValueError, match="y has shape"):
            f(da.from_array(z), y[:3])
        with pytest.raises(TypeError, match="lazy array takes no out"):
            f(da.from_array(z), y, out=np.zeros(4))
        with pytest.raises(ValueError, match="the rows of z in another order"):
            f(array, xr.DataArray(y, dims="t", coords={"t": [4, 3, 2, 1]}))
        with pytest.raises(TypeError, match="missing values"):
            f(z, pd.Series([0, 1, 2, None], dtype="Int64"))
