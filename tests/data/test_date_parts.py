"""Parts of dates as columns: the same however the dates are written, at the fit and at prediction."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, Design, RequestError, learn_design, write_table
from verhulst.data.date_parts import DatePart

DAYS = [datetime.date(2020, 1, 1) + datetime.timedelta(days=37 * k) for k in range(40)]
Y = [int(k % 7 > 2) for k in range(40)]
WRITTEN = {
    "date": pa.array(DAYS),
    "timestamp": pa.array([datetime.datetime.combine(day, datetime.time(13, 5)) for day in DAYS]),
    "ymd": [f"{day:%Y-%m-%d}" for day in DAYS],
    "ymd time": [f"{day:%Y/%m/%d} 08:30:01" for day in DAYS],
    "compact": [f"{day:%Y%m%d}" for day in DAYS],
    "number": [int(f"{day:%Y%m%d}") for day in DAYS],
    "dmy": [f"{day:%d.%m.%Y}" for day in DAYS],
    "mdy": [f"{day.month}/{day.day}/{day.year}" for day in DAYS],
}
PARTS = {
    "days": lambda day: float((day - datetime.date(1970, 1, 1)).days),
    "year": lambda day: float(day.year),
    "month": lambda day: f"{day:%b}",
    "weekday": lambda day: f"{day:%a}",
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_the_same_however_the_date_is_written(tmp_path, part, written):
    expected = [PARTS[part](day) for day in DAYS]
    table = pa.table({"d": WRITTEN[written], "y": Y})
    sources = [table]
    if written not in ("timestamp",):
        write_table(table, tmp_path / "t.csv")
        sources.append(tmp_path / "t.csv")
    for source in sources:
        design = Design.from_json(learn_design(source, "y", dates={"d": part}).to_json())
        X = design.matrix(source)
        if part in ("days", "year"):
            assert design.names == (f"{part}(d)",)
            assert X[:, 0].tolist() == expected
            continue
        levels = design.columns[0].levels
        calendar = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        week = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        assert levels == tuple(name for name in (calendar if part == "month" else week) if name in expected)
        assert [levels[k] for k in np.hstack([np.full((40, 1), 0.5), X]).argmax(axis=1)] == expected


def test_every_day_has_its_parts():
    for number in range(-800_000 + 719_163, 60_000, 997):
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=max(number, -719_162))
        assert {part: DatePart(part).of(day) for part in PARTS} == {part: of(day) for part, of in PARTS.items()}


def test_missing_dates(tmp_path):
    (tmp_path / "t.csv").write_text("d,y\n2024-01-02,1\n,0\n?,1\n2024-02-03,0\n")
    design = learn_design(tmp_path / "t.csv", "y", dates={"d": "days"}, missing="drop")
    assert np.isnan(design.matrix(tmp_path / "t.csv", missing="nan")[:, 0]).tolist() == [False, True, True, False]
    with pytest.raises(DataError, match=r"values are missing in 2 of 4 rows .*'d' in 2"):
        learn_design(tmp_path / "t.csv", "y", dates={"d": "days"})


@pytest.mark.parametrize(
    ("days", "asked", "said"),
    [
        (["01/02/2024", "03/04/2024"], "days", r"in '01/02/2024' the day or the month .* days:dmy or days:mdy"),
        (["2024-01-02", "2024-02-30"], "days", r"column 'd': '2024-02-30' in row 2 is no date written like 2024-05-31"),
        (["2024-01-02", "yesterday"], "year", r"'yesterday' in row 2 is no date"),
        (["31.01.2024", "02.13.2024"], "year", r"'02.13.2024' in row 2 is no date written like 31.05.2024"),
        (["2024-01-02", "2024-01-03"], "hours", r"one of 'days', 'year', 'month' and 'weekday' .* not 'hours'"),
        (["2024-01-02", "2024-01-03"], "days:ydm", r"not 'days:ydm'"),
        ([1.5, 20240131.0], "days", r"1.5 in row 1 is no date"),
        ([True, False], "days", r"True in row 1 is no date"),
        ([[2024], [2025]], "days", r"column 'd' holds values of type list<item: int64>, which are no dates"),
        (pd.period_range("2024-01-01", periods=2), "year", r"'d' holds values of type .*period.*, which are no dates"),
    ],
)
def test_what_is_no_date_is_named(days, asked, said):
    with pytest.raises((DataError, RequestError), match=said):
        learn_design({"d": days, "y": [0, 1]}, "y", dates={"d": asked})


@pytest.mark.parametrize("index", [pa.int8(), pa.uint8(), pa.uint64()])
def test_what_is_no_date_is_named_in_categories_of_any_index(index):
    days = pa.DictionaryArray.from_arrays(pa.array([0, None, 1], index), pa.array(["2024-01-02", "soon"]))
    with pytest.raises(DataError, match=r"column 'd': 'soon' in row 3 is no date"):
        learn_design(pa.table({"d": days, "y": [0, 1, 0]}), "y", dates={"d": "days"}, missing="drop")


def test_the_order_can_be_said():
    for order, expected in (("dmy", "Feb"), ("mdy", "Jan")):
        table = {"d": ["01/02/2024", "01/03/2024"], "y": [0, 1]}
        design = learn_design(table, "y", dates={"d": f"month:{order}"}, missing="drop")
        assert design.columns[0].levels[0] == expected
    # The order of the fit is that of new rows, whose days may all be below 13.
    design = learn_design({"d": ["31/12/2023", "01/02/2024"], "y": [0, 1]}, "y", dates={"d": "days"})
    assert design.matrix({"d": ["01/02/2024"]})[0, 0] == PARTS["days"](datetime.date(2024, 2, 1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dates": {"e": "days"}}, "no column 'e'"),
        ({"dates": {"y": "days"}}, "asked for of 'y', which is not among the columns of X"),
        ({"dates": {"d": "days"}, "categorical": "d"}, "declared categorical"),
        ({"dates": {"d": 3}}, "dates must be a dict"),
        ({"dates": "d"}, "dates must be a dict"),
        ({"lump": -1}, "lump .--lump. is a number of rows"),
        ({"lump": 1.5}, "lump"),
        ({"lump": True}, "lump"),
    ],
)
def test_bad_requests(options, said):
    table = {"d": ["2024-01-02", "2024-01-03"], "y": [0, 1]}
    with pytest.raises(DataError, match=said):
        vh.fit_table(table, "y", **options)
