"""How text becomes numbers, truth values and levels: one policy, over files, marks and ways to write a number."""

import csv
import io
import json
import math
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import verhulst as vh
from verhulst.cli.scored import read_scored
from verhulst.data import DataError, Design, RequestError, blocks, learn_design, read_table
from verhulst.data.column import Column
from verhulst.data.errors import ReadingWarning
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.number_text import NumberStyle, UnclearNumbersError, read_numbers
from verhulst.data.read import read_fields, read_given
from verhulst.data.write import write_fields


def file(path, columns: dict[str, list[str]], *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("text") / "a.csv"


# Codes that a reader of types would join, or read in one file so and in another otherwise.
digits = st.text("0123456789", min_size=1, max_size=3)
look_alikes = st.builds("{}{}{}".format, st.sampled_from(["", "0", "00", "+", "-"]), digits, st.sampled_from(["", ".0", ".00", "E2", "e2"]))  # fmt: skip # noqa: E501
long_ones = st.integers(10**19, 10**19 + 3).map(str)
words = st.sampled_from(["true", "True", "TRUE", "false", "K1A", "x y", "a,b", 'c"d', "é", "inf", "2024-05-31", "1,5"])
codes = st.lists(st.one_of(look_alikes, long_ones, words), min_size=2, max_size=8, unique=True)


@settings(max_examples=25, deadline=None)
@given(codes=codes, data=st.data(), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_every_code_is_its_own_level_and_is_found_again_in_any_file(path, codes, data, quoting):
    y = [str(i % 2) for i in range(len(codes))]
    file(path, {"code": codes, "y": y}, quoting=quoting)
    design = learn_design(path, "y", categorical=["code"])
    assert sorted(design.columns[0].levels) == sorted(codes)
    assert Design.from_json(json.loads(json.dumps(design.to_json()))) == design
    whole = design.matrix(read_fields(path))
    assert len(np.unique(whole, axis=0)) == len(codes)
    some = data.draw(st.lists(st.sampled_from(range(len(codes))), min_size=1, max_size=4))
    file(path, {"code": [codes[i] for i in some], "y": [y[i] for i in some]}, quoting=quoting)
    np.testing.assert_array_equal(design.matrix(read_fields(path)), whole[some])


def test_a_code_has_its_own_probability(path):
    rng = np.random.default_rng(1)
    rates = {"007": 0.7, "7": 0.2, "X": 0.5}
    rows = rng.choice(list(rates), 400)
    file(path, {"code": rows.tolist(), "y": [str(int(rng.random() < rates[code])) for code in rows]})
    model = vh.fit_table(path, "y")
    observed = pd.read_csv(path, dtype={"code": str}).groupby("code").y.mean()
    for code in rates:
        file(path, {"code": [code]})
        np.testing.assert_allclose(model.predict_proba(path)[:, 1], observed[code], rtol=1e-9)


texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(
        ["000123", "20.50", "0.10", "True", "NA", "", " ", "08:30", "12345678901234567890", "null", "a\r\nb"]
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    ending=st.sampled_from([".csv", ".tsv"]),
)
def test_cells_pass_through_unchanged(path, rows, quoting, delimiter, ending):
    table = {"a": [a for a, _ in rows], "n": ["1"] * len(rows), "b": [b for _, b in rows]}
    file(path, table, delimiter=delimiter, quoting=quoting)
    read = read_given(path)
    out = path.with_suffix(".out" + ending)
    write_fields(read.fields, pd_column("p", [0.5] * len(rows)), out)
    with open(out, newline="", encoding="utf-8") as written:
        back = list(csv.reader(written, delimiter="\t" if ending == ".tsv" else ","))
    assert back == [[*table, "p"], *([*cells, "0.5"] for cells in zip(*table.values(), strict=True))]
    # What is missing stays so, and what is text does.
    again = read_given(out)
    if quoting == csv.QUOTE_MINIMAL:
        assert again.table.drop_columns("p").to_pydict() == read.table.to_pydict()


def pd_column(name, values):
    return read_table({name: values})


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("distinct", [2, 4, 10, 11, 40])
def test_marks_are_missing_values_at_any_number_of_distinct_numbers(path, distinct, quoting):
    marks = [*MISSING_TEXT, ".", "-", "--", "?", "None", "#DIV/0!", "#VALUE!", "\\N", "<NA>", " ", "  ", "n.a.", "NONE", "Nan"]  # fmt: skip # noqa: E501
    for mark in marks:
        numbers = [str(i % distinct) for i in range(300)]
        numbers[3] = numbers[50] = mark
        file(path, {"dose": numbers, "y": [str(i % 2) for i in range(300)]}, quoting=quoting)
        with pytest.raises(DataError, match=r"missing in 2 of 300 rows \(first in row 4\): 'dose' in 2"):
            learn_design(path, "y")
        design = learn_design(path, "y", missing="drop")
        assert [(column.kind, column.style) for column in design.columns] == [("numeric", NumberStyle())]
        assert design.rows_kept == 298
        # The advice to name it categorical works when it is followed.
        assert learn_design(path, "y", categorical=["dose"], missing="drop").columns[0].kind == "categorical"


@pytest.mark.parametrize("odd", ["1O", "unknown", "<1", "(3)", "3+", "1..2", "~", "TBD", "5 kg", "0x1F", "1_000"])
@pytest.mark.parametrize("distinct", [2, 4, 10, 40])
def test_other_text_among_numbers_is_asked_about(path, odd, distinct):
    numbers = [str(i % distinct) for i in range(300)]
    numbers[7] = odd
    file(path, {"dose": numbers, "y": [str(i % 2) for i in range(300)]})
    with pytest.raises(DataError) as error:
        learn_design(path, "y")
    assert f"column 'dose' looks numeric, but in row 8 it is {odd!r}" in str(error.value)
    assert "(--categorical dose)" in str(error.value)


def written(number: int, places: int, style: NumberStyle) -> str:
    """number / 10**places in a style, by whole numbers alone."""
    whole, part = divmod(abs(number), 10**places)
    groups, rest = [], str(whole)
    while len(rest) > 3 and style.group:
        groups, rest = [rest[-3:], *groups], rest[:-3]
    text = ("-" if number < 0 else "") + style.currency + style.group.join([rest, *groups])
    return text + (f"{style.decimal}{part:0{places}d}" if places else "") + ("%" if style.percent else "")


styles = st.sampled_from(
    [(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'")]
).flatmap(lambda signs: st.builds(NumberStyle, st.just(signs[0]), st.just(signs[1]), st.booleans(), st.sampled_from(["", "$", "€"])))  # fmt: skip # noqa: E501


@settings(max_examples=150, deadline=None)
@given(
    style=styles,
    numbers=st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 4)), min_size=1, max_size=12),
    delimiter=st.sampled_from([None, ",", ";"]),
)
def test_numbers_are_read_as_they_were_meant_or_asked_about(style, numbers, delimiter):
    texts = list(dict.fromkeys(written(number, places, style) for number, places in numbers))
    meant = {written(n, places, style): float(f"{n}e-{places}") for n, places in numbers}
    # 1.200 is a plain number, and 1,200 in a file with semicolons is one with a decimal comma; all of it or none.
    pointed = [text for text in texts if "." in text]
    asked = delimiter is not None and 0 < len(pointed) < len(texts)
    for decimal in ".," if delimiter == ";" else ".":
        if style.group == decimal and not (asked and decimal == "."):
            assume(any(text.count(style.group) > 1 or style.decimal in text for text in texts))
    try:
        _, values = read_numbers(texts, delimiter)
    except (UnclearNumbersError, ValueError):
        if asked and not any("," in text for text in texts):
            # 1.200 beside 950 is a question, if there are three digits after each point.
            assert {len(digits) for text in pointed for digits in re.findall("[0-9]+", text)[1:]} == {3}
            return
        # Without semicolons a comma can part thousands, and one number in many with a comma is a slip.
        assert delimiter != ";" or not all("," in text for text in texts) or style.group == ","
        assert any("," in text for text in texts)
        return
    assert values == [meant[text] for text in texts]


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (["0,5", "1,0", "2"], ";", [0.5, 1, 2]),
        (["0,5", "1,0", "2"], ",", [0.5, 1, 2]),
        (["1,200", "3,000"], ";", [1.2, 3]),
        (["1,200", "950"], ",", "'1,200' can be 1.2 or 1200"),
        (["1,200", "950"], ";", "'1,200' can be 1.2 or 1200"),
        (["$1,200", "$950"], ";", r"'\$1,200' can be 1.2 or 1200"),
        (["1,200", "1300"], "\t", "'1,200' can be 1.2 or 1200"),
        (["1,200.00", "950"], ",", [1200, 950]),
        (["1,234,567", "1,200"], ",", [1234567, 1200]),
        (["0,500", "1,200"], ",", [0.5, 1.2]),
        (["1.234.567", "1.200"], ",", [1234567, 1200]),
        (["1.200", "3.000"], ",", [1.2, 3]),
        (["1.200", "3.000"], ";", [1.2, 3]),
        (["1.013", "390", "-12.250"], ";", r"'1.013' can be 1.013 or 1013, as '390' has no point"),
        (["1.013%", "390%"], ",", r"'1.013%' can be 1.013 or 1013"),
        (["€ 1.013", "€ 390"], "\t", r"'€ 1.013' can be 1.013 or 1013"),
        (["1.013", "390"], None, [1.013, 390]),
        (["1.013", "390", "2.5"], ";", [1.013, 390, 2.5]),
        (["1.013", "390", "0.125"], ";", [1.013, 390, 0.125]),
        (["1.013", "390", "1e-05"], ",", [1.013, 390, 1e-5]),
        (["1.013", "390", "1.234.567"], ";", [1013, 390, 1234567]),
        (["1 200,5", "12"], ",", [1200.5, 12]),
        (["1\u202f200", "950"], ",", [1200, 950]),
        (["1\u2019200.5"], ",", [1200.5]),
        (["5%", "12.5 %"], ",", [5, 12.5]),
        (["5%", "10"], ",", "'5%' has a percent sign and '10' has none"),
        (["$1,006", "$12.50"], ",", [1006, 12.5]),
        (["-$5", "$-6", "7 $"], ",", [-5, -6, 7]),
        (["$5", "€6"], ",", "different currency signs"),
        (["\u22125", "+6"], ",", [-5, 6]),
        (["1,5E2", "2"], ";", [150, 2]),
        (["1,5", "1.5"], ",", "'1.5' is not written like the others, such as '1,5'"),
        (["inf", "-Infinity"], ",", [math.inf, -math.inf]),
        (["1e999"], ",", [math.inf]),
    ],
)
def test_styles(texts, delimiter, expected):
    if isinstance(expected, str):
        with pytest.raises(UnclearNumbersError, match=expected):
            read_numbers(texts, delimiter)
    else:
        assert read_numbers(texts, delimiter)[1] == expected


