"""The data sets of the package."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from verhulst._options import checks_options
from verhulst.data.errors import RequestError, did_you_mean, listed

if TYPE_CHECKING:
    import pyarrow as pa

# Name -> the order of the levels of its ordered columns, which a CSV file does not contain.
_DATASETS: dict[str, dict[str, tuple[str, ...]]] = {
    "contest": {},
    "anes96": {
        "party": (
            "strong Democrat",
            "weak Democrat",
            "independent Democrat",
            "independent",
            "independent Republican",
            "weak Republican",
            "strong Republican",
        ),
    },
}


@checks_options
def load_dataset(name: str) -> pa.Table:
    """Return a data set of the package. Sources and licences: `verhulst/data/datasets/README.md`.

    Parameters
    ----------
    name : {"anes96", "contest"}
        anes96: 944 respondents of the American National Election Study of 1996 (public domain): their vote (Clinton or
        Dole), party identification, place on the left-right scale, days of television news a week, age, education and
        household income. `party` is ordered from strong Democrat to strong Republican.

        contest: 400 contestants, simulated: the judge's score (-50 to 200), years of practice, whether they took part
        before (0 or 1), and whether the audience let them advance (0 or 1).

    Returns
    -------
    pyarrow.Table
        The data.

    Raises
    ------
    RequestError
        If there is no such data set.

    Examples
    --------
    >>> load_dataset("anes96").num_rows
    944
    """
    from verhulst.data.read import read_table
    from verhulst.data.source import with_source

    if name not in _DATASETS:
        raise RequestError(
            f"there is no data set {name!r}.{did_you_mean(name, _DATASETS)} There is {listed(_DATASETS)}."
        )
    with resources.as_file(resources.files("verhulst.data") / "datasets" / f"{name}.csv") as path:
        table = with_source(read_table(path), f"{name} (comes with verhulst)")
    for column, levels in _DATASETS[name].items():
        table = table.set_column(table.column_names.index(column), column, _ordered(table[column], levels))
    return table


def _ordered(values: pa.ChunkedArray, levels: tuple[str, ...]) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    indices = pc.index_in(values, pa.array(levels)).combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array(levels), ordered=True)])
