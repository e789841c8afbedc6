"""Predictions for Dask DataFrames, which stay lazy: a partition is predicted when its result is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from verhulst.data.parted_table import require_frame


def lazily(frame: Any, columns: Sequence[Any], predict: Callable[..., Any], **options: Any) -> Any:
    """Return a Dask DataFrame of what a function returns for the rows of each partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
    columns : sequence
        The names of the columns.
    predict : callable
        The method of a model, which takes a table: vectors in a tuple, or an array of one or two dimensions.
    **options
        Its options.
    """
    import pandas as pd

    require_frame(frame)
    meta = pd.DataFrame({name: np.empty(0) for name in columns}, index=frame._meta.index)
    return frame.map_partitions(_predicted, tuple(columns), predict, options, meta=meta)


def _predicted(part: Any, columns: Sequence[Any], predict: Callable[..., Any], options: dict[str, Any]) -> Any:
    import pandas as pd

    found = predict(part, **options) if len(part) else np.empty((0, len(columns)))
    values = np.column_stack(found) if isinstance(found, tuple) else np.reshape(found, (len(part), len(columns)))
    return pd.DataFrame(values, index=part.index, columns=list(columns))
