"""Files with options: how they are written makes no difference to what is read."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, File, ReadingWarning, RequestError, read_table
from verhulst.data.batches import kept_table
from verhulst.data.read import read_fields

ROWS = [
    ("Köln", "01067", 1234.5, 3, 1),
    ("Bern", "00100", 0.125, None, 0),
    ("Köln", "01067", -2.0, 1200, 1),
    ("Bern", "00100", 4.25, 7, 0),
]
NAMES = ("Größe", "zip", "x", "n", "y")
DELIMITERS = [None, ";", "\t", "|"]
DECIMALS = [None, ".", ","]
ENCODINGS = [None, "cp1252", "utf-16-le", "utf-8-sig"]


def number(value, decimal):
    """A number with thousands signs where the decimal sign will be said."""
    if value is None:
        return "-999"
    text = f"{value:,}" if decimal else f"{value}"
    return text.translate(str.maketrans(".,", ",.")) if decimal == "," else text


def written(path, delimiter, decimal, encoding, skip):
    cells = [NAMES, *((g, z, number(x, decimal), number(n, decimal), str(y)) for g, z, x, n, y in ROWS)]
    mark = delimiter or ","
    lines = [mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in cells]
    text = "".join(f"{line}\r\n" for line in [*["a title, of; it"] * skip, *lines])
    path.write_bytes(text.encode(encoding or "utf-8"))
    return path


def as_fit_sees_it(table):
    """The kinds and values that a design has of a table."""
    from verhulst.data import learn_design

    design = learn_design(table, "y", missing="drop")
    return [(c.name, c.kind, c.levels) for c in design.columns], np.nan_to_num(
        design.matrix(table, missing="nan"), nan=-1.0
    ).tolist()


@pytest.mark.parametrize("skip", [0, 2])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("decimal", DECIMALS)
def test_a_table_is_the_same_however_it_is_written(tmp_path, decimal, encoding, skip):
    expected = {
        "Größe": ["Köln", "Bern"] * 2, "zip": ["01067", "00100"] * 2, "x": [1234.5, 0.125, -2.0, 4.25],
        "n": [3, None, 1200, 7], "y": [1, 0] * 2,
    }  # fmt: skip
    for delimiter in DELIMITERS:
        path = written(tmp_path / "t.csv", delimiter, decimal, encoding, skip)
        file = File(
            path, delimiter=delimiter, decimal=decimal, encoding=encoding, skip_lines=skip, text="zip", na_values="-999"
        )
        assert read_table(file).to_pydict() == expected
        kept = kept_table(file, None, 1 << 20)
        assert as_fit_sees_it(kept) == as_fit_sees_it(read_fields(file))
        assert as_fit_sees_it(kept)[0][:2] == [
            ("Größe", "categorical", ("Bern", "Köln")), ("zip", "categorical", ("00100", "01067")),
        ]  # fmt: skip


def test_decimal_signs_settle_what_is_unclear(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x;y\n" + "".join(f"{k}.{k};{k % 2}\n" for k in range(100, 140)))
    for decimal, first in ((".", 100.1), (",", 100100.0)):
        file = File(path, decimal=decimal)
        assert read_table(file)["x"][0].as_py() == first
        assert vh.data.learn_design(file, "y").matrix(file)[0, 0] == first


def test_numbers_with_the_other_sign_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x;z;y\n1.5;a;0\n2.25;b;1\n")
    file = File(path, decimal=",")
    with pytest.raises(DataError, match=r"column 'x': '1.5' is no number with decimal commas.*--text"):
        read_table(file)
    assert vh.data.learn_design(file, "y", exclude="x").names == ("z[b]",)


def test_a_decimal_sign_leaves_text_that_is_no_number_in_any_notation(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["07.05.2020;1,5;1.10.2;0", "01.12.2020;2;1.9;1", "31.12.2021;0,25;1.9;0"]
    path.write_text("\n".join(["day;x;version;y", *rows]) + "\n")
    file = File(path, decimal=",")
    design = vh.data.learn_design(file, "y", dates={"day": "year"}, categorical=["version"])
    assert design.matrix(file).tolist() == [[2020, 1.5, 0], [2020, 2, 1], [2021, 0.25, 1]]


def test_rejected_records(tmp_path):
    good = [f"{k},{k % 3},{int(k % 5 > 1)}" for k in range(50)]
    bad = {3: "1,2", 17: '1,2,3,"4\n5"', 49: "7"}
    lines = ["a,b,y", *good]
    for line, text in sorted(bad.items()):
        lines.insert(line, text)
    path, rejects = tmp_path / "t.csv", tmp_path / "rejects.csv"
    path.write_text("\n".join(lines) + "\n")
    plain = tmp_path / "plain.csv"
    plain.write_text("\n".join(["a,b,y", *good]) + "\n")
    with pytest.raises(DataError, match=r"line 4 .row 3. has 2 values"):
        read_table(path)
    for read in (read_table, lambda file: kept_table(file, None, 1 << 20)):
        rejects.unlink(missing_ok=True)
        with pytest.warns(ReadingWarning, match="3 records of the file have too many or too few values"):
            found = read(File(path, rejects=rejects))
        assert found["a"].to_pylist() == list(range(50))
        kept = read_table(rejects).to_pylist()
        assert [(row["line"], row["text"]) for row in kept] == [(4, "1,2"), (18, '1,2,3,"4\n5"'), (51, "7")]
    with pytest.warns(ReadingWarning):
        fitted = vh.fit_table(File(path, rejects=rejects), "y")
    assert fitted.fit.coefficients.tolist() == vh.fit_table(plain, "y").fit.coefficients.tolist()


def test_a_message_after_rejected_records_names_the_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n1,2,3\n1,\xff\n")
    with pytest.warns(ReadingWarning), pytest.raises(DataError, match=r"line 4 .* not UTF-8"):
        read_table(File(path, rejects=tmp_path / "r.csv"))


def test_options_of_other_files(tmp_path):
    path = tmp_path / "t.parquet"
    vh.data.write_table(pa.table({"zip": [1067, 100, 1067], "x": [1.5, -999.0, 3.0], "y": [0, 1, 1]}), path)
    table = read_fields(File(path, text="zip", na_values=["-999", "none"]))
    assert table.to_pydict() == {"zip": ["1067", "100", "1067"], "x": [1.5, None, 3.0], "y": [0, 1, 1]}
    design = vh.data.learn_design(File(path, text="zip", na_values="-999"), "y", missing="drop")
    assert design.columns[0].kind == "categorical"
    for option in ({"decimal": ","}, {"encoding": "cp1252"}, {"delimiter": ";"}, {"skip_lines": 1}, {"sheet": "a"}):
        with pytest.raises(RequestError, match=rf"is Parquet; {next(iter(option))} .* is for"):
            read_table(File(path, **option))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"delimiter": ";;"}, "delimiter .--delimiter. is one character"),
        ({"delimiter": '"'}, "one character"),
        ({"delimiter": "a"}, "one character"),
        ({"delimiter": 1}, "one character"),
        ({"decimal": "x"}, "decimal .--decimal. is '.' or ','"),
        ({"decimal": ",", "delimiter": "comma"}, "both the delimiter and the decimal sign"),
        ({"encoding": "utf8000"}, "no encoding 'utf8000'"),
        ({"encoding": "base64"}, "no encoding 'base64'"),
        ({"encoding": 8}, "no encoding 8"),
        ({"na_values": ""}, "na_values .--na-values. are texts"),
        ({"na_values": [-999]}, "na_values .--na-values. are texts"),
        ({"na_values": b"x"}, "na_values"),
        ({"skip_lines": -1}, "skip_lines .--skip-lines. is a number of lines"),
        ({"skip_lines": True}, "skip_lines"),
        ({"skip_lines": 99}, "t.csv: there are no lines below the 99"),
        ({"text": "zap"}, "no column 'zap' to read as text .--text.. Did you mean 'zip'"),
        ({"text": 3}, "text"),
        ({"encoding": "ascii"}, "t.csv: is not text in ascii .--encoding.: .* at byte"),
        ({"sheet": ""}, "sheet is the name"),
        ({"sheet": "a"}, "CSV.*; sheet .--table. is for workbooks"),
    ],
)
def test_bad_options(tmp_path, option, said):
    (tmp_path / "t.csv").write_bytes("zip,y\n1,Köln\n".encode())
    with pytest.raises((RequestError, DataError), match=said):
        read_table(File(tmp_path / "t.csv", **option))
    with pytest.raises((RequestError, DataError), match=said):
        kept_table(File(tmp_path / "t.csv", **option), ["y"], 1 << 20)


def test_bad_paths(tmp_path):
    with pytest.raises(RequestError, match="not a int"):
        File(3)
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        read_table(File(tmp_path / "none.csv", decimal=","))


def test_files_predict_as_they_fit(tmp_path):
    rng = np.random.default_rng(5)
    x = rng.normal(3, 1, 80).round(2)
    y = (rng.random(80) < 0.5).astype(int)
    plain, other = tmp_path / "plain.csv", tmp_path / "other.csv"
    plain.write_text("x,y\n" + "".join(f"{a},{b}\n" for a, b in zip(x, y, strict=True)))
    other.write_text("title\nx;y\n" + "".join(f"{a};{b}\n" for a, b in zip(x, y, strict=True)).replace(".", ","))
    file = File(other, decimal=",", skip_lines=1)
    fits = [vh.fit_table(each, "y") for each in (plain, file)]
    assert fits[0].fit.coefficients.tolist() == fits[1].fit.coefficients.tolist()
    for one, two in itertools.product(fits, (plain, file)):
        assert one.predict_proba(two).tolist() == fits[0].predict_proba(plain).tolist()