@pytest.mark.parametrize("seed", range(12))
def test_thousands_points_are_never_read_as_decimals(path, seed):
    """Whatever the order of the rows and the delimiter: at the fit, at prediction and as weights and offsets."""
    rng = np.random.default_rng(seed)
    numbers = rng.permutation([*rng.integers(1, 1000, rng.integers(1, 2000)), *rng.integers(1000, 10**6, 3)])
    column = [f"{'-' if seed % 3 == 0 else ''}{number:,}".replace(",", ".") for number in numbers.tolist()]
    y = [str(i % 2) for i in range(len(numbers))]
    file(path, {"x": column, "one": ["1"] * len(y), "y": y}, delimiter=rng.choice([",", ";", "\t"]))
    plain = learn_design({"x": numbers.tolist(), "y": [int(label) for label in y]}, "y")
    for read in (
        lambda: learn_design(path, "y"),
        lambda: plain.matrix(read_fields(path)),
        lambda: learn_design(path, "y", weights="x"),
        lambda: learn_design(path, "y", offset="x"),
    ):
        with pytest.raises(DataError, match=r"can be .* has no point"):
            read()
    thousands = replace(plain, columns=(replace(plain.columns[0], style=NumberStyle(",", ".")),))
    sign = -1 if seed % 3 == 0 else 1
    np.testing.assert_array_equal(thousands.matrix(read_fields(path))[:, 0], sign * numbers)


