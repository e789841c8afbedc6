"""Convert frames, arrays and dicts to Arrow tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from verhulst._home import home_of
from verhulst.data.column_array import array_of_objects, column_array, refuse_booleans
from verhulst.data.errors import DataError
from verhulst.data.source import source_of, with_source
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa


_INDEX_NAME = re.compile(r"__index_level_[0-9]+__")


def table_from_memory(source: Any) -> pa.Table:
    """Return a table in memory as an Arrow table; without a copy if the layouts agree.

    Parameters
    ----------
    source : object
        Arrow table, record batch or reader; pandas or polars frame (also lazy); anything else that narwhals supports or
        that has `__arrow_c_stream__`; a NumPy array of shape (n,) or (n, p), whose columns become x1 ... xp, or with
        fields; a mapping of names to columns.

    Raises
    ------
    DataError
        If it is none of these, or if the columns differ in length.

    Notes
    -----
    A column that cannot be one type, or whose name occurs twice, is kept out of the table as `unread`.
    """
    import pyarrow as pa

    try:
        table = _table(source)
    except DataError:
        raise
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise DataError(_reason(error, source)) from None
    # Metadata of frames are ignored from here on; a table that was read from a file keeps its name.
    return with_source(plain_table(table), source_of(table))


def _reason(error: Exception, source: Any) -> str:
    if isinstance(error, DataError):
        return str(error)
    return f"the {type(source).__name__} cannot be read as a table: {error}"


def _named_twice(name: str) -> str:
    return f"the table has more than one column named {name!r}; rename them."


def plain_table(table: pa.Table, at: str = "") -> pa.Table:
    """Return an Arrow table without pandas' index, of distinct names, and of types that Arrow's functions know.

    Categories have the order of pandas. Columns whose name occurs twice are `unread`; `at` begins the reason.
    """
    return plain_columns(with_orders_of_pandas(distinct_columns(_without_index(table), at)))


def distinct_columns(table: pa.Table, at: str) -> pa.Table:
    counts = Counter(table.column_names)
    if len(counts) == table.num_columns:
        return table
    once = table.select([place for place, name in enumerate(table.column_names) if counts[name] == 1])
    return with_unread(once, {name: f"{at}{_named_twice(name)}" for name, count in counts.items() if count > 1})


def _without_index(table: pa.Table) -> pa.Table:
    """Return the table without the columns that pandas wrote for a frame's index, known by the metadata or by name."""
    index = {name for name in (table.schema.pandas_metadata or {}).get("index_columns", ()) if isinstance(name, str)}
    kept = [
        place for place, name in enumerate(table.column_names) if name not in index and not _INDEX_NAME.fullmatch(name)
    ]
    return table if len(kept) == table.num_columns else table.select(kept)


def with_orders_of_pandas(table: pa.Table) -> pa.Table:
    """Categories that were pandas', which have an order, as ordered dictionaries, also if pandas calls them unordered.

    Other dictionaries that are not ordered (such as polars' Categorical) hold values as they came.
    """
    import pyarrow as pa

    described = (table.schema.pandas_metadata or {}).get("columns", ())
    of_pandas = {column["field_name"] for column in described if column.get("pandas_type") == "categorical"}
    for place, column in enumerate(table.schema):
        if column.name in of_pandas and pa.types.is_dictionary(column.type) and not column.type.ordered:
            type_ = pa.dictionary(column.type.index_type, column.type.value_type, ordered=True)
            chunks = [
                pa.DictionaryArray.from_arrays(each.indices, each.dictionary, ordered=True)
                for each in table[place].chunks
            ]
            table = table.set_column(place, column.name, pa.chunked_array(chunks, type_))
    return table


def plain_columns(table: pa.Table) -> pa.Table:
    """Return the table with columns of `plain_type`; those of which Arrow can select no rows are `unread`."""
    reasons: dict[str, str] = {}
    for place, column in reversed(list(enumerate(table.schema))):
        plain = plain_type(column.type)
        values = _in_type(table[place], plain)
        if values is None:
            table = table.remove_column(place)
            reasons[column.name] = f"column {column.name!r} has values of a type that cannot be read: {column.type}."
        elif plain != column.type:
            table = table.set_column(place, column.with_type(plain), values)
    return with_unread(table, reasons)


