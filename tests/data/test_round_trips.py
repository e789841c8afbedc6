"""What is written can be read back, for columns of every type and every format, or refused with advice that works."""

import datetime
import decimal
import json
import math

import numpy as np
import pyarrow as pa
import pytest

from verhulst.data import OutputError, read_table, write_table

DAY, SECOND = datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5)
COLUMNS = {
    "integers": pa.array([1, None, 2**63 - 1, -(2**63)]),
    "unsigned": pa.array([1, None, 2**64 - 1, 0], pa.uint64()),
    "doubles": pa.array([0.1, None, 5e-324, -1e300]),
    "infinite": pa.array([math.inf, None, -math.inf, 0.5]),
    "not a number": pa.array([math.nan, None, 1.5, math.nan]),
    "half": pa.array(np.array([1.5, 2, -3, 4], np.float16)),
    "single": pa.array(np.array([0.1, 2, -3, 4], np.float32)),
    "booleans": pa.array([True, None, False, True]),
    "text": pa.array(["a", None, 'b,"c"\nd', " Köln\t"]),
    "long text": pa.array(["a", None, "b", "c"], pa.large_string()),
    "text views": pa.array(["a", None, "b", "c"], pa.string_view()),
    "words that look like none": pa.array(["NA", "None", "nan", "x"]),
    "categories": pa.array(["x", None, "y", "x"]).dictionary_encode(),
    "categories of views": pa.DictionaryArray.from_arrays(
        pa.array([0, None, 1, 0]), pa.array(["x", "y"], pa.string_view())
    ),
    "categories of numbers": pa.array([7, None, 8, 7]).dictionary_encode(),
    "categories of days": pa.array([DAY, None, DAY, DAY]).dictionary_encode(),
    "decimals": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-2.25"), decimal.Decimal(3)]),
    "long decimals": pa.array(
        [decimal.Decimal(10**50), None, decimal.Decimal(7), decimal.Decimal(1)], pa.decimal256(60, 2)
    ),
    "decimals of which a double has too few digits": pa.array(
        [decimal.Decimal("1.50"), None, decimal.Decimal("123456789012345678901234.99"), decimal.Decimal(0)]
    ),
    "short decimals": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal(-2), None], pa.decimal32(5, 2)),
    "days": pa.array([DAY, None, DAY, DAY]),
    "times": pa.array([SECOND, None, SECOND, SECOND]),
    "times of day": pa.array([datetime.time(1, 2), None, datetime.time(3), datetime.time(4)]),
    "durations": pa.array([datetime.timedelta(1), None, datetime.timedelta(2), datetime.timedelta(3)]),
    "intervals": pa.array([(1, 2, 3), None, (1, 2, 3), (0, 0, 0)], pa.month_day_nano_interval()),
    "nothing": pa.nulls(4),
    "bytes": pa.array([b"abc", None, b"", b"d"]),
    "bytes that are no text": pa.array([b"a\xff", None, b"", b"d"]),
    "bytes of a length": pa.array([b"ab", None, b"cd", b"ef"], pa.binary(2)),
    "lists": pa.array([[1.5, None], None, [], [math.nan]]),
    "views of bytes": pa.array([b"abc", None, b"", b"d"], pa.binary_view()),
    "lists of views": pa.array([["a"], None, [], ["b", None]], pa.list_(pa.string_view())),
    "large lists": pa.array([[1], None, [2, 3], [4]], pa.large_list(pa.int8())),
    "structs": pa.array([{"a": 1, "b": math.inf}, None, {"a": None, "b": 2.0}, {"a": 3, "b": math.nan}]),
    "maps": pa.array([[("k", 1)], None, [], [("k", 2), ("l", 3)]], pa.map_(pa.string(), pa.int64())),
    "text with a NUL": pa.array(["a", None, "b\0", ""]),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1, 4], pa.int32()), pa.array(["q", "r"])),
}
NESTED = {  # which CSV does not have
    "bytes that are no text", "lists", "lists of views", "large lists", "structs", "maps", "intervals",
    "text with a NUL",
}  # fmt: skip


def plain(value):
    """The value as JSON has it; numbers as the text of a double or of a whole number."""
    if isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool):
        if not math.isfinite(value):
            return None if math.isnan(value) else str(float(value))
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {"key": value[0], "value": plain(value[1])} if isinstance(value, tuple) else value


EXACT = (
    "integers", "unsigned", "doubles", "infinite", "not a number", "half", "booleans", "text", "text views",
    "categories of views", "categories of numbers", "decimals", "short decimals", "lists", "lists of views",
    "structs", "maps", "text with a NUL",
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "parquet", "arrow", "csv.gz", "jsonl.zst"])
@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_and_every_format(tmp_path, name, ending):
    table = pa.table({"id": [1, 2, 3, 4], "x": COLUMNS[name]})
    path = tmp_path / f"a.{ending}"
    format = ending.split(".")[0]
    if (name in NESTED and format in ("csv", "tsv")) or (name == "intervals" and format == "parquet"):
        refused = rf"'x' (is of type .* cannot be written as {format}|contains NUL.*): write .jsonl or"
        with pytest.raises(OutputError, match=refused):
            write_table(table, path)
        assert list(tmp_path.iterdir()) == []
        write_table(table, tmp_path / "a.jsonl")
        write_table(table, tmp_path / "a.arrow")  # as the message advises
        return
    write_table(table, path)
    if ending in ("json", "jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            json.loads(line, parse_constant=pytest.fail)
    back = read_table(path)
    assert back["id"].to_pylist() == [1, 2, 3, 4]
    if name in EXACT:
        given, found = (list(map(plain, column.to_pylist())) for column in (table["x"], back["x"]))
        assert found == given


def test_formulas_are_escaped_on_request_and_numbers_are_not(tmp_path):
    texts = ["=1+1", "+cmd|x", "-2+3", "@sum", "\tx", "-1.5", "+1e-5", "-1,5", "5%", "a=b", None, "-"]
    table = pa.table({"=name": texts, "x": [-1.5] * len(texts)})
    write_table(table, tmp_path / "a.csv", escape_formulas=True)
    back = read_table(tmp_path / "a.csv")
    assert back.column_names == ["'=name", "x"]
    escaped = ["=1+1", "+cmd|x", "-2+3", "@sum", "\tx", "-"]
    assert back["'=name"].to_pylist() == [f"'{text}" if text in escaped else text for text in texts]
    assert back["x"].to_pylist() == table["x"].to_pylist()
    write_table(table, tmp_path / "b.csv")
    assert read_table(tmp_path / "b.csv")["=name"].to_pylist() == texts