def test_points_that_are_unclear_stay_text_in_a_table_of_types(path):
    file(path, {"x": ["1.013", "390", "NA"], "z": ["1.013", "2.400", "3.5"]})
    assert read_table(path).to_pydict() == {"x": ["1.013", "390", None], "z": [1.013, 2.4, 3.5]}


@pytest.mark.parametrize("fit", [lambda path: vh.fit_table(path, "y"), lambda path: vh.fit_formula("y ~ x", path)])
def test_the_unit_of_numbers_that_had_percent_signs_is_said(path, tmp_path, fit):
    x, y = [35.5, 12, 80, 55, 61, 20, 44, 70], [0, 0, 1, 1, 0, 1, 0, 1]
    file(path, {"x": [f"{number}%" for number in x], "y": list(map(str, y))})
    pd.DataFrame({"x": x}).to_parquet(tmp_path / "x.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReadingWarning)
        model = fit(path)
        expected = model.predict_proba(path)
        list(blocks(model.design, path, rows=3))
    for source in ({"x": x}, pd.DataFrame({"x": x}), tmp_path / "x.parquet"):
        with pytest.warns(ReadingWarning, match=r"column 'x' had percent signs .* read as percentages, 5 and not 0.05"):
            np.testing.assert_array_equal(model.predict_proba(source), expected)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["1.20-", "3.40-", "1,5-"], "with the minus behind"),
        (["1.2D+01", "-3.D-2", ".5d3"], "with D for E"),
        (["0x1F", "0xff"], "in base 16"),
        (["1_001", "2_000_000"], "with underscores"),
        (["\uff11\uff12", "\u0663"], "with digits other than 0 to 9"),
    ],
)
def test_the_way_in_which_numbers_are_written_is_named(path, texts, why):
    """Among numbers, however few, at the fit, at prediction and in weights; alone they are categories, with a note."""
    plain = learn_design({"x": range(12), "y": [0, 1] * 6}, "y")
    for text in texts:
        file(path, {"x": [text] * 10 + ["1", "2"], "one": ["1"] * 12, "y": ["0", "1"] * 6})
        for read in (
            lambda: learn_design(path, "y"),
            lambda: plain.matrix(read_fields(path)),
            lambda: learn_design(path, "y", weights="x"),
        ):
            with pytest.raises(DataError, match=f"{re.escape(repr(text))}, {why}"):
                read()
    (column,) = learned(path, texts * 6).columns
    assert column.kind == "categorical"
    assert f"is a number, {why}" in column.notes[0][0]
    assert not learned(path, ["B-", "A-", "3-", "3D", "1D2", "x_1"]).columns[0].notes