def _in_type(values: pa.ChunkedArray, plain: pa.DataType) -> pa.ChunkedArray | None:
    """Return values in their plain type, or None if Arrow does not support it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        if plain == values.type:
            if pa.types.is_nested(plain):  # there may be a union of views in it
                pa.nulls(0, plain).filter(pa.array([], pa.bool_()))
            return values
        try:
            decoded = pc.run_end_decode(values) if pa.types.is_run_end_encoded(values.type) else values
            return decoded.cast(plain)
        except pa.ArrowNotImplementedError:  # runs of views or of categories, lists of runs
            return pa.chunked_array([pa.array(values.to_pylist(), plain)])
    except pa.ArrowNotImplementedError:
        return None


def plain_type(type_: pa.DataType) -> pa.DataType:
    """Return the type of the same values that Arrow can filter, order and count: not views, runs, short decimals.

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain_type(pa.list_(pa.string_view()))
    ListType(list<item: large_string>)
    """
    import pyarrow as pa

    types = pa.types
    if types.is_string_view(type_):
        return pa.large_string()
    if types.is_binary_view(type_):
        return pa.large_binary()
    if types.is_decimal(type_) and type_.bit_width < 128:
        return pa.decimal128(type_.precision, type_.scale)
    if types.is_run_end_encoded(type_):
        return plain_type(type_.value_type)
    if isinstance(type_, pa.BaseExtensionType):
        plain = plain_type(type_.storage_type)
        return type_ if plain == type_.storage_type else plain
    if types.is_dictionary(type_):
        return pa.dictionary(type_.index_type, plain_type(type_.value_type), type_.ordered)
    if types.is_list(type_):
        return pa.list_(_plain_field(type_.value_field))
    if types.is_large_list(type_):
        return pa.large_list(_plain_field(type_.value_field))
    if types.is_fixed_size_list(type_):
        return pa.list_(_plain_field(type_.value_field), type_.list_size)
    if types.is_struct(type_):
        return pa.struct([_plain_field(type_.field(place)) for place in range(type_.num_fields)])
    if types.is_map(type_):
        return pa.map_(plain_type(type_.key_type), _plain_field(type_.item_field), type_.keys_sorted)
    return type_


def _plain_field(field: pa.Field) -> pa.Field:
    return field.with_type(plain_type(field.type))


def _table(source: Any) -> pa.Table:
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if isinstance(source, pa.RecordBatchReader):
        return source.read_all()
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Mapping):
        return _from_columns(source.items(), source)
    if is_dask_collection(source):
        return _table(source.compute())
    if _of_pandas(source):
        # The index is not a column: it would become one by the PyCapsule protocol.
        return _from_pandas(source if source.ndim == 2 else source.to_frame())
    if hasattr(source, "__arrow_c_stream__"):
        return pa.table(source)
    return _through_narwhals(source)


def is_dask_collection(source: Any) -> bool:
    """Whether this is a Dask DataFrame, or a Series or an Array, which are no tables in parts."""
    return home_of(source) == "dask" and hasattr(source, "to_delayed")


def _of_pandas(source: Any) -> bool:
    return home_of(source) == "pandas"


def _from_pandas(frame: Any) -> pa.Table:
    import pyarrow as pa

    try:
        table = pa.Table.from_pandas(_intervals_as_text(frame), preserve_index=False)
        for place in np.flatnonzero(frame.dtypes.astype(str) == "object"):
            refuse_booleans(frame.iloc[:, place], table.schema.types[place])
        return table
    except (OverflowError, pa.ArrowNotImplementedError):
        # A column of objects with integers beyond 64 bits, or of numbers that Arrow does not support.
        return _from_columns(frame.items(), frame)
    except (pa.ArrowException, ValueError, TypeError) as error:
        if frame.shape[1] == 1:
            raise
        return _readable_of_pandas(frame, error)


def _readable_of_pandas(frame: Any, error: Exception) -> pa.Table:
    """Return the columns of a frame that can be read one by one; `error` is that of the whole frame."""
    import pyarrow as pa

    reasons: dict[str, str] = {}
    kept: list[int] = []
    for place, (name, twice) in enumerate(zip(frame.columns, frame.columns.duplicated(keep=False), strict=True)):
        try:
            if twice:
                raise error
            _from_pandas(frame.iloc[:, [place]])
        except (pa.ArrowException, ValueError, TypeError) as fault:
            reasons[str(name)] = _reason(fault, frame)
        else:
            kept.append(place)
    return with_unread(_from_pandas(frame.iloc[:, kept]), reasons)


def _intervals_as_text(frame: Any) -> Any:
    """Convert categories that are intervals (of `pandas.cut`) to text such as `(0, 10]`."""
    import pandas as pd

    found = {
        place: frame.iloc[:, place].cat.rename_categories(str)
        for place, dtype in enumerate(frame.dtypes)
        if isinstance(dtype, pd.CategoricalDtype) and isinstance(dtype.categories.dtype, pd.IntervalDtype)
    }
    if found:
        frame = frame.copy(deep=False)
        for place, column in found.items():
            frame.isetitem(place, column)
    return frame


def _through_narwhals(source: Any) -> pa.Table:
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError:
        raise DataError(
            f"cannot read a table from a {type(source).__name__}; pass a path, a pandas, polars or Arrow table, a "
            f"NumPy array or a dict of columns."
        ) from None
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_arrow()


def _from_array(array: np.ndarray[Any, Any]) -> pa.Table:
    if array.dtype.names:
        return _from_columns(((name, array[name]) for name in array.dtype.names), array)
    if array.ndim not in (1, 2):
        raise DataError(f"an array of {array.ndim} dimensions is not a table; pass one of shape (rows, columns).")
    columns = array if array.ndim == 2 else array[:, np.newaxis]
    return _from_columns(((f"x{j + 1}", columns[:, j]) for j in range(columns.shape[1])), array)


def _from_columns(columns: Iterable[tuple[Any, Any]], source: Any) -> pa.Table:
    import pyarrow as pa

    arrays: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, values in ((str(name), values) for name, values in columns):
        if name in arrays:
            reasons[name] = _named_twice(name)
            continue
        try:
            arrays[name] = values if isinstance(values, pa.Array | pa.ChunkedArray) else _column(values, name)
        except (pa.ArrowException, ValueError, TypeError) as error:
            own = isinstance(error, DataError)
            reasons.setdefault(name, str(error) if own else f"{_reason(error, source)} (column {name!r}).")
    arrays = {name: values for name, values in arrays.items() if name not in reasons}
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name!r} has {length}" for name, length in list(lengths.items())[:8])
        raise DataError(f"the columns differ in length: {said}.")
    return with_unread(pa.table(arrays), reasons)


def _column(values: Any, name: str) -> pa.Array | pa.ChunkedArray:
    import pyarrow as pa

    try:
        if isinstance(values, np.ndarray):
            return _numpy_column(values)
        if isinstance(type_ := getattr(values, "dtype", None), np.dtype) and type_.kind in "iuf":
            return _numpy_column(np.asarray(values))
        if hasattr(values, "__arrow_c_stream__") and not _of_pandas(values):
            # A polars Series: as objects, an Enum would lose the order of its levels, and a float its width.
            return pa.chunked_array(values)
        if _of_pandas(values) and hasattr(values, "dtype") and hasattr(values.dtype, "categories"):
            import pandas as pd

            values = _intervals_as_text(pd.Series(values).to_frame()).iloc[:, 0].cat.as_ordered()
        # A pandas Series keeps its categories. None and nan are missing values, also in text.
        return array_of_objects(values)
    except OverflowError:
        return column_array(list(values), name)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
        raise DataError(f"column {name!r} is not one column of one type: {error}") from None


def _numpy_column(values: np.ndarray[Any, Any]) -> pa.Array:
    """Convert an array of one dimension; masked values are missing."""
    import pyarrow as pa

    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    # Arrow supports neither the other byte order nor more than 64 bits.
    wide = values.dtype.kind == "f" and values.dtype.itemsize > 8
    native = np.dtype(np.float64) if wide else values.dtype.newbyteorder("=")
    values = np.ascontiguousarray(np.asarray(values), dtype=native)
    # In doubles nan stays nan, so that the array need not be copied.
    return array_of_objects(values, mask=mask) if values.dtype == object else pa.array(values, mask=mask)