@pytest.mark.parametrize("text", ["", "x", "1_000", "0x10", "1..2", "12,34,567", "--5", "$5$", "5%%", "1e", "٣", "nan"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match=r".*") as error:
        read_numbers([text, "5"])
    assert error.value.args == (text,)


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y",
     "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M:%S", "%H:%M", "%I:%M %p", "%Y%m%d", "%Y-%m", "%m/%Y",
     "%b %Y"],
)  # fmt: skip
def test_dates_are_refused_in_every_form(path, form):
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400) % 90 * 1500, unit="min")
    when, y = days.strftime(form).tolist(), [str(i % 2) for i in range(400)]
    file(path, {"when": when, "x": y, "y": y})
    typed = [int(text) for text in when] if form == "%Y%m%d" else when
    for source in (path, {"when": typed, "x": y, "y": y}):
        with pytest.raises(DataError, match=r"column 'when' contains dates or times.*\(--exclude when\)"):
            learn_design(source, "y")
    assert learn_design(path, "y", exclude=["when"]).names == ("x",)


@pytest.mark.parametrize(
    "words",
    [
        ["decile 10", "decile 20"],
        ["Maria 12", "Juno 13"],
        ["mayor 1", "octane 95"],
        ["August", "May"],
        ["3:1", "2:2"],
    ],
)
def test_words_that_only_begin_as_months_do_are_no_dates(path, words):
    assert learned(path, words * 10).names == (f"g[{max(words)}]",)


def test_what_looks_like_a_date_can_be_said_to_be_categories(path):
    with pytest.raises(DataError, match=r"contains dates or times, such as 'MAR10'.*\(--categorical g\)"):
        learned(path, ["MAR10", "SEP15"] * 10)
    assert learned(path, ["MAR10", "SEP15"] * 10, categorical=["g"]).names == ("g[SEP15]",)


def test_numbers_of_eight_digits_that_are_no_dates(path):
    file(path, {"x": ["20240531", "20240631", "20240701"], "y": ["0", "1", "0"]})
    assert learn_design(path, "y").columns[0].kind == "numeric"


def learned(path, values, **options):
    file(path, {"g": [str(v) for v in values], "y": [str(i % 2) for i in range(len(values))]})
    return learn_design(path, "y", **options)


@pytest.mark.parametrize(
    ("at_the_fit", "found", "unknown"),
    [
        # Levels that were text in a file: by their text; a number in a frame is found where one level is that number.
        (["1", "2"], [1, 1.0, "1", np.int8(2)], ["1.0", "01", True, 3]),
        (["250.00", "401.9"], [250.0, 401.9, 250], ["250.0", "250"]),
        (["250.0", "250.00", "7"], ["250.0", "250.00", 7], [250.0]),
        (["007", "7", "X"], ["007", "7", 7], ["07"]),
        (["02139", "10001"], ["02139", 10001], [2139, "2139"]),
        (["12345678901234567890", "12345678901234567891"], ["12345678901234567890"], [12345678901234567890.0]),
        (["True", "False", "Unknown"], ["True", True, "Unknown"], ["TRUE", "true", 1]),
        (["S", "N"], ["S", "S ", " S"], ["s"]),
        (["1E2", "0x1F", "+4930123456"], ["1E2", "0x1F"], [100, 31, 4930123456]),
    ],
)
def test_levels_of_text_and_what_finds_them(path, at_the_fit, found, unknown):
    design = learned(path, at_the_fit, categorical=["g"])
    for value in found:
        design.matrix(read_table({"g": [value]}))
    for value in unknown:
        with pytest.raises(DataError, match=r"was not among the levels at the fit"):
            design.matrix(read_table({"g": [value]}))


@pytest.mark.parametrize(
    ("at_the_fit", "found", "unknown"),
    [
        ([1, 2, 10], ["1", "1.0", "01", "10.00", "1e1"], ["3", "x", "True"]),
        ([True, False], ["true", "TRUE", "False"], ["1", "yes"]),
        (["1", "2"], ["1", "2"], ["1.0", "01"]),
    ],
)
def test_levels_of_frames_and_what_finds_them_in_files(path, at_the_fit, found, unknown):
    design = learn_design({"g": at_the_fit, "y": [i % 2 for i in range(len(at_the_fit))]}, "y", categorical=["g"])
    for value in found:
        file(path, {"g": [value]})
        design.matrix(read_fields(path))
    for value in unknown:
        file(path, {"g": [value]})
        with pytest.raises(DataError, match=r"was not among the levels at the fit"):
            design.matrix(read_fields(path))


def test_model_files_of_earlier_versions_find_their_levels(path):
    record = {"name": "g", "kind": "categorical", "levels": ["2139", "10001"], "reference": "2139"}
    assert Column.from_json(record).level_type == "number"
    design = Design((Column.from_json(record),))
    file(path, {"g": ["02139", "10001", "2139.0"]})
    np.testing.assert_array_equal(design.matrix(read_fields(path)), [[0], [1], [0]])
    boolean = {"name": "g", "kind": "categorical", "levels": ["false", "true"], "reference": "false"}
    file(path, {"g": ["TRUE", "False"]})
    np.testing.assert_array_equal(Design((Column.from_json(boolean),)).matrix(read_fields(path)), [[1], [0]])
    words = {"name": "g", "kind": "categorical", "levels": ["007", "7", "X"], "reference": "007"}
    file(path, {"g": ["007", "7"]})
    np.testing.assert_array_equal(Design((Column.from_json(words),)).matrix(read_fields(path)), [[0, 0], [1, 0]])
    assert Column.from_json({"name": "x", "kind": "numeric"}) == Column("x", "numeric")


def test_a_boolean_column_takes_truth_values_only(path):
    design = learned(path, ["True", "False", "TRUE", "false"])
    assert design.columns[0].kind == "boolean"
    file(path, {"g": ["TRUE", "false", "1", "0"]})
    np.testing.assert_array_equal(design.matrix(read_fields(path))[:, 0], [1, 0, 1, 0])
    np.testing.assert_array_equal(design.matrix(read_table({"g": [True, False]}))[:, 0], [1, 0])
    for values in (["2", "7"], ["yes", "no"], ["0.5"]):
        file(path, {"g": values})
        with pytest.raises(DataError, match=r"column 'g' was boolean at the fit; here it is '\S+' in row 1"):
            design.matrix(read_fields(path))
    with pytest.raises(DataError, match=r"row 2, column 'g': the value is 7, where the fit had true and false"):
        design.matrix(read_table({"g": [1, 7]}))


@pytest.mark.parametrize(
    ("fit", "fit_delimiter", "new", "delimiter", "expected"),
    [
        (["0,5", "1,25"], ";", ["1,200", "0,5"], ";", [1.2, 0.5]),
        (["0,5", "1,25"], ";", ["1,200"], ",", [1.2]),
        (["0,5", "1,25"], ";", ["1.5", "2.25"], ",", [1.5, 2.25]),
        (["0,5", "1,25"], ";", ["1.200"], ",", "'1.200' can be 1.2 or 1200"),
        (["0.5", "1.25"], ",", ["1,200"], ",", "'1,200' can be 1.2 or 1200"),
        (["0.5", "1.25"], ",", ["1,5"], ",", [1.5]),
        (["0.5", "1.25"], ",", ["1.200"], ",", [1.2]),
        (["1,200.5", "3"], ",", ["1,200"], ",", [1200]),
        (["5%", "7%"], ",", ["5%"], ",", [5]),
        (["5%", "7%"], ",", ["0.05"], ",", "'0.05' has no percent sign, and the numbers of the fit had one"),
        (["5", "7"], ",", ["5%"], ",", "'5%' has a percent sign, and the numbers of the fit had none"),
        (["$5", "$7"], ",", ["5", "$7"], ",", [5, 7]),
        (["$5", "$7"], ",", ["€5"], ",", "different currency signs"),
        (["5", "7"], ",", ["5", "old"], ",", "here it is 'old' in row 2"),
        (["5", "7"], ",", ["old"], ",", "here it has text, such as 'old' in row 1"),
        (["5", "7"], ",", [".", "7"], ",", "missing in 1 of 2 rows"),
    ],
)
def test_new_files_are_read_as_at_the_fit(path, fit, fit_delimiter, new, delimiter, expected):
    file(path, {"x": fit, "y": ["0", "1"]}, delimiter=fit_delimiter)
    design = Design.from_json(json.loads(json.dumps(learn_design(path, "y").to_json())))
    file(path, {"x": new, "other": ["a"] * len(new)}, delimiter=delimiter)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReadingWarning)
        if isinstance(expected, str):
            with pytest.raises(DataError, match=expected.replace("$", r"\$")):
                design.matrix(read_fields(path))
        else:
            np.testing.assert_array_equal(design.matrix(read_fields(path))[:, 0], expected)


def test_another_way_of_writing_is_said(path):
    design = learned(path, ["0.5", "1.5"])
    file(path, {"g": ["0,5"], "z": ["1"]}, delimiter=";")
    with pytest.warns(ReadingWarning, match=r"column 'g' was read as numbers, with the comma as decimal point"):
        design.matrix(read_fields(path))


def test_the_whole_column_settles_how_its_blocks_are_read(path):
    design = learned(path, ["0.5", "1.5"])
    file(path, {"g": ["1,200", "2,300", "0,5"], "y": ["0", "1", "1"]})
    with pytest.warns(ReadingWarning):
        pieces = list(vh.data.blocks(design, path, rows=1))
    assert [piece.X[0, 0] for piece in pieces] == [1.2, 2.3, 0.5]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "2", ".", "3"], r"text that looks like numbers or booleans, such as '1' \(in row 3 it is '.'\)"),
        (["true", "?", "false", "true"], r"such as '(true|false)' \(in row 2 it is '\?'\)"),
        (["0,5", "1,5", "2", "1,5"], r"text that looks like numbers"),
        (["5%", "7%", "5%", "5%"], r"text that looks like numbers"),
        (["$1,006", "$12.5", "$3", "$3"], r"text that looks like numbers"),
        (["1,200", "3", "4", "5"], r"'1,200' can be 1.2 or 1200"),
    ],
)
def test_text_of_frames_that_would_be_numbers_is_asked_about(values, message):
    for kind in (object, "category"):
        table = pd.DataFrame({"g": pd.Series(values, dtype=kind), "y": [0, 1, 0, 1]})
        with pytest.raises(DataError, match=message):
            learn_design(table, "y")
        assert learn_design(table, "y", categorical=["g"]).columns[0].kind == "categorical"


def test_text_of_frames_that_is_codes_stays_text():
    y = [0, 1, 0, 1]
    assert learn_design({"g": ["1", "2", "3", "1"], "y": y}, "y").columns[0].levels == ("1", "2", "3")
    assert learn_design({"g": ["007", "7", "X", "7"], "y": y}, "y").columns[0].levels == ("007", "7", "X")
    numbers = pd.DataFrame({"g": pd.Categorical([3, 1, 2, 1]), "y": y})
    assert learn_design(numbers, "y").columns[0].levels == ("1", "2", "3")


def test_levels_that_differ_by_blanks(path):
    values = ["S", "S ", " N", "N", "W", "S"]
    assert learned(path, values).columns[0].levels == ("N", "S", "W")
    column = learn_design({"g": values, "y": [0, 1] * 3}, "y").columns[0]
    assert len(column.levels) == 5
    assert "differ only in surrounding blanks" in column.notes[0][0]


@pytest.mark.parametrize(
    ("values", "positive", "expected"),
    [
        (["TRUE", "FALSE"], "TRUE", ("FALSE", "TRUE")),
        (["TRUE", "FALSE"], None, ("FALSE", "TRUE")),
        (["TRUE", "FALSE"], "false", ("TRUE", "FALSE")),
        (["1.0", "0.0"], "1.0", ("0.0", "1.0")),
        (["1.0", "0.0"], 1, ("0.0", "1.0")),
        (["1.0", "0.0"], None, ("0.0", "1.0")),
        (["1", "0"], True, ("0", "1")),
        ([True, False], 1, ("false", "true")),
        ([True, False], np.True_, ("false", "true")),
        ([True, False], "True", ("false", "true")),
        ([1, 0], True, ("0", "1")),
        ([1, 2], np.float64(2), ("1", "2")),
        (["01", "1"], "01", ("1", "01")),
        (["01", "1"], 1, ("01", "1")),
    ],
)
def test_the_positive_value_as_it_stands_or_as_it_is_meant(path, values, positive, expected):
    if isinstance(values[0], str):
        design = learn_design(file(path, {"y": values, "x": ["1", "2"]}), "y", positive=positive)
        again = read_fields(path)
    else:
        again = read_table({"y": values, "x": [1, 2]})
        design = learn_design(again, "y", positive=positive)
    assert design.target is not None
    assert design.target.levels == expected
    ones = design.target_values(again).tolist()
    assert str(values[ones.index(1)]).lower() == expected[1].lower()
    assert sorted(ones) == [0, 1]


def test_truth_values_of_a_target_in_several_spellings(path):
    file(path, {"y": ["TRUE", "true", "False", "FALSE"], "x": ["1", "2", "3", "4"]})
    design = learn_design(path, "y")
    np.testing.assert_array_equal(design.target_values(read_fields(path)), [1, 1, 0, 0])
    file(path, {"y": ["1", "1.0", "0"], "x": ["1", "2", "3"]})
    with pytest.raises(DataError, match=r"the target 'y' has 3 values"):
        learn_design(path, "y")


@pytest.mark.parametrize(("values", "positive"), [(["1", "2"], True), (["a", "b"], 1), (["yes", "no"], "y")])
def test_positive_values_that_are_none(path, values, positive):
    file(path, {"y": values, "x": ["1", "2"]})
    with pytest.raises(RequestError, match=r"the target 'y' is never"):
        learn_design(path, "y", positive=positive)


def test_codes_that_would_be_one_number_are_asked_about(path):
    with pytest.raises(DataError, match=r"'7' and '007', which are codes rather than numbers"):
        learned(path, ["007", "7", "12"])
    with pytest.raises(DataError, match=r"which are codes rather than numbers"):
        learned(path, ["12345678901234567890", "12345678901234567891"])
    with pytest.raises(DataError, match=r"'100' and '1E2', which are codes rather than numbers"):
        learned(path, ["1E2", "100", "2E3"])
    with pytest.raises(DataError, match=r"which are codes rather than numbers"):
        learned(path, ["+4930123456", "4930123456"])
    for code in ("02139", "1E2", "+4930123456", "9" * 5000):
        column = learned(path, ["7", code, "0.5", "-"], missing="drop").columns[0]
        assert column.kind == "numeric"
        assert f"{code!r} looks like a code" in column.notes[-1][0]
    assert learned(path, ["1e5", "100000", "1E+02", "+5", "5"]).columns[0].notes == ()
    assert learned(path, ["0", "0.0", "0.25", "10"]).columns[0].notes == ()


long = st.integers(2**53 - 4, 2**53 + 4) | st.integers(2**63 - 2, 2**63 - 1) | st.integers(10**19, 10**19 + 3)


@settings(max_examples=40, deadline=None)
@example(numbers=[2**53 + 1, 2**53])
@given(numbers=st.lists(st.builds(lambda n, sign: n * sign, long, st.sampled_from([1, -1])), min_size=2, unique=True))
def test_whole_numbers_that_one_double_stands_for_are_asked_about_in_any_table(path, numbers):
    numbers = numbers[:8]
    y = [i % 2 for i in range(len(numbers))]
    table = read_table({"id": numbers, "y": y})
    pq.write_table(table, path.with_name("a.parquet"))
    path.with_name("a.jsonl").write_text(
        "".join(json.dumps({"id": n, "y": k}) + "\n" for n, k in zip(numbers, y, strict=True))
    )
    frame = pd.DataFrame({"id": pd.Series(numbers, dtype=object), "y": y})
    joined = len(set(map(float, numbers))) < len(numbers)
    for source in (table, path.with_name("a.parquet"), path.with_name("a.jsonl"), {"id": numbers, "y": y}, frame):
        if joined:
            with pytest.raises(
                DataError, match=r"column 'id' holds .*, which are codes rather than numbers: as numbers"
            ):
                learn_design(source, "y")
            assert len(learn_design(source, "y", categorical=["id"]).columns[0].levels) == len(numbers)
        else:
            assert learn_design(source, "y").columns[0].kind == "numeric"


def test_points_in_a_file_with_decimal_commas(path):
    y = ["0", "1"]
    file(path, {"a": ["1.200", "13.500"], "b": ["0,5", "1,5"], "y": y}, delimiter=";")
    with pytest.raises(
        DataError, match=r"column 'a': '1.200' can be 1.2 or 1200, as other columns have decimal commas"
    ):
        learn_design(path, "y")
    file(path, {"a": ["1.200", "0.125"], "b": ["0,5", "1,5"], "y": y}, delimiter=";")
    assert [column.style.decimal for column in learn_design(path, "y").columns] == [".", ","]


thousands = st.lists(st.integers(1000, 999_999), min_size=6, max_size=12, unique=True)


@settings(max_examples=25, deadline=None)
@given(
    whole=thousands,
    signs=st.sampled_from([(".", ",", ";"), (".", ",", "\t"), (".", ",", ","), (",", ".", ";")]),
    unit=st.sampled_from(["", " €"]),
    beside=st.sampled_from([-7.5, 0.25, 30.5]),
)
def test_a_file_has_one_decimal_sign_wherever_its_columns_are_read_as_numbers(path, whole, signs, unit, beside):
    """Text that may be thousands is never taken for decimals beside the other sign, whoever reads the column."""
    group, decimal, delimiter = signs
    n = len(whole)
    y = [str(i % 2) for i in range(n)]
    columns = {
        "a": [f"{number:,}".replace(",", group) for number in whole],
        "b": [f"{beside}{unit}".replace(".", decimal)] * n,
        "x": [str(i * i % 7) for i in range(n)],
        "y": y,
    }
    file(path, columns, delimiter=delimiter)
    numbers = {
        "a": [float(number) for number in whole],
        "x": [i * i % 7 for i in range(n)],
        "y": [i % 2 for i in range(n)],
    }
    model = vh.fit_table(numbers, "y", penalty="l2")
    weighted = learn_design(numbers, "y", weights="a")
    others = "points" if decimal == "." else "commas"
    asked = rf"column 'a': .* can be .* or {whole[0]}, as other columns have decimal {others}"
    for reading in (
        lambda: learn_design(path, "y"),
        lambda: learn_design(path, "y", columns=["a"]),
        lambda: learn_design(path, "y", columns=["x"], weights="a"),
        lambda: learn_design(path, "y", columns=["x"], offset="a"),
        lambda: vh.fit_formula("y ~ a", path),
        lambda: model.predict_proba(path),
        lambda: weighted.weight_values(read_fields(path)),
        lambda: read_scored(path, "a", "y", None, None, None, None, None),
        lambda: read_scored(path, "x", "y", None, "a", None, None, None),
    ):
        with pytest.raises(DataError, match=asked):
            reading()
    with pytest.raises(DataError, match="cannot be evaluated"):
        vh.fit_formula("y ~ np.log(a)", path)
    assert read_table(path)["a"].to_pylist() == columns["a"]
    # One number that is clear settles it.
    file(path, columns | {"a": [f"0{group}125", *columns["a"][1:]]}, delimiter=delimiter)
    learn_design(path, "y", columns=["a"])
    assert learn_design(path, "y", columns=["x"]).names == ("x",)


@pytest.mark.parametrize(("weights", "ok"), [(["1,5", "2"], True), (["5%", "7%"], False), (["1", "x"], False)])
def test_weights_in_text_files(path, weights, ok):
    file(path, {"x": ["1", "2"], "y": ["0", "1"], "w": weights}, delimiter=";")
    if ok:
        with pytest.warns(ReadingWarning, match="comma"):
            design = learn_design(path, "y", weights="w")
        with pytest.warns(ReadingWarning, match="comma"):
            np.testing.assert_array_equal(design.weight_values(read_fields(path)), [1.5, 2])
    else:
        with pytest.raises(DataError, match=r"the weights column 'w' must contain numbers, but"):
            learn_design(path, "y", weights="w")


def test_formulas_read_codes_as_text(path):
    rows = {
        "g": ["007", "7", "12", "9"] * 30,
        "h": ["1,5", "2,5", "3", "4", "4", "2,5"] * 20,
        "y": ["0", "1", "1", "0", "1"] * 24,
    }
    file(path, rows)
    model = vh.fit_formula("y ~ C(g) + h", path)
    assert model.fit.names == ("C(g)[T.7]", "C(g)[T.9]", "C(g)[T.12]", "h")
    whole = model.predict_proba(path)[:4, 1]
    for row in range(4):
        file(path, {name: [values[row]] for name, values in rows.items()})
        assert model.predict_proba(path)[0, 1] == whole[row]
    file(path, {"g": ["07"], "h": ["1"]})
    with pytest.raises(DataError, match=r"row 1, column 'g': '07' was not among the levels at the fit"):
        model.predict_proba(path)
    file(path, rows)
    with pytest.raises(DataError, match=r"codes rather than numbers.*\(C\(g\) in the formula\)"):
        vh.fit_formula("y ~ g", path)


@pytest.mark.parametrize("mark", ['""', '"NA"', "None", "."])
def test_marks_among_words_are_levels_with_advice_that_helps(path, mark):
    path.write_text(f'g,y\n"a",0\n"b",1\n{mark},1\n"a",1\n')
    (note,) = learn_design(path, "y").columns[0].notes
    assert note[0] == f"Column 'g' has the level {mark.strip(chr(34))!r}."
    assert "leave the cell empty, without quotes" in note[1]
    path.write_text('g,y\n"a",0\n"b",1\n,1\n"a",1\n')
    column = learn_design(path, "y", missing="drop").columns[0]
    assert (column.levels, column.notes) == (("a", "b"), ())
